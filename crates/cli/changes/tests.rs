use gpu_keepalive_core::{
    gpu::{GpuErrorKind, PState},
    protocol::{Cause, FaultStatus, Message, Notice, PauseReason, Phase, Severity, State},
    settings::{Mode, Strategy},
    status_text::present,
    units::{Celsius, Megahertz, Watts},
};

use super::*;
use crate::text::tests::laptop;

fn message(state: State, cause: Option<Cause>) -> Message {
    let causes = cause.into_iter().collect();
    Message { state, causes }
}

/// The lines for a day in the life of one GPU, each step compared with the last.
#[test]
fn a_transcript() {
    let mut status = laptop();
    let gpu = &mut status.gpus[0];
    gpu.phase = Phase::Asleep;
    gpu.message = message(State::Asleep, Some(Cause::NothingUsesIt));
    gpu.pstate = PState::new(8);
    gpu.sm_clock_mhz = Some(Megahertz(210));
    gpu.strategy = None;
    gpu.pulse_interval_ms = None;
    gpu.ready = Some(false);
    present(&mut status);
    let (mut changes, mut shown) = ChangeLines::new(Arc::new(status.clone()));
    let mut then = |step: &str, change: &dyn Fn(&mut Status)| {
        change(&mut status);
        present(&mut status);
        shown.push(format!("-- {step}"));
        shown.extend(changes.lines(Arc::new(status.clone())));
    };

    then("warm", &|status| {
        let gpu = &mut status.gpus[0];
        gpu.phase = Phase::Warm;
        gpu.message = message(State::Ready { always: true }, None);
        gpu.pstate = PState::new(0);
        gpu.sm_clock_mhz = Some(Megahertz(1785));
        gpu.strategy = Some(Strategy::Context);
        gpu.ready = Some(true);
    });
    then("only numbers", &|status| {
        status.engine.uptime_s += 1.0;
        let gpu = &mut status.gpus[0];
        gpu.sm_clock_mhz = Some(Megahertz(1770));
        gpu.temperature_c = Some(Celsius(61));
        gpu.power_w = Some(Watts(29.0));
        gpu.pulses += 1;
    });
    then("pulses", &|status| {
        let gpu = &mut status.gpus[0];
        gpu.attempts
            .push("An open CUDA context alone let the clocks fall after 18 s.".to_owned());
        gpu.strategy = Some(Strategy::Pulse);
        gpu.pulse_interval_ms = Some(100);
    });
    for interval_ms in [150, 225, 337, 506, 759] {
        then(&format!("every {interval_ms} ms"), &|status| {
            status.gpus[0].pulse_interval_ms = Some(interval_ms);
        });
    }
    then("a lease", &|status| {
        let gpu = &mut status.gpus[0];
        gpu.phase = Phase::Yielding;
        gpu.message = message(State::Busy, Some(Cause::Lease { application: None }));
        gpu.pulse_interval_ms = None;
    });
    then("its end", &|status| {
        let gpu = &mut status.gpus[0];
        gpu.phase = Phase::Warm;
        gpu.message = message(State::Ready { always: true }, None);
        gpu.pulse_interval_ms = Some(759);
    });
    then("hot", &|status| {
        let gpu = &mut status.gpus[0];
        gpu.phase = Phase::Paused;
        gpu.message = message(
            State::Paused,
            Some(Cause::Hot {
                now_c: Some(Celsius(84)),
                limit_c: Celsius(83),
                resume_c: Celsius(78),
                own_limit: true,
                slowed: false,
            }),
        );
        gpu.reasons = vec![PauseReason::Thermal];
        gpu.pulse_interval_ms = None;
    });
    then("let go of", &|status| {
        let gpu = &mut status.gpus[0];
        gpu.strategy = None;
        gpu.pstate = None;
        gpu.sm_clock_mhz = None;
    });
    then("switched", &|status| {
        status.engine.enabled = false;
        status.engine.mode = Mode::OnDemand;
    });
    then("a notice", &|status| {
        status.notices.push(Notice {
            id: "settings".to_owned(),
            severity: Severity::Warning,
            message: "Settings, line 3: “mode” is not a mode".to_owned(),
        });
    });
    then("lost", &|status| {
        let gpu = &mut status.gpus[0];
        gpu.phase = Phase::Fault;
        let kind = GpuErrorKind::GpuLost;
        gpu.message = message(State::Fault, Some(Cause::Fault { kind }));
        gpu.pstate = None;
        gpu.sm_clock_mhz = None;
        gpu.fault = Some(FaultStatus {
            kind,
            message: "nvmlDeviceGetPerformanceState: GPU is lost".to_owned(),
            advice: kind.advice(),
            retry_in_s: 5.0,
        });
    });
    then("gone", &|status| status.gpus.clear());
    insta::assert_snapshot!(shown.join("\n"));
}
