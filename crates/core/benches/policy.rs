//! How long the policy takes: for one step, and for a year of a laptop's days in virtual time.

use std::{
    collections::BTreeMap,
    hint::black_box,
    time::{Duration, Instant},
};

use gpu_keepalive_core::{
    host::HostSample,
    policy::{Observations, PolicyEvent},
    protocol::Phase,
    settings::Mode,
    simulation::{Rig, Scenario},
};
use serde_json::{Value, json};

const DAY: Duration = Duration::from_secs(86_400);

fn main() {
    println!("{}", json!({"step_ns": step_ns(), "year": year()}));
}

/// The median of 101 batches of steps on a GPU that is held warm by pulses, with nothing to do.
fn step_ns() -> f64 {
    const STEPS: u32 = 5_000;
    let mut rig = Rig::new(Scenario::preset("rtx-3070-laptop").expect("a preset"));
    rig.switches.mode = Mode::Always;
    rig.run_for(Duration::from_secs(600));
    let host = HostSample::default();
    let seen = Observations {
        gpu: rig.info(),
        settings: &rig.settings,
        switches: rig.switches,
        leases: 0,
        lease_ended: None,
        warm_until: None,
        host: &host,
        suspended: false,
        budget_spent: false,
        watched: false,
        measuring: false,
    };
    let mut policy = rig.policy.clone();
    let step = policy.step(&seen, rig.now());
    assert_eq!(
        (step.decision.phase, step.decision.action),
        (Phase::Warm, None)
    );
    let mut batches: Vec<f64> = (0..101)
        .map(|_| {
            let began = stopwatch();
            for _ in 0..STEPS {
                black_box(policy.step(black_box(&seen), rig.now()));
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
    let mut rig = Rig::new(scenario);
    let mut hours: BTreeMap<String, f64> = BTreeMap::new();
    let (mut steps, mut since, mut before) = (0_u64, rig.now(), None);
    let mut requests = 0;
    for _ in 0..365 {
        rig.run_watched(DAY, |seen| {
            steps += 1;
            let state = match seen.decision.reasons.as_slice() {
                [] => format!("{:?}", seen.decision.phase),
                reasons => format!("{:?} {reasons:?}", seen.decision.phase),
            };
            if let Some(state) = before.replace(state) {
                *hours.entry(state).or_default() += seen.now.since(since).as_secs_f64() / 3600.0;
            }
            since = seen.now;
        });
        requests += rig
            .events
            .drain(..)
            .filter(|(_, event)| matches!(event, PolicyEvent::RequestArrived { .. }))
            .count();
    }
    json!({
        "took_s": began.elapsed().as_secs_f64(),
        "steps": steps,
        "pulses": rig.policy.record().pulses(),
        "requests": requests,
        "hours": hours,
    })
}

#[allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn stopwatch() -> Instant {
    Instant::now()
}
