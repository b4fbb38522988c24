//! Checks that there is a driver, and that it answers.

use gpu_keepalive_text::{key, text};

use super::{Evidence, GpuEvidence, advised, finding};
use crate::{
    gpu::{GpuError, GpuErrorKind, LeftOutGpu},
    protocol::{Finding, Severity},
    status_text::capitalised,
};

/// The first driver branch that is supported (see [`GpuErrorKind::DriverTooOld`]).
const OLDEST_DRIVER: u32 = 525;

pub(super) fn discovery_failed(seen: &Evidence) -> Option<Finding> {
    let error = seen.discovery_error.as_ref()?;
    let mut failure = failure(error)?;
    if let Some(count) = seen.nvidia_devices {
        failure.evidence += &format!("; {}", text!("finding-nvidia-devices", count = count));
        let unexplained = error.circumstance.is_none();
        if count == 0 && error.kind == GpuErrorKind::NvmlMissing && unexplained {
            let nothing = key!("finding-no-gpu-and-no-driver");
            failure.title = nothing.text();
            failure.advice = nothing.attribute("advice");
        }
    }
    Some(failure)
}

pub(super) fn gpus_left_out(seen: &Evidence) -> Option<Finding> {
    if seen.left_out.is_empty() {
        return None;
    }
    let each = |gpu: &LeftOutGpu| format!("GPU {}: {}", gpu.index, gpu.error);
    let evidence: Vec<_> = seen.left_out.iter().map(each).collect();
    finding(
        Severity::Warning,
        key!("finding-gpu-left-out"),
        evidence.join("; "),
    )
}

pub(super) fn gpu_failed(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    failure(gpu.fault.as_ref()?)
}

pub(super) fn driver_too_old(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    let version = &gpu.info.driver_version;
    let branch: u32 = version.split('.').next()?.parse().ok()?;
    if branch >= OLDEST_DRIVER {
        return None;
    }
    let error = GpuError::new(GpuErrorKind::DriverTooOld, format!("driver {version}"));
    let too_old = failure(&error)?;
    Some(Finding {
        severity: Severity::Warning,
        ..too_old
    })
}

pub(super) fn driver_works(seen: &Evidence) -> Option<Finding> {
    if seen.discovery_error.is_some() || seen.gpus.iter().all(|gpu| gpu.fault.is_some()) {
        return None;
    }
    let gpus: Vec<_> = seen
        .gpus
        .iter()
        .map(|gpu| {
            text!(
                "finding-driver-works-seen",
                gpu = &gpu.info.name,
                version = &gpu.info.driver_version
            )
        })
        .collect();
    advised(
        Severity::Ok,
        key!("finding-driver-works"),
        gpus.join("; "),
        "",
    )
}

fn failure(error: &GpuError) -> Option<Finding> {
    let severity = match error.kind {
        // Other programs have it, and it comes back when they end.
        GpuErrorKind::OutOfMemory | GpuErrorKind::ExclusiveMode | GpuErrorKind::ContextLost => {
            Severity::Warning
        }
        _ => Severity::Error,
    };
    Some(Finding {
        id: id(error.kind).to_owned(),
        severity,
        title: capitalised(&error.meaning()),
        evidence: error.message.clone(),
        advice: error.advice(),
    })
}

fn id(kind: GpuErrorKind) -> &'static str {
    use GpuErrorKind::*;
    match kind {
        NvmlMissing => "driver-missing",
        CudaMissing => "cuda-missing",
        DriverTooOld => "driver-too-old",
        VersionMismatch => "driver-version-mismatch",
        DriverNotLoaded => "driver-not-loaded",
        NoGpu => "gpu-missing",
        GpuNotFound => "gpu-not-found",
        GpuLost => "gpu-lost",
        OutOfMemory => "out-of-vram",
        ExclusiveMode => "exclusive-mode",
        NoPermission => "no-permission",
        NotSupported => "not-supported",
        ContextLost => "context-lost",
        TimedOut => "driver-timed-out",
        ProcessEnded => "driver-process-ended",
        Panicked => "driver-binding-failed",
        ClocksDoNotRise => "clocks-do-not-rise",
        Other => "driver-failed",
    }
}
