//! Statuses for tests.

use gpu_keepalive_core::{
    gpu::GpuErrorKind,
    protocol::{FaultStatus, GpuStatus, Notice, PauseReason, Phase, Severity, Status, Tone},
    units::{Megahertz, Watts},
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
    let gpu = &mut status.gpus[0];
    change(gpu);
    gpu.tone = Tone::of(gpu);
    status
}

/// Asleep in that P-state.
pub(crate) fn asleep(pstate: Option<u32>) -> Status {
    with(|gpu| {
        gpu.phase = Phase::Asleep;
        gpu.phase_text = "Asleep: nothing asks for this GPU".to_owned();
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
pub(crate) fn paused(reason: PauseReason, text: &str) -> Status {
    with(|gpu| {
        gpu.phase = Phase::Paused;
        gpu.phase_text = format!("Paused: {text}");
        gpu.reasons = vec![reason];
        clocks(gpu, Some(8), 210);
    })
}

/// A pause for heat.
pub(crate) fn hot() -> Status {
    paused(
        PauseReason::Thermal,
        "83 °C, the limit is 83 °C; goes on at 78 °C",
    )
}

/// A GPU whose driver says no.
pub(crate) fn fault(kind: GpuErrorKind) -> Status {
    with(|gpu| {
        gpu.phase = Phase::Fault;
        gpu.phase_text = "Not possible now: nvmlDeviceGetPowerUsage: the driver's words".to_owned();
        gpu.fault = Some(FaultStatus {
            kind,
            message: "nvmlDeviceGetPowerUsage: the driver's words".to_owned(),
            advice: kind.advice().to_owned(),
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
        message: format!(
            "No NVIDIA GPU: libnvidia-ml.so.1 is not installed. {}",
            GpuErrorKind::NvmlMissing.advice()
        ),
    });
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
