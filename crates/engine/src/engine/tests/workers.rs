//! The engine when a worker, a driver process or a disk fails.

use std::{
    future::pending,
    sync::atomic::{AtomicBool, Ordering},
};

use gpu_keepalive_core::{
    gpu::{Action, GpuError, GpuInfo, GpuList, Outcome},
    host::{HostEvent, HostSample},
    settings::{AiProgram, Strategy},
};

use super::*;
use crate::{
    gpu::{
        Gpu, GpuSource,
        simulated::SimulatedGpu,
        simulated::{SimulatedHolder, SimulatedSource},
    },
    host::{Host, simulated::SimulatedHost},
};

/// A source whose GPUs, or whose host, panic as long as the switch is on.
#[derive(Clone)]
struct Panics<T> {
    inner: T,
    switch: Arc<AtomicBool>,
}

impl<T> Panics<T> {
    fn now_and_then(&self) {
        assert!(!self.switch.load(Ordering::Relaxed), "a test's panic");
    }
}

impl GpuSource for Panics<SimulatedSource> {
    type Gpu = Panics<SimulatedGpu>;
    type Holder = SimulatedHolder;

    async fn discover(&mut self) -> Result<GpuList, GpuError> {
        self.now_and_then();
        self.inner.discover().await
    }

    fn open(&mut self, gpu: &GpuInfo) -> Self::Gpu {
        Panics {
            inner: self.inner.open(gpu),
            switch: Arc::clone(&self.switch),
        }
    }

    fn holder(&self, gpu: &GpuInfo) -> Result<SimulatedHolder, GpuError> {
        self.inner.holder(gpu)
    }
}

impl Gpu for Panics<SimulatedGpu> {
    async fn perform(&mut self, action: Action) -> Result<Outcome, GpuError> {
        self.now_and_then();
        self.inner.perform(action).await
    }

    async fn ended(&mut self) -> GpuError {
        self.inner.ended().await
    }
}

impl Host for Panics<SimulatedHost> {
    async fn sample(&mut self, ai_programs: &[AiProgram]) -> HostSample {
        self.now_and_then();
        self.inner.sample(ai_programs).await
    }

    async fn event(&mut self) -> HostEvent {
        match self.switch.load(Ordering::Relaxed) {
            true => pending().await,
            false => self.inner.event().await,
        }
    }
}

/// An engine whose GPUs and host panic while the first and the second switch are on.
fn start_panicking(preset: &str) -> (Running, [Arc<AtomicBool>; 2]) {
    let clock = Clock::tokio();
    let scenario = Scenario::preset(preset).expect("a preset");
    let simulation = Simulation::new(scenario, clock.clone());
    let switches = [(); 2].map(|()| Arc::new(AtomicBool::new(false)));
    let source = Panics {
        inner: simulation.source(),
        switch: Arc::clone(&switches[0]),
    };
    let host = Panics {
        inner: simulation.host(),
        switch: Arc::clone(&switches[1]),
    };
    let settings = Settings {
        mode: Mode::Always,
        ..Settings::default()
    };
    let engine = Engine::new(options(clock, settings), source, host);
    let handle = engine.handle();
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(engine.run(async {
        let _ = stopped.await;
    }));
    let running = Running {
        handle,
        simulation,
        client: ClientId::next(),
        stop: Some(stop),
        task,
    };
    (running, switches)
}

fn set(switch: &AtomicBool, on: bool) {
    switch.store(on, Ordering::Relaxed);
}

#[tokio::test(start_paused = true)]
async fn a_driver_process_that_is_killed_is_noticed_at_once_and_replaced() {
    let running = start("h200");
    running.until_phase(Phase::Warm).await;
    running
        .until("ready", |status| status.gpus[0].ready == Some(true))
        .await;
    seconds(120).await;
    let before = tokio::time::Instant::now();
    running.simulation.kill_process(0);
    let status = running.until_phase(Phase::Fault).await;
    assert!(before.elapsed() < Duration::from_millis(100));
    let fault = status.gpus[0].fault.clone().expect("stated");
    assert_eq!(fault.kind, GpuErrorKind::ProcessEnded);
    assert_ne!(status.gpus[0].ready, Some(true), "it is not ready any more");
    running
        .until("ready again", |status| status.gpus[0].ready == Some(true))
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_gpus_worker_is_a_fault_of_that_gpu_and_passes() {
    let (running, [gpus, _]) = start_panicking("two-gpus");
    running
        .until("both ready", |status| {
            status.gpus.len() == 2 && status.gpus.iter().all(|gpu| gpu.ready == Some(true))
        })
        .await;
    set(&gpus, true);
    let status = running.until_phase(Phase::Fault).await;
    let fault = status.gpus[0].fault.clone().expect("stated");
    assert!(fault.message.contains("a test's panic"), "{fault:?}");
    set(&gpus, false);
    running
        .until("both ready again", |status| {
            status.gpus.iter().all(|gpu| gpu.ready == Some(true))
        })
        .await;
    assert!(nothing_is_held(&running.stop().await));
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_gpus_worker_delays_no_suspend() {
    let (running, [gpus, _]) = start_panicking("rtx-4090");
    running.until_phase(Phase::Warm).await;
    set(&gpus, true);
    running.until_phase(Phase::Fault).await;
    let minute = Some(Duration::from_secs(60));
    running
        .simulation
        .with(|machine, now| machine.happen(None, EventKind::Suspend, minute, now));
    seconds(30).await;
    assert!(nothing_is_held(&running.simulation));
    set(&gpus, false);
    seconds(60).await;
    assert_eq!(running.status().await.gpus[0].ready, Some(true));
}

#[tokio::test(start_paused = true)]
async fn a_panic_while_the_machine_is_sampled_ends_no_protection() {
    let (running, [_, host]) = start_panicking("rtx-3070-laptop");
    running.until_phase(Phase::Warm).await;
    set(&host, true);
    seconds(30).await;
    set(&host, false);
    running
        .simulation
        .with(|machine, now| machine.happen(None, EventKind::Battery, None, now));
    let paused = running.until_phase(Phase::Paused).await;
    assert_eq!(paused.gpus[0].reasons, [PauseReason::Battery]);
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_the_discovery_is_a_notice_and_passes() {
    let (running, [gpus, _]) = start_panicking("rtx-4090");
    set(&gpus, true);
    let status = running
        .until("a notice", |status| !status.notices.is_empty())
        .await;
    assert_eq!(status.notices[0].id, "no-gpu");
    set(&gpus, false);
    running.until_phase(Phase::Warm).await;
}

/// The answer for a GPU that was deselected and selected again must not reach the new one.
#[tokio::test(start_paused = true)]
async fn a_late_outcome_of_a_deselected_gpu_is_dropped() {
    let running = start("two-gpus");
    running
        .until("both ready", |status| {
            status.gpus.len() == 2 && status.gpus.iter().all(|gpu| gpu.ready == Some(true))
        })
        .await;
    running
        .simulation
        .with(|machine, now| machine.happen(Some(1), EventKind::Hang, None, now));
    // Its next sample hangs while it is deselected, and would fail 5 s later.
    seconds(3).await;
    let choose = |gpus: &str| Request::Set {
        key: "gpus".to_owned(),
        value: Some(serde_json::from_str(gpus).expect("JSON")),
    };
    running.ask(choose("[0]")).await;
    let hang_ends = |machine: &mut SimulatedMachine, _| machine.end_events();
    running.simulation.with(hang_ends);
    running.ask(choose("[0, 1]")).await;
    let ready = running
        .until("ready or at fault", |status| {
            status
                .gpus
                .get(1)
                .is_some_and(|gpu| gpu.ready == Some(true) || gpu.fault.is_some())
        })
        .await;
    assert_eq!(ready.gpus[1].fault, None);
    seconds(20).await;
    assert_eq!(running.status().await.gpus[1].fault, None);
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_cannot_be_read_or_written_delays_no_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["models.toml", "energy.json", "proofs.json", "learned.json"] {
        let fifo = folder.path().join(name);
        let made = std::process::Command::new("mkfifo").arg(&fifo).status();
        assert!(made.is_ok_and(|status| status.success()), "mkfifo");
    }
    let settings = folder.path().join("settings.toml");
    let running = start_with(Scenario::preset("h200").expect("a preset"), |options| {
        options.clock = Clock::tokio();
        options.settings = SettingsStore::load(settings);
        options.state = Some(StateFolder::open(folder.path().to_owned()));
    });
    let within = Duration::from_secs(20);
    let answered = tokio::time::timeout(within, async {
        running.until_phase(Phase::Asleep).await;
        running.ask(Request::Benchmarks).await;
        let request = Request::Recommend {
            gpu: None,
            vram_gib: Some(8.0),
            context_tokens: None,
            kv_cache: Default::default(),
            format: None,
            purpose: Default::default(),
        };
        let Reply::Recommend(answer) = running.ask(request).await else {
            panic!("no models");
        };
        assert!(
            answer.notes[0].contains("is not a file"),
            "{:?}",
            answer.notes
        );
        running.ask(Request::Off).await;
        running.until_phase(Phase::Off).await;
        running.stop().await;
    });
    answered
        .await
        .expect("nothing waits for a pipe without a writer");
}

#[tokio::test(start_paused = true)]
async fn a_quiet_server_is_stood_by_for_and_woken_on_request() {
    let running = start_with(
        Scenario::preset("h200-quiet").expect("a preset"),
        |options| options.settings = SettingsStore::in_memory(&Settings::default()),
    );
    let status = running.until_phase(Phase::Standby).await;
    assert_eq!(status.gpus[0].strategy, Some(Strategy::Standby));
    assert_eq!(status.gpus[0].ready, None, "no wake has shown it yet");
    let status = running.until_phase(Phase::Yielding).await;
    assert_eq!(status.gpus[0].wakes.sensed, 1);
    let status = running
        .until("proved", |status| {
            status.gpus[0].phase == Phase::Standby && status.gpus[0].ready == Some(true)
        })
        .await;
    assert_eq!(status.gpus[0].raises_with, Some(Strategy::Boost));
    running.ask(Request::Off).await;
    running.until_phase(Phase::Off).await;
    assert!(nothing_is_held(&running.stop().await));
}

#[tokio::test(start_paused = true)]
async fn an_engine_without_a_benchmark_refuses_one_and_goes_on_holding() {
    let running = start("rtx-4090");
    running.until_phase(Phase::Warm).await;
    let bench = Request::Bench {
        gpu: None,
        quick: true,
        rounds: None,
    };
    assert_eq!(running.refused(bench).await, ErrorCode::NotMeasured);
    running.until_phase(Phase::Warm).await;
    assert!(!nothing_is_held(&running.simulation));
}
