//! The closed loop against the fixed 100 ms of the original, on the same simulated cards.

use std::time::Duration;

use gpu_keepalive_core::{
    keeper::Kept,
    settings::{Mode, PulseInterval, Settings, StrategyChoice},
    simulation::{Counters, Event, EventKind, Harness, Scenario, SimulatedProcess},
    units::{Bytes, Percent},
};
use serde_json::{Value, json};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

fn main() {
    let hold_times = [0.5, 2.0, 18.0, 60.0].map(|hold_s| {
        let card = falling_card(hold_s);
        json!({"hold_s": hold_s, "ours": hour(ours(&card)), "original": hour(original(&card))})
    });
    let h200 = Scenario::preset("h200").expect("a preset");
    let context = json!({"ours": hour(ours(&h200)), "original": hour(original(&h200))});
    let days = ["rtx-3070-laptop", "rtx-4090"].map(working_day);
    let all = json!({"hold_times": hold_times, "context": context, "working_days": days});
    println!("{all}");
}

/// A card without any help from the driver, whose hold time varies by 5 %.
fn falling_card(hold_s: f64) -> Scenario {
    let text = format!(
        "[[gpus]]\nlike = \"rtx-3070-laptop\"\nruntime_d3 = false\nhold_s = {hold_s:?}\nhold_jitter_percent = 5\n"
    );
    Scenario::parse("card", &text).expect("a scenario")
}

/// Default settings, held from start to stop.
fn ours(scenario: &Scenario) -> Harness {
    in_mode(scenario, Mode::Always)
}

fn in_mode(scenario: &Scenario, mode: Mode) -> Harness {
    let settings = Settings {
        mode,
        ..Settings::default()
    };
    Harness::new(scenario.clone(), &settings, Kept::default())
}

/// The original: a pulse every 100 ms, from start to stop.
fn original(scenario: &Scenario) -> Harness {
    let mut settings = Settings {
        mode: Mode::Always,
        strategy: StrategyChoice::Pulse,
        ..Settings::default()
    };
    settings.pulse.interval = PulseInterval::Fixed(Duration::from_millis(100));
    Harness::new(scenario.clone(), &settings, Kept::default())
}

/// Switched off.
fn unheld(scenario: &Scenario) -> Harness {
    let kept = Kept {
        enabled: false,
        ..Kept::default()
    };
    Harness::new(scenario.clone(), &Settings::default(), kept)
}

/// The first hour, all that is being tried in it included, and after it a second one. Readiness
/// counts from the end of the first minute.
fn hour(mut harness: Harness) -> Value {
    harness.run_for(MINUTE);
    let minute = counters(&mut harness);
    harness.run_for(HOUR - MINUTE);
    let (first, first_wake_ups) = (counters(&mut harness), harness.wake_ups);
    harness.run_for(HOUR);
    let both = counters(&mut harness);
    let ready = (both.ready - minute.ready).as_secs_f64();
    json!({
        "pulses_first_hour": first.pulses,
        "pulses_per_hour": both.pulses - first.pulses,
        "wake_ups_per_hour": harness.wake_ups - first_wake_ups,
        "ready_percent": 100.0 * ready / (2 * HOUR - MINUTE).as_secs_f64(),
        "wh_per_hour": (both.energy.0 - first.energy.0) / 3600.0,
    })
}

fn counters(harness: &mut Harness) -> Counters {
    harness.machine.counters(0, harness.now()).expect("a card")
}

/// Seconds between the requests of one sitting: from a follow-up question to an absence of 14
/// minutes, which the warm window of 15 still covers.
const GAPS_S: [u64; 9] = [20, 45, 90, 180, 300, 60, 600, 30, 840];
/// The times when the user sits down, in hours of the day.
const SITTINGS: [u64; 4] = [8, 11, 14, 17];
const ANSWER: Duration = Duration::from_secs(12);

/// Beginnings of the 40 requests of a day, from midnight.
fn requests() -> Vec<Duration> {
    let sitting = |hour: u64| {
        // No two sittings begin at the same moment of a sample or a pulse.
        let first = HOUR * hour as u32 + Duration::from_millis(hour * 137);
        GAPS_S
            .iter()
            .scan(first, |at, gap| {
                *at += ANSWER + Duration::from_secs(*gap);
                Some(*at)
            })
            .fold(vec![first], |mut all, at| {
                all.push(at);
                all
            })
    };
    SITTINGS.into_iter().flat_map(sitting).collect()
}

/// A day of 24 hours with 40 requests: the original all day, ours on demand, and without either.
fn working_day(preset: &str) -> Value {
    let requests = requests();
    let mut scenario = Scenario::preset(preset).expect("a preset");
    scenario
        .events
        .extend(requests.iter().enumerate().map(|(n, at)| Event {
            at: *at,
            lasts: Some(ANSWER),
            repeat_every: None,
            gpu: None,
            kind: EventKind::Process(SimulatedProcess {
                command: "llama-server".to_owned(),
                pid: 40_000 + n as u32,
                gpu_open: true,
                vram: Bytes::from_mib(4096),
                utilization: Percent(90),
                ..SimulatedProcess::default()
            }),
        }));
    json!({
        "card": preset,
        "requests": requests.len(),
        "ours": day(in_mode(&scenario, Mode::OnDemand), &requests),
        "original": day(original(&scenario), &requests),
        "nobody": day(unheld(&scenario), &requests),
    })
}

/// A day, and how its requests found the card.
fn day(mut harness: Harness, requests: &[Duration]) -> Value {
    let window = harness.keeper.settings().warm_window;
    let (mut cold, mut cold_in_window) = (0, 0);
    let mut last_end: Option<Duration> = None;
    for at in requests {
        // As close before it as no pulse or sample comes between.
        harness.log.clear();
        let just_before = *at - Duration::from_nanos(1);
        let elapsed = harness.now().since_origin();
        harness.run_for(just_before - elapsed);
        let now = harness.now();
        if !harness.machine.is_ready(0, now) {
            cold += 1;
            cold_in_window += u32::from(last_end.is_some_and(|end| *at - end < window));
        }
        last_end = Some(*at + ANSWER);
    }
    harness.run_for(24 * HOUR - harness.now().since_origin());
    let counted = counters(&mut harness);
    json!({
        "pulses": counted.pulses,
        "wake_ups": harness.wake_ups,
        "wh": counted.energy.0 / 3600.0,
        "cold": cold,
        "cold_in_window": cold_in_window,
    })
}
