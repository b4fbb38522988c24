//! Invariants after every step, whatever the inputs.

use proptest::{
    prelude::{Just, any, prop_assert, prop_assert_eq, prop_oneof, proptest},
    strategy::Strategy as Generator,
};

use super::*;
use crate::{
    gpu::{GpuErrorKind, PowerSource},
    policy::{FALL_FACTOR, IntervalLaw},
    settings::{MAX_PULSE_INTERVAL, MIN_PULSE_INTERVAL},
    simulation::EventKind,
};

/// Something that happens between two runs.
#[derive(Clone, Debug)]
enum Operation {
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
    /// It happens for so long.
    Provoked(EventKind, Duration),
    ProcessEnded,
    WorkerEnded,
}

fn operation() -> impl Generator<Value = Operation> {
    use Operation as O;
    let modes = [Mode::Always, Mode::OnDemand, Mode::WhileLoaded];
    let requests = prop_oneof![
        Just(Request::On),
        Just(Request::Off),
        Just(Request::Resume),
        Just(Request::BeginLease { wait: false }),
        Just(Request::EndLease),
        Just(Request::CancelBench),
        proptest::option::of(1u32..900).prop_map(|s| Request::Pause {
            for_s: s.map(f64::from)
        }),
        (1u32..600).prop_map(|s| Request::Warm {
            for_s: Some(f64::from(s))
        }),
        proptest::sample::select(modes.to_vec()).prop_map(|mode| Request::Mode { mode }),
    ];
    let events = vec![
        EventKind::Battery,
        EventKind::UndersizedAdapter,
        EventKind::Suspend,
        EventKind::SensorLost,
        EventKind::Hang,
        EventKind::Heat(60.0),
        EventKind::Fault(GpuErrorKind::GpuLost),
        EventKind::Fault(GpuErrorKind::OutOfMemory),
        EventKind::Fault(GpuErrorKind::ContextLost),
    ];
    let strategies = vec![
        StrategyChoice::Auto,
        StrategyChoice::PowerMizer,
        StrategyChoice::Context,
        StrategyChoice::Pulse,
    ];
    prop_oneof![
        10 => (50u64..90_000).prop_map(|ms| O::Run(Duration::from_millis(ms))),
        6 => requests.prop_map(O::Request),
        1 => Just(O::ClientGone),
        1 => Just(O::Subscribed),
        1 => Just(O::Benchmark),
        1 => Just(O::BenchmarkEnded),
        2 => prop_oneof![Just(0u32), 1u32..100].prop_map(O::Load),
        1 => prop_oneof![Just(512u64), 0u64..24_000].prop_map(O::Reserve),
        1 => any::<bool>().prop_map(O::Budget),
        1 => (50i32..95).prop_map(O::Limit),
        1 => proptest::sample::select(strategies).prop_map(O::Strategy),
        3 => (proptest::sample::select(events), 1u64..120)
            .prop_map(|(kind, s)| O::Provoked(kind, Duration::from_secs(s))),
        1 => Just(O::ProcessEnded),
        1 => Just(O::WorkerEnded),
    ]
}

const PRESETS: [&str; 6] = [
    "rtx-3070-laptop",
    "rtx-4090",
    "h200",
    "hot-laptop",
    "two-gpus",
    "gpu-lost",
];

/// The invariants of ARCHITECTURE.md that the keeper answers for, on every GPU.
fn check(seen: &Harness) {
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

fn apply(harness: &mut Harness, operation: Operation) {
    let now = harness.now();
    match operation {
        Operation::Run(time) => harness.run_watched(time, check),
        Operation::Request(request) => harness.request(request),
        Operation::ClientGone => harness.handle(Input::ClientGone(ClientId(1))),
        Operation::Subscribed => harness.handle(Input::Subscribed(ClientId(1))),
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
        Operation::Limit(limit) => harness.change(|settings| {
            settings.thermal.max_temperature = crate::units::Celsius(limit);
        }),
        Operation::Strategy(strategy) => {
            harness.change(|settings| settings.strategy = strategy);
        }
        Operation::Provoked(kind, lasts) => {
            let first = matches!(kind, EventKind::Fault(_) | EventKind::Hang).then_some(0);
            harness.machine.happen(first, kind, Some(lasts), now);
        }
        Operation::ProcessEnded | Operation::WorkerEnded => {
            let Some(gpu) = harness.keeper.gpu_ids().next() else {
                return;
            };
            harness.machine.end_process(gpu.index, now);
            harness.handle(match operation {
                Operation::ProcessEnded => {
                    let error = crate::gpu::GpuError::new(GpuErrorKind::ProcessEnded, "killed");
                    Input::ProcessEnded(gpu, error)
                }
                _ => Input::WorkerEnded(crate::keeper::Worker::Gpu(gpu), "panicked".to_owned()),
            });
        }
    }
}

/// Let everything end that ends by itself: then each GPU is held or at rest, and none in flight.
fn settle(harness: &mut Harness) {
    harness.handle(Input::ClientGone(ClientId(1)));
    for request in [Request::On, Request::Resume, Request::CancelBench] {
        harness.request(request);
    }
    harness.handle(Input::BenchmarkEnded(None));
    harness.change(|settings| {
        *settings = Settings {
            mode: Mode::Always,
            ..Settings::default()
        }
    });
    harness.request(Request::Mode { mode: Mode::Always });
    harness.load(0);
    harness.run_watched(10 * MINUTE, check);
}

/// The share of decisions, by GPU, at which it is ready in the next five minutes: a card that gets
/// too hot is ready now and then.
fn readiness(harness: &mut Harness) -> Vec<f64> {
    let mut ready = vec![0.0; harness.keeper.gpus().count()];
    let mut decisions = 0.0;
    harness.run_watched(5 * MINUTE, |seen| {
        check(seen);
        decisions += 1.0;
        for (share, (info, policy, _)) in ready.iter_mut().zip(seen.keeper.gpus()) {
            *share += f64::from(u8::from(policy.ready(info) == Some(true)));
        }
    });
    ready.iter().map(|count| count / decisions).collect()
}

proptest! {
    #[test]
    fn the_invariants_hold_after_every_step(
        preset in proptest::sample::select(PRESETS.as_slice()),
        operations in proptest::collection::vec(operation(), 1..25),
    ) {
        let mut harness = run(preset, Mode::Always);
        harness.run_for(SECOND);
        for operation in operations {
            apply(&mut harness, operation);
        }
        settle(&mut harness);
        let ready = readiness(&mut harness);
        prop_assert!(ready.iter().all(|share| *share > 0.0), "never ready again: {ready:?}");
        harness.handle(Input::Stop);
        harness.run_for(20 * SECOND);
        prop_assert!(harness.keeper.is_stopped());
        let counters = harness.counters();
        prop_assert!(!counters.context_open && !counters.nvml_open && counters.held.is_none());
    }

    #[test]
    fn a_simulated_card_is_ready_99_5_percent_of_the_time_after_the_first_minute(
        hold_ms in 200u64..60_000,
        jitter in 0u32..5,
    ) {
        let card = scenario(&format!(
            "[[gpus]]\nlike = \"rtx-3070-laptop\"\nruntime_d3 = false\nhold_s = {}\nhold_jitter_percent = {jitter}\n",
            hold_ms as f64 / 1000.0,
        ));
        let mut harness = run_scenario(card, Mode::Always);
        harness.run_for(MINUTE);
        let before = harness.counters().ready;
        let time = 20 * MINUTE;
        harness.run_for(time);
        let ready = harness.counters().ready - before;
        let share = ready.as_secs_f64() / time.as_secs_f64();
        prop_assert!(share >= 0.995, "ready {:.3} % of the time", share * 100.0);
    }

    #[test]
    fn a_gpu_with_a_constant_hold_time_falls_at_most_once(hold_ms in 200u64..70_000) {
        let mut law = IntervalLaw::default();
        let hold = Duration::from_millis(hold_ms);
        let mut falls = 0;
        law.held(MIN_PULSE_INTERVAL);
        for _ in 0..200 {
            let interval = law.interval();
            if interval < hold {
                law.held(interval);
            } else if law.fell(interval) {
                falls += 1;
            } else {
                law.held(MIN_PULSE_INTERVAL);
            }
        }
        prop_assert!(falls <= 1, "{falls} falls");
        prop_assert!(law.is_settled() || falls == 0 && hold > MAX_PULSE_INTERVAL);
    }

    #[test]
    fn the_interval_is_never_above_the_factor_times_the_shortest_fall(
        steps in proptest::collection::vec((any::<bool>(), 10u64..90_000), 1..200),
    ) {
        let mut law = IntervalLaw::default();
        let mut shortest: Option<Duration> = None;
        for (ready, ms) in steps {
            let since_work = Duration::from_millis(ms);
            if ready {
                law.held(since_work);
            } else if law.fell(since_work) {
                shortest = Some(shortest.map_or(since_work, |s| s.min(since_work)));
            }
            let learned = law.learned();
            prop_assert!((MIN_PULSE_INTERVAL..=MAX_PULSE_INTERVAL).contains(&learned.interval));
            if let Some(shortest) = shortest {
                let ceiling = shortest.mul_f64(FALL_FACTOR).max(MIN_PULSE_INTERVAL);
                prop_assert!(learned.interval <= ceiling, "{learned:?} above {ceiling:?}");
            }
            let again = IntervalLaw::from_learned(learned);
            prop_assert_eq!(again.learned(), learned);
        }
    }
}
