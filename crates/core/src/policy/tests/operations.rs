//! What can happen to an engine and its machine, and what must hold whatever happens.

use jiff::{ToSpan, civil::date};
use proptest::{
    prelude::{Just, any, prop_oneof},
    sample::select,
    strategy::Strategy as Generator,
};

use super::*;
use crate::{
    gpu::{GpuError, GpuErrorKind, GpuList, Outcome, PowerSource, holder::HolderReport},
    keeper::{GpuId, Worker},
    settings::{GpuSelector, MAX_PULSE_INTERVAL, MIN_PULSE_INTERVAL, SettingsFile},
    simulation::{EventKind, Guest, RawValue, Reading, SimulatedProcess},
    units::Celsius,
};

/// Something that happens between two runs.
#[derive(Clone, Debug)]
pub(super) enum Operation {
    Run(Duration),
    Request(Request),
    ClientGone,
    Subscribed,
    Benchmark,
    BenchmarkEnded,
    Load(u32),
    Reserve(u64),
    Budget(bool),
    Limit(i32),
    Strategy(StrategyChoice),
    Excluded(Strategy),
    /// It happens for so long.
    Provoked(EventKind, Duration),
    ProcessEnded,
    WorkerEnded,
    HoldEnded,
    /// The `hold` process is stopped by a signal.
    HoldStopped,
    OtherWorkerEnded(Worker),
    /// Outcomes that a worker sent before it was replaced.
    StaleOutcomes,
    /// The engine is stopped by a signal.
    StandStill(Duration),
    /// The wall clock shows so many days more than it should.
    ClockOff(i32),
    /// Each with a lease and a subscription; they stay, or all of them die.
    Clients(u64, bool),
    Served(u32),
    Toggles(u32),
    SettingsBroken,
    Deselected,
    Selected,
    /// The store fails with that, or works again.
    Store(Option<&'static str>),
    SetAside,
    DriverUpdated,
    NothingListed(GpuErrorKind),
    /// So many AI programs run for so long.
    Programs(u32, Duration),
    Game(Duration),
    /// A program ends, and another has its process id at once.
    PidReused,
    VramFull(bool),
    /// The engine is killed and started anew.
    Restarted,
}

/// What every call or reading of the driver may do for a while.
fn events() -> Vec<EventKind> {
    let odd = |reading, value| EventKind::Reports(reading, RawValue::Number(value));
    vec![
        EventKind::Battery,
        EventKind::UndersizedAdapter,
        EventKind::PowerSaver,
        EventKind::Suspend,
        EventKind::SensorLost,
        EventKind::Hang,
        EventKind::Heat(60.0),
        EventKind::BoostRefused,
        EventKind::Fault(GpuErrorKind::GpuLost),
        EventKind::Fault(GpuErrorKind::OutOfMemory),
        EventKind::Fault(GpuErrorKind::ContextLost),
        EventKind::Fault(GpuErrorKind::ExclusiveMode),
        EventKind::Fault(GpuErrorKind::VersionMismatch),
        EventKind::Fault(GpuErrorKind::ProcessEnded),
        // A thermal slowdown of the hardware.
        odd(Reading::ClocksEventReasons, 0x40),
        odd(Reading::Temperature, 255),
        odd(Reading::Power, u64::MAX),
        odd(Reading::Energy, 0),
        odd(Reading::Utilization, 101),
        odd(Reading::PState, 32),
    ]
}

fn requests() -> impl Generator<Value = Request> {
    let modes = [Mode::Always, Mode::OnDemand, Mode::WhileLoaded];
    prop_oneof![
        Just(Request::On),
        Just(Request::Off),
        Just(Request::Resume),
        Just(Request::BeginLease { wait: false }),
        Just(Request::BeginLease { wait: true }),
        Just(Request::EndLease),
        Just(held()),
        Just(Request::Release),
        Just(Request::CancelBench),
        proptest::option::of(1u32..900).prop_map(|s| Request::Pause {
            for_s: s.map(f64::from)
        }),
        (1u32..600).prop_map(|s| Request::Warm {
            for_s: Some(f64::from(s))
        }),
        select(modes.to_vec()).prop_map(|mode| Request::Mode { mode }),
    ]
}

fn workers() -> Vec<Worker> {
    vec![
        Worker::Driver,
        Worker::Host,
        Worker::Store,
        Worker::Benchmark,
    ]
}

pub(super) fn operation() -> impl Generator<Value = Operation> {
    use Operation as O;
    let seconds = |s| Duration::from_secs(s);
    let strategies = vec![
        StrategyChoice::Auto,
        StrategyChoice::PowerMizer,
        StrategyChoice::Context,
        StrategyChoice::Pulse,
    ];
    let excluded = vec![Strategy::Standby, Strategy::Boost, Strategy::PowerMizer];
    let lists = vec![GpuErrorKind::NoGpu, GpuErrorKind::DriverNotLoaded];
    let store = vec![
        None,
        Some("No space left on device"),
        Some("Read-only file system"),
        Some("No such file or directory"),
    ];
    let to_us = prop_oneof![
        10 => (50u64..90_000).prop_map(|ms| O::Run(Duration::from_millis(ms))),
        6 => requests().prop_map(O::Request),
        1 => Just(O::ClientGone),
        1 => Just(O::Subscribed),
        1 => Just(O::Benchmark),
        1 => Just(O::BenchmarkEnded),
        1 => prop_oneof![Just(512u64), 0u64..24_000].prop_map(O::Reserve),
        1 => any::<bool>().prop_map(O::Budget),
        1 => (50i32..95).prop_map(O::Limit),
        1 => select(strategies).prop_map(O::Strategy),
        1 => select(excluded).prop_map(O::Excluded),
        1 => (1u64..33, any::<bool>()).prop_map(|(count, die)| O::Clients(count, die)),
        1 => (1u32..50_000).prop_map(O::Served),
        1 => (2u32..30).prop_map(O::Toggles),
        1 => Just(O::SettingsBroken),
        1 => Just(O::Deselected),
        2 => Just(O::Selected),
    ];
    let around_us = prop_oneof![
        2 => prop_oneof![Just(0u32), 1u32..100].prop_map(O::Load),
        4 => (select(events()), 1u64..120).prop_map(move |(kind, s)| O::Provoked(kind, seconds(s))),
        1 => Just(O::ProcessEnded),
        1 => Just(O::WorkerEnded),
        1 => Just(O::HoldEnded),
        1 => Just(O::HoldStopped),
        1 => select(workers()).prop_map(O::OtherWorkerEnded),
        1 => Just(O::StaleOutcomes),
        1 => (1u64..4000).prop_map(move |s| O::StandStill(seconds(s))),
        1 => select(vec![0, 0, 1, -1, 100, -100, -20_000]).prop_map(O::ClockOff),
        1 => select(store).prop_map(O::Store),
        1 => Just(O::SetAside),
        1 => Just(O::DriverUpdated),
        1 => select(lists).prop_map(O::NothingListed),
        1 => (1u32..201, 1u64..90).prop_map(move |(count, s)| O::Programs(count, seconds(s))),
        1 => (1u64..120).prop_map(move |s| O::Game(seconds(s))),
        1 => Just(O::PidReused),
        1 => any::<bool>().prop_map(O::VramFull),
        1 => Just(O::Restarted),
    ];
    prop_oneof![4 => to_us, 3 => around_us]
}

/// Machines to do it to.
pub(super) const PRESETS: [&str; 6] = [
    "rtx-3070-laptop",
    "rtx-4090",
    "h200",
    "hot-laptop",
    "two-gpus",
    "gpu-lost",
];

/// The invariants of ARCHITECTURE.md that the keeper answers for, on every GPU.
pub(super) fn check(seen: &Harness) {
    let settings = seen.keeper.settings();
    for (info, policy, decision) in seen.keeper.gpus() {
        let history = policy.history();
        let Some(decision) = decision else { continue };
        let holding = matches!(decision.phase, Phase::Warm | Phase::Yielding);
        match decision.action {
            Some(Action::Pulse) => {
                let (at, sample) = history.timed_sample().expect("a pulse needs a sample");
                assert!(
                    seen.now().since(at) <= Duration::from_millis(500),
                    "a stale sample"
                );
                assert!(
                    history.last_pulse().is_none_or(|last| at > last),
                    "a sample for each pulse"
                );
                assert_eq!(decision.phase, Phase::Warm);
                assert!(
                    sample
                        .vram_free
                        .is_none_or(|free| free >= settings.vram_reserve)
                );
                assert!(
                    sample
                        .temperature
                        .is_none_or(|t| t < settings.thermal.max_temperature)
                );
                assert!(history.missed_temperatures() < 3, "the sensor is lost");
            }
            Some(Action::Hold { .. }) => {
                assert!(holding || decision.phase == Phase::Fault, "{decision:?}");
                assert!(decision.demand.is_some());
            }
            None if !holding => assert!(!history.needs_release(), "{decision:?}"),
            _ => {}
        }
        let begins = matches!(decision.action, Some(Action::Pulse | Action::Hold { .. }));
        if begins {
            // Each of these asks its own source, not the policy's list of reasons.
            assert!(seen.keeper.switches().enabled, "{decision:?}");
            assert!(!seen.keeper.switches().pause.is_on(seen.now()));
            let battery = seen.keeper.host().power_source != PowerSource::Ac;
            assert!(!battery || !settings.battery_pause, "{decision:?}");
            let saving = seen.keeper.host().power_saver;
            assert!(!saving || !settings.power_saver_pause, "{decision:?}");
            let budget = settings.energy.daily_budget_wh;
            let spent = budget.is_some_and(|wh| seen.keeper.decided_wh() >= wh);
            assert!(!spent, "the budget is spent: {decision:?}");
            assert!(!seen.machine.is_suspended() || seen.keeper.leaves_alone(&info.uuid));
        }
        if seen.keeper.leaves_alone(&info.uuid) {
            assert!(
                matches!(decision.action, None | Some(Action::Close)),
                "left alone: {decision:?}"
            );
        }
        assert_eq!(
            decision.phase == Phase::Paused,
            !decision.reasons.is_empty()
        );
        if let Some(interval) = decision.interval {
            assert!((MIN_PULSE_INTERVAL..=MAX_PULSE_INTERVAL).contains(&interval));
        }
    }
}

/// The client that asks, unless there are many.
pub(super) const CLIENT: ClientId = ClientId(1);

fn asks(harness: &mut Harness, client: ClientId, request: Request) {
    harness.handle(Input::Request {
        client,
        ticket: Ticket(0),
        request,
    });
}

fn program(command: &str, pid: u32, utilization: u32) -> EventKind {
    EventKind::Process(SimulatedProcess {
        command: command.to_owned(),
        pid,
        vram: Bytes::from_mib(64),
        utilization: Percent(utilization),
        boosts: false,
        ..SimulatedProcess::default()
    })
}

/// Does it. The invariants are checked while time passes.
pub(super) fn apply(harness: &mut Harness, operation: Operation) {
    let now = harness.now();
    let gpu = harness.keeper.gpu_ids().next();
    match operation {
        Operation::Run(time) => harness.run_watched(time, check),
        Operation::Request(request) => harness.request(request),
        Operation::ClientGone => harness.handle(Input::ClientGone(CLIENT)),
        Operation::Subscribed => harness.handle(Input::Subscribed(CLIENT)),
        Operation::Benchmark => harness.request(Request::Bench {
            gpu: None,
            quick: true,
            rounds: None,
        }),
        Operation::BenchmarkEnded => harness.handle(Input::BenchmarkEnded(None)),
        Operation::Load(percent) => harness.machine.set_load(0, Percent(percent), now),
        Operation::Reserve(mib) => {
            harness.change(|settings| settings.vram_reserve = Bytes::from_mib(mib));
        }
        Operation::Budget(limited) => harness.change(|settings| {
            settings.energy.daily_budget_wh = limited.then_some(0.1);
        }),
        Operation::Limit(limit) => {
            harness.change(|settings| settings.thermal.max_temperature = Celsius(limit));
        }
        Operation::Strategy(strategy) => harness.change(|settings| settings.strategy = strategy),
        Operation::Excluded(strategy) => {
            harness.change(|settings| settings.strategy_exclude = vec![strategy]);
        }
        Operation::Provoked(kind, lasts) => {
            let of_one = matches!(kind, EventKind::Fault(_) | EventKind::Hang);
            let first = of_one.then_some(0);
            harness.machine.happen(first, kind, Some(lasts), now);
        }
        Operation::ProcessEnded | Operation::WorkerEnded => {
            let Some(gpu) = gpu else { return };
            harness.machine.end_process(gpu.index, now);
            harness.handle(match operation {
                Operation::ProcessEnded => Input::ProcessEnded(gpu, killed()),
                _ => Input::WorkerEnded(Worker::Gpu(gpu), "panicked".to_owned()),
            });
        }
        Operation::HoldEnded => {
            let Some(gpu) = gpu else { return };
            harness.machine.end_hold(gpu.index, now);
            harness.handle(Input::HolderEnded(gpu, killed()));
        }
        Operation::HoldStopped => stop_hold(harness, gpu),
        Operation::OtherWorkerEnded(worker) => {
            harness.handle(Input::WorkerEnded(worker, "panicked".to_owned()));
        }
        Operation::StaleOutcomes => {
            let Some(gpu) = gpu else { return };
            let gpu = GpuId {
                generation: gpu.generation + 1000,
                ..gpu
            };
            for result in [Ok(Outcome::Sampled(Box::default())), Err(killed())] {
                let action = Action::Sample;
                harness.handle(Input::Performed {
                    gpu,
                    action,
                    result,
                });
            }
            let (at, pid) = (now, 7);
            let report = HolderReport::Gone { at, pid };
            harness.handle(Input::Holder { gpu, report });
            harness.handle(Input::ProcessEnded(gpu, killed()));
            harness.handle(Input::HolderEnded(gpu, killed()));
            harness.handle(Input::WorkerEnded(Worker::Gpu(gpu), "panicked".to_owned()));
        }
        Operation::StandStill(time) => harness.stand_still_for(time),
        Operation::ClockOff(days) => {
            let shown = today(harness).saturating_add(i64::from(days).days());
            harness.handle(Input::Today(shown));
        }
        Operation::Clients(count, die) => {
            for client in (100..100 + count).map(ClientId) {
                harness.handle(Input::Subscribed(client));
                asks(harness, client, Request::BeginLease { wait: false });
            }
            if die {
                (100..100 + count).for_each(|n| harness.handle(Input::ClientGone(ClientId(n))));
            }
        }
        Operation::Served(pid) => harness.request(Request::Serve { pid }),
        Operation::Toggles(count) => {
            for n in 0..count {
                let request = if n % 2 == 0 {
                    Request::Off
                } else {
                    Request::On
                };
                harness.request(request);
                harness.run_watched(Duration::from_millis(20), check);
            }
        }
        Operation::SettingsBroken => {
            let settings = harness.keeper.settings().clone();
            let broken = SettingsFile::of(&settings).replaced_by(SettingsFile::parse("mode = ["));
            harness.handle(Input::SettingsChanged(Box::new(broken)));
            assert_eq!(*harness.keeper.settings(), settings);
        }
        Operation::Deselected => {
            harness.change(|settings| settings.gpus = Some(vec![GpuSelector::Index(9)]));
        }
        Operation::Selected => harness.change(|settings| settings.gpus = None),
        Operation::Store(error) => harness.store_error = error.map(ToOwned::to_owned),
        Operation::SetAside => harness.handle(Input::Stored {
            notices: vec!["energy.json cannot be understood. It was set aside.".to_owned()],
            error: None,
        }),
        Operation::DriverUpdated => {
            let Ok(mut list) = harness.machine.discover(now) else {
                return;
            };
            for gpu in &mut list.gpus {
                gpu.driver_version += ".1";
            }
            harness.handle(Input::Discovered(Ok(list)));
        }
        Operation::NothingListed(kind) => {
            harness.handle(Input::Discovered(Err(GpuError::new(kind, "not now"))));
            harness.handle(Input::Discovered(Ok(GpuList::default())));
        }
        Operation::Programs(count, lasts) => {
            for pid in 50_000..50_000 + count {
                let kind = program("llama-server", pid, u32::from(pid % 3 == 0));
                harness.machine.happen(Some(0), kind, Some(lasts), now);
            }
        }
        Operation::Game(lasts) => {
            let kind = program("game.x86_64", 60_000, 97);
            harness.machine.happen(Some(0), kind, Some(lasts), now);
        }
        Operation::PidReused => {
            harness.machine.end_program(4242, now);
            let kind = program("python train.py", 4242, 60);
            harness.machine.happen(Some(0), kind, Some(MINUTE), now);
        }
        Operation::VramFull(is_full) => {
            let all = harness
                .keeper
                .gpus()
                .next()
                .and_then(|(info, ..)| info.vram_total);
            let guest = Guest {
                vram: all.unwrap_or_default(),
                utilization: Percent(0),
                boosts: false,
            };
            harness.machine.set_guest(0, is_full.then_some(guest), now);
        }
        Operation::Restarted => harness.restart(today(harness)),
    }
}

fn killed() -> GpuError {
    GpuError::new(GpuErrorKind::ProcessEnded, "killed")
}

/// The day that a wall clock shows that is right.
pub(super) fn today(harness: &Harness) -> jiff::civil::Date {
    let days = harness.now().since_origin().as_secs() / (24 * 3600);
    date(2026, 11, 28).saturating_add(days.cast_signed().days())
}

/// The `hold` process is stopped, and killed by the engine for its late answer.
fn stop_hold(harness: &mut Harness, gpu: Option<GpuId>) {
    let Some(gpu) = gpu else { return };
    let now = harness.now();
    harness.machine.stop_hold(gpu.index, now);
    harness.run_watched(5 * SECOND, check);
    let now = harness.now();
    let Some(gpu) = harness.keeper.gpu_ids().find(|id| id.index == gpu.index) else {
        return;
    };
    harness.machine.end_hold(gpu.index, now);
    let late = GpuError::new(
        GpuErrorKind::TimedOut,
        "the hold process left a command unanswered",
    );
    harness.handle(Input::HolderEnded(gpu, late));
}
