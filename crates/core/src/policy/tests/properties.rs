//! What must hold after every step, whatever happens.

use proptest::{
    prelude::{Just, ProptestConfig, any, prop_assert, prop_assert_eq, prop_oneof, proptest},
    strategy::Strategy as Generator,
};

use super::*;
use crate::{
    gpu::PowerSource,
    policy::{FALL_FACTOR, IntervalLaw},
    settings::{MAX_PULSE_INTERVAL, MIN_PULSE_INTERVAL},
    simulation::Seen,
};

/// Something done to the rig between two runs.
#[derive(Clone, Debug)]
enum Operation {
    Run(Duration),
    Enable(bool),
    Pause(Pause),
    Mode(Mode),
    Leases(u32),
    Load(u32),
    Reserve(u64),
    Budget(bool),
    Battery(bool),
    WarmUp(Duration),
}

fn operation() -> impl Generator<Value = Operation> {
    prop_oneof![
        8 => (50u64..90_000).prop_map(|ms| Operation::Run(Duration::from_millis(ms))),
        1 => any::<bool>().prop_map(Operation::Enable),
        1 => prop_oneof![Just(Pause::No), Just(Pause::Indefinitely)].prop_map(Operation::Pause),
        1 => prop_oneof![Just(Mode::Always), Just(Mode::OnDemand), Just(Mode::WhileLoaded)]
            .prop_map(Operation::Mode),
        1 => (0u32..2).prop_map(Operation::Leases),
        2 => prop_oneof![Just(0u32), 1u32..100].prop_map(Operation::Load),
        1 => prop_oneof![Just(512u64), 0u64..40_000].prop_map(Operation::Reserve),
        1 => any::<bool>().prop_map(Operation::Budget),
        1 => any::<bool>().prop_map(Operation::Battery),
        1 => (1u64..600).prop_map(|s| Operation::WarmUp(Duration::from_secs(s))),
    ]
}

const PRESETS: [&str; 5] = [
    "rtx-3070-laptop",
    "rtx-4090",
    "h200",
    "hot-laptop",
    "gpu-lost",
];

/// The invariants of ARCHITECTURE.md that the policy answers for.
fn check(seen: &Seen<'_>, rig_settings: &crate::settings::Settings) {
    let record = seen.policy.record();
    let decision = seen.decision;
    let holding = matches!(decision.phase, Phase::Warm | Phase::Yielding);
    match decision.action {
        Some(Action::Pulse) => {
            let (at, sample) = record.timed_sample().expect("a pulse needs a sample");
            assert!(
                seen.now.since(at) <= Duration::from_millis(500),
                "a stale sample"
            );
            assert!(
                record.last_pulse().is_none_or(|last| at > last),
                "a sample for each pulse"
            );
            assert_eq!(decision.phase, Phase::Warm);
            assert!(
                sample
                    .vram_free
                    .is_none_or(|free| free >= rig_settings.vram_reserve)
            );
            assert!(
                sample
                    .temperature
                    .is_some_and(|t| t < rig_settings.thermal.max_temperature)
            );
        }
        Some(Action::Hold { .. }) => {
            assert!(holding || decision.phase == Phase::Fault, "{decision:?}");
            assert!(decision.demand.is_some());
        }
        None if !holding => assert!(!record.needs_release(), "{decision:?}"),
        _ => {}
    }
    assert_eq!(
        decision.phase == Phase::Paused,
        !decision.reasons.is_empty()
    );
    if let Some(interval) = decision.interval {
        assert!((MIN_PULSE_INTERVAL..=MAX_PULSE_INTERVAL).contains(&interval));
    }
}

fn apply(rig: &mut Rig, operation: Operation) {
    let now = rig.now();
    match operation {
        Operation::Run(time) => {
            let settings = rig.settings.clone();
            let mut steps = (now, 0);
            rig.run_watched(time, |seen| {
                check(seen, &settings);
                steps = match steps {
                    (at, count) if seen.now.since(at) < Duration::from_millis(100) => {
                        (at, count + 1)
                    }
                    _ => (seen.now, 0),
                };
                assert!(
                    steps.1 < 50,
                    "no end of actions at {}: {:?}",
                    seen.now,
                    seen.decision
                );
            });
        }
        Operation::Enable(enabled) => rig.switches.enabled = enabled,
        Operation::Pause(pause) => rig.switches.pause = pause,
        Operation::Mode(mode) => rig.switches.mode = mode,
        Operation::Leases(leases) => {
            if leases < rig.leases {
                rig.lease_ended = Some(now);
            }
            rig.leases = leases;
        }
        Operation::Load(percent) => rig.machine.set_load(0, Percent(percent), now),
        Operation::Reserve(mib) => rig.settings.vram_reserve = Bytes::from_mib(mib),
        Operation::Budget(spent) => rig.budget_spent = spent,
        Operation::Battery(on) => {
            let kind = if on {
                PowerSource::Battery
            } else {
                PowerSource::Ac
            };
            rig.host_override = Some(kind);
        }
        Operation::WarmUp(time) => rig.warm_until = Some(now + time),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_invariants_hold_after_every_step(
        preset in proptest::sample::select(PRESETS.as_slice()),
        operations in proptest::collection::vec(operation(), 1..25),
    ) {
        let mut rig = rig(preset, Mode::Always);
        for operation in operations {
            apply(&mut rig, operation);
        }
    }

    #[test]
    fn a_simulated_card_is_ready_99_5_percent_of_the_time_after_the_first_minute(
        hold_ms in 200u64..60_000,
        jitter in 0u32..5,
    ) {
        let mut rig = Rig::new(scenario(&format!(
            "[[gpus]]\nlike = \"rtx-3070-laptop\"\nruntime_d3 = false\nhold_s = {}\nhold_jitter_percent = {jitter}\n",
            hold_ms as f64 / 1000.0,
        )));
        rig.switches.mode = Mode::Always;
        rig.run_for(MINUTE);
        let before = rig.machine.counters(0, rig.now()).expect("a card").ready;
        let time = 20 * MINUTE;
        rig.run_for(time);
        let ready = rig.machine.counters(0, rig.now()).expect("a card").ready - before;
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
