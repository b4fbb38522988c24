//! The time that the policy takes: for one step, and for a year of a laptop's days in virtual time.

use std::{
    collections::BTreeMap,
    hint::black_box,
    time::{Duration, Instant},
};

use gpu_keepalive_core::{
    host::HostSample,
    keeper::Kept,
    policy::Observations,
    protocol::Phase,
    settings::{Mode, Settings},
    simulation::{Harness, Scenario},
};
use serde_json::{Value, json};

const DAY: Duration = Duration::from_secs(86_400);

fn main() {
    println!("{}", json!({"step_ns": step_ns(), "year": year()}));
}

/// The median of 101 batches of steps on a GPU that is held ready by pulses, with nothing to do.
fn step_ns() -> f64 {
    const STEPS: u32 = 5_000;
    let settings = Settings {
        mode: Mode::Always,
        ..Settings::default()
    };
    let scenario = Scenario::preset("rtx-3070-laptop").expect("a preset");
    let mut harness = Harness::new(scenario, &settings, Kept::default());
    harness.run_for(Duration::from_secs(600));
    let host = HostSample::default();
    let (gpu, policy, _) = harness.keeper.gpus().next().expect("a GPU");
    let seen = Observations {
        gpu,
        settings: &settings,
        switches: harness.keeper.switches(),
        leases: 0,
        lease_ended: None,
        warm_until: None,
        held_for: None,
        host: &host,
        suspended: false,
        budget_spent: false,
        watched: false,
        measuring: false,
    };
    let mut policy = policy.clone();
    let step = policy.step(&seen, harness.now());
    assert_eq!(
        (step.decision.phase, step.decision.action),
        (Phase::Warm, None)
    );
    let mut batches: Vec<f64> = (0..101)
        .map(|_| {
            let began = stopwatch();
            for _ in 0..STEPS {
                black_box(policy.step(black_box(&seen), harness.now()));
            }
            began.elapsed().as_secs_f64() * 1e9 / f64::from(STEPS)
        })
        .collect();
    batches.sort_by(f64::total_cmp);
    batches[batches.len() / 2]
}

/// 365 days of the scenario, and what became of them.
fn year() -> Value {
    let text = include_str!("../../../tests/scenarios/laptop-day.toml");
    let scenario = Scenario::parse("laptop-day.toml", text).expect("a scenario");
    let began = stopwatch();
    let mut harness = Harness::new(scenario, &Settings::default(), Kept::default());
    let mut hours: BTreeMap<String, f64> = BTreeMap::new();
    let (mut decisions, mut since, mut before) = (0_u64, harness.now(), None);
    let mut requests = 0;
    for _ in 0..365 {
        harness.run_watched(DAY, |seen| {
            decisions += 1;
            let Some((_, _, Some(decision))) = seen.keeper.gpus().next() else {
                return;
            };
            let state = match decision.reasons.as_slice() {
                [] => format!("{:?}", decision.phase),
                reasons => format!("{:?} {reasons:?}", decision.phase),
            };
            if let Some(state) = before.replace(state) {
                *hours.entry(state).or_default() += seen.now().since(since).as_secs_f64() / 3600.0;
            }
            since = seen.now();
        });
        let lines = harness.log.drain(..);
        requests += lines
            .filter(|(_, line)| line.text.starts_with("request after"))
            .count();
    }
    json!({
        "took_s": began.elapsed().as_secs_f64(),
        "decisions": decisions,
        "pulses": harness.keeper.gpus().next().map(|(_, policy, _)| policy.history().pulses()),
        "requests": requests,
        "hours": hours,
    })
}

#[allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn stopwatch() -> Instant {
    Instant::now()
}
