//! When a GPU is wanted, and how soon that is seen.

use super::*;
use crate::{Moment, settings::Settings};

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
    let mut rig = Rig::new(scenario(text));
    rig.switches.mode = mode;
    let mut phases: Vec<(Phase, Duration)> = Vec::new();
    rig.run_watched(time, |seen| {
        if phases
            .last()
            .is_none_or(|(phase, _)| *phase != seen.decision.phase)
        {
            phases.push((seen.decision.phase, seen.now.since_origin()));
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
    let mut rig = rig("rtx-4090", Mode::OnDemand);
    rig.run_for(MINUTE);
    assert_eq!(rig.phase(), Some(Phase::Asleep));
    rig.warm_until = Some(rig.now() + 30 * MINUTE);
    rig.run_for(29 * MINUTE);
    assert_eq!(rig.phase(), Some(Phase::Warm));
    rig.run_for(2 * MINUTE);
    assert_eq!(rig.phase(), Some(Phase::Asleep));
}

#[test]
fn the_end_of_a_lease_starts_the_warm_window_again() {
    let mut rig = rig("rtx-4090", Mode::OnDemand);
    rig.leases = 1;
    rig.run_for(MINUTE);
    assert_eq!(rig.phase(), Some(Phase::Yielding));
    rig.leases = 0;
    rig.lease_ended = Some(rig.now());
    rig.run_for(14 * MINUTE);
    assert_eq!(rig.phase(), Some(Phase::Warm));
    rig.run_for(2 * MINUTE);
    assert_eq!(rig.phase(), Some(Phase::Asleep));
}

#[test]
fn a_partly_offloaded_model_is_held_to_the_end_of_its_computation() {
    let mut rig = Rig::new(scenario(
        r#"
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
        "#,
    ));
    let info = rig.info().clone();
    rig.run_for(20 * SECOND);
    let (mut ready, mut looked) = (0, 0);
    rig.run_watched(100 * SECOND, |seen| {
        if seen.decision.action == Some(Action::Pulse) {
            return;
        }
        looked += 1;
        ready += u32::from(seen.policy.ready(&info) == Some(true));
    });
    assert_eq!(rig.phase(), Some(Phase::Warm), "held on while it computes");
    assert!(
        ready * 100 >= looked * 95,
        "ready at {ready} of {looked} looks"
    );
    rig.run_for(30 * SECOND);
    assert_eq!(rig.phase(), Some(Phase::Warm), "the warm window follows");
}

#[test]
fn asleep_on_a_laptop_lets_the_gpu_suspend_and_stay_suspended() {
    let mut rig = rig("rtx-3070-laptop", Mode::OnDemand);
    rig.run_for(2 * MINUTE);
    let looks = rig.machine.counters(0, rig.now()).expect("a card").samples;
    rig.run_for(HOUR);
    let counters = rig.machine.counters(0, rig.now()).expect("a card");
    assert_eq!(counters.samples, looks, "nobody looked at it for an hour");
    assert!(!counters.nvml_open);
    assert!(rig.wake_ups < 3800, "at most one wake-up a second");
}

#[test]
fn a_suspended_laptop_gpu_wakes_us_when_somebody_uses_it() {
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

#[test]
fn on_battery_nothing_is_held_and_nothing_looked_at() {
    let mut rig = Rig::new(scenario(
        r#"
        [[gpus]]
        like = "rtx-3070-laptop"

        [[events]]
        at_s = 60
        kind = "battery"
        "#,
    ));
    rig.switches.mode = Mode::Always;
    rig.run_for(30 * SECOND);
    assert_eq!(rig.phase(), Some(Phase::Warm));
    rig.run_for(40 * SECOND);
    assert_eq!(
        rig.decision().map(|d| d.reasons.clone()),
        Some(vec![PauseReason::Battery])
    );
    let looks = rig.machine.counters(0, rig.now()).expect("a card").samples;
    rig.run_for(HOUR);
    assert_eq!(
        rig.machine.counters(0, rig.now()).expect("a card").samples,
        looks
    );
    rig.settings.battery_pause = false;
    rig.run_for(10 * SECOND);
    assert_eq!(rig.phase(), Some(Phase::Warm));
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
