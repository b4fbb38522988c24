//! Whether there is a driver, and whether it answers.

use super::{Evidence, GpuEvidence, finding};
use crate::{
    gpu::{GpuError, GpuErrorKind},
    protocol::{Finding, Severity},
};

/// The first driver branch that is supported (see [`GpuErrorKind::DriverTooOld`]).
const OLDEST_DRIVER: u32 = 525;

pub(super) fn discovery_failed(seen: &Evidence) -> Option<Finding> {
    let error = seen.discovery_error.as_ref()?;
    let mut failure = failure(error)?;
    if let Some(count) = seen.nvidia_devices {
        let gpus = if count == 1 { "GPU" } else { "GPUs" };
        failure.evidence += &format!("; the system lists {count} NVIDIA {gpus}");
        if count == 0 && error.kind == GpuErrorKind::NvmlMissing {
            failure.title = "No NVIDIA GPU and no driver was found".to_owned();
            failure.advice = "GPU Keepalive needs an NVIDIA GPU. If one is fitted, check that it \
                              is enabled in the firmware settings, then install its driver."
                .to_owned();
        }
    }
    Some(failure)
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
        .map(|gpu| format!("{} with driver {}", gpu.info.name, gpu.info.driver_version))
        .collect();
    finding(
        "driver-works",
        Severity::Ok,
        "The NVIDIA driver works",
        gpus.join("; "),
        "",
    )
}

fn failure(error: &GpuError) -> Option<Finding> {
    let (id, title) = named(error.kind);
    let severity = match error.kind {
        // Other programs have it, and it comes back when they end.
        GpuErrorKind::OutOfMemory | GpuErrorKind::ExclusiveMode | GpuErrorKind::ContextLost => {
            Severity::Warning
        }
        _ => Severity::Error,
    };
    finding(id, severity, title, &error.message, error.kind.advice())
}

fn named(kind: GpuErrorKind) -> (&'static str, &'static str) {
    use GpuErrorKind::*;
    match kind {
        NvmlMissing => ("driver-missing", "The NVIDIA driver is not installed"),
        CudaMissing => (
            "cuda-missing",
            "The CUDA part of the driver is not installed",
        ),
        DriverTooOld => ("driver-too-old", "The NVIDIA driver is too old"),
        VersionMismatch => (
            "driver-version-mismatch",
            "The driver was updated, and the old one is still running",
        ),
        DriverNotLoaded => (
            "driver-not-loaded",
            "The driver is installed but not loaded",
        ),
        NoGpu => ("gpu-missing", "The driver works and finds no GPU"),
        GpuNotFound => ("gpu-not-found", "The GPU in the settings does not exist"),
        GpuLost => ("gpu-lost", "The GPU stopped answering"),
        OutOfMemory => (
            "out-of-vram",
            "There is too little free VRAM to hold the clocks",
        ),
        ExclusiveMode => ("exclusive-mode", "Another program has the GPU for itself"),
        NoPermission => ("no-permission", "You may not use the GPU"),
        NotSupported => ("not-supported", "The GPU or its driver refuses to be held"),
        ContextLost => ("context-lost", "The GPU has to be set up again"),
        TimedOut => ("driver-timed-out", "The driver did not answer in time"),
        ProcessEnded => (
            "driver-process-ended",
            "The process that talks to the driver ended",
        ),
        Panicked => (
            "driver-binding-failed",
            "The driver's libraries could not be used",
        ),
        Other => ("driver-failed", "The driver reports a failure"),
    }
}
