//! Holding the clocks with a CUDA context, and pulsing.
//!
//! The only file that names `cudarc` and the only one with `unsafe`. Every function here is called
//! from one thread, the one that owns the GPU's session, so the context that is made current stays
//! so. The binding panics when the library or one of its functions is missing; the session catches
//! that ([`panicked`]).

#![allow(unsafe_code, reason = "the driver's interface is C")]

use std::{
    any::Any,
    ffi::{CString, c_uint, c_void},
    mem::MaybeUninit,
    panic::{AssertUnwindSafe, catch_unwind},
    ptr,
};

use cudarc::driver::{
    result::DriverError,
    sys::{self, CUdevice_attribute as Attribute, CUlimit, CUresult},
};
use gpu_keepalive_core::gpu::{ComputeCapability, GpuError, GpuErrorKind, GpuUuid, PulseReport};

use crate::clock::Clock;

/// Whose context is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ContextKind {
    /// One of our own, in a process of our own, made as small as the driver allows.
    Own,
    /// The device's primary context, which this program's other libraries may share. Its flags and
    /// limits belong to them and are left alone.
    Primary,
}

/// An open context. Dropping it destroys everything that was made with it.
pub(super) struct Held {
    device: sys::CUdevice,
    context: sys::CUcontext,
    kind: ContextKind,
    pulse: Option<Pulse>,
}

impl Held {
    /// Loads CUDA and opens a context on that GPU.
    pub(super) fn open(uuid: &GpuUuid, kind: ContextKind) -> Result<Self, GpuError> {
        // SAFETY: loading a library runs its initialisers; this one is the GPU's driver.
        if !unsafe { sys::is_culib_present() } {
            return Err(GpuError::new(
                GpuErrorKind::CudaMissing,
                "the CUDA driver library (libcuda.so.1, nvcuda.dll) was not found",
            ));
        }
        // SAFETY: zero is the only flag there is.
        check("cuInit", unsafe { sys::cuInit(0) })?;
        let device = find(uuid, kind)?;
        refuse_unsuitable(device)?;
        let context = match kind {
            ContextKind::Own => create(device)?,
            ContextKind::Primary => retain_primary(device)?,
        };
        Ok(Self {
            device,
            context,
            kind,
            pulse: None,
        })
    }

    /// Loads the kernel and allocates its working set, unless both are there already.
    pub(super) fn prepare_pulse(&mut self, matrix_size: u32) -> Result<(), GpuError> {
        let words = words(matrix_size);
        if self.pulse.as_ref().is_none_or(|p| p.words != words) {
            self.pulse = None;
            self.pulse = Some(Pulse::prepare(words)?);
        }
        Ok(())
    }

    /// Gives back what [`Held::prepare_pulse`] took, and keeps the context.
    pub(super) fn forget_pulse(&mut self) {
        self.pulse = None;
    }

    /// Runs the kernel once and waits for it without spinning.
    pub(super) fn pulse(&self) -> Result<PulseReport, GpuError> {
        match &self.pulse {
            Some(pulse) => pulse.run(),
            None => Err(GpuError::new(
                GpuErrorKind::Other,
                "no pulse was prepared: hold with the strategy pulse first",
            )),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.pulse = None;
        // SAFETY: the context was made or retained once, in `open`, and is let go of once, here.
        undo("context", || unsafe {
            match self.kind {
                ContextKind::Own => sys::cuCtxDestroy_v2(self.context),
                ContextKind::Primary => {
                    sys::cuCtxSetCurrent(ptr::null_mut());
                    sys::cuDevicePrimaryCtxRelease_v2(self.device)
                }
            }
        });
    }
}

/// What a caught panic of the binding means.
pub(super) fn panicked(payload: &(dyn Any + Send)) -> GpuError {
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without a message");
    let kind = if text.starts_with("Missing symbol") {
        GpuErrorKind::DriverTooOld
    } else {
        GpuErrorKind::Panicked
    };
    GpuError::new(kind, text)
}

/// Kernel, stream and working set. Each is `None` until it was made, so that a failure half-way
/// gives back exactly what there is.
struct Pulse {
    words: u32,
    buffer: Option<sys::CUdeviceptr>,
    module: Option<sys::CUmodule>,
    stream: Option<sys::CUstream>,
    event: Option<sys::CUevent>,
    function: sys::CUfunction,
}

impl Pulse {
    /// Threads in a block: a multiple of the warp of 32, and few enough for every GPU.
    const BLOCK: c_uint = 256;

    fn prepare(words: u32) -> Result<Self, GpuError> {
        let mut pulse = Self {
            words,
            buffer: None,
            module: None,
            stream: None,
            event: None,
            function: ptr::null_mut(),
        };
        let ptx = CString::new(include_str!("pulse.ptx")).expect("the PTX has no NUL");
        // SAFETY: the context is current. Every handle is written by the call before it is read,
        // and the image is text that ends in NUL.
        unsafe {
            let module = out("cuModuleLoadData", |module| {
                sys::cuModuleLoadData(module, ptx.as_ptr().cast())
            })?;
            pulse.module = Some(module);
            pulse.function = out("cuModuleGetFunction", |function| {
                sys::cuModuleGetFunction(function, module, c"pulse".as_ptr())
            })?;
            pulse.buffer = Some(out("cuMemAlloc", |buffer| {
                sys::cuMemAlloc_v2(buffer, words as usize * size_of::<u32>())
            })?);
            let mut greatest = 0;
            let least = out("cuCtxGetStreamPriorityRange", |least| {
                sys::cuCtxGetStreamPriorityRange(least, &mut greatest)
            })?;
            pulse.stream = Some(out("cuStreamCreateWithPriority", |stream| {
                let flags = sys::CUstream_flags::CU_STREAM_NON_BLOCKING as c_uint;
                sys::cuStreamCreateWithPriority(stream, flags, least)
            })?);
            // The event blocks whatever the context's own flags say, so a shared context's flags
            // need not be touched.
            pulse.event = Some(out("cuEventCreate", |event| {
                let blocking = sys::CUevent_flags::CU_EVENT_BLOCKING_SYNC as c_uint;
                let untimed = sys::CUevent_flags::CU_EVENT_DISABLE_TIMING as c_uint;
                sys::cuEventCreate(event, blocking | untimed)
            })?);
        }
        // The first launch pays for loading the kernel; it belongs to the preparation.
        pulse.run()?;
        Ok(pulse)
    }

    fn run(&self) -> Result<PulseReport, GpuError> {
        let (Some(mut buffer), Some(stream), Some(event)) = (self.buffer, self.stream, self.event)
        else {
            unreachable!("a pulse is only returned when it is complete");
        };
        let mut count = self.words;
        let mut arguments: [*mut c_void; 2] = [(&raw mut buffer).cast(), (&raw mut count).cast()];
        let blocks = self.words.div_ceil(Self::BLOCK);
        let began = Clock::Boot.now();
        // SAFETY: the arguments match the kernel's parameters (.u64, .u32) and outlive the launch,
        // which copies them; the buffer holds `words` words and lives until `self` is dropped.
        check("cuLaunchKernel", unsafe {
            sys::cuLaunchKernel(
                self.function,
                blocks,
                1,
                1,
                Self::BLOCK,
                1,
                1,
                0,
                stream,
                arguments.as_mut_ptr(),
                ptr::null_mut(),
            )
        })?;
        // SAFETY: event and stream belong to the current context.
        check("cuEventRecord", unsafe {
            sys::cuEventRecord(event, stream)
        })?;
        // SAFETY: as above.
        check("cuEventSynchronize", unsafe {
            sys::cuEventSynchronize(event)
        })?;
        Ok(PulseReport {
            elapsed: Clock::Boot.now().since(began),
        })
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        // SAFETY: each handle was made once, in `prepare`, and is destroyed once, here.
        unsafe {
            if let Some(event) = self.event.take() {
                undo("event", || sys::cuEventDestroy_v2(event));
            }
            if let Some(stream) = self.stream.take() {
                undo("stream", || sys::cuStreamDestroy_v2(stream));
            }
            if let Some(buffer) = self.buffer.take() {
                undo("buffer", || sys::cuMemFree_v2(buffer));
            }
            if let Some(module) = self.module.take() {
                undo("module", || sys::cuModuleUnload(module));
            }
        }
    }
}

/// 32-bit words that hold `matrix_size` squared half-precision values.
fn words(matrix_size: u32) -> u32 {
    let values = u64::from(matrix_size).pow(2);
    u32::try_from(values.div_ceil(2)).unwrap_or(u32::MAX)
}

fn find(uuid: &GpuUuid, kind: ContextKind) -> Result<sys::CUdevice, GpuError> {
    // SAFETY: each call writes its result before it is read; ordinals are below the count.
    unsafe {
        let count = out("cuDeviceGetCount", |n| sys::cuDeviceGetCount(n))?;
        for ordinal in 0..count {
            let device = out("cuDeviceGet", |device| sys::cuDeviceGet(device, ordinal))?;
            let bytes = out("cuDeviceGetUuid", |id| sys::cuDeviceGetUuid_v2(id, device))?;
            if uuid_text(bytes) == uuid.0 {
                return Ok(device);
            }
        }
        // A GPU split by MIG shows its first instance, under a UUID of its own. In our own process
        // the environment let only that GPU through, so it is the right one.
        if kind == ContextKind::Own && count == 1 {
            return out("cuDeviceGet", |device| sys::cuDeviceGet(device, 0));
        }
    }
    Err(GpuError::new(
        GpuErrorKind::GpuNotFound,
        format!("CUDA does not see the GPU {uuid}"),
    ))
}

/// As NVML writes it.
fn uuid_text(id: sys::CUuuid) -> String {
    let hex: String = id
        .bytes
        .iter()
        .map(|b| format!("{:02x}", *b as u8))
        .collect();
    let group = |range: std::ops::Range<usize>| &hex[range];
    format!(
        "GPU-{}-{}-{}-{}-{}",
        group(0..8),
        group(8..12),
        group(12..16),
        group(16..20),
        group(20..32)
    )
}

fn refuse_unsuitable(device: sys::CUdevice) -> Result<(), GpuError> {
    // SAFETY: the call writes its result before it is read.
    let read = |attribute| unsafe {
        out("cuDeviceGetAttribute", |value| {
            sys::cuDeviceGetAttribute(value, attribute, device)
        })
    };
    let part = |attribute| read(attribute).map(|value| u32::try_from(value).unwrap_or(0));
    let capability = ComputeCapability {
        major: part(Attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)?,
        minor: part(Attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)?,
    };
    if capability < ComputeCapability::MINIMUM {
        return Err(GpuError::new(
            GpuErrorKind::NotSupported,
            format!(
                "compute capability {capability}; at least {} is needed",
                ComputeCapability::MINIMUM
            ),
        ));
    }
    // The driver answers “unknown error” when asked for a context in this mode.
    let prohibited = sys::CUcomputemode::CU_COMPUTEMODE_PROHIBITED as i32;
    if read(Attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_MODE)? == prohibited {
        return Err(GpuError::new(
            GpuErrorKind::ExclusiveMode,
            "cuDeviceGetAttribute: the compute mode is PROHIBITED",
        ));
    }
    Ok(())
}

fn create(device: sys::CUdevice) -> Result<sys::CUcontext, GpuError> {
    let flags = sys::CUctx_flags::CU_CTX_SCHED_BLOCKING_SYNC as c_uint;
    // SAFETY: the call writes the handle before it is read, and makes the context current.
    let context = unsafe {
        out("cuCtxCreate", |context| {
            sys::cuCtxCreate_v2(context, flags, device)
        })?
    };
    // Together they save half of a context's VRAM (527 to 267 MiB on an H200). The pulse kernel
    // uses no stack, no printf, no device heap and launches nothing. A driver may refuse any.
    for (limit, value) in [
        (CUlimit::CU_LIMIT_STACK_SIZE, 16),
        (CUlimit::CU_LIMIT_PRINTF_FIFO_SIZE, 0),
        (CUlimit::CU_LIMIT_MALLOC_HEAP_SIZE, 0),
        (CUlimit::CU_LIMIT_DEV_RUNTIME_PENDING_LAUNCH_COUNT, 1),
    ] {
        // SAFETY: the new context is current.
        if let Err(error) = check("cuCtxSetLimit", unsafe { sys::cuCtxSetLimit(limit, value) }) {
            tracing::debug!("{limit:?} stays as it is: {error}");
        }
    }
    Ok(context)
}

fn retain_primary(device: sys::CUdevice) -> Result<sys::CUcontext, GpuError> {
    // SAFETY: the call writes the handle before it is read.
    let context = unsafe {
        out("cuDevicePrimaryCtxRetain", |context| {
            sys::cuDevicePrimaryCtxRetain(context, device)
        })?
    };
    // SAFETY: the handle was just retained.
    let current = check("cuCtxSetCurrent", unsafe { sys::cuCtxSetCurrent(context) });
    if current.is_err() {
        // SAFETY: balances the retain above.
        undo("context", || unsafe {
            sys::cuDevicePrimaryCtxRelease_v2(device)
        });
    }
    current.map(|()| context)
}

/// Calls a function that writes its result through a pointer.
///
/// # Safety
/// On success `call` must have written a valid `T`.
unsafe fn out<T>(name: &str, call: impl FnOnce(*mut T) -> CUresult) -> Result<T, GpuError> {
    let mut value = MaybeUninit::uninit();
    check(name, call(value.as_mut_ptr()))?;
    // SAFETY: the caller's promise.
    Ok(unsafe { value.assume_init() })
}

/// Lets go of something. There is nothing to be done about a refusal, and a panic here must not
/// meet another that is already unwinding.
fn undo(what: &str, call: impl FnOnce() -> CUresult) {
    let result = catch_unwind(AssertUnwindSafe(|| check(what, call())));
    if !matches!(result, Ok(Ok(()))) {
        tracing::debug!("letting go of the {what}: {result:?}");
    }
}

fn check(call: &str, result: CUresult) -> Result<(), GpuError> {
    if result == CUresult::CUDA_SUCCESS {
        return Ok(());
    }
    let error = DriverError(result);
    let words = error.error_string().map(|text| text.to_string_lossy());
    let words = words.as_deref().unwrap_or("no description");
    Err(GpuError::new(
        classify(call, result),
        format!("{call}: {words} ({result:?})"),
    ))
}

fn classify(call: &str, result: CUresult) -> GpuErrorKind {
    use CUresult::*;
    use GpuErrorKind as Kind;
    match result {
        CUDA_ERROR_OUT_OF_MEMORY => Kind::OutOfMemory,
        // What an exclusive or prohibited compute mode answers.
        CUDA_ERROR_DEVICE_UNAVAILABLE => Kind::ExclusiveMode,
        CUDA_ERROR_NO_DEVICE => Kind::NoGpu,
        CUDA_ERROR_INVALID_DEVICE => Kind::GpuNotFound,
        CUDA_ERROR_NOT_PERMITTED => Kind::NoPermission,
        CUDA_ERROR_NOT_SUPPORTED | CUDA_ERROR_NO_BINARY_FOR_GPU | CUDA_ERROR_INVALID_PTX => {
            Kind::NotSupported
        }
        CUDA_ERROR_SYSTEM_DRIVER_MISMATCH => Kind::VersionMismatch,
        CUDA_ERROR_UNSUPPORTED_PTX_VERSION | CUDA_ERROR_NOT_FOUND => Kind::DriverTooOld,
        // The toolkit's link-time stub instead of the driver, or no compiler for the kernel.
        CUDA_ERROR_STUB_LIBRARY
        | CUDA_ERROR_JIT_COMPILER_NOT_FOUND
        | CUDA_ERROR_SHARED_OBJECT_INIT_FAILED
        | CUDA_ERROR_SHARED_OBJECT_SYMBOL_NOT_FOUND => Kind::CudaMissing,
        // After suspend every call answers 999; before there is a context it means no more than
        // its name.
        CUDA_ERROR_UNKNOWN if call == "cuInit" => Kind::Other,
        CUDA_ERROR_UNKNOWN
        | CUDA_ERROR_DEINITIALIZED
        | CUDA_ERROR_INVALID_CONTEXT
        | CUDA_ERROR_CONTEXT_IS_DESTROYED
        | CUDA_ERROR_ECC_UNCORRECTABLE
        | CUDA_ERROR_ILLEGAL_ADDRESS
        | CUDA_ERROR_LAUNCH_FAILED
        | CUDA_ERROR_LAUNCH_TIMEOUT => Kind::ContextLost,
        _ => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_working_set_is_matrix_size_squared_halves() {
        assert_eq!(words(256) * 4, 128 << 10, "128 KiB");
        assert_eq!(words(4096) * 4, 32 << 20, "32 MiB");
        assert_eq!(words(17), 145, "289 values, the last word half used");
    }
}
