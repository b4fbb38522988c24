//! The engine on simulated GPUs, under tokio's paused clock.

use std::{future::Future, sync::Arc, time::Duration};

use gpu_keepalive_core::{
    gpu::GpuErrorKind,
    host::RuntimePm,
    protocol::{ErrorCode, PauseReason, Phase, Reply, Request, Status},
    settings::{GpuSelector, Mode, Settings},
    simulation::{EventKind, Scenario, SimulatedMachine},
};
use tokio::sync::oneshot;

mod desktop;
mod workers;

use super::{Engine, EngineOptions, StateFolder};
use crate::{
    clock::Clock,
    gpu::simulated::Simulation,
    handle::{ClientId, EngineHandle},
    log_tail::LogTail,
    settings_store::SettingsStore,
};

struct Running {
    handle: EngineHandle,
    simulation: Simulation,
    client: ClientId,
    stop: Option<oneshot::Sender<()>>,
    task: tokio::task::JoinHandle<()>,
}

fn options(clock: Clock, settings: Settings) -> EngineOptions {
    EngineOptions {
        clock,
        settings: SettingsStore::in_memory(&settings),
        state: None,
        simulated: true,
        mode: None,
        log: LogTail::default(),
    }
}

fn start_with(scenario: Scenario, configure: impl FnOnce(&mut EngineOptions)) -> Running {
    let clock = Clock::tokio();
    let simulation = Simulation::new(scenario, clock.clone());
    let mut options = options(
        clock,
        Settings {
            mode: Mode::Always,
            ..Settings::default()
        },
    );
    configure(&mut options);
    let engine = Engine::new(options, simulation.source(), simulation.host());
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

fn start(preset: &str) -> Running {
    start_with(Scenario::preset(preset).expect("a preset"), |_| {})
}

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

    /// Waits in virtual time, so a deadline costs nothing and a failure is reported at once.
    async fn until(&self, what: &str, mut reached: impl FnMut(&Status) -> bool) -> Arc<Status> {
        let mut watch = self.handle.status();
        let waited = tokio::time::timeout(Duration::from_secs(3600), async {
            watch
                .wait_for(|status| reached(status))
                .await
                .expect("the engine runs")
                .clone()
        });
        let newest = self.handle.status();
        waited
            .await
            .unwrap_or_else(|_| panic!("never {what}: {:?}", newest.borrow()))
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

#[tokio::test(start_paused = true)]
async fn it_becomes_ready_reports_it_and_releases_at_the_end() {
    let running = start("rtx-3070-laptop");
    let status = running
        .until("ready", |status| {
            status
                .gpus
                .first()
                .is_some_and(|gpu| gpu.ready == Some(true))
        })
        .await;
    assert_eq!(status.gpus[0].phase, Phase::Warm);
    assert!(status.engine.simulated);
    seconds(120).await;
    let status = running.status().await;
    assert!(status.gpus[0].pulses > 0);
    assert_eq!(status.gpus[0].pstate.map(|p| p.number()), Some(0));
    assert!(nothing_is_held(&running.stop().await));
}

#[tokio::test(start_paused = true)]
async fn the_trays_switches_take_effect() {
    let running = start("rtx-4090");
    running.until_phase(Phase::Warm).await;
    running.ask(Request::Off).await;
    running.until_phase(Phase::Off).await;
    running.ask(Request::On).await;
    running.until_phase(Phase::Warm).await;
    running.ask(Request::Pause { for_s: Some(60.0) }).await;
    let paused = running.until_phase(Phase::Paused).await;
    assert_eq!(paused.gpus[0].reasons, [PauseReason::User]);
    assert!(
        paused
            .engine
            .pause_remaining_s
            .is_some_and(|left| left <= 60.0)
    );
    running.until_phase(Phase::Warm).await;
    running.ask(Request::Pause { for_s: None }).await;
    running.until_phase(Phase::Paused).await;
    running.ask(Request::Resume).await;
    running.until_phase(Phase::Warm).await;
    running
        .ask(Request::Mode {
            mode: Mode::OnDemand,
        })
        .await;
    running.until_phase(Phase::Asleep).await;
    running.ask(Request::Warm { for_s: Some(120.0) }).await;
    running.until_phase(Phase::Warm).await;
    running.until_phase(Phase::Asleep).await;
}

#[tokio::test(start_paused = true)]
async fn a_lease_ends_with_its_client() {
    let running = start("rtx-4090");
    running.until_phase(Phase::Warm).await;
    assert_eq!(running.refused(Request::EndLease).await, ErrorCode::Lease);
    running.ask(Request::BeginLease { wait: false }).await;
    running.until_phase(Phase::Yielding).await;
    running.handle.client_gone(running.client).await;
    running.until_phase(Phase::Warm).await;
    assert_eq!(running.status().await.engine.leases, 0);
}

#[tokio::test(start_paused = true)]
async fn a_hung_driver_delays_nobodys_answer() {
    let scenario = Scenario::parse(
        "hang.toml",
        "[[gpus]]\nlike = \"rtx-4090\"\n[[events]]\nat_s = 10\nuntil_s = 30\nkind = \"hang\"\n",
    )
    .expect("a scenario");
    let running = start_with(scenario, |_| {});
    seconds(11).await;
    let before = tokio::time::Instant::now();
    running.status().await;
    // Virtual time advances only when everything waits, so an answer that waited for the driver
    // would have cost its deadline.
    assert!(before.elapsed() < Duration::from_millis(100));
    let fault = running.until_phase(Phase::Fault).await;
    let fault = fault.gpus[0].fault.clone().expect("told");
    assert_eq!(fault.kind, GpuErrorKind::TimedOut);
    running.until_phase(Phase::Warm).await;
}

#[tokio::test(start_paused = true)]
async fn two_gpus_are_kept_each_on_its_own() {
    let running = start("two-gpus");
    running
        .until("both ready", |status| {
            status.gpus.len() == 2 && status.gpus.iter().all(|gpu| gpu.ready == Some(true))
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn only_the_chosen_gpu_is_kept_and_an_unknown_one_is_reported() {
    let running = start_with(Scenario::preset("two-gpus").expect("a preset"), |options| {
        let gpus = Some(vec![GpuSelector::Index(1), GpuSelector::Index(7)]);
        let settings = Settings {
            mode: Mode::Always,
            gpus,
            ..Settings::default()
        };
        options.settings = SettingsStore::in_memory(&settings);
    });
    let status = running
        .until("one GPU", |status| status.gpus.len() == 1)
        .await;
    assert_eq!(status.gpus[0].index, 1);
    assert_eq!(status.notices[0].id, "unknown-gpu-7");
    assert!(
        status.notices[0].message.contains("“7”"),
        "{:?}",
        status.notices
    );
}

#[tokio::test(start_paused = true)]
async fn without_a_driver_it_reports_that_and_keeps_searching() {
    let text = "[[gpus]]\nlike = \"rtx-4090\"\n[[events]]\nkind = \"fault\"\n\
                error = \"nvml_missing\"\nfor_s = 60\n";
    let scenario = Scenario::parse("late.toml", text).expect("a scenario");
    let running = start_with(scenario, |_| {});
    let status = running
        .until("a notice", |status| !status.notices.is_empty())
        .await;
    assert_eq!(status.notices[0].id, "no-gpu");
    assert_eq!(
        status.notices[0].message,
        "The NVIDIA driver is not installed. Install the NVIDIA driver. The GPU is looked for \
         again by itself."
    );
    assert!(status.gpus.is_empty());
    let status = running.until_phase(Phase::Warm).await;
    assert_eq!(status.notices, []);
}

#[tokio::test(start_paused = true)]
async fn a_suspended_machine_finds_everything_released_and_rebuilt_after() {
    let scenario = Scenario::parse(
        "suspend.toml",
        "[[gpus]]\nlike = \"rtx-4090\"\n[[events]]\nat_s = 30\nfor_s = 600\nkind = \"suspend\"\n",
    )
    .expect("a scenario");
    let running = start_with(scenario, |_| {});
    running.until_phase(Phase::Warm).await;
    seconds(32).await;
    assert!(nothing_is_held(&running.simulation));
    seconds(620).await;
    assert!(!nothing_is_held(&running.simulation));
    assert_eq!(running.status().await.gpus[0].ready, Some(true));
}

#[tokio::test(start_paused = true)]
async fn what_was_learned_is_there_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let with_state = |options: &mut EngineOptions| {
        options.state = Some(StateFolder::open(folder.path().to_owned()));
    };
    let preset = || Scenario::preset("rtx-3070-laptop").expect("a preset");
    let first = start_with(preset(), with_state);
    seconds(600).await;
    let learned = first.status().await.gpus[0]
        .pulse_interval_ms
        .expect("pulses");
    assert!(learned > 5000, "{learned} ms");
    first.ask(Request::Off).await;
    first.stop().await;
    let second = start_with(preset(), with_state);
    second.until_phase(Phase::Off).await;
    second.ask(Request::On).await;
    let status = second
        .until("the learned interval", |status| {
            status
                .gpus
                .first()
                .is_some_and(|gpu| gpu.pulse_interval_ms == Some(learned))
        })
        .await;
    assert!(
        status.gpus[0].pulses < 10,
        "{} pulses to get there",
        status.gpus[0].pulses
    );
}

#[tokio::test(start_paused = true)]
async fn settings_change_through_the_engine_or_are_refused() {
    let running = start("rtx-4090");
    let set = |key: &str, value: &str| Request::Set {
        key: key.to_owned(),
        value: Some(serde_json::from_str(value).expect("JSON")),
    };
    running.ask(set("thermal.max_temperature", "70")).await;
    assert_eq!(
        running.refused(set("thermal.max_temperature", "700")).await,
        ErrorCode::InvalidArgument
    );
    assert_eq!(
        running.refused(set("thermal.maximum", "70")).await,
        ErrorCode::InvalidArgument
    );
    let Reply::Settings(report) = running.ask(Request::Settings).await else {
        panic!()
    };
    let limit = report
        .settings
        .iter()
        .find(|s| s.key == "thermal.max_temperature");
    assert_eq!(limit.and_then(|s| s.value.as_u64()), Some(70));
    assert_eq!(
        running.refused(Request::ShowWindow).await,
        ErrorCode::NoWindow
    );
}

#[tokio::test(start_paused = true)]
async fn a_gpu_is_sampled_more_often_while_a_client_is_subscribed() {
    let running = start_with(Scenario::preset("rtx-4090").expect("a preset"), |options| {
        options.mode = Some(Mode::OnDemand);
    });
    running.until_phase(Phase::Asleep).await;
    let samples_in_a_minute = async || {
        let counters = |machine: &mut SimulatedMachine, now| machine.counters(0, now);
        let before = running.simulation.with(counters).expect("a card").samples;
        seconds(60).await;
        running.simulation.with(counters).expect("a card").samples - before
    };
    let alone = samples_in_a_minute().await;
    running.handle.client_subscribed(running.client).await;
    let watched = samples_in_a_minute().await;
    running.handle.client_gone(running.client).await;
    let alone_again = samples_in_a_minute().await;
    assert!((11..=13).contains(&alone), "{alone}");
    assert!((28..=31).contains(&watched), "{watched}");
    assert!((11..=13).contains(&alone_again), "{alone_again}");
}

#[tokio::test(start_paused = true)]
async fn the_doctor_is_answered_from_what_is_known_and_disturbs_nothing() {
    let running = start("h200");
    running.until_phase(Phase::Warm).await;
    running
        .until("ready", |status| status.gpus[0].ready == Some(true))
        .await;
    let before = running.status().await.gpus[0].strategy;
    let Reply::Doctor(doctor) = running.ask(Request::Doctor).await else {
        panic!("no findings");
    };
    let ids: Vec<_> = doctor.findings.iter().map(|f| f.id.as_str()).collect();
    assert_eq!(ids, ["simulated", "driver-works", "gpu-ready"]);
    let after = running.status().await.gpus[0].strategy;
    assert!(before.is_some());
    assert_eq!(before, after);

    running.ask(Request::Off).await;
    running.until_phase(Phase::Off).await;
    let Reply::Report(report) = running.ask(Request::Report).await else {
        panic!("no report");
    };
    assert!(report.contains("note switched-off"), "{report}");
    assert!(!report.contains("51300000"), "a UUID: {report}");
}

#[tokio::test(start_paused = true)]
async fn the_doctor_does_not_wake_a_gpu_that_sleeps() {
    let running = start_with(
        Scenario::preset("rtx-3070-laptop").expect("a preset"),
        |options| options.settings = SettingsStore::in_memory(&Settings::default()),
    );
    running
        .until("asleep", |status| {
            status
                .gpus
                .first()
                .is_some_and(|gpu| gpu.phase == Phase::Asleep)
        })
        .await;
    // Listing the GPUs at the start woke it.
    seconds(60).await;
    let suspended = |machine: &mut SimulatedMachine, now| {
        let host = machine.host(&[], now);
        host.runtime_pm[0].1 == RuntimePm::Suspended
    };
    assert!(running.simulation.with(suspended));
    let Reply::Doctor(doctor) = running.ask(Request::Doctor).await else {
        panic!("no findings");
    };
    let ids: Vec<_> = doctor.findings.iter().map(|f| f.id.as_str()).collect();
    assert_eq!(ids, ["simulated", "driver-works", "gpu-asleep"]);
    seconds(1).await;
    assert!(running.simulation.with(suspended));
    assert!(nothing_is_held(&running.simulation));
}

#[tokio::test(start_paused = true)]
async fn a_hanging_driver_holds_up_the_doctor_and_not_the_engine() {
    let running = start("h200");
    running.until_phase(Phase::Warm).await;
    running
        .simulation
        .with(|machine, now| machine.happen(None, EventKind::Hang, None, now));
    let doctor = running.ask(Request::Doctor);
    tokio::pin!(doctor);
    tokio::select! {
        biased;
        reply = &mut doctor => panic!("it cannot know yet: {reply:?}"),
        status = running.status() => assert_eq!(status.gpus.len(), 1),
    }
    let Reply::Doctor(doctor) = doctor.await else {
        panic!("no findings");
    };
    assert!(doctor.findings.iter().any(|f| f.id == "driver-works"));
}

#[tokio::test(start_paused = true)]
async fn a_status_is_published_when_something_changed_and_not_as_time_passes() {
    let running = start("rtx-3070-laptop");
    running
        .ask(Request::Mode {
            mode: Mode::OnDemand,
        })
        .await;
    running.until_phase(Phase::Asleep).await;
    seconds(60).await;
    let mut watch = running.handle.status();
    watch.mark_unchanged();
    seconds(600).await;
    assert!(
        !watch.has_changed().expect("the engine runs"),
        "{:?}",
        watch.borrow()
    );
    // A client that answers each status with a message must not be answered with a new status.
    let desktop = gpu_keepalive_core::protocol::DesktopStatus::default();
    running.handle.describe_desktop(desktop);
    seconds(1).await;
    watch.mark_unchanged();
    running.handle.describe_desktop(desktop);
    seconds(1).await;
    assert!(!watch.has_changed().expect("the engine runs"));
}
