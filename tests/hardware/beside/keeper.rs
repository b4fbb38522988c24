use std::{env, fmt, fs, path::PathBuf, process::Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use super::super::{
    card::{Card, descendants},
    engine::RunningEngine,
};

/// The keeper of the GPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Unheld,
    Loop,
    Engine,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Unheld => "nobody",
            Self::Loop => "pytorch_loop",
            Self::Engine => "gpu_keepalive",
        })
    }
}

pub(super) enum Keeper {
    Unheld,
    Loop(Child),
    Engine(RunningEngine),
}

impl Keeper {
    /// Starts it, and waits until it keeps.
    pub(super) async fn start(kind: Kind, card: &Card) -> Self {
        match kind {
            Kind::Unheld => Self::Unheld,
            Kind::Loop => Self::Loop(start_loop().await),
            Kind::Engine => {
                let engine = RunningEngine::start(card, "context", &[]);
                card.observer().until_ready(true).await;
                Self::Engine(engine)
            }
        }
    }

    pub(super) fn engine(&self) -> Option<&RunningEngine> {
        match self {
            Self::Engine(engine) => Some(engine),
            _ => None,
        }
    }

    /// Resident memory of all its processes.
    pub(super) fn resident_mib(&self) -> f64 {
        let kib = |pid: u32| -> f64 {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
            let number = line.and_then(|line| line.split_whitespace().next());
            number.and_then(|n| n.parse().ok()).unwrap_or(0.0)
        };
        self.pids().into_iter().map(kib).sum::<f64>() / 1024.0
    }

    /// Time that all threads of all its processes have been on a processor.
    pub(super) fn cpu_seconds(&self) -> f64 {
        let mut nanos = 0.0;
        for pid in self.pids() {
            let threads = fs::read_dir(format!("/proc/{pid}/task"));
            for thread in threads.into_iter().flatten().flatten() {
                let stat = fs::read_to_string(thread.path().join("schedstat"));
                let stat = stat.unwrap_or_default();
                let number = stat.split_whitespace().next();
                nanos += number.and_then(|n| n.parse().ok()).unwrap_or(0.0);
            }
        }
        nanos / 1e9
    }

    pub(super) fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    pub(super) fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    pub(super) async fn stop(self) {
        match self {
            Self::Unheld => {}
            Self::Loop(mut child) => {
                send(child.id().expect("it lives"), Signal::TERM);
                child.wait().await.expect("its end");
            }
            Self::Engine(engine) => engine.stop().await,
        }
    }

    fn signal(&self, signal: Signal) {
        for pid in self.pids() {
            send(pid, signal);
        }
    }

    fn pids(&self) -> Vec<u32> {
        match self {
            Self::Unheld => Vec::new(),
            Self::Loop(child) => {
                let pid = child.id().expect("it lives");
                let mut pids = descendants(pid);
                pids.push(pid);
                pids
            }
            Self::Engine(engine) => engine.pids(),
        }
    }
}

/// Checks that there is a PyTorch that sees the GPU; the error states why not.
pub(super) async fn has_torch() -> Result<(), String> {
    let script = "import torch; assert torch.cuda.is_available(), 'PyTorch sees no GPU'";
    let output = Command::new("python3").args(["-c", script]).output().await;
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let stderr = String::from_utf8_lossy(&output.stderr);
            Err(stderr.lines().last().unwrap_or("no reason").to_owned())
        }
        Err(error) => Err(format!("python3: {error}")),
    }
}

async fn start_loop() -> Child {
    let mut child = Command::new("python3")
        .arg(script())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("python3 starts");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let line = lines.next_line().await.expect("a line");
    assert_eq!(line.as_deref(), Some("ready"));
    child
}

/// Beside this test, or in the sources.
fn script() -> PathBuf {
    let beside = env::current_exe().expect("this test has a path");
    let beside = beside.with_file_name("loop.py");
    if beside.is_file() {
        return beside;
    }
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/hardware/loop.py")
}

fn send(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(pid.cast_signed()).expect("a pid");
    // One that has just ended needs no signal.
    let _ = kill_process(pid, signal);
}
