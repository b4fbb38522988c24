//! Invariants after every step, whatever the inputs.

use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use super::{
    operations::{PRESETS, apply, operation},
    settling::{readiness, settle},
    *,
};
use crate::{
    policy::{FALL_FACTOR, IntervalLaw},
    settings::{MAX_PULSE_INTERVAL, MIN_PULSE_INTERVAL},
};

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
        let time = 30 * MINUTE;
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
