//! Checks that the clocks are up, and finds what keeps them down.

use super::{Evidence, GpuEvidence, finding};
use crate::{
    gpu::{BUSY, ClocksEventReasons, PState},
    protocol::{Finding, Phase, Severity},
    units::{Megahertz, Percent},
};

pub(super) fn other_clock_tools(seen: &Evidence) -> Option<Finding> {
    let tools = &seen.machine.clock_tools;
    if tools.is_empty() {
        return None;
    }
    finding(
        "clock-tool-running",
        Severity::Info,
        "Another program that can set the clocks is running",
        tools.join(", "),
        "If the GPU stays slow, check that this program does not hold its clocks down.",
    )
}

pub(super) fn held_down_by_heat(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    let heat = ClocksEventReasons(
        ClocksEventReasons::HW_THERMAL_SLOWDOWN.0 | ClocksEventReasons::SW_THERMAL_SLOWDOWN.0,
    );
    let set = reasons(gpu).filter(|reasons| reasons.intersects(heat))?;
    let temperature = gpu.sample.as_ref()?.temperature;
    finding(
        "held-down-by-heat",
        Severity::Warning,
        "The GPU is hot and slows itself down",
        match temperature {
            Some(temperature) => format!("{temperature}; {}", speed(gpu, set)),
            None => speed(gpu, set),
        },
        "Let air reach the fans, clean them, and keep a laptop off soft ground. Keeping the GPU \
         ready less often helps too.",
    )
}

pub(super) fn held_down_by_power_brake(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    let set = reasons(gpu).filter(|r| r.intersects(ClocksEventReasons::HW_POWER_BRAKE))?;
    finding(
        "held-down-by-power-brake",
        Severity::Warning,
        "The power supply makes the GPU slow down",
        speed(gpu, set),
        "The machine's power supply signals that it is at its limit. Check its cables and its size.",
    )
}

pub(super) fn held_down_by_hardware(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    let explained = ClocksEventReasons(
        ClocksEventReasons::HW_THERMAL_SLOWDOWN.0 | ClocksEventReasons::HW_POWER_BRAKE.0,
    );
    let set = reasons(gpu).filter(|reasons| {
        reasons.intersects(ClocksEventReasons::HW_SLOWDOWN) && !reasons.intersects(explained)
    })?;
    finding(
        "held-down-by-hardware",
        Severity::Warning,
        "The GPU's hardware slows it down",
        speed(gpu, set),
        "Its own protection against heat or too much power is at work. Check cooling, power cables \
         and adapter.",
    )
}

pub(super) fn held_down_by_power_cap(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    let set = reasons(gpu).filter(|r| r.intersects(ClocksEventReasons::SW_POWER_CAP))?;
    let limits = gpu.inspection.unwrap_or_default();
    let lowered = limits
        .power_limit
        .zip(limits.default_power_limit)
        .filter(|(now, usual)| now < usual);
    let mut evidence = speed(gpu, set);
    if let Some(power) = gpu.sample.as_ref().and_then(|sample| sample.power) {
        evidence += &format!("; {power}");
    }
    let (severity, advice) = match lowered {
        Some((now, usual)) => {
            evidence += &format!("; the limit is {now} instead of {usual}");
            (
                Severity::Warning,
                "The power limit was lowered; “nvidia-smi -q -d POWER” shows it. Raise it again \
                 for full speed.",
            )
        }
        None => (
            Severity::Info,
            "This is normal under load: the GPU is as fast as its power limit allows.",
        ),
    };
    finding(
        "held-down-by-power-cap",
        severity,
        "The GPU is at its power limit",
        evidence,
        advice,
    )
}

pub(super) fn clocks_locked(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    let set = reasons(gpu)
        .filter(|r| r.intersects(ClocksEventReasons::APPLICATIONS_CLOCKS_SETTING))
        .map(|set| speed(gpu, set));
    let lowered = gpu.inspection.and_then(|inspection| {
        let (now, usual) = inspection
            .applications_clock
            .zip(inspection.default_applications_clock)?;
        (now < usual).then(|| format!("the clock for applications is {now} instead of {usual}"))
    });
    let evidence: Vec<_> = [set, lowered].into_iter().flatten().collect();
    if evidence.is_empty() {
        return None;
    }
    finding(
        "clocks-locked",
        Severity::Warning,
        "Another tool has set the clocks of this GPU",
        evidence.join("; "),
        "Undo it in that tool, or as administrator with “nvidia-smi -rgc” and “nvidia-smi -rac”.",
    )
}

pub(super) fn clocks_not_held(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    if gpu.phase != Some(Phase::Warm) || gpu.ready() != Some(false) {
        return None;
    }
    finding(
        "clocks-not-held",
        Severity::Warning,
        "The GPU should be ready, but its clocks are down",
        speed(gpu, reasons(gpu).unwrap_or_default()),
        "This is normal while it gets ready. If it stays so for a minute, set “strategy” to \
         “pulse” in the settings.",
    )
}

pub(super) fn cuda_p2_cap(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    let pstate = gpu.sample.as_ref()?.pstate;
    if pstate != PState::new(2) || !gpu.info.name.contains("GeForce") {
        return None;
    }
    finding(
        "cuda-p2-cap",
        Severity::Info,
        "CUDA runs in P2 on this GPU, which is full speed",
        "P2 on a GeForce card",
        "Nothing needs to be done. GeForce drivers run CUDA in P2 instead of P0: only the memory \
         clock is a little lower. A driver profile can lift that (on Linux CudaNoStablePerfLimit); \
         GPU Keepalive never changes it.",
    )
}

pub(super) fn gpu_ready(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    if gpu.ready() != Some(true) {
        return None;
    }
    let evidence = speed(gpu, reasons(gpu).unwrap_or_default());
    finding("gpu-ready", Severity::Ok, "The GPU is ready", evidence, "")
}

pub(super) fn gpu_at_rest(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    let kept = matches!(gpu.phase, Some(Phase::Warm | Phase::Yielding));
    if gpu.ready() != Some(false) || kept || utilization(gpu).is_some() {
        return None;
    }
    let advice = if gpu.phase == Some(Phase::Standby) {
        "Nothing needs to be done. Its clocks are raised as soon as a request arrives."
    } else {
        "The first request finds its clocks down. “gpu-keepalive warm” raises them beforehand."
    };
    finding(
        "gpu-at-rest",
        Severity::Ok,
        "The GPU is idle",
        speed(gpu, reasons(gpu).unwrap_or_default()),
        advice,
    )
}

pub(super) fn gpu_busy(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    let percent = utilization(gpu).filter(|_| gpu.ready() == Some(false))?;
    let evidence = speed(gpu, reasons(gpu).unwrap_or_default());
    finding(
        "gpu-busy",
        Severity::Ok,
        "A program is using the GPU, and its clocks are not all the way up",
        format!("busy {percent} of the time; {evidence}"),
        "",
    )
}

/// Its utilization, if anything more than a desktop and our own pulses causes it.
fn utilization(gpu: &GpuEvidence) -> Option<Percent> {
    let all = gpu.sample.as_ref()?.utilization;
    all.filter(|all| *all >= BUSY)
}

fn reasons(gpu: &GpuEvidence) -> Option<ClocksEventReasons> {
    gpu.sample.as_ref()?.clocks_event_reasons
}

/// `P2, 1200 MHz of 2100 MHz, sw_power_cap`, as far as it is known.
fn speed(gpu: &GpuEvidence, reasons: ClocksEventReasons) -> String {
    let sample = gpu.sample.as_ref();
    let clock = sample.and_then(|s| s.sm_clock).map(|now| {
        let max = gpu
            .info
            .sm_clock_max
            .map(|Megahertz(max)| format!(" of {max} MHz"));
        format!("{now}{}", max.unwrap_or_default())
    });
    let pstate = sample
        .and_then(|s| s.pstate)
        .map(|pstate| pstate.to_string());
    let parts: Vec<_> = [pstate, clock]
        .into_iter()
        .flatten()
        .chain(reasons.names())
        .collect();
    parts.join(", ")
}
