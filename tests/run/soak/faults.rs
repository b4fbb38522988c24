//! What happens to the engine, and how it ends.

use std::{fs, os::unix::fs::symlink, path::PathBuf, process::Stdio, time::Duration};

use gpu_keepalive_core::{
    protocol::{MAX_CLIENTS, Request},
    settings::Mode,
};
use gpu_keepalive_engine::socket::{Client, Subscription};
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::AsyncWriteExt,
    net::UnixStream,
    process::Child,
    time::{sleep, timeout},
};

use super::{Random, resources::children};
use crate::{
    ffi::driver::{FakeDriver, state},
    run::engine::Engine,
    user::User,
};

/// In force before the first fault and after each round.
pub(super) const SETTINGS: &str = "strategy = \"pulse\"\n";

/// The kinds of things that happen, each named once.
macro_rules! faults {
    ($($fault:ident),+ $(,)?) => {
        /// One kind of thing that happens.
        #[derive(Clone, Copy, Debug)]
        pub(super) enum Fault {
            $($fault),+
        }

        impl Fault {
            pub(super) const ALL: &[Self] = &[$(Self::$fault),+];
        }
    };
}

faults! {
    ChildKilled, ChildStopped, ChildGoesOn, EngineStopped, EngineSuspended, SocketRemoved,
    ManyClients, SlowClient, Garbage, LongLine, LeaseDies, StateRemoved, StateInTheWay,
    StateUnreadable, SettingsChanged, SettingsBroken, SettingsRemoved, SetMany, Toggled,
    Paused, Warmed, ModeChanged, Served, ServeKilled, CallFails, CallHangs, CallsWork, Hot,
    SensorLost, Busy, VramFull, OddValues, BenchmarkCancelled, BenchmarkDies, Asked,
}

/// Calls that fail in a way that passes by itself, with what the driver returns.
const FAILING: [(&str, i32); 5] = [
    ("nvmlDeviceGetPerformanceState", 15),
    ("nvmlDeviceGetHandleByUUID", 15),
    ("cuCtxCreate_v2", 2),
    ("cuCtxCreate_v2", 46),
    ("cuLaunchKernel", 999),
];
const HANGING: [&str; 3] = [
    "cuLaunchKernel",
    "cuCtxCreate_v2",
    "nvmlDeviceGetPerformanceState",
];

/// What is going on.
pub(super) struct Faults<'a> {
    user: &'a User,
    driver: &'a FakeDriver,
    engine: &'a Engine,
    stopped: Vec<u32>,
    failing: Vec<&'static str>,
    slow: Vec<Subscription>,
    served: Vec<Child>,
    /// Requests are answered: what has to be undone on the socket is.
    client: Option<Client>,
}

impl<'a> Faults<'a> {
    pub(super) fn new(user: &'a User, driver: &'a FakeDriver, engine: &'a Engine) -> Self {
        Self {
            user,
            driver,
            engine,
            stopped: Vec::new(),
            failing: Vec::new(),
            slow: Vec::new(),
            served: Vec::new(),
            client: None,
        }
    }

    pub(super) async fn begin(&mut self, fault: Fault, random: &mut Random) {
        let one_of = |random: &mut Random, pids: &[u32]| {
            let last = pids.len().checked_sub(1)?;
            Some(pids[random.below(last as u64 + 1) as usize])
        };
        let child = one_of(random, &children(self.engine.pid()));
        match fault {
            Fault::ChildKilled => signal(child, Signal::KILL),
            Fault::ChildStopped => {
                signal(child, Signal::STOP);
                self.stopped.extend(child);
            }
            Fault::ChildGoesOn => self.go_on(),
            Fault::EngineStopped => {
                self.engine.signal(Signal::STOP);
                sleep(Duration::from_millis(100 + random.below(7000))).await;
                self.engine.signal(Signal::CONT);
            }
            Fault::EngineSuspended => {
                self.engine.signal(Signal::TSTP);
                // It stops once everything is released, which a driver that hangs delays.
                let pid = self.engine.pid();
                let mut look = 0..600;
                while state(pid) != Some('T') && look.next().is_some() {
                    sleep(Duration::from_millis(50)).await;
                }
                self.engine.signal(Signal::CONT);
            }
            Fault::SocketRemoved => drop(fs::remove_file(self.user.socket())),
            Fault::ManyClients => self.many_clients().await,
            Fault::SlowClient => {
                if let Some(client) = self.connect().await
                    && let Ok(Ok(slow)) = timeout(PATIENCE, client.subscribe()).await
                    && self.slow.len() < 8
                {
                    self.slow.push(slow);
                }
            }
            Fault::Garbage => {
                let bytes: Vec<u8> = (0..2000).map(|_| random.below(256) as u8).collect();
                self.write(&bytes).await;
            }
            Fault::LongLine => self.write(&vec![b'['; 200_000]).await,
            Fault::LeaseDies => {
                if let Some(mut client) = self.connect().await {
                    ask(&mut client, Request::BeginLease { wait: false }).await;
                }
            }
            Fault::StateRemoved => drop(fs::remove_dir_all(self.state())),
            Fault::StateInTheWay => {
                let _ = fs::remove_dir_all(self.state());
                let _ = fs::write(self.state(), "no folder");
            }
            Fault::StateUnreadable => {
                let _ = fs::remove_dir_all(self.state());
                let _ = symlink("/dev/full", self.state());
            }
            Fault::SettingsChanged => {
                let reserve = 100 + random.below(2000);
                let settings =
                    format!("{SETTINGS}# mine\nmine = 1\nvram.reserve_mib = {reserve}\n");
                self.user.sets(settings);
            }
            Fault::SettingsBroken => self.user.sets("strategy = [[\n\u{1b}"),
            Fault::SettingsRemoved => drop(fs::remove_file(self.user.settings_file())),
            Fault::SetMany => {
                for percent in 0..10 {
                    let (key, value) = ("thermal.max_temperature", 70 + percent);
                    self.ask(Request::Set {
                        key: key.to_owned(),
                        value: Some(value.into()),
                    })
                    .await;
                }
            }
            Fault::Toggled => {
                for n in 0..2 + random.below(20) {
                    let request = if n % 2 == 0 {
                        Request::Off
                    } else {
                        Request::On
                    };
                    self.ask(request).await;
                }
            }
            Fault::Paused => self.ask(Request::Pause { for_s: Some(5.0) }).await,
            Fault::Warmed => self.ask(Request::Warm { for_s: Some(5.0) }).await,
            Fault::ModeChanged => {
                let modes = [Mode::Always, Mode::OnDemand, Mode::WhileLoaded];
                let mode = modes[random.below(3) as usize];
                self.ask(Request::Mode { mode }).await;
            }
            Fault::Served => self.serve(),
            Fault::ServeKilled => {
                if let Some(mut served) = self.served.pop() {
                    let _ = served.kill().await;
                }
            }
            Fault::CallFails => {
                let (call, code) = FAILING[random.below(FAILING.len() as u64) as usize];
                self.driver.fail(call, code);
                self.failing.push(call);
            }
            Fault::CallHangs => {
                let call = HANGING[random.below(HANGING.len() as u64) as usize];
                self.driver.block(call);
                self.failing.push(call);
            }
            Fault::CallsWork => self.work_again(),
            Fault::Hot => self.driver.change("temperature=92\nreasons=64"),
            Fault::SensorLost => self.driver.change("temperature="),
            Fault::Busy => self
                .driver
                .change("utilization=97\npstate=0\nsm_clock=1980"),
            Fault::VramFull => self.driver.change("vram_used=8589934592"),
            Fault::OddValues => self
                .driver
                .change("power_mw=-1\nutilization=-1\npstate=32\nsm_clock=0"),
            Fault::BenchmarkCancelled => {
                self.bench(random).await;
                self.ask(Request::CancelBench).await;
            }
            Fault::BenchmarkDies => self.bench(random).await,
            Fault::Asked => {
                for arguments in [
                    &["doctor"][..],
                    &["status", "--json"],
                    &["energy"],
                    &["wakes"],
                ] {
                    let mut command = self.user.command(arguments);
                    let _ = timeout(PATIENCE, command.output()).await;
                }
            }
        }
    }

    /// Everything ends that was let happen.
    pub(super) async fn end(mut self) {
        self.go_on();
        self.work_again();
        self.driver.change("");
        self.slow.clear();
        for mut served in std::mem::take(&mut self.served) {
            let _ = served.kill().await;
        }
        if !self.state().is_dir() {
            let _ = fs::remove_file(self.state());
        }
        self.user.sets(SETTINGS);
        self.client = None;
        for request in [
            Request::CancelBench,
            Request::Resume,
            Request::On,
            Request::Mode { mode: Mode::Always },
        ] {
            // A socket that was removed is there again within a moment.
            let mut tries = 0..100;
            while !self.asked(request.clone()).await {
                assert!(tries.next().is_some(), "{request:?} is not answered");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }

    fn state(&self) -> PathBuf {
        self.user.home().join("state/gpu-keepalive")
    }

    fn go_on(&mut self) {
        for pid in self.stopped.drain(..) {
            signal(Some(pid), Signal::CONT);
        }
    }

    fn work_again(&mut self) {
        self.failing.sort_unstable();
        self.failing.dedup();
        for call in self.failing.drain(..) {
            self.driver.work_again(call);
        }
    }

    /// None while the socket is gone or full.
    async fn connect(&self) -> Option<Client> {
        Client::connect(&*self.user.socket()).await.ok()
    }

    async fn write(&self, bytes: &[u8]) {
        if let Ok(mut stream) = UnixStream::connect(self.user.socket()).await {
            let _ = timeout(PATIENCE, stream.write_all(bytes)).await;
        }
    }

    async fn many_clients(&self) {
        let mut clients = Vec::new();
        for _ in 0..MAX_CLIENTS + 2 {
            if let Some(mut client) = self.connect().await {
                ask(&mut client, Request::Status).await;
                clients.push(client);
            }
        }
    }

    async fn ask(&mut self, request: Request) {
        self.asked(request).await;
    }

    /// Whether it was done.
    async fn asked(&mut self, request: Request) -> bool {
        let mut client = match self.client.take() {
            Some(client) => client,
            None => match self.connect().await {
                Some(client) => client,
                None => return false,
            },
        };
        let done = ask(&mut client, request).await;
        self.client = Some(client).filter(|_| done);
        done
    }

    /// Begins one, whose client is gone soon.
    async fn bench(&self, random: &mut Random) {
        if let Some(mut client) = self.connect().await {
            let request = Request::Bench {
                gpu: None,
                quick: true,
                rounds: None,
            };
            let patience = Duration::from_millis(100 + random.below(2000));
            let _ = timeout(patience, client.ask(&request)).await;
        }
    }

    fn serve(&mut self) {
        let mut command = self.user.command(&["serve", "--", "sleep", "3"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        self.served.extend(command.spawn());
    }
}

/// Nothing that is asked takes longer, unless the engine stands still.
const PATIENCE: Duration = Duration::from_secs(5);

async fn ask(client: &mut Client, request: Request) -> bool {
    matches!(timeout(PATIENCE, client.ask(&request)).await, Ok(Ok(_)))
}

fn signal(pid: Option<u32>, signal: Signal) {
    if let Some(pid) = pid.and_then(|pid| Pid::from_raw(pid.cast_signed())) {
        let _ = kill_process(pid, signal);
    }
}
