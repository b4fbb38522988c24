//! Checks that the clocks are up, and finds what keeps them down.

use gpu_keepalive_text::{decimal, key, text};

use super::{Evidence, GpuEvidence, advised, finding};
use crate::{
    gpu::{BUSY, ClocksEventReasons, PState},
    protocol::{Finding, Phase, Severity},
    units::{Megahertz, Percent, Watts},
};

pub(super) fn other_clock_tools(seen: &Evidence) -> Option<Finding> {
    let tools = &seen.machine.clock_tools;
    if tools.is_empty() {
        return None;
    }
    finding(
        Severity::Info,
        key!("finding-clock-tool-running"),
        tools.join(", "),
    )
}

pub(super) fn held_down_by_heat(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    let heat = ClocksEventReasons(
        ClocksEventReasons::HW_THERMAL_SLOWDOWN.0 | ClocksEventReasons::SW_THERMAL_SLOWDOWN.0,
    );
    let set = reasons(gpu).filter(|reasons| reasons.intersects(heat))?;
    let temperature = gpu.sample.as_ref()?.temperature;
    finding(
        Severity::Warning,
        key!("finding-held-down-by-heat"),
        match temperature {
            Some(temperature) => format!("{temperature}; {}", speed(gpu, set)),
            None => speed(gpu, set),
        },
    )
}

pub(super) fn held_down_by_power_brake(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    let set = reasons(gpu).filter(|r| r.intersects(ClocksEventReasons::HW_POWER_BRAKE))?;
    finding(
        Severity::Warning,
        key!("finding-held-down-by-power-brake"),
        speed(gpu, set),
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
        Severity::Warning,
        key!("finding-held-down-by-hardware"),
        speed(gpu, set),
    )
}

pub(super) fn held_down_by_power_cap(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    let set = reasons(gpu).filter(|r| r.intersects(ClocksEventReasons::SW_POWER_CAP))?;
    let limits = gpu.inspection.clone().unwrap_or_default();
    let lowered = limits
        .power_limit
        .zip(limits.default_power_limit)
        .filter(|(now, usual)| now < usual);
    let mut evidence = speed(gpu, set);
    if let Some(power) = gpu.sample.as_ref().and_then(|sample| sample.power) {
        evidence += &format!("; {}", watts(power));
    }
    let (severity, advice) = match lowered {
        Some((now, usual)) => {
            let lowered = text!(
                "finding-power-cap-lowered",
                now = watts(now),
                usual = watts(usual)
            );
            evidence += &format!("; {lowered}");
            (Severity::Warning, text!("finding-power-cap-raise"))
        }
        None => (Severity::Info, text!("finding-power-cap-normal")),
    };
    let title = key!("finding-held-down-by-power-cap");
    advised(severity, title, evidence, advice)
}

pub(super) fn clocks_locked(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    let set = reasons(gpu)
        .filter(|r| r.intersects(ClocksEventReasons::APPLICATIONS_CLOCKS_SETTING))
        .map(|set| speed(gpu, set));
    let lowered = gpu.inspection.as_ref().and_then(|inspection| {
        let (now, usual) = inspection
            .applications_clock
            .zip(inspection.default_applications_clock)?;
        let lowered = || {
            text!(
                "finding-clocks-locked-lowered",
                now = now.to_string(),
                usual = usual.to_string()
            )
        };
        (now < usual).then(lowered)
    });
    let evidence: Vec<_> = [set, lowered].into_iter().flatten().collect();
    if evidence.is_empty() {
        return None;
    }
    finding(
        Severity::Warning,
        key!("finding-clocks-locked"),
        evidence.join("; "),
    )
}

pub(super) fn clocks_not_held(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    if gpu.phase != Some(Phase::Warm) || gpu.ready() != Some(false) {
        return None;
    }
    finding(
        Severity::Warning,
        key!("finding-clocks-not-held"),
        speed(gpu, reasons(gpu).unwrap_or_default()),
    )
}

pub(super) fn cuda_p2_cap(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    let pstate = gpu.sample.as_ref()?.pstate;
    if pstate != PState::new(2) || !gpu.info.name.contains("GeForce") {
        return None;
    }
    finding(
        Severity::Info,
        key!("finding-cuda-p2-cap"),
        text!("finding-cuda-p2-cap-seen"),
    )
}

pub(super) fn gpu_ready(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    if gpu.ready() != Some(true) {
        return None;
    }
    let evidence = speed(gpu, reasons(gpu).unwrap_or_default());
    let title = key!("finding-gpu-ready");
    advised(Severity::Ok, title, evidence, "")
}

pub(super) fn gpu_at_rest(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    let kept = matches!(gpu.phase, Some(Phase::Warm | Phase::Yielding));
    if gpu.ready() != Some(false) || kept || utilization(gpu).is_some() {
        return None;
    }
    let advice = if gpu.phase == Some(Phase::Standby) {
        text!("finding-gpu-at-rest-woken")
    } else {
        text!("finding-gpu-at-rest-cold")
    };
    advised(
        Severity::Ok,
        key!("finding-gpu-at-rest"),
        speed(gpu, reasons(gpu).unwrap_or_default()),
        advice,
    )
}

pub(super) fn gpu_busy(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    let percent = utilization(gpu).filter(|_| gpu.ready() == Some(false))?;
    let evidence = speed(gpu, reasons(gpu).unwrap_or_default());
    let busy = text!("finding-gpu-busy-seen", share = percent.to_string());
    advised(
        Severity::Ok,
        key!("finding-gpu-busy"),
        format!("{busy}; {evidence}"),
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
        let now = now.to_string();
        match gpu.info.sm_clock_max {
            Some(Megahertz(max)) => text!("clock-of-most", now = now, most = max),
            None => now,
        }
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

fn watts(power: Watts) -> String {
    format!("{} W", decimal(power.0, 1))
}
