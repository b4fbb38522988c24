//! Measuring cold against ready when the engine is asked to, under tokio's paused clock.

use std::{future::Future, sync::Arc, time::Duration};

use gpu_keepalive_core::{
    benchmark::BenchmarkResult,
    protocol::{
        ApiError, BenchmarkReport, ErrorCode, MeasuringStatus, PauseReason, Phase, Reply, Request,
        Status,
    },
    settings::{Mode, Settings},
    simulation::{EventKind, Scenario, SimulatedProcess},
    units::{Bytes, Percent},
};
use gpu_keepalive_engine::{
    clock::Clock,
    engine::{Engine, EngineOptions, StateFolder},
    gpu::simulated::Simulation,
    handle::{ClientId, EngineHandle},
    log_tail::LogTail,
    settings_store::SettingsStore,
};
use tokio::{sync::oneshot, task::JoinHandle};

use crate::{Benchmark, SimulatedWorkloads};

struct Running {
    handle: EngineHandle,
    simulation: Simulation,
    client: ClientId,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

fn start(preset: &str) -> Running {
    start_with(preset, None)
}

fn start_with(preset: &str, state: Option<StateFolder>) -> Running {
    let clock = Clock::tokio();
    let scenario = Scenario::preset(preset).expect("a preset");
    let simulation = Simulation::new(scenario, clock.clone());
    let settings = Settings {
        mode: Mode::Always,
        ..Settings::default()
    };
    let options = EngineOptions {
        clock,
        settings: SettingsStore::in_memory(&settings),
        state,
        simulated: true,
        mode: None,
        log: LogTail::default(),
    };
    let engine = Engine::new(options, simulation.source(), simulation.host());
    let engine = engine.with_benchmark(Benchmark(SimulatedWorkloads {
        simulation: simulation.clone(),
    }));
    let handle = engine.handle();
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(engine.run(async {
        let _ = stopped.await;
    }));
    Running {
        handle,
        simulation,
        client: ClientId::next(),
        stop: Some(stop),
        task,
    }
}

fn nothing_is_held(simulation: &Simulation) -> bool {
    simulation.with(|machine, now| {
        let counters = machine.counters(0, now).expect("a card");
        !counters.context_open && !counters.nvml_open && counters.held.is_none()
    })
}

fn seconds(seconds: u64) -> impl Future<Output = ()> {
    tokio::time::sleep(Duration::from_secs(seconds))
}

const BENCH: Request = Request::Bench {
    gpu: None,
    quick: true,
    rounds: None,
};

impl Running {
    async fn ask(&self, request: Request) -> Reply {
        match self.handle.ask(self.client, request).await {
            Ok(reply) => reply,
            Err(error) => panic!("refused: {error:?}"),
        }
    }

    async fn refused(&self, request: Request) -> ErrorCode {
        match self.handle.ask(self.client, request).await {
            Ok(reply) => panic!("not refused: {reply:?}"),
            Err(error) => error.code,
        }
    }

    async fn status(&self) -> Status {
        match self.ask(Request::Status).await {
            Reply::Status(status) => *status,
            other => panic!("not a status: {other:?}"),
        }
    }

    async fn until(&self, what: &str, mut reached: impl FnMut(&Status) -> bool) -> Arc<Status> {
        let mut watch = self.handle.status();
        let waited = tokio::time::timeout(
            Duration::from_secs(3600),
            watch.wait_for(|status| reached(status)),
        );
        let reached = waited.await.unwrap_or_else(|_| panic!("never {what}"));
        reached.expect("the engine runs").clone()
    }

    async fn until_phase(&self, phase: Phase) -> Arc<Status> {
        self.until(&format!("{phase:?}"), |status| {
            status.gpus.first().is_some_and(|gpu| gpu.phase == phase)
        })
        .await
    }

    async fn stop(mut self) -> Simulation {
        drop(self.stop.take());
        self.task.await.expect("the engine ended well");
        self.simulation
    }

    /// Asks for a measurement as a client of its own.
    fn bench(&self) -> (ClientId, JoinHandle<Result<Reply, ApiError>>) {
        let (handle, client) = (self.handle.clone(), ClientId::next());
        let answer = tokio::spawn(async move { handle.ask(client, BENCH).await });
        (client, answer)
    }

    async fn until_measuring(&self, what: &str) -> MeasuringStatus {
        let reported = |status: &Status| {
            let measuring = status.measuring.as_ref();
            measuring.is_some_and(|measuring| measuring.text.contains(what))
        };
        let status = self.until(what, reported).await;
        status.measuring.clone().expect("it is measured")
    }

    async fn benchmarks(&self) -> Vec<BenchmarkResult> {
        match self.ask(Request::Benchmarks).await {
            Reply::Benchmarks(BenchmarkReport { benchmarks, .. }) => benchmarks,
            other => panic!("no benchmarks: {other:?}"),
        }
    }

    /// Waits until our own hold has all the VRAM again that it has without a measurement.
    async fn until_held_alone(&self) {
        self.until("held, with no program beside it", |status| {
            let gpu = &status.gpus[0];
            let (vram, ours) = (&gpu.vram, gpu.vram.ours_bytes.unwrap_or_default());
            let taken = vram
                .total_bytes
                .zip(vram.free_bytes)
                .map(|(all, free)| all.0 - free.0);
            status.measuring.is_none()
                && gpu.phase == Phase::Warm
                && gpu.reasons.is_empty()
                && gpu.strategy.is_some()
                && taken.is_some_and(|taken| taken - ours.0 < PROGRAM.0)
        })
        .await;
    }
}

/// The memory of the program that is measured.
const PROGRAM: Bytes = Bytes::from_mib(512);

fn refusal(answer: Result<Reply, ApiError>) -> String {
    match answer {
        Err(error) if error.code == ErrorCode::NotMeasured => error.message,
        other => panic!("not refused for this: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn it_releases_measures_reports_the_progress_and_holds_again() {
    let running = start("rtx-3070-laptop");
    running.until_phase(Phase::Warm).await;
    let (_, answer) = running.bench();
    let rest = running
        .until_measuring("waiting until the GPU is idle")
        .await;
    let status = running.status().await;
    assert_eq!(status.gpus[0].phase, Phase::Paused);
    assert_eq!(status.gpus[0].reasons, [PauseReason::Measuring]);
    assert_eq!(status.gpus[0].strategy, None, "nothing keeps it ready");
    let cold = running.until_measuring("(decode) after").await;
    assert!(cold.elapsed_s > rest.elapsed_s && cold.left_s < rest.left_s);
    seconds(5).await;
    let later = running.status().await.measuring.expect("it continues");
    assert!(later.left_s < cold.left_s, "time passes: {later:?}");

    let Ok(Ok(Reply::Measured(benchmark))) = answer.await else {
        panic!("no result");
    };
    assert!(
        benchmark.simulated && benchmark.quick && !benchmark.disturbed,
        "{benchmark:?}"
    );
    assert!(
        benchmark.workloads[0].rests[0].ratio > Some(1.5),
        "{benchmark:?}"
    );
    running.until_held_alone().await;
    assert_eq!(
        running.benchmarks().await,
        [*benchmark],
        "shown from now on"
    );
    assert!(nothing_is_held(&running.stop().await));
}

#[tokio::test(start_paused = true)]
async fn it_ends_with_its_client_and_when_cancelled_at_any_moment() {
    let running = start("rtx-3070-laptop");
    running.until_phase(Phase::Warm).await;
    for (moment, leaves) in [
        ("", false),
        ("is idle", true),
        ("to fall", false),
        ("(decode) after", true),
        (", ready", false),
    ] {
        let (client, answer) = running.bench();
        running.until_measuring(moment).await;
        if leaves {
            running.handle.client_gone(client).await;
        } else {
            running.ask(Request::CancelBench).await;
        }
        let message = refusal(answer.await.expect("an answer"));
        let expected = if leaves { "is gone" } else { "was cancelled" };
        assert!(message.contains(expected), "{moment}: {message}");
        running.until_held_alone().await;
    }
    assert_eq!(running.benchmarks().await, []);
    running.ask(Request::CancelBench).await;
}

#[tokio::test(start_paused = true)]
async fn a_second_one_is_refused_and_leaves_the_first_alone() {
    let running = start("h200");
    running.until_phase(Phase::Warm).await;
    let (_, first) = running.bench();
    running.until_measuring("to fall").await;
    let (second, refused) = running.bench();
    let message = refusal(refused.await.expect("an answer"));
    assert!(message.contains("is being measured already"), "{message}");
    running.handle.client_gone(second).await;
    assert!(matches!(first.await, Ok(Ok(Reply::Measured(_)))));
    let other = Request::Bench {
        gpu: Some(7),
        quick: true,
        rounds: None,
    };
    assert_eq!(running.refused(other).await, ErrorCode::InvalidArgument);
}

#[tokio::test(start_paused = true)]
async fn a_gpu_in_use_is_not_measured_and_the_status_states_why() {
    let running = start("rtx-4090");
    running.until_phase(Phase::Warm).await;
    let busy = EventKind::Process(SimulatedProcess {
        command: "llama-server".to_owned(),
        pid: 7,
        gpu_open: true,
        vram: Bytes(0),
        utilization: Percent(80),
        ..SimulatedProcess::default()
    });
    let minute = Some(Duration::from_secs(60));
    running
        .simulation
        .with(|machine, now| machine.happen(Some(0), busy, minute, now));
    let status = running
        .until("in use", |status| status.gpus[0].cannot_measure.is_some())
        .await;
    let (_, answer) = running.bench();
    let message = refusal(answer.await.expect("an answer"));
    assert_eq!(status.gpus[0].cannot_measure.as_ref(), Some(&message));
    assert!(message.contains("llama.cpp is answering"), "{message}");
    running
        .until("free again", |status| {
            status.gpus[0].cannot_measure.is_none()
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn it_gives_way_to_inference_battery_sleep_and_the_end() {
    for (event, expected) in [
        (Some(EventKind::Battery), "on battery"),
        (Some(EventKind::Suspend), "went to sleep"),
        (None, "asked for full speed"),
    ] {
        let running = start("rtx-3070-laptop");
        running.until_phase(Phase::Warm).await;
        let (_, answer) = running.bench();
        running.until_measuring("(decode) after").await;
        match event {
            Some(event) => running.simulation.with(|machine, now| {
                machine.happen(None, event, Some(Duration::from_secs(60)), now);
            }),
            None => drop(running.ask(Request::BeginLease { wait: false }).await),
        }
        let message = refusal(answer.await.expect("an answer"));
        assert!(message.contains(expected), "{message}");
        assert!(nothing_is_held(&running.stop().await));
    }
    let running = start("rtx-4090");
    running.until_phase(Phase::Warm).await;
    let (_, answer) = running.bench();
    running.until_measuring(", ready").await;
    assert!(nothing_is_held(&running.stop().await));
    assert!(refusal(answer.await.expect("an answer")).contains("stopping"));
}

#[tokio::test(start_paused = true)]
async fn a_result_is_kept_between_runs_where_state_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let start_here = || start_with("h200", Some(StateFolder::open(folder.path().to_owned())));
    let running = start_here();
    running.until_phase(Phase::Warm).await;
    let Reply::Measured(benchmark) = running.ask(BENCH).await else {
        panic!("no result");
    };
    running.stop().await;
    let running = start_here();
    running.until_phase(Phase::Warm).await;
    let kept = running.benchmarks().await;
    // JSON may round the last digit of a number.
    assert_eq!(kept[0].verdict, benchmark.verdict);
}

#[tokio::test(start_paused = true)]
async fn results_that_are_not_understood_are_set_aside_and_reported_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("proofs.json");
    std::fs::write(&file, "{\"damaged").expect("written");
    let running = start_with("h200", Some(StateFolder::open(folder.path().to_owned())));
    running.until_phase(Phase::Warm).await;
    assert_eq!(running.benchmarks().await, []);
    for _ in 0..2 {
        let reply = running.ask(BENCH).await;
        assert!(matches!(reply, Reply::Measured(_)), "{reply:?}");
    }
    let status = running
        .until("a notice", |status| !status.notices.is_empty())
        .await;
    let [notice] = &status.notices[..] else {
        panic!("{:?}", status.notices);
    };
    let aside = folder.path().join("proofs.json.set-aside");
    let said = format!("It was set aside as {}.", aside.display());
    assert!(notice.message.ends_with(&said), "{notice:?}");
    assert_eq!(std::fs::read(aside).expect("there"), b"{\"damaged");
    assert_eq!(running.benchmarks().await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_gpu_lost_half_way_is_reported() {
    let running = start("gpu-lost");
    running.until_phase(Phase::Warm).await;
    let (_, answer) = running.bench();
    let message = refusal(answer.await.expect("an answer"));
    assert!(message.starts_with("Nothing was measured: "), "{message}");
}
