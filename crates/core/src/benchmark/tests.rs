use std::time::Duration;

use super::*;
use crate::settings::{
    Settings,
    Strategy::{Boost, Context, PowerMizer, Pulse, Standby},
};

#[test]
fn a_quick_plan_rests_just_longer_than_the_clocks_stay_up() {
    let rest = |hold_s: Option<f64>| {
        let steps = Plan::new(true, None).steps(hold_s.map(Duration::from_secs_f64));
        // The trials have measured the first request of a GPU that is held.
        let count = if hold_s.is_some() { 3 } else { 4 };
        assert_eq!(steps.len(), count, "{steps:?}");
        assert!(steps.iter().all(|step| step.rest_s == steps[0].rest_s));
        steps[0].rest_s
    };
    let rests = [
        None,
        Some(0.7),
        Some(3.2),
        Some(4.0),
        Some(17.6),
        Some(20.0),
    ]
    .map(rest);
    assert_eq!(rests, [5, 5, 6, 6, 20, 22]);
}

#[test]
fn a_plan_states_how_long_it_takes_at_most() {
    for (plan, minutes) in [(Plan::new(true, None), 5), (Plan::new(false, None), 19)] {
        assert!(
            plan.longest() < Duration::from_secs(60 * minutes),
            "{plan:?}"
        );
        assert!(plan.longest() > plan.hold_watch());
    }
    assert!(
        quick_text().ends_with("one to three minutes, 5 at most."),
        "{}",
        quick_text()
    );
}

#[test]
fn only_allowed_strategies_are_planned_and_standby_rests_past_its_linger() {
    let mut settings = Settings::default();
    settings.readiness.linger = Duration::from_secs(600);
    let rests = |settings: &Settings, hold_time| {
        let steps = Plan::new(true, None).trials(hold_time, &Terms::of(settings));
        steps
            .into_iter()
            .map(|step| (step.strategy, step.rest_s))
            .collect::<Vec<_>>()
    };
    let hold_time = Some(Duration::from_secs(18));
    let all = [
        (Standby, 23),
        (Boost, 20),
        (PowerMizer, 20),
        (Context, 20),
        (Pulse, 20),
    ];
    assert_eq!(rests(&settings, hold_time), all);
    settings.strategy_exclude = vec![PowerMizer, Pulse];
    let fewer = [(Standby, 23), (Boost, 20), (Context, 20)];
    assert_eq!(rests(&settings, hold_time), fewer);
    settings.strategy_exclude = vec![Boost];
    let without = [(PowerMizer, 20), (Context, 20), (Pulse, 20)];
    assert_eq!(
        rests(&settings, hold_time),
        without,
        "standby needs a boost"
    );
    assert_eq!(rests(&settings, None), [], "they were not seen to fall");
}

/// Never edited: what 0.1 kept in `proofs.json` must load for ever.
const KEPT_BY_0_1: &str = include_str!("../../tests/fixtures/benchmarks/0.1.json");

#[test]
fn what_0_1_kept_loads() {
    let kept: std::collections::BTreeMap<String, BenchmarkResult> =
        serde_json::from_str(KEPT_BY_0_1).expect("it loads");
    let benchmark = kept.values().next().expect("there is one");
    assert_eq!(benchmark.workloads[0].rests[0].rest_s, 5);
    assert_eq!((benchmark.chosen, benchmark.strategies.len()), (None, 0));
    assert_eq!(benchmark.alone, None);
}
