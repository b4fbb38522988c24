use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use gpu_keepalive_core::gpu::PowerSource;
use tokio::{io::AsyncReadExt, net::UnixStream, time::timeout};
use zbus::{Connection, connection, object_server::SignalEmitter};

use super::*;
use crate::processes::tests::TestProcess;

const DEADLINE: Duration = Duration::from_secs(10);
const UPOWER: &str = "/org/freedesktop/UPower";
const LOGIND: &str = "/org/freedesktop/login1";

/// A system bus of a test's own.
pub(crate) struct Bus {
    daemon: Child,
    root: tempfile::TempDir,
    address: String,
}

impl Bus {
    /// `None` where `dbus-daemon` is not installed, which CI takes for a failure.
    pub(crate) fn start() -> Option<Self> {
        let root = tempfile::tempdir().unwrap();
        let config = root.path().join("bus.conf");
        let text = format!(
            r#"<busconfig><type>session</type><listen>unix:path={}/bus</listen><policy context="default">
            <allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/>
            </policy></busconfig>"#,
            root.path().display()
        );
        fs::write(&config, text).unwrap();
        let daemon = Command::new("dbus-daemon")
            .args(["--nofork", "--nopidfile", "--print-address=1"])
            .arg(format!("--config-file={}", config.display()))
            .stdout(Stdio::piped())
            .spawn();
        let mut daemon = match daemon {
            Ok(daemon) => daemon,
            Err(error) => {
                let ci = std::env::var_os("CI").is_some();
                assert!(!ci, "dbus-daemon cannot be started: {error}");
                eprintln!("skipped, dbus-daemon cannot be started: {error}");
                return None;
            }
        };
        let mut address = String::new();
        BufReader::new(daemon.stdout.as_mut().unwrap())
            .read_line(&mut address)
            .unwrap();
        let address = address.trim().to_owned();
        Some(Self {
            daemon,
            root,
            address,
        })
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    fn machine(&self) -> Machine {
        machine(self.root.path(), &self.address)
    }

    async fn upower(&self, on_battery: bool) -> Connection {
        connection::Builder::address(self.address.as_str())
            .serve_at(UPOWER, FakeUPower { on_battery })
            .name("org.freedesktop.UPower")
            .build()
            .await
            .unwrap()
    }

    async fn logind(&self) -> (Connection, mpsc::UnboundedReceiver<UnixStream>) {
        let (locks, taken) = mpsc::unbounded_channel();
        let logind = connection::Builder::address(self.address.as_str())
            .serve_at(LOGIND, FakeLogind { locks })
            .name("org.freedesktop.login1")
            .build()
            .await
            .unwrap();
        (logind, taken)
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.daemon.kill().ok();
        self.daemon.wait().ok();
    }
}

fn machine(root: &Path, bus: &str) -> Machine {
    let places = Places {
        root: root.into(),
        system_bus: Some(bus.into()),
    };
    Machine::at(&places, Clock::Boot)
}

struct FakeUPower {
    on_battery: bool,
}

#[zbus::interface(name = "org.freedesktop.UPower")]
impl FakeUPower {
    #[zbus(property)]
    fn on_battery(&self) -> bool {
        self.on_battery
    }
}

struct FakeLogind {
    /// Our ends of the locks: each reads its end when the lock is dropped.
    locks: mpsc::UnboundedSender<UnixStream>,
}

#[zbus::interface(name = "org.freedesktop.login1.Manager")]
impl FakeLogind {
    fn inhibit(&self, what: &str, who: &str, why: &str, mode: &str) -> zbus::OwnedFd {
        assert_eq!((what, who, mode), ("sleep", "GPU Keepalive", "delay"));
        assert!(!why.is_empty());
        let (ours, lock) = std::os::unix::net::UnixStream::pair().unwrap();
        ours.set_nonblocking(true).unwrap();
        self.locks
            .send(UnixStream::from_std(ours).unwrap())
            .unwrap();
        std::os::fd::OwnedFd::from(lock).into()
    }

    #[zbus(signal)]
    async fn prepare_for_sleep(emitter: &SignalEmitter<'_>, start: bool) -> zbus::Result<()>;
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(DEADLINE, what).await.expect("in time")
}

async fn announce_sleep(logind: &Connection, start: bool) {
    let emitter = SignalEmitter::new(logind, LOGIND).unwrap();
    FakeLogind::prepare_for_sleep(&emitter, start)
        .await
        .unwrap();
}

/// Confirms that the last event has been handled; no other may come.
async fn handled(machine: &mut Machine) {
    let next = timeout(Duration::ZERO, machine.event()).await;
    assert!(next.is_err(), "{next:?}");
}

fn unplug(root: &Path, plugged_in: bool) {
    let supplies = root.join("sys/class/power_supply");
    for (file, text) in [
        ("AC/type", "Mains"),
        ("AC/online", if plugged_in { "1" } else { "0" }),
        ("BAT0/type", "Battery"),
        ("BAT0/status", "Not charging"),
    ] {
        let path = supplies.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

#[tokio::test]
async fn upower_reports_a_pulled_cable_and_sysfs_does_when_upower_is_gone() {
    let Some(bus) = Bus::start() else { return };
    unplug(bus.root.path(), true);
    let upower = bus.upower(true).await;
    let mut machine = bus.machine();
    assert_eq!(soon(machine.event()).await, HostEvent::PowerSourceChanged);
    assert_eq!(machine.sample(&[]).await.power_source, PowerSource::Battery);

    let server = upower.object_server();
    let fake = server.interface::<_, FakeUPower>(UPOWER).await.unwrap();
    fake.get_mut().await.on_battery = false;
    let emitter = fake.signal_emitter();
    fake.get().await.on_battery_changed(emitter).await.unwrap();
    assert_eq!(soon(machine.event()).await, HostEvent::PowerSourceChanged);
    assert_eq!(machine.sample(&[]).await.power_source, PowerSource::Ac);

    unplug(bus.root.path(), false);
    assert_eq!(machine.sample(&[]).await.power_source, PowerSource::Ac);
    upower.close().await.unwrap();
    assert_eq!(soon(machine.event()).await, HostEvent::PowerSourceChanged);
    assert_eq!(machine.sample(&[]).await.power_source, PowerSource::Battery);
}

struct FakeProfiles {
    profile: &'static str,
}

#[zbus::interface(name = "org.freedesktop.UPower.PowerProfiles")]
impl FakeProfiles {
    #[zbus(property)]
    fn active_profile(&self) -> &str {
        self.profile
    }
}

struct EarlierProfiles;

#[zbus::interface(name = "net.hadess.PowerProfiles")]
impl EarlierProfiles {
    #[zbus(property)]
    fn active_profile(&self) -> &str {
        "power-saver"
    }
}

/// Waits until the power profile is that of a saver or is not.
async fn until_saver(machine: &mut Machine, wanted: bool) {
    while machine.sample(&[]).await.power_saver != wanted {
        assert_eq!(soon(machine.event()).await, HostEvent::PowerSourceChanged);
    }
}

#[tokio::test]
async fn a_power_profile_that_saves_power_is_followed_until_its_service_is_gone() {
    let Some(bus) = Bus::start() else { return };
    let mut machine = bus.machine();
    assert!(
        !machine.sample(&[]).await.power_saver,
        "there is no service"
    );
    let (name, path) = crate::power::profile::SERVICES[0];
    let fake = FakeProfiles {
        profile: "power-saver",
    };
    let profiles = connection::Builder::address(bus.address.as_str())
        .serve_at(path, fake)
        .name(name)
        .build()
        .await
        .unwrap();
    until_saver(&mut machine, true).await;

    let server = profiles.object_server();
    let fake = server.interface::<_, FakeProfiles>(path).await;
    let fake = fake.unwrap();
    fake.get_mut().await.profile = "balanced";
    let emitter = fake.signal_emitter();
    fake.get()
        .await
        .active_profile_changed(emitter)
        .await
        .unwrap();
    until_saver(&mut machine, false).await;

    fake.get_mut().await.profile = "power-saver";
    fake.get()
        .await
        .active_profile_changed(emitter)
        .await
        .unwrap();
    until_saver(&mut machine, true).await;
    profiles.close().await.unwrap();
    until_saver(&mut machine, false).await;
}

#[tokio::test]
async fn the_earlier_name_of_the_power_profiles_is_followed_too() {
    let Some(bus) = Bus::start() else { return };
    let (name, path) = crate::power::profile::SERVICES[1];
    let _profiles = connection::Builder::address(bus.address.as_str())
        .serve_at(path, EarlierProfiles)
        .name(name)
        .build()
        .await
        .unwrap();
    let mut machine = bus.machine();
    until_saver(&mut machine, true).await;
}

#[tokio::test]
async fn the_machine_sleeps_only_after_the_event_was_handled() {
    let Some(bus) = Bus::start() else { return };
    let (logind, mut locks) = bus.logind().await;
    let mut machine = bus.machine();
    for _ in 0..2 {
        let mut lock = soon(locks.recv()).await.unwrap();
        announce_sleep(&logind, true).await;
        assert_eq!(soon(machine.event()).await, HostEvent::Suspending);
        machine.sample(&[]).await;
        let held = lock.try_read(&mut [0]).unwrap_err();
        assert_eq!(held.kind(), std::io::ErrorKind::WouldBlock);
        handled(&mut machine).await;
        assert_eq!(soon(lock.read(&mut [0])).await.unwrap(), 0);
        assert!(locks.try_recv().is_err());
        announce_sleep(&logind, false).await;
        assert_eq!(soon(machine.event()).await, HostEvent::Resumed);
    }
}

#[tokio::test]
async fn a_dropped_machine_releases_the_sleep_inhibitor() {
    let Some(bus) = Bus::start() else { return };
    let (_logind, mut locks) = bus.logind().await;
    let machine = bus.machine();
    let mut lock = soon(locks.recv()).await.unwrap();
    drop(machine);
    assert_eq!(soon(lock.read(&mut [0])).await.unwrap(), 0);
}

#[tokio::test]
async fn without_a_bus_sysfs_alone_is_read() {
    let root = tempfile::tempdir().unwrap();
    let mut machine = machine(root.path(), "unix:path=/nonexistent/bus");
    let mut sample = machine.sample(&[]).await;
    // Whatever runs where this test does.
    sample.ai_programs.clear();
    assert_eq!(sample, HostSample::default());
    unplug(root.path(), false);
    assert_eq!(machine.sample(&[]).await.power_source, PowerSource::Battery);
    handled(&mut machine).await;
}

#[tokio::test]
async fn what_shows_that_a_gpu_is_used_is_in_the_sample() {
    let root = tempfile::tempdir().unwrap();
    let device = "sys/bus/pci/devices/0000:01:00.0";
    for (file, text) in [
        ("sys/module/nvidia_uvm/refcnt", "4"),
        (&format!("{device}/vendor"), "0x10de"),
        (&format!("{device}/class"), "0x030200"),
        (&format!("{device}/power/control"), "auto"),
        (&format!("{device}/power/runtime_status"), "active"),
        (&format!("{device}/power/runtime_suspended_time"), "1900"),
    ] {
        let path = root.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let mut machine = machine(root.path(), "unix:path=/nonexistent/bus");
    let gpu = "0000:01:00.0".parse().unwrap();
    let sample = soon(async {
        loop {
            let sample = machine.sample(&[]).await;
            if sample.uvm_open.is_some() {
                return sample;
            }
            tokio::task::yield_now().await;
        }
    });
    let sample = sample.await;
    assert_eq!(sample.uvm_open, Some(4));
    assert_eq!(sample.runtime_pm(gpu), RuntimePm::Active);
    assert_eq!(sample.suspended_for(gpu), Some(Duration::from_millis(1900)));
}

#[tokio::test]
async fn ai_processes_are_in_the_sample() {
    let root = tempfile::tempdir().unwrap();
    let mut machine = machine(root.path(), "unix:path=/nonexistent/bus");
    let program = TestProcess::start("comfyui-test", "x", "read line");
    let listed = [AiProgram {
        name: "comfyui-test".into(),
        argument: None,
    }];
    // One sample is enough, unless it takes longer than a sample may wait.
    let found = soon(async {
        loop {
            let sample = machine.sample(&listed).await;
            if !sample.ai_programs.is_empty() {
                return sample.ai_programs;
            }
            tokio::task::yield_now().await;
        }
    });
    let found = found.await;
    let ours = found.iter().find(|process| process.pid == program.pid());
    assert_eq!(ours.map(|process| &*process.label), Some("comfyui-test"));
}
