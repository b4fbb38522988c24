//! Tables and transcripts over virtual time, on simulated GPUs.

use std::{fmt::Write, time::Duration};

use insta::assert_snapshot;

use super::{Pause, PolicyEvent};
use crate::{
    gpu::Action,
    protocol::{PauseReason, Phase},
    settings::{Mode, PulseInterval, Strategy, StrategyChoice},
    simulation::{Rig, Scenario},
    units::{Bytes, Percent},
};

mod demand;
mod first_minute;
mod measuring;
mod properties;
mod who;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

fn rig(preset: &str, mode: Mode) -> Rig {
    let mut rig = Rig::new(Scenario::preset(preset).expect("a preset"));
    rig.switches.mode = mode;
    rig
}

fn scenario(text: &str) -> Scenario {
    Scenario::parse("test", text).expect("a valid scenario")
}

/// One line per change of phase, strategy or readiness.
fn transcript(rig: &mut Rig, time: Duration) -> String {
    let mut lines = String::new();
    let mut last = String::new();
    let info = rig.info().clone();
    rig.run_watched(time, |seen| {
        let record = seen.policy.record();
        let state = format!(
            "{:?} {:?} held {:?} ready {:?}",
            seen.decision.phase,
            seen.decision.reasons,
            record.held(),
            seen.policy.ready(&info),
        );
        if state != last {
            let at = seen.now.since_origin().as_secs_f64();
            writeln!(lines, "{at:7.1} s  {state}").expect("to a string");
            last = state;
        }
    });
    lines
}

#[test]
fn a_laptop_in_mode_always_climbs_to_pulses_and_stays_ready() {
    let mut rig = rig("rtx-3070-laptop", Mode::Always);
    let phases = transcript(&mut rig, 5 * MINUTE);
    let told = rig.policy.attempts().join("\n");
    assert_snapshot!(format!("{phases}\n{told}\n"));
}

#[test]
fn an_h200_is_held_by_its_context_without_a_single_pulse() {
    let mut rig = rig("h200", Mode::Always);
    rig.run_for(HOUR);
    assert_eq!(rig.policy.record().held(), Some(Strategy::Context));
    assert_eq!(rig.policy.record().pulses(), 0);
    assert_eq!(rig.policy.ready(rig.info()), Some(true));
}

#[test]
fn a_hot_laptop_pauses_at_its_limit_and_resumes_cooler() {
    let mut rig = rig("hot-laptop", Mode::Always);
    let mut paused_at = None;
    let mut resumed_at = None;
    rig.run_watched(3 * MINUTE, |seen| {
        let temperature = seen
            .policy
            .record()
            .sample()
            .and_then(|sample| sample.temperature);
        match seen.decision.phase {
            Phase::Paused => {
                assert_eq!(seen.decision.reasons, [PauseReason::Thermal]);
                paused_at.get_or_insert((seen.now, temperature));
            }
            Phase::Warm if paused_at.is_some() => {
                resumed_at.get_or_insert((seen.now, temperature));
            }
            _ => {}
        }
    });
    let (paused, hot) = paused_at.expect("it gets hot");
    let (resumed, cool) = resumed_at.expect("it cools down");
    assert!(hot.expect("read").0 >= 83, "paused at {hot:?}");
    assert!(cool.expect("read").0 <= 78, "resumed at {cool:?}");
    assert!(resumed.since(paused) >= 10 * SECOND);
}

#[test]
fn nothing_is_held_while_paused_by_the_user_and_the_timer_ends_it() {
    let mut rig = rig("rtx-4090", Mode::Always);
    rig.run_for(MINUTE);
    rig.switches.pause = Pause::Until(rig.now() + 15 * MINUTE);
    rig.run_for(SECOND);
    assert_eq!(rig.phase(), Some(Phase::Paused));
    assert_eq!(rig.policy.record().held(), None);
    rig.run_for(15 * MINUTE);
    assert_eq!(rig.phase(), Some(Phase::Warm));
}

#[test]
fn off_means_nothing_held() {
    let mut rig = rig("rtx-4090", Mode::Always);
    rig.run_for(MINUTE);
    rig.switches.enabled = false;
    rig.run_for(SECOND);
    assert_eq!(rig.phase(), Some(Phase::Off));
    assert_eq!(rig.policy.record().held(), None);
    // What is shown is soon the GPU as it is now.
    let released = rig.now();
    rig.run_for(SECOND);
    let (sampled, _) = rig.policy.record().timed_sample().expect("a sample");
    assert!(sampled >= released);
}

#[test]
fn a_lease_stops_the_pulses_and_keeps_the_context() {
    let mut rig = rig("rtx-4090", Mode::Always);
    rig.settings.strategy = StrategyChoice::Pulse;
    rig.run_for(MINUTE);
    rig.leases = 1;
    rig.run_for(SECOND);
    let before = rig.policy.record().pulses();
    rig.run_for(5 * MINUTE);
    assert_eq!(rig.phase(), Some(Phase::Yielding));
    assert_eq!(rig.policy.record().held(), Some(Strategy::Pulse));
    assert_eq!(rig.policy.record().pulses(), before);
}

#[test]
fn a_fixed_interval_is_kept_to() {
    let mut rig = rig("rtx-4090", Mode::Always);
    rig.settings.strategy = StrategyChoice::Pulse;
    rig.settings.pulse.interval = PulseInterval::Fixed(Duration::from_millis(100));
    rig.run_for(MINUTE);
    let pulses = rig.policy.record().pulses();
    assert!(
        (595..=601).contains(&pulses),
        "{pulses} pulses in a minute at 100 ms"
    );
}

#[test]
fn with_a_fixed_interval_nothing_is_tried_so_the_looks_are_calm() {
    let mut rig = rig("rtx-4090", Mode::Always);
    rig.settings.strategy = StrategyChoice::Pulse;
    rig.settings.pulse.interval = PulseInterval::Fixed(10 * SECOND);
    rig.run_for(HOUR);
    // One look every 5 s at most, every other of them for a pulse.
    let looks = rig.machine.counters(0, rig.now()).expect("a card").samples;
    assert!((360..=725).contains(&looks), "{looks} looks in an hour");
}

#[test]
fn while_somebody_watches_a_gpu_is_looked_at_every_two_seconds() {
    for mode in [Mode::OnDemand, Mode::Always] {
        let mut rig = rig("rtx-4090", mode);
        rig.settings.strategy = StrategyChoice::Pulse;
        rig.settings.pulse.interval = PulseInterval::Fixed(10 * SECOND);
        rig.watched = true;
        rig.run_for(HOUR);
        let looks = rig.machine.counters(0, rig.now()).expect("a card").samples;
        assert!(
            (1790..=1810).contains(&looks),
            "{mode:?}: {looks} looks in an hour"
        );
    }
}

#[test]
fn a_desktop_gpu_at_rest_is_looked_at_every_five_seconds() {
    let mut rig = rig("rtx-4090", Mode::OnDemand);
    rig.run_for(HOUR);
    let looks = rig.machine.counters(0, rig.now()).expect("a card").samples;
    assert!((715..=725).contains(&looks), "{looks} looks in an hour");
}

#[test]
fn a_model_that_fills_the_card_gets_our_vram_back() {
    let mut rig = rig("rtx-4090", Mode::Always);
    rig.settings.strategy = StrategyChoice::Context;
    rig.run_for(MINUTE);
    assert!(rig.policy.record().holds_context());
    let free = rig
        .policy
        .record()
        .sample()
        .and_then(|s| s.vram_free)
        .expect("told");
    rig.settings.vram_reserve = Bytes(free.0 + 1);
    rig.run_for(2 * SECOND);
    assert_eq!(
        rig.decision().map(|d| d.reasons.clone()),
        Some(vec![PauseReason::Vram])
    );
    assert_eq!(rig.policy.record().held(), None);
    rig.settings.vram_reserve = Bytes::from_mib(512);
    rig.run_for(2 * SECOND);
    assert_eq!(rig.phase(), Some(Phase::Warm));
}

#[test]
fn all_reasons_are_told_at_once() {
    let mut rig = rig("rtx-4090", Mode::Always);
    rig.run_for(SECOND);
    rig.budget_spent = true;
    rig.switches.pause = Pause::Indefinitely;
    rig.run_for(SECOND);
    let decision = rig.decision().expect("decided");
    assert_eq!(decision.reasons, [PauseReason::User, PauseReason::Budget]);
    assert_snapshot!(
        decision.text,
        @"Paused: by you, until you resume; the energy budget of today is spent"
    );
}

#[test]
fn a_lost_gpu_is_a_fault_until_it_is_back() {
    let mut rig = rig("gpu-lost", Mode::Always);
    assert_snapshot!(transcript(&mut rig, 40 * SECOND));
    assert_eq!(rig.phase(), Some(Phase::Warm));
}

#[test]
fn a_pulse_needs_a_fresh_sample_and_a_permitted_phase() {
    for (preset, _) in crate::simulation::PRESETS {
        if preset == "no-driver" {
            continue;
        }
        let mut rig = rig(preset, Mode::Always);
        rig.run_watched(2 * MINUTE, |seen| {
            if seen.decision.action == Some(Action::Pulse) {
                let (at, _) = seen.policy.record().timed_sample().expect("a sample");
                assert!(seen.now.since(at) <= Duration::from_millis(500), "{preset}");
                assert_eq!(seen.decision.phase, Phase::Warm, "{preset}");
            }
        });
    }
}

#[test]
fn the_time_and_the_rest_before_a_request_are_told() {
    let mut rig = rig("h200", Mode::Always);
    rig.run_for(MINUTE);
    rig.machine.set_load(0, Percent(90), rig.now());
    rig.run_for(5 * SECOND);
    rig.machine.set_load(0, Percent(0), rig.now());
    rig.run_for(MINUTE);
    rig.machine.set_load(0, Percent(90), rig.now());
    rig.run_for(5 * SECOND);
    let arrived: Vec<_> = rig
        .events
        .iter()
        .filter_map(|(_, event)| match event {
            PolicyEvent::RequestArrived { rest, kept_ready } => Some((rest.as_secs(), *kept_ready)),
            PolicyEvent::Attempt(_) => None,
        })
        .collect();
    assert_eq!(arrived.len(), 2);
    assert_eq!(arrived[0], (0, true));
    assert!((58..=62).contains(&arrived[1].0), "{arrived:?}");
    assert!(arrived[1].1);
}
