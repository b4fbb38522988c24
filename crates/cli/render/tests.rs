use anstream::adapter::strip_str;
use gpu_keepalive_core::{
    gpu::GpuErrorKind,
    protocol::{Cause, FaultStatus, Message, PauseReason, Phase, State, VramStatus},
    settings::Mode,
    status_text::present,
};

use super::*;
use crate::text::tests::laptop;

fn message<const N: usize>(state: State, causes: [Cause; N]) -> Message {
    let causes = causes.into();
    Message { state, causes }
}

fn plain(status: &mut Status) -> String {
    present(status);
    format!(
        "{}\n{}\n",
        strip_str(&render(status)),
        strip_str(&line(status))
    )
}

/// A GPU of which nothing is known and for which nothing is done.
fn bare(status: &mut Status) -> &mut GpuStatus {
    let gpu = &mut status.gpus[0];
    gpu.pstate = None;
    gpu.sm_clock_mhz = None;
    gpu.temperature_c = None;
    gpu.power_w = None;
    gpu.ready = None;
    gpu.vram = VramStatus::default();
    gpu.strategy = None;
    gpu.pulse_interval_ms = None;
    gpu.pulses = 0;
    gpu
}

#[test]
fn ready() {
    insta::assert_snapshot!(plain(&mut laptop()));
}

#[test]
fn asleep_with_nothing_measured() {
    let mut status = laptop();
    status.engine.simulated = false;
    status.engine.mode = Mode::OnDemand;
    status.energy = Default::default();
    let gpu = bare(&mut status);
    gpu.phase = Phase::Asleep;
    gpu.message = message(State::Asleep, [Cause::NothingUsesIt]);
    insta::assert_snapshot!(plain(&mut status));
}

#[test]
fn paused_for_several_reasons() {
    let mut status = laptop();
    status.engine.power_source = PowerSource::Battery;
    status.engine.paused = true;
    status.engine.pause_remaining_s = Some(1500.0);
    status.engine.leases = 2;
    status.energy.today_cost = Some(0.123);
    let gpu = &mut status.gpus[0];
    gpu.phase = Phase::Paused;
    gpu.message = message(
        State::Paused,
        [Cause::User { minutes: Some(25) }, Cause::OnBattery],
    );
    gpu.reasons = vec![PauseReason::User, PauseReason::Battery];
    gpu.ready = Some(false);
    gpu.clocks_event_reasons = vec!["sw_thermal_slowdown".to_owned()];
    gpu.strategy = None;
    insta::assert_snapshot!(plain(&mut status));
}

#[test]
fn fault_and_notices() {
    let mut status = laptop();
    status.notices = vec![Notice {
        id: "settings".to_owned(),
        severity: Severity::Warning,
        message: "Line 3 of the settings: “mode” is not a mode".to_owned(),
    }];
    let gpu = bare(&mut status);
    gpu.phase = Phase::Fault;
    let kind = GpuErrorKind::GpuLost;
    gpu.message = message(State::Fault, [Cause::Fault { kind }]);
    gpu.fault = Some(FaultStatus {
        kind,
        message: "nvmlDeviceGetPerformanceState: GPU is lost".to_owned(),
        advice: kind.advice(),
        retry_in_s: 7.6,
    });
    insta::assert_snapshot!(plain(&mut status));
}

#[test]
fn no_gpu() {
    let mut status = laptop();
    status.engine.enabled = false;
    status.gpus.clear();
    insta::assert_snapshot!(plain(&mut status));
}

#[test]
fn colours_carry_nothing_that_the_text_lacks() {
    let styled = render(&laptop());
    assert!(
        styled.contains("\u{1b}[32mReady"),
        "ready is green: {styled:?}"
    );
    assert!(strip_str(&styled).to_string().contains("Ready"));
}
