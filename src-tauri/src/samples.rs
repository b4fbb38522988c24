//! Statuses for tests.

use gpu_keepalive_core::{
    gpu::{GpuError, GpuErrorKind},
    protocol::{
        Cause, FaultStatus, GpuStatus, Message, Notice, PauseReason, Phase, Severity, State, Status,
    },
    status_text::{driver_failed, present},
    units::{Celsius, Megahertz, Watts},
};

/// One laptop GPU, held in P0.
pub(crate) fn warm() -> Status {
    let text = include_str!("../../tests/fixtures/status.json");
    let mut status: Status = serde_json::from_str(text).expect("a status");
    status.engine.simulated = false;
    status
}

/// The same with a change to its GPU.
pub(crate) fn with(change: impl FnOnce(&mut GpuStatus)) -> Status {
    let mut status = warm();
    change(&mut status.gpus[0]);
    present(&mut status);
    status
}

/// In that phase, state and for that cause.
pub(crate) fn state(gpu: &mut GpuStatus, phase: Phase, state: State, cause: Option<Cause>) {
    gpu.phase = phase;
    let causes = cause.into_iter().collect();
    gpu.message = Message { state, causes };
}

/// Asleep in that P-state.
pub(crate) fn asleep(pstate: Option<u32>) -> Status {
    with(|gpu| {
        let cause = Cause::NothingUsesIt;
        state(gpu, Phase::Asleep, State::Asleep, Some(cause));
        clocks(gpu, pstate, 210);
        gpu.power_w = Some(Watts(8.6));
        gpu.ready = Some(false);
    })
}

/// Sets P-state and SM clock.
pub(crate) fn clocks(gpu: &mut GpuStatus, pstate: Option<u32>, mhz: u32) {
    gpu.pstate = pstate.and_then(gpu_keepalive_core::gpu::PState::new);
    gpu.sm_clock_mhz = pstate.map(|_| Megahertz(mhz));
    gpu.ready = pstate.map(|pstate| pstate <= 2 && mhz > 1260);
}

/// Paused for that reason.
pub(crate) fn paused(reason: PauseReason, cause: Cause) -> Status {
    let mut status = with(|gpu| {
        state(gpu, Phase::Paused, State::Paused, Some(cause));
        gpu.reasons = vec![reason];
        clocks(gpu, Some(8), 210);
    });
    status.engine.paused = reason == PauseReason::User;
    present(&mut status);
    status
}

/// A pause by the user, without an end.
pub(crate) fn paused_by_user() -> Status {
    paused(PauseReason::User, Cause::User { minutes: None })
}

/// A pause for heat.
pub(crate) fn hot() -> Status {
    let cause = Cause::Hot {
        now_c: Some(Celsius(84)),
        limit_c: Celsius(83),
        resume_c: Celsius(78),
        own_limit: true,
        slowed: false,
    };
    paused(PauseReason::Thermal, cause)
}

/// A GPU whose driver refuses.
pub(crate) fn fault(kind: GpuErrorKind) -> Status {
    with(|gpu| {
        let cause = Cause::Fault { kind };
        state(gpu, Phase::Fault, State::Fault, Some(cause));
        gpu.fault = Some(FaultStatus {
            kind,
            message: "nvmlDeviceGetPowerUsage: the driver's words".to_owned(),
            advice: kind.advice(),
            retry_in_s: 4.0,
        });
        clocks(gpu, None, 0);
        (gpu.temperature_c, gpu.power_w) = (None, None);
    })
}

/// No GPU was found.
pub(crate) fn no_gpu() -> Status {
    let mut status = warm();
    status.gpus.clear();
    status.notices.push(Notice {
        id: "no-gpu".to_owned(),
        severity: Severity::Error,
        message: driver_failed(&GpuError::new(GpuErrorKind::NvmlMissing, "no library")),
    });
    present(&mut status);
    status
}

/// The GPUs of several statuses in one.
pub(crate) fn together(statuses: impl IntoIterator<Item = Status>) -> Status {
    let mut all = warm();
    all.gpus = statuses.into_iter().flat_map(|s| s.gpus).collect();
    for (index, gpu) in (0..).zip(&mut all.gpus) {
        gpu.index = index;
        gpu.uuid.0 = format!("GPU-{index}");
    }
    all
}
