//! Time in which the engine did not run: it was stopped, or the machine stood still.

use super::*;
use crate::protocol::EnergyDay;

/// Seconds held and watt-hours of today.
fn today(harness: &mut Harness) -> EnergyDay {
    let report = harness.keeper.energy_report(1);
    report.days.into_iter().next().expect("a day")
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn holding_runs() -> Vec<(&'static str, Harness)> {
    let fixed = |preset, strategy| run_with(preset, Mode::Always, strategy, PulseInterval::Auto);
    vec![
        ("boost", fixed("h200", StrategyChoice::Boost)),
        ("context", fixed("h200", StrategyChoice::Context)),
        ("pulses", fixed("rtx-3070-laptop", StrategyChoice::Pulse)),
        ("what it chooses", run("h200", Mode::Always)),
    ]
}

#[test]
fn the_time_of_a_stop_is_neither_held_nor_paid() {
    for stop in [15, 40, 100, 3600] {
        for (what, mut harness) in holding_runs() {
            harness.run_for(5 * MINUTE);
            assert_eq!(harness.phase(), Phase::Warm, "{what}");
            let before = today(&mut harness);
            harness.stand_still_for(seconds(stop));
            harness.run_for(seconds(30));
            let after = today(&mut harness);
            let counted = after.warm_s - before.warm_s;
            assert!(
                (15.0..=30.1).contains(&counted),
                "{what}, {stop} s: {counted} s"
            );
            let wh = |day: &EnergyDay| day.warm_wh.expect("known");
            let per_second = wh(&before) / before.warm_s;
            let paid = wh(&after) - wh(&before);
            assert!(
                paid <= 31.0 * per_second * 1.5,
                "{what}, {stop} s: {paid} Wh"
            );
        }
    }
}

#[test]
fn what_was_learned_of_a_gpu_stays_and_it_is_held_again() {
    for (what, mut harness) in holding_runs() {
        harness.run_for(10 * MINUTE);
        let strategy = harness.policy().strategy();
        let attempts = harness.policy().attempts().len();
        harness.stand_still_for(10 * MINUTE);
        harness.run_for(seconds(15));
        assert_eq!(harness.phase(), Phase::Warm, "{what}");
        assert_eq!(harness.ready(), Some(true), "{what}");
        harness.run_for(10 * MINUTE);
        assert_eq!(harness.policy().strategy(), strategy, "{what}");
        assert_eq!(harness.policy().attempts().len(), attempts, "{what}");
        assert_eq!(harness.decision().phase, Phase::Warm, "{what}");
    }
}

#[test]
fn a_stopped_engine_holds_no_boost_past_its_end() {
    let strategy = StrategyChoice::Boost;
    let mut harness = run_with("h200", Mode::Always, strategy, PulseInterval::Auto);
    harness.run_for(5 * MINUTE);
    for second in 1..=60 {
        harness.stand_still_for(seconds(1));
        let boosted = harness.counters().boosted;
        assert!(boosted || second > 14, "held to its end, {second} s");
        assert!(!boosted || second <= 30, "not longer, {second} s");
    }
    assert!(!harness.counters().boost_open);
    harness.run_for(seconds(5));
    assert!(harness.counters().boosted);
}

#[test]
fn a_stop_of_a_moment_is_no_stop() {
    for (what, mut harness) in holding_runs() {
        harness.run_for(5 * MINUTE);
        let contexts = harness.counters().contexts;
        let before = today(&mut harness).warm_s;
        harness.stand_still_for(seconds(3));
        harness.run_for(MINUTE);
        assert_eq!(harness.counters().contexts, contexts, "{what}");
        let counted = today(&mut harness).warm_s - before;
        // 63 s, to a sample at either end.
        assert!((58.0..=68.0).contains(&counted), "{what}: {counted} s");
    }
}

#[test]
fn a_wake_is_released_while_the_engine_is_stopped() {
    let mut harness = run("h200-quiet", Mode::OnDemand);
    harness.run_for(2 * MINUTE);
    let mut raised = 0;
    for _ in 0..120 {
        harness.stand_still_for(seconds(1));
        raised += u32::from(harness.counters().boosted);
    }
    // Ten seconds in all without a command, and the last boost to its end.
    assert!(raised <= 10 + 30, "{raised} s");
    assert!(!harness.counters().boosted);
    harness.run_for(2 * MINUTE);
    assert!(matches!(
        harness.phase(),
        Phase::Standby | Phase::Warm | Phase::Yielding
    ));
}

#[test]
fn an_engine_stopped_until_a_list_of_gpus_is_overdue_holds_again() {
    let mut harness = run("rtx-3070-laptop", Mode::Always);
    harness.run_for(SECOND);
    let unlisted = crate::gpu::GpuError::new(crate::gpu::GpuErrorKind::NoGpu, "not now");
    harness.handle(Input::Discovered(Err(unlisted)));
    harness.stand_still_for(64 * SECOND);
    harness.run_for(MINUTE);
    assert_eq!(harness.phase(), Phase::Warm);
    assert_eq!(harness.ready(), Some(true));
    let stops = harness
        .log
        .iter()
        .filter(|(_, line)| line.text.starts_with("not run for"));
    assert_eq!(stops.count(), 1);
}
