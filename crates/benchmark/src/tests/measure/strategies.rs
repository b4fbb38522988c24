//! Every strategy, side by side.

use std::time::Duration;

use gpu_keepalive_core::{
    benchmark::StrategyResult,
    settings::Strategy::{self, *},
};

use super::*;

async fn quick(preset: &str) -> BenchmarkResult {
    benchmark(&simulate(preset), QUICK).await.0
}

async fn quick_with(preset: &str, change: impl FnOnce(&mut Settings)) -> BenchmarkResult {
    let mut settings = Settings::default();
    change(&mut settings);
    let terms = Terms::of(&settings);
    let (result, _) = attempt_with(&simulate(preset), QUICK, None, terms).await;
    result.expect("a benchmark")
}

fn of(benchmark: &BenchmarkResult, strategy: Strategy) -> &StrategyResult {
    let mut all = benchmark.strategies.iter();
    let found = all.find(|one| one.strategy == strategy);
    found.unwrap_or_else(|| panic!("no {strategy}: {benchmark:?}"))
}

/// The strategies that work, and what each of the others lacks.
fn outcomes(benchmark: &BenchmarkResult) -> Vec<String> {
    let outcome = |one: &StrategyResult| match &one.why_not {
        None => one.strategy.to_string(),
        Some(why) => format!("{}: {why}", one.strategy),
    };
    benchmark.strategies.iter().map(outcome).collect()
}

#[tokio::test(start_paused = true)]
async fn each_card_states_what_works_on_it() {
    let unsupported = "power_mizer: the driver does not offer it here";
    let fell = |strategy: &str| format!("{strategy}: the clocks fell although they were held");
    let rows = [
        (
            "rtx-3070-laptop",
            vec![
                "standby".to_owned(),
                fell("boost"),
                unsupported.to_owned(),
                fell("context"),
                "pulse".to_owned(),
            ],
        ),
        (
            "rtx-4090",
            vec![
                "standby".to_owned(),
                "boost".to_owned(),
                "power_mizer".to_owned(),
                fell("context"),
                "pulse".to_owned(),
            ],
        ),
        (
            "h200",
            vec![
                "standby".to_owned(),
                "boost".to_owned(),
                unsupported.to_owned(),
                "context".to_owned(),
                "pulse".to_owned(),
            ],
        ),
    ];
    for (preset, expected) in rows {
        let benchmark = quick(preset).await;
        assert_eq!(outcomes(&benchmark), expected, "{preset}");
        assert_eq!(benchmark.chosen, Some(Standby), "{preset}");
    }
}

#[tokio::test(start_paused = true)]
async fn waking_on_request_costs_nothing_at_rest_and_holding_does() {
    let benchmark = quick("h200").await;
    let alone = benchmark.alone.as_ref().expect("it is compared with");
    assert!(alone.ratio > Some(1.5), "{alone:?}");
    let standby = of(&benchmark, Standby);
    assert_eq!(standby.watts_at_rest, Some(80.4));
    assert_eq!((standby.wake_ms, standby.vram_bytes), (Some(10.0), Some(0)));
    assert!(standby.first_ms < alone.first_ms, "{standby:?}");
    assert!(standby.resident_bytes < Some(4 << 20), "{standby:?}");
    let boost = of(&benchmark, Boost);
    assert_eq!(boost.watts_at_rest, Some(124.0));
    assert_eq!((boost.wake_ms, boost.vram_bytes), (None, Some(0)));
    assert!(boost.ratio < Some(1.05), "{boost:?}");
    let context = of(&benchmark, Context);
    assert!(context.vram_bytes > Some(200 << 20), "{context:?}");
    assert!(context.resident_bytes > Some(100 << 20), "{context:?}");
    assert!(standby.text.contains(": 0 W more at rest, first answer "));
    assert!(
        boost
            .text
            .contains(": 44 W more at rest, first answer at full speed")
    );
    for part in ["wake it on request", "would cost 44 W"] {
        assert!(benchmark.verdict.contains(part), "{}", benchmark.verdict);
    }
    assert_eq!(benchmark.kept_by, "a boost request");
    assert_eq!(benchmark.vram_bytes, Some(0), "of what keeps it ready");
}

#[tokio::test(start_paused = true)]
async fn a_short_promise_is_not_kept_by_waking_and_holding_is_chosen() {
    let benchmark = quick_with("h200", |settings| {
        settings.readiness.max_wake = Duration::from_millis(5);
    })
    .await;
    let standby = of(&benchmark, Standby);
    let why = standby.why_not.as_deref().unwrap_or_default();
    assert_eq!(why, "waking takes 10 ms, and the limit is 5 ms");
    assert_eq!(standby.wake_ms, Some(10.0), "measured all the same");
    assert_eq!(benchmark.chosen, Some(Boost));
    for part in ["hold it by a boost request, for 44 W", why] {
        assert!(benchmark.verdict.contains(part), "{}", benchmark.verdict);
    }
}

#[tokio::test(start_paused = true)]
async fn an_excluded_strategy_is_not_tried_and_reported() {
    let simulation = simulate("rtx-4090");
    let terms = Terms::of(&Settings {
        strategy_exclude: vec![Boost, PowerMizer, Context, Pulse],
        ..Settings::default()
    });
    let (result, lines) = attempt_with(&simulation, QUICK, None, terms).await;
    let benchmark = result.expect("a benchmark");
    for one in &benchmark.strategies {
        let why = one.why_not.as_deref().unwrap_or_default();
        assert!(why.contains("strategy_exclude"), "{one:?}");
        assert_eq!((one.first_ms, one.vram_bytes), (None, None));
    }
    assert_eq!((benchmark.chosen, benchmark.strategies.len()), (None, 5));
    let tried = lines.iter().any(|line| line.contains("a boost request"));
    assert!(!tried, "{lines:?}");
    let held = counters(&simulation);
    assert_eq!((held.boost_requests, held.contexts, held.pulses), (0, 0, 0));
    assert!(benchmark.verdict.contains("No way that may be tried"));
}

#[tokio::test(start_paused = true)]
async fn a_driver_that_refuses_the_boost_leaves_the_other_strategies() {
    let simulation = simulate("rtx-4090");
    simulation.with(|machine, now| machine.happen(None, EventKind::BoostRefused, None, now));
    let (benchmark, _) = benchmark(&simulation, QUICK).await;
    for strategy in [Standby, Boost] {
        let why = of(&benchmark, strategy).why_not.as_deref();
        assert_eq!(why, Some("the driver does not offer it here"));
    }
    assert_eq!(benchmark.chosen, Some(PowerMizer));
    assert_eq!(benchmark.kept_by, "the driver's performance mode");
}

#[tokio::test(start_paused = true)]
async fn little_free_vram_leaves_contexts_alone() {
    let simulation = simulate("rtx-4090");
    let terms = Terms::of(&Settings {
        vram_reserve: Bytes::from_mib(24_000),
        ..Settings::default()
    });
    let (result, _) = attempt_with(&simulation, QUICK, None, terms).await;
    let benchmark = result.expect("a benchmark");
    for strategy in [Context, Pulse] {
        let why = of(&benchmark, strategy).why_not.as_deref();
        assert_eq!(why, Some("too little VRAM is free beside your reserve"));
    }
    assert_eq!(counters(&simulation).contexts, 0);
}

#[tokio::test(start_paused = true)]
async fn a_quick_one_stays_below_two_minutes_on_a_card_whose_clocks_fall_at_once() {
    for (preset, seconds) in [("h200", 90), ("rtx-3070-laptop", 180)] {
        let simulation = simulate(preset);
        let clock = Clock::tokio();
        let began = clock.now();
        benchmark(&simulation, QUICK).await;
        let took = clock.now().since(began);
        assert!(took < Duration::from_secs(seconds), "{preset}: {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_thorough_one_names_the_vram_of_what_keeps_the_gpu_ready() {
    let plan = Plan::new(false, Some(1));
    let (boosted, _) = benchmark(&simulate("rtx-4090"), plan).await;
    assert_eq!(
        (boosted.kept_by.as_str(), boosted.vram_bytes),
        ("a boost request", Some(0))
    );
    assert!(boosted.slowdown_percent.is_some(), "beside pulses");
    let (pulsed, _) = benchmark(&simulate("rtx-3070-laptop"), plan).await;
    assert_eq!(pulsed.kept_by, "a pulse every 100 ms");
    assert!(pulsed.vram_bytes > Some(100 << 20), "{pulsed:?}");
}

#[tokio::test(start_paused = true)]
async fn several_rounds_give_medians_of_every_strategy() {
    let simulation = simulate("h200");
    let (benchmark, lines) = benchmark(&simulation, Plan::new(true, Some(3))).await;
    assert_eq!(benchmark.chosen, Some(Standby));
    let rounds = lines
        .iter()
        .filter(|line| line.contains("waking on request"));
    assert_eq!(rounds.count(), 3, "{lines:?}");
}
