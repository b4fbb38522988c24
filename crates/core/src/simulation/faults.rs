use crate::gpu::{GpuError, GpuErrorKind};

/// Returns true if a fault of that kind is met by every call, not by contexts alone.
pub(super) fn stops_every_call(kind: GpuErrorKind) -> bool {
    use GpuErrorKind::*;
    !matches!(
        kind,
        CudaMissing | OutOfMemory | ExclusiveMode | ContextLost
    )
}

pub(super) fn refused(kind: GpuErrorKind) -> GpuError {
    GpuError::new(kind, message(kind))
}

/// The driver's message for it.
fn message(kind: GpuErrorKind) -> &'static str {
    use GpuErrorKind::*;
    match kind {
        NvmlMissing => "libnvidia-ml.so.1: cannot open shared object file",
        CudaMissing => "libcuda.so.1: cannot open shared object file",
        DriverTooOld => "libnvidia-ml.so.1: undefined symbol",
        VersionMismatch => {
            "nvmlInit: driver/library version mismatch (NVML_ERROR_LIB_RM_VERSION_MISMATCH)"
        }
        DriverNotLoaded => "nvmlInit: driver not loaded (NVML_ERROR_DRIVER_NOT_LOADED)",
        NoGpu => "nvmlDeviceGetCount: no GPU",
        GpuNotFound => "nvmlDeviceGetHandleByUUID: not found (NVML_ERROR_NOT_FOUND)",
        GpuLost => "nvmlDeviceGetPerformanceState: GPU is lost (NVML_ERROR_GPU_IS_LOST)",
        OutOfMemory => "cuCtxCreate: out of memory (CUDA_ERROR_OUT_OF_MEMORY)",
        ExclusiveMode => {
            "cuCtxCreate: all CUDA-capable devices are busy or unavailable (CUDA_ERROR_DEVICE_UNAVAILABLE)"
        }
        NoPermission => "nvmlInit: insufficient permissions (NVML_ERROR_NO_PERMISSION)",
        NotSupported => "not supported (NVML_ERROR_NOT_SUPPORTED)",
        ContextLost => "cuLaunchKernel: unknown error (CUDA_ERROR_UNKNOWN)",
        TimedOut => "no answer in time",
        ProcessEnded => "the driver process ended",
        Panicked => "a driver binding panicked",
        ClocksDoNotRise => "no strategy raises the clocks",
        Other => "unknown error (NVML_ERROR_UNKNOWN)",
    }
}
