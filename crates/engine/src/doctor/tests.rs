//! The collected evidence, from files and buses of a test's own and from simulated GPUs.

use std::{fs, os::unix::fs::symlink};

use gpu_keepalive_core::{
    ai_processes::ProcessKind,
    doctor::{PcieLink, PowerDaemon, RuntimeD3},
    gpu::PciBusId,
    host::GpuUse,
    protocol::{Finding, LoginEntryState, Severity},
    settings::Settings,
    simulation::{EventKind, Scenario},
};
use tempfile::TempDir;

use super::{machine::Files, *};
use crate::{clock::Clock, gpu::simulated::Simulation, machine::tests::Bus};

const GPU: &str = "0000:01:00.0";

/// A machine in a folder.
struct FakeMachine {
    root: TempDir,
    places: Places,
}

impl FakeMachine {
    /// A laptop with a GPU that is awake and may suspend.
    fn laptop() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let places = Places {
            root: root.path().to_owned(),
            config: Some(root.path().join("config")),
            system_bus: Some("unix:path=/nonexistent".to_owned()),
            session_bus: Some("unix:path=/nonexistent".to_owned()),
            perf_boost_disabled: false,
            graphical: false,
        };
        let machine = Self { root, places };
        let device = format!("sys/bus/pci/devices/{GPU}");
        for (file, text) in [
            ("vendor", "0x10de"),
            ("class", "0x030000"),
            ("power/control", "auto"),
            ("power/runtime_status", "active"),
            ("current_link_speed", "2.5 GT/s PCIe"),
            ("current_link_width", "8"),
            ("max_link_speed", "16.0 GT/s PCIe"),
            ("max_link_width", "16"),
        ] {
            machine.write(&format!("{device}/{file}"), text);
        }
        let driver = format!("proc/driver/nvidia/gpus/{GPU}");
        machine.write(
            &format!("{driver}/power"),
            "Runtime D3 status: Enabled (fine-grained)\n",
        );
        machine.write(
            &format!("{driver}/information"),
            "Model: \t RTX\nDevice Minor: \t 0\n",
        );
        machine.write("sys/class/power_supply/BAT0/type", "Battery");
        machine
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, format!("{text}\n")).expect("a file");
    }

    fn process(&self, pid: u32, name: &str, environment: &str, open: &[&str]) {
        self.write(&format!("proc/{pid}/comm"), name);
        let folder = self.root.path().join(format!("proc/{pid}"));
        fs::write(folder.join("environ"), environment).expect("a file");
        fs::create_dir(folder.join("fd")).expect("a folder");
        for (number, file) in open.iter().enumerate() {
            symlink(file, folder.join(format!("fd/{number}"))).expect("a link");
        }
    }

    fn read(&self, ai_processes: &[u32]) -> Files {
        let gpu: PciBusId = GPU.parse().expect("an address");
        let running = ai_processes.iter().map(|pid| process(*pid)).collect();
        machine::read(&self.places, &[gpu], running)
    }
}

fn process(pid: u32) -> AiProcess {
    AiProcess {
        pid,
        started: None,
        parent: None,
        name: "ollama".to_owned(),
        label: "Ollama".to_owned(),
        kind: ProcessKind::Worker,
        gpu: GpuUse::Unknown,
        quiet: None,
    }
}

#[test]
fn the_device_is_described_by_its_files() {
    let machine = FakeMachine::laptop();
    machine.process(10, "ollama", "", &["/dev/null", "/dev/nvidia0"]);
    machine.process(11, "ollama", "", &["/dev/nvidia0"]);
    machine.process(12, "other", "", &["/dev/nvidia1", "/dev/nvidiactl"]);
    machine.process(13, "gpu-keepalive", "", &["/dev/nvidia0"]);
    let files = machine.read(&[]);
    assert_eq!(files.nvidia_devices, Some(1));
    let device = &files.devices[0];
    let link = PcieLink {
        speed_gt: 2.5,
        width: 8,
        max_speed_gt: 16.0,
        max_width: 16,
    };
    assert_eq!(device.link, Some(link));
    let d3 = RuntimeD3 {
        control: "auto".to_owned(),
        driver_status: Some("Enabled (fine-grained)".to_owned()),
    };
    assert_eq!(device.runtime_d3, Some(d3));
    assert_eq!(device.opened_by, Some(vec!["ollama".to_owned()]));
}

#[test]
fn of_a_suspended_device_nothing_is_read_that_could_wake_it() {
    let machine = FakeMachine::laptop();
    machine.write(
        &format!("sys/bus/pci/devices/{GPU}/power/runtime_status"),
        "suspended",
    );
    let device = &machine.read(&[]).devices[0];
    assert_eq!((device.link, &device.opened_by), (None, &None));
}

#[test]
fn a_link_that_reports_nonsense_is_unknown() {
    let machine = FakeMachine::laptop();
    for (file, text) in [("current_link_speed", "Unknown"), ("max_link_width", "0")] {
        let path = format!("sys/bus/pci/devices/{GPU}/{file}");
        let before = fs::read_to_string(machine.root.path().join(&path)).expect("a file");
        machine.write(&path, text);
        assert_eq!(machine.read(&[]).devices[0].link, None, "{file}");
        machine.write(&path, before.trim());
    }
    assert!(machine.read(&[]).devices[0].link.is_some());
}

#[test]
fn the_machine_is_described_by_its_files() {
    let machine = FakeMachine::laptop();
    let found = machine.read(&[]).machine;
    assert_eq!(
        (found.is_laptop, found.has_screen),
        (Some(true), Some(false))
    );
    assert_eq!(found.platform_profile, None);
    assert_eq!(found.power_daemon, Some(PowerDaemon::Absent));

    machine.write("sys/firmware/acpi/platform_profile", "low-power");
    machine.write("sys/class/drm/card0-eDP-1/status", "connected");
    machine.write("usr/bin/nvidia-powerd", "");
    let found = machine.read(&[]).machine;
    assert_eq!(found.platform_profile.as_deref(), Some("low-power"));
    assert_eq!(found.has_screen, Some(true));
    assert_eq!(found.power_daemon, Some(PowerDaemon::Stopped));

    machine.process(10, "nvidia-powerd", "", &[]);
    machine.process(11, "nvidia-pstated", "", &[]);
    machine.write("sys/class/power_supply/BAT0/scope", "Device");
    let found = machine.read(&[]).machine;
    assert_eq!(found.power_daemon, Some(PowerDaemon::Running));
    assert_eq!(found.clock_tools, ["nvidia-pstated"]);
    assert_eq!(found.is_laptop, Some(false), "a mouse has a battery too");
}

#[test]
fn an_empty_root_yields_nothing() {
    let mut machine = FakeMachine::laptop();
    machine.places.root = machine.root.path().join("nothing");
    let files = machine.read(&[10]);
    assert_eq!(files.nvidia_devices, None);
    assert_eq!(files.devices, [DeviceEvidence::default()]);
    let found = files.machine;
    assert_eq!((found.is_laptop, found.has_screen), (None, None));
    assert_eq!(found.power_daemon, None);
    assert_eq!(found.ai_programs[0].perf_boost_disabled, None);
}

#[test]
fn the_environment_of_ai_programs_is_read() {
    let machine = FakeMachine::laptop();
    let cases = [
        (10, "A=1\0CUDA_DISABLE_PERF_BOOST=1\0B=2\0", Some(true)),
        (11, "CUDA_DISABLE_PERF_BOOST=0\0", Some(false)),
        (12, "CUDA_DISABLE_PERF_BOOST=\0", Some(false)),
        (
            13,
            "NOT_CUDA_DISABLE_PERF_BOOST=1\0CUDA_DISABLE_PERF_BOOST2=1\0",
            Some(false),
        ),
    ];
    for (pid, environment, _) in cases {
        machine.process(pid, "ollama", environment, &[]);
    }
    let found = machine.read(&[10, 11, 12, 13, 14]).machine.ai_programs;
    let values: Vec<_> = found
        .iter()
        .map(|program| program.perf_boost_disabled)
        .collect();
    let expected = cases.map(|(.., expected)| expected);
    assert_eq!(values[..4], expected);
    assert_eq!(values[4], None, "there is no such process");
}

#[test]
fn the_login_entry_is_found_and_checked() {
    let machine = FakeMachine::laptop();
    let entry = "config/autostart/GPU Keepalive.desktop";
    let read = || {
        let found = machine.read(&[]).login_entry;
        (found.state, found.broken)
    };
    assert_eq!(read(), (Some(LoginEntryState::Absent), None));
    machine.write(
        entry,
        "[Desktop Entry]\nExec=/opt/gone/gpu-keepalive-app --hidden",
    );
    let (state, broken) = read();
    assert_eq!(state, Some(LoginEntryState::Broken));
    let broken = broken.expect("a reason");
    assert!(broken.contains("/opt/gone/gpu-keepalive-app,"), "{broken}");

    // A path that the specification escapes.
    let program = machine.root.path().join("my 100% apps/gpu-keepalive-app");
    machine.write("my 100% apps/gpu-keepalive-app", "");
    let text = gpu_keepalive_core::login_entry::desktop_entry(program.to_str().expect("UTF-8"));
    machine.write(entry, &text);
    assert_eq!(read(), (Some(LoginEntryState::On), None));
    machine.write(entry, &format!("{text}Hidden=true\n"));
    assert_eq!(read(), (Some(LoginEntryState::OffByUser), None));
}

struct Profiles(&'static str);

#[zbus::interface(name = "org.freedesktop.UPower.PowerProfiles")]
impl Profiles {
    #[zbus(property)]
    fn active_profile(&self) -> String {
        self.0.to_owned()
    }
}

struct Watcher {
    has_host: bool,
}

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        self.has_host
    }
}

#[tokio::test]
async fn the_buses_report_profile_and_tray() {
    let Some(daemon) = Bus::start() else { return };
    let mut places = FakeMachine::laptop().places;
    places.system_bus = Some(daemon.address().to_owned());
    places.session_bus = Some(daemon.address().to_owned());
    let answers = bus::ask(&places).await;
    assert_eq!(
        (answers.power_profile, answers.tray_host),
        (None, Some(false))
    );

    let serve = |has_host| {
        zbus::connection::Builder::address(daemon.address())
            .serve_at(
                "/org/freedesktop/UPower/PowerProfiles",
                Profiles("power-saver"),
            )
            .serve_at("/StatusNotifierWatcher", Watcher { has_host })
            .name("org.freedesktop.UPower.PowerProfiles")
            .name("org.kde.StatusNotifierWatcher")
            .build()
    };
    let without_host = serve(false).await.expect("services");
    let answers = bus::ask(&places).await;
    assert_eq!(answers.power_profile.as_deref(), Some("power-saver"));
    assert_eq!(answers.tray_host, Some(false));

    without_host.graceful_shutdown().await;
    let _with_host = serve(true).await.expect("services");
    assert_eq!(bus::ask(&places).await.tray_host, Some(true));
}

#[tokio::test]
async fn without_buses_nothing_is_reported() {
    let answers = bus::ask(&FakeMachine::laptop().places).await;
    assert_eq!(answers, bus::Answers::default());
}

async fn examined(simulation: &Simulation, places: Option<Places>) -> Vec<Finding> {
    let settings = SettingsStore::in_memory(&Settings::default());
    examine(simulation.source(), simulation.host(), &settings, places)
        .await
        .findings
}

fn ids(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.id.as_str()).collect()
}

fn simulation(preset: &str) -> Simulation {
    Simulation::new(Scenario::preset(preset).expect("a preset"), Clock::tokio())
}

#[tokio::test(start_paused = true)]
async fn a_sleeping_gpu_is_left_asleep() {
    let laptop = simulation("rtx-3070-laptop");
    let findings = examined(&laptop, None).await;
    assert_eq!(ids(&findings), ["simulated", "gpu-asleep"]);
    let counters = laptop.with(|machine, now| machine.counters(0, now).expect("a card"));
    assert_eq!((counters.samples, counters.nvml_open), (0, false));
}

#[tokio::test(start_paused = true)]
async fn gpus_that_cannot_sleep_are_sampled_and_released() {
    let desktop = simulation("two-gpus");
    let findings = examined(&desktop, None).await;
    assert_eq!(
        ids(&findings),
        ["simulated", "driver-works", "gpu-at-rest", "gpu-at-rest"]
    );
    assert!(findings[3].evidence.starts_with("GPU 1, "), "{findings:?}");
    for card in 0..2 {
        let counters = desktop.with(|machine, now| machine.counters(card, now).expect("a card"));
        assert_eq!((counters.samples, counters.nvml_open), (1, false));
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_driver_refuses_is_found() {
    let cases = [
        (GpuErrorKind::NvmlMissing, "driver-missing"),
        (GpuErrorKind::VersionMismatch, "driver-version-mismatch"),
        (GpuErrorKind::DriverNotLoaded, "driver-not-loaded"),
    ];
    for (kind, id) in cases {
        let desktop = simulation("rtx-4090");
        desktop.with(|machine, now| machine.happen(None, EventKind::Fault(kind), None, now));
        let findings = examined(&desktop, None).await;
        assert_eq!(
            (findings[0].id.as_str(), findings[0].severity),
            (id, Severity::Error)
        );
    }
}

// Real files are read in real time, so the clock runs.
#[tokio::test]
async fn everything_read_comes_together() {
    let machine = FakeMachine::laptop();
    machine.write("sys/firmware/acpi/platform_profile", "quiet");
    machine.process(10, "lact", "", &[]);
    let desktop = simulation("rtx-4090");
    desktop.with(|machine, now| machine.happen(None, EventKind::Battery, None, now));
    let places = Places {
        perf_boost_disabled: true,
        ..machine.places.clone()
    };
    let findings = examined(&desktop, Some(places)).await;
    for id in [
        "power-saving-profile",
        "clock-tool-running",
        "perf-boost-disabled",
        "on-battery",
        "not-running",
        "runtime-d3-off",
    ] {
        assert!(ids(&findings).contains(&id), "no {id}: {findings:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn settings_that_cannot_be_read_are_a_finding_and_no_obstacle() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("settings.toml");
    fs::create_dir(&file).expect("a folder in the file's place");
    let settings = SettingsStore::load(&file);
    let desktop = simulation("rtx-4090");
    let doctor = examine(desktop.source(), desktop.host(), &settings, None).await;
    assert_eq!(doctor.findings[0].id, "settings-defaulted");
    assert_eq!(doctor.worst(), Severity::Error);
    assert!(ids(&doctor.findings).contains(&"driver-works"));
}
