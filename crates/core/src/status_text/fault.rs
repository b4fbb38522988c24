//! The meaning of a failure of the driver, and the advice for it.

use crate::gpu::{GpuErrorKind, LeftOut, LeftOutGpu};

/// Renders why a GPU of the driver's list is not used, and what becomes of it.
pub fn left_out(gpu: &LeftOutGpu) -> String {
    let name = gpu.name.as_ref();
    let name = name.map_or_else(String::new, |name| format!(" ({name})"));
    let (why, advice) = match gpu.why {
        LeftOut::NotOpened => (gpu.error.kind.meaning(), gpu.error.kind.advice()),
        LeftOut::NoUuid => ("the driver does not give its UUID", RETRIED),
        LeftOut::SameUuid => ("the driver gives it the UUID of another GPU", RETRIED),
        LeftOut::NoPciAddress => ("the driver does not give its PCI address", RETRIED),
    };
    format!("GPU {}{name} is not used: {why}. {advice}", gpu.index)
}

const RETRIED: &str = "It is tried again by itself.";

impl GpuErrorKind {
    /// The failure in plain words, as the end of a sentence. The driver's own words are for details.
    pub fn meaning(self) -> &'static str {
        use GpuErrorKind::*;
        match self {
            NvmlMissing => "the NVIDIA driver is not installed",
            CudaMissing => "the CUDA part of the NVIDIA driver is not installed",
            DriverTooOld => "the NVIDIA driver is too old",
            VersionMismatch => "the NVIDIA driver was updated while it was running",
            DriverNotLoaded => "the NVIDIA driver is not running",
            NoGpu => "there is no NVIDIA GPU",
            GpuNotFound => "the GPU in the settings does not exist",
            GpuLost => "the GPU has stopped answering",
            OutOfMemory => "other programs use all of the GPU memory",
            ExclusiveMode => "the GPU is set to serve one program at a time",
            NoPermission => "you may not use this GPU",
            NotSupported => "this GPU or its driver cannot be kept ready",
            ContextLost => "the connection to the GPU was lost",
            TimedOut => "the driver did not answer in time",
            ProcessEnded => "the process that talks to the driver has ended",
            Panicked => "GPU Keepalive has met a bug of its own",
            ClocksDoNotRise => "nothing brings this GPU to full speed",
            Other => "the driver reported an error",
        }
    }

    /// Advice for the user, in one or two sentences.
    pub fn advice(self) -> &'static str {
        use GpuErrorKind::*;
        match self {
            NvmlMissing => "Install the NVIDIA driver.",
            CudaMissing => {
                "Install the CUDA part of the NVIDIA driver (on Debian and Ubuntu the package libcuda1 or libnvidia-compute)."
            }
            DriverTooOld => "Update the NVIDIA driver to version 525 or later.",
            VersionMismatch => "Restart the computer.",
            DriverNotLoaded => {
                "Restart the computer. If that does not help after a kernel update, reinstall the driver."
            }
            NoGpu => "Check that the NVIDIA GPU is fitted and enabled in the firmware settings.",
            GpuNotFound => {
                "List the GPUs with “gpu-keepalive gpus” and correct “gpus” in the settings."
            }
            GpuLost => {
                "If it does not come back by itself, restart the computer. An external GPU may need to be plugged in again."
            }
            OutOfMemory => {
                "Unload a model or close a program. It is tried again by itself when memory is free."
            }
            ExclusiveMode => {
                "Set it back with “nvidia-smi -c DEFAULT”, so that several programs may use it."
            }
            NoPermission => "On Linux, join the groups video and render, then log in again.",
            NotSupported => {
                "Update the NVIDIA driver. If that does not help, this GPU cannot do it."
            }
            ContextLost => "It is set up again by itself. Nothing needs to be done.",
            TimedOut | ProcessEnded => {
                "It is tried again by itself. If it happens often, restart the computer."
            }
            Panicked => "It is tried again by itself. Please report it with the log.",
            ClocksDoNotRise => {
                "Look in Diagnostics for a power limit or locked clocks, and update the NVIDIA driver. It is tried again by itself."
            }
            Other => "It is tried again by itself. The details have the driver's own words.",
        }
    }
}
