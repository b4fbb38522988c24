use crate::{
    gpu::PState,
    protocol::{Badge, Cause, Hold, Message, Notice, PauseReason, Phase, Severity, State, Status},
    settings::{Mode, Strategy},
    status_text::present,
};

/// One laptop GPU in P0, held by pulses in mode `always`.
fn status() -> Status {
    let text = include_str!("../../../../../tests/fixtures/status.json");
    serde_json::from_str(text).expect("a status")
}

fn badge(phase: Phase, state: State, pstate: Option<u32>, ready: Option<bool>) -> Badge {
    let mut status = status();
    let gpu = &mut status.gpus[0];
    gpu.phase = phase;
    gpu.message.state = state;
    gpu.pstate = pstate.and_then(PState::new);
    gpu.ready = ready;
    present(&mut status);
    status.gpus[0].badge
}

#[test]
fn the_badge_follows_phase_p_state_and_readiness() {
    let ready = State::Ready { always: false };
    let cases = [
        (Phase::Off, State::Off, Some(0), Badge::Off),
        (Phase::Asleep, State::Asleep, None, Badge::Asleep),
        (Phase::Asleep, State::Asleep, Some(8), Badge::Low),
        (Phase::Standby, State::Standby, Some(8), Badge::Standby),
        (Phase::Standby, State::Standby, None, Badge::Standby),
        (Phase::Standby, ready, Some(0), Badge::Full),
        (Phase::Warm, ready, Some(2), Badge::Full),
        (Phase::Yielding, State::Busy, Some(0), Badge::Full),
        (Phase::Warm, ready, Some(5), Badge::Middling),
        (Phase::Warm, ready, Some(8), Badge::Low),
        (Phase::Paused, State::Paused, Some(8), Badge::Paused),
        (Phase::Fault, State::Fault, None, Badge::Fault),
    ];
    for (phase, state, pstate, expected) in cases {
        let found = badge(phase, state, pstate, None);
        assert_eq!(found, expected, "{phase:?} {state:?} {pstate:?}");
    }
    assert_eq!(
        badge(Phase::Warm, ready, Some(0), Some(false)),
        Badge::Middling
    );
    assert_eq!(badge(Phase::Warm, ready, None, Some(true)), Badge::Full);
}

#[test]
fn heat_has_a_badge_of_its_own() {
    for reason in [PauseReason::Thermal, PauseReason::Sensor] {
        let mut status = status();
        status.gpus[0].phase = Phase::Paused;
        status.gpus[0].reasons = vec![PauseReason::User, reason];
        present(&mut status);
        assert_eq!(status.gpus[0].badge, Badge::Hot, "{reason:?}");
    }
}

#[test]
fn several_gpus_show_the_badge_that_needs_attention_most() {
    use Badge::*;
    // The order of product.md: fault, heat, pause, amber, standby, green, asleep, off.
    let order = [
        Fault, Hot, Paused, Middling, Standby, Full, Low, Asleep, Off,
    ];
    assert!(order.is_sorted_by(|a, b| a > b));
}

#[test]
fn a_status_is_filled_with_its_texts() {
    let mut status = status();
    let gpu = &mut status.gpus[0];
    gpu.message = Message {
        state: State::Ready { always: false },
        causes: vec![Cause::UntilUnused { minutes: 12 }],
    };
    gpu.strategy = Some(Strategy::Pulse);
    gpu.pulse_interval_ms = Some(4000);
    present(&mut status);
    let gpu = &status.gpus[0];
    assert_eq!(
        gpu.phase_text,
        "Ready: sleeps in 12 min unless your AI is used"
    );
    assert_eq!(gpu.text.headline, "Ready");
    let cause = gpu.text.cause.as_deref();
    assert_eq!(cause, Some("Sleeps in 12 min unless your AI is used."));
    assert_eq!(gpu.hold, Hold::Pulse { interval_ms: 4000 });
    assert_eq!(gpu.text.hold, "A tiny pulse of work every 4 s");
}

#[test]
fn the_engine_has_texts_of_its_own() {
    let mut status = status();
    let engine = |status: &mut Status| {
        present(status);
        status.engine.text.clone()
    };
    status.engine.mode = Mode::OnDemand;
    let text = engine(&mut status);
    assert_eq!(
        (text.switch.as_str(), text.pause, text.no_gpu),
        ("On demand", None, None)
    );
    let titles: Vec<_> = text.modes.iter().map(|mode| mode.title.as_str()).collect();
    assert_eq!(
        titles,
        ["On demand", "While a model is loaded", "Always on"]
    );

    status.engine.enabled = false;
    status.engine.paused = true;
    status.gpus.clear();
    let text = engine(&mut status);
    assert_eq!(text.switch, "Off. Your GPU is left alone.");
    assert_eq!(text.pause.as_deref(), Some("Paused until you resume"));
    assert_eq!(text.no_gpu.as_deref(), Some("Looking for GPUs"));

    status.engine.pause_remaining_s = Some(61.0);
    status.notices = vec![Notice {
        id: "no-gpu".to_owned(),
        severity: Severity::Error,
        message: "There is no NVIDIA GPU.".to_owned(),
    }];
    let text = engine(&mut status);
    assert_eq!(text.pause.as_deref(), Some("Paused. Resumes in 2 min."));
    assert_eq!(text.no_gpu.as_deref(), Some("No GPU was found"));
}
