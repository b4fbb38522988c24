use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What kind of failure the driver reported; decides the advice, never the wording of the driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum GpuErrorKind {
    /// `libnvidia-ml` (`nvml.dll`) is not installed: there is no NVIDIA driver.
    NvmlMissing,
    /// `libcuda` (`nvcuda.dll`) is not installed, although NVML is.
    CudaMissing,
    /// A library lacks a function that is needed: the driver is too old.
    DriverTooOld,
    /// The libraries were updated but the kernel still runs the old driver.
    VersionMismatch,
    /// The driver is installed but its kernel part is not loaded.
    DriverNotLoaded,
    /// The driver works and there is no GPU.
    NoGpu,
    /// No GPU with the UUID or index that was asked for.
    GpuNotFound,
    /// The GPU fell off the bus, was unplugged or was reset.
    GpuLost,
    /// Not enough free VRAM for a context.
    OutOfMemory,
    /// The compute mode allows no second context.
    ExclusiveMode,
    /// The user may not do this.
    NoPermission,
    /// This driver or GPU cannot do this.
    NotSupported,
    /// Every CUDA call fails until the process is replaced, as after suspend.
    ContextLost,
    /// No answer within the deadline; the driver process was killed.
    TimedOut,
    /// The driver process ended by itself.
    ProcessEnded,
    /// A panic in a binding of the driver's libraries, caught.
    Panicked,
    /// Anything else; the message has the driver's words.
    Other,
}

impl GpuErrorKind {
    /// What the user can do about it, in one or two sentences.
    pub fn advice(self) -> &'static str {
        use GpuErrorKind::*;
        match self {
            NvmlMissing => "Install the NVIDIA driver, then start GPU Keepalive again.",
            CudaMissing => {
                "Install the CUDA part of the NVIDIA driver (on Debian and Ubuntu the package libcuda1 or libnvidia-compute)."
            }
            DriverTooOld => "Update the NVIDIA driver to version 525 or later.",
            VersionMismatch => "The driver was updated while it was running. Restart the computer.",
            DriverNotLoaded => {
                "The driver's kernel module is not loaded. Restart the computer; after a kernel update, reinstall the driver."
            }
            NoGpu => "Check that the NVIDIA GPU is fitted and enabled in the firmware settings.",
            GpuNotFound => {
                "List the GPUs with “gpu-keepalive gpus” and correct “gpus” in the settings."
            }
            GpuLost => {
                "The GPU stopped answering. If it does not come back by itself, restart the computer; an external GPU may need to be plugged in again."
            }
            OutOfMemory => {
                "Other programs have taken the VRAM. It is tried again when some is free; unloading a model helps."
            }
            ExclusiveMode => {
                "The GPU is in an exclusive compute mode, so only one program may use it. Set it back with “nvidia-smi -c DEFAULT”."
            }
            NoPermission => {
                "Your user may not use the GPU. On Linux, join the groups video and render."
            }
            NotSupported => "This GPU or driver cannot do it.",
            ContextLost => "It is set up again by itself; nothing needs to be done.",
            TimedOut => {
                "The driver did not answer in time and its process was ended. It is tried again by itself; if it happens often, restart the computer."
            }
            ProcessEnded => {
                "It is started again by itself; if it happens often, please report it with the log."
            }
            Panicked => "Please report this with the log; it is tried again by itself.",
            Other => "It is tried again by itself; the driver's own words are above.",
        }
    }

    /// Whether waiting can mend it; the others are retried only rarely.
    pub fn is_transient(self) -> bool {
        use GpuErrorKind::*;
        matches!(
            self,
            GpuLost
                | OutOfMemory
                | ExclusiveMode
                | ContextLost
                | TimedOut
                | ProcessEnded
                | Panicked
                | Other
        )
    }
}

/// A failure of the driver, classified, with the driver's own words.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct GpuError {
    /// What kind it is.
    pub kind: GpuErrorKind,
    /// What was being done and what the driver said, such as
    /// `cuCtxCreate: out of memory (CUDA_ERROR_OUT_OF_MEMORY)`.
    pub message: String,
}

impl GpuError {
    /// An error of that kind in the driver's words.
    pub fn new(kind: GpuErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }
}
