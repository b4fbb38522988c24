use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Circumstance;

/// The kind of failure that the driver reported; decides the advice, never the wording of the
/// driver.
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
    /// No strategy raises the clocks of this GPU.
    ClocksDoNotRise,
    /// Anything else; the message is the driver's.
    Other,
}

impl GpuErrorKind {
    /// Returns true if waiting can mend it; the others are retried only rarely.
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

/// A failure of the driver, classified, with the driver's own message.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct GpuError {
    /// Its kind.
    pub kind: GpuErrorKind,
    /// The call and the driver's answer, such as `cuCtxCreate: out of memory
    /// (CUDA_ERROR_OUT_OF_MEMORY)`.
    pub message: String,
    /// The cause that explains it; decides the advice together with the kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub circumstance: Option<Circumstance>,
}

impl GpuError {
    /// An error of that kind with the driver's message.
    pub fn new(kind: GpuErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            circumstance: None,
        }
    }
}
