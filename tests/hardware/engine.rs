//! The engine on a real GPU, as the command line runs it.

use std::{path::PathBuf, process::Stdio, time::Duration};

use gpu_keepalive_core::benchmark::{Workload, WorkloadAction};
use gpu_keepalive_engine::driver::PerfBoost;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::card::{Card, descendants, device_files, is_alive, note, pause, until, work};

/// An engine with a home of its own.
pub(super) struct RunningEngine {
    home: TempDir,
    program: PathBuf,
    child: Child,
}

impl RunningEngine {
    /// Always ready, held by `strategy`, which must be one that changes no setting of the GPU.
    pub(super) fn start(card: &Card, strategy: &str, environment: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let settings = home.path().join("gpu-keepalive");
        std::fs::create_dir(&settings).expect("a folder for settings");
        let text = format!("version = 1\nmode = \"always\"\nstrategy = \"{strategy}\"\n");
        std::fs::write(settings.join("settings.toml"), text).expect("settings");
        let child = at_home(Command::new(&card.program), &home)
            .arg("run")
            .envs(environment.iter().copied())
            .kill_on_drop(true)
            .spawn()
            .expect("the engine starts");
        Self {
            home,
            program: card.program.clone(),
            child,
        }
    }

    /// The engine and its driver processes.
    pub(super) fn pids(&self) -> Vec<u32> {
        let engine = self.child.id().expect("it lives");
        let mut pids = descendants(engine);
        pids.insert(0, engine);
        pids
    }

    /// Its status of the GPU; null while it does not answer.
    pub(super) async fn status(&self) -> Value {
        let output = self.command(&["status", "--json"]).output().await;
        let status: Value = output
            .ok()
            .and_then(|output| serde_json::from_slice(&output.stdout).ok())
            .unwrap_or_default();
        status["gpus"][0].clone()
    }

    pub(super) async fn switch(&self, arguments: &[&str]) {
        let output = self.command(arguments).output().await.expect("it runs");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    }

    /// Ends it as a user does.
    pub(super) async fn stop(mut self) {
        self.signal(Signal::TERM);
        let status = self.child.wait().await.expect("its end");
        assert!(status.success(), "{status}");
    }

    fn signal(&self, signal: Signal) {
        let pid = self.child.id().expect("it lives").cast_signed();
        kill_process(Pid::from_raw(pid).expect("a pid"), signal).expect("a signal");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = at_home(Command::new(&self.program), &self.home);
        command.args(arguments);
        command
    }
}

fn at_home(mut command: Command, home: &TempDir) -> Command {
    for variable in [
        "XDG_CONFIG_HOME",
        "XDG_STATE_HOME",
        "GPU_KEEPALIVE_RUNTIME_DIR",
    ] {
        command.env(variable, home.path());
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command
}

#[tokio::test]
#[ignore = "needs a GPU"]
async fn the_engine_holds_whatever_its_own_environment_sets() {
    let card = Card::find().await;
    let mut observer = card.observer();
    observer.at_rest().await;
    let hostile = [
        ("CUDA_DISABLE_PERF_BOOST", "1"),
        ("CUDA_VISIBLE_DEVICES", ""),
    ];
    let engine = RunningEngine::start(&card, "context", &hostile);
    note("ready_after_s", observer.until_ready(true).await);
    pause(Duration::from_secs(5)).await;
    assert!(observer.is_ready().await, "still held after 5 s");
    note("status", engine.status().await);
    engine.stop().await;
    note("down_after_s", observer.until_ready(false).await);
}

#[tokio::test]
#[ignore = "needs a GPU"]
async fn nothing_survives_an_engine_that_is_killed() {
    let card = Card::find().await;
    let mut observer = card.observer();
    observer.at_rest().await;
    let before = observer.sample().await;
    let mut engine = RunningEngine::start(&card, "pulse", &[]);
    observer.until_ready(true).await;
    let pids = engine.pids();
    assert!(pids.len() > 1, "a driver process holds");
    engine.signal(Signal::KILL);
    engine.child.wait().await.expect("it is dead");
    until("every process is gone", || {
        !pids.iter().any(|pid| is_alive(*pid))
    })
    .await;
    note("down_after_s", observer.until_ready(false).await);
    assert!(observer.sample().await.vram_free >= before.vram_free);
}

#[tokio::test]
#[ignore = "needs a GPU"]
async fn a_paused_engine_has_no_vram_and_no_context() {
    let card = Card::find().await;
    let mut observer = card.observer();
    observer.at_rest().await;
    let before = observer.sample().await;
    let engine = RunningEngine::start(&card, "pulse", &[]);
    observer.until_ready(true).await;
    engine.switch(&["pause"]).await;
    observer.until_ready(false).await;
    assert!(observer.sample().await.vram_free >= before.vram_free);
    let files: Vec<_> = engine.pids().into_iter().map(device_files).collect();
    note("device_files_while_paused", files);
    let ours = observer
        .sample()
        .await
        .compute_processes
        .unwrap_or_default();
    assert!(
        !ours
            .iter()
            .any(|process| engine.pids().contains(&process.pid))
    );
    engine.stop().await;
}

#[tokio::test]
#[ignore = "needs a GPU"]
async fn the_engine_sends_no_pulses_while_another_computes() {
    let card = Card::find().await;
    let mut observer = card.observer();
    let engine = RunningEngine::start(&card, "pulse", &[]);
    observer.until_ready(true).await;
    let mut program = card.workload(PerfBoost::Allowed);
    work(&mut program, WorkloadAction::Load).await;
    let repeat = WorkloadAction::Repeat {
        workload: Workload::Prefill,
        lasting: Duration::from_secs(8),
    };
    let ((), phases) = tokio::join!(
        async {
            work(&mut program, repeat).await;
        },
        async {
            let mut phases = Vec::new();
            for _ in 0..7 {
                pause(Duration::from_secs(1)).await;
                let status = engine.status().await;
                phases.push((status["phase"].clone(), status["pulses"].as_u64()));
            }
            phases
        }
    );
    note("phases", &phases);
    let yielding: Vec<_> = phases.iter().filter(|(p, _)| p == "yielding").collect();
    assert!(yielding.len() >= 2, "{phases:?}");
    assert_eq!(yielding[0].1, yielding[yielding.len() - 1].1, "no pulses");
    program.end().await.expect("it ends");
    engine.stop().await;
}
