//! Decides when a GPU is wanted, and how soon that is seen.

use super::*;
use crate::{Moment, protocol::Cause, settings::Settings};

/// An RTX 4090 on which a program computes from 60 s to 70 s.
const ONE_REQUEST: &str = r#"
[[gpus]]
like = "rtx-4090"

[[events]]
at_s = 60
for_s = 10
kind = "program"
program = "my-own-script"
utilization_percent = 90
"#;

/// An RTX 4090 on which Ollama's service always runs and a model is loaded from 60 s to 600 s.
const A_MODEL_IS_LOADED: &str = r#"
[[gpus]]
like = "rtx-4090"

[[events]]
at_s = 0
kind = "program"
program = "ollama:serve"
gpu_open = false

[[events]]
at_s = 60
for_s = 540
kind = "program"
program = "llama-server"
vram_mib = 4096
utilization_percent = 0
"#;

fn run_phases(text: &str, mode: Mode, time: Duration) -> Vec<(Phase, Duration)> {
    let mut harness = run_holding(scenario(text), mode);
    let mut phases: Vec<(Phase, Duration)> = Vec::new();
    harness.run_decided(time, |seen| {
        let phase = seen.phase();
        if phases.last().is_none_or(|(last, _)| *last != phase) {
            phases.push((phase, seen.now().since_origin()));
        }
    });
    phases
}

#[track_caller]
fn assert_between(at: Duration, from: f64, to: f64) {
    let at = at.as_secs_f64();
    assert!(
        (from..=to).contains(&at),
        "at {at} s, not between {from} s and {to} s"
    );
}

#[test]
fn on_demand_wakes_with_the_first_request_and_sleeps_a_warm_window_after_the_last() {
    let phases = run_phases(ONE_REQUEST, Mode::OnDemand, 30 * MINUTE);
    let names: Vec<_> = phases.iter().map(|(phase, _)| *phase).collect();
    // Warm first: the clocks are not up yet when the request is seen.
    let expected = [
        Phase::Asleep,
        Phase::Warm,
        Phase::Yielding,
        Phase::Warm,
        Phase::Asleep,
    ];
    assert_eq!(names, expected);
    assert_between(phases[1].1, 60.0, 65.1);
    assert_between(phases[3].1, 70.0, 71.1);
    let window = Settings::default().warm_window.as_secs_f64();
    assert_between(phases[4].1, 69.0 + window, 71.1 + window);
}

#[test]
fn on_demand_takes_loading_a_model_for_a_sign_and_a_waiting_service_for_none() {
    let phases = run_phases(A_MODEL_IS_LOADED, Mode::OnDemand, 40 * MINUTE);
    let names: Vec<_> = phases.iter().map(|(phase, _)| *phase).collect();
    assert_eq!(names, [Phase::Asleep, Phase::Warm, Phase::Asleep]);
    assert_between(phases[1].1, 60.0, 65.1);
    assert_between(phases[2].1, 60.0 + 900.0, 65.1 + 900.0);
}

#[test]
fn while_loaded_lasts_exactly_as_long_as_the_model_is_loaded() {
    let phases = run_phases(A_MODEL_IS_LOADED, Mode::WhileLoaded, 40 * MINUTE);
    let names: Vec<_> = phases.iter().map(|(phase, _)| *phase).collect();
    assert_eq!(names, [Phase::Asleep, Phase::Warm, Phase::Asleep]);
    assert_between(phases[1].1, 60.0, 65.1);
    assert_between(phases[2].1, 600.0, 605.1);
}

#[test]
fn a_warm_up_lasts_as_long_as_was_asked_for() {
    let mut harness = run("rtx-4090", Mode::OnDemand);
    harness.run_for(MINUTE);
    assert_eq!(harness.phase(), Phase::Asleep);
    harness.request(Request::Warm {
        for_s: Some(1800.0),
    });
    harness.run_for(29 * MINUTE);
    assert_eq!(harness.phase(), Phase::Warm);
    harness.run_for(2 * MINUTE);
    assert_eq!(harness.phase(), Phase::Asleep);
}

#[test]
fn the_end_of_a_lease_starts_the_warm_window_again() {
    let mut harness = run("rtx-4090", Mode::OnDemand);
    harness.request(Request::BeginLease { wait: false });
    harness.run_for(MINUTE);
    assert_eq!(harness.phase(), Phase::Yielding);
    harness.request(Request::EndLease);
    harness.run_for(14 * MINUTE);
    assert_eq!(harness.phase(), Phase::Warm);
    harness.run_for(2 * MINUTE);
    assert_eq!(harness.phase(), Phase::Asleep);
}

/// A laptop whose model is partly on the CPU: it computes from 10 s to 130 s.
const PARTLY_OFFLOADED: &str = r#"
[[gpus]]
like = "rtx-3070-laptop"
runtime_d3 = false

[[events]]
at_s = 10
for_s = 120
kind = "program"
program = "llama-server"
utilization_percent = 15
holds_clocks = false
"#;

#[test]
fn a_partly_offloaded_model_is_held_to_the_end_of_its_computation() {
    let mut harness = run_scenario(scenario(PARTLY_OFFLOADED), Mode::OnDemand);
    harness.run_for(20 * SECOND);
    let (mut ready, mut seen_times) = (0, 0);
    harness.run_decided(100 * SECOND, |seen| {
        if seen.decision().action == Some(Action::Pulse) {
            return;
        }
        seen_times += 1;
        ready += u32::from(seen.ready() == Some(true));
    });
    assert_eq!(harness.phase(), Phase::Warm, "held on while it computes");
    assert!(
        ready * 100 >= seen_times * 95,
        "ready {ready} of {seen_times} times"
    );
    harness.run_for(30 * SECOND);
    assert_eq!(harness.phase(), Phase::Asleep, "nothing is loaded any more");
}

#[test]
fn asleep_on_a_laptop_lets_the_gpu_suspend_and_stay_suspended() {
    let mut harness = run("rtx-3070-laptop", Mode::OnDemand);
    harness.run_for(2 * MINUTE);
    let samples = harness.counters().samples;
    harness.run_for(HOUR);
    let counters = harness.counters();
    assert_eq!(counters.samples, samples, "it was not sampled for an hour");
    assert!(!counters.nvml_open);
    assert!(harness.wake_ups < 3800, "at most one wake-up a second");
}

#[test]
fn a_suspended_laptop_gpu_wakes_us_when_another_process_uses_it() {
    let phases = run_phases(
        r#"
        [[gpus]]
        like = "rtx-3070-laptop"

        [[events]]
        at_s = 600
        for_s = 60
        kind = "program"
        program = "my-own-script"
        utilization_percent = 90
        "#,
        Mode::OnDemand,
        12 * MINUTE,
    );
    let (phase, at) = *phases.last().expect("phases");
    assert_ne!(phase, Phase::Asleep);
    let first = phases
        .iter()
        .find(|(phase, _)| *phase != Phase::Asleep)
        .expect("it woke")
        .1;
    assert_between(first, 600.0, 606.0);
    assert!(at >= first);
}

/// A laptop that is unplugged after a minute.
const UNPLUGGED: &str = r#"
[[gpus]]
like = "rtx-3070-laptop"

[[events]]
at_s = 60
kind = "battery"
"#;

#[test]
fn on_battery_nothing_is_held_and_nothing_sampled() {
    let mut harness = run_scenario(scenario(UNPLUGGED), Mode::Always);
    harness.run_for(30 * SECOND);
    assert_eq!(harness.phase(), Phase::Warm);
    harness.run_for(40 * SECOND);
    assert_eq!(harness.decision().reasons, [PauseReason::Battery]);
    let samples = harness.counters().samples;
    harness.run_for(HOUR);
    assert_eq!(harness.counters().samples, samples);
    harness.change(|settings| settings.battery_pause = false);
    harness.run_for(10 * SECOND);
    assert_eq!(harness.phase(), Phase::Warm);
}

#[test]
fn a_power_profile_that_saves_power_pauses_only_if_the_user_wants_that() {
    let saving = UNPLUGGED.replace("battery", "power_saver");
    let mut harness = run_scenario(scenario(&saving), Mode::Always);
    harness.run_for(2 * MINUTE);
    assert_eq!(harness.phase(), Phase::Warm, "the default");
    harness.change(|settings| settings.power_saver_pause = true);
    harness.run_for(10 * SECOND);
    let decision = harness.decision();
    assert_eq!(decision.reasons, [PauseReason::PowerSaver]);
    assert_eq!(decision.message.causes, [Cause::PowerSaver]);
    harness.change(|settings| settings.power_saver_pause = false);
    harness.run_for(10 * SECOND);
    assert_eq!(harness.phase(), Phase::Warm);
}

#[test]
fn a_lost_sensor_pauses_and_its_return_resumes() {
    let phases = run_phases(
        r#"
        [[gpus]]
        like = "rtx-4090"

        [[events]]
        at_s = 60
        for_s = 60
        kind = "sensor_lost"
        "#,
        Mode::Always,
        3 * MINUTE,
    );
    let names: Vec<_> = phases.iter().map(|(phase, _)| *phase).collect();
    assert_eq!(names, [Phase::Warm, Phase::Paused, Phase::Warm]);
    // Two further misses at 1 to 2 s each.
    assert_between(phases[1].1, 62.0, 66.1);
    assert_between(phases[2].1, 120.0, 122.1);
    assert!(Moment::ORIGIN.since_origin() < phases[1].1);
}
