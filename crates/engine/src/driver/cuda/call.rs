//! Calling the driver, and what its refusals mean.

use std::{
    any::Any,
    ffi::{CStr, CString, c_uint, c_void},
    mem::MaybeUninit,
    panic::{AssertUnwindSafe, catch_unwind},
    ptr,
};

use cudarc::driver::{
    result::DriverError,
    sys::{self, CUresult},
};
use gpu_keepalive_core::gpu::{GpuError, GpuErrorKind};

/// Calls a function that writes its result through a pointer.
///
/// # Safety
/// On success `call` must have written a valid `T`.
pub(super) unsafe fn out<T>(
    name: &str,
    call: impl FnOnce(*mut T) -> CUresult,
) -> Result<T, GpuError> {
    let mut value = MaybeUninit::uninit();
    check(name, call(value.as_mut_ptr()))?;
    // SAFETY: the caller's promise.
    Ok(unsafe { value.assume_init() })
}

/// Launches a kernel of one dimension without shared memory.
///
/// # Safety
/// Function and stream must belong to the current context, and `arguments` point to values of the
/// kernel's parameter types that only lead it to memory it may touch. They are copied at once.
pub(super) unsafe fn launch(
    function: sys::CUfunction,
    blocks: c_uint,
    threads: c_uint,
    stream: sys::CUstream,
    arguments: &mut [*mut c_void],
) -> Result<(), GpuError> {
    // SAFETY: the caller's promise.
    check("cuLaunchKernel", unsafe {
        sys::cuLaunchKernel(
            function,
            blocks,
            1,
            1,
            threads,
            1,
            1,
            0,
            stream,
            arguments.as_mut_ptr(),
            ptr::null_mut(),
        )
    })
}

/// Something that was made in the current context. Dropping it gives it back; the context outlives
/// it.
pub(super) struct Made<T: Copy> {
    handle: T,
    what: &'static str,
    give_back: unsafe fn(T) -> CUresult,
}

impl<T: Copy> Made<T> {
    /// # Safety
    /// The handle was just made and belongs to this alone, and `give_back` is the call that
    /// destroys it.
    pub(super) unsafe fn new(
        what: &'static str,
        handle: T,
        give_back: unsafe fn(T) -> CUresult,
    ) -> Self {
        Self {
            handle,
            what,
            give_back,
        }
    }

    pub(super) fn handle(&self) -> T {
        self.handle
    }
}

impl<T: Copy> Drop for Made<T> {
    fn drop(&mut self) {
        // SAFETY: the promise of `new`; it is destroyed once, here.
        undo(self.what, || unsafe { (self.give_back)(self.handle) });
    }
}

/// Loads kernels.
pub(super) fn load(ptx: &str) -> Result<Made<sys::CUmodule>, GpuError> {
    let ptx = CString::new(ptx).expect("the PTX has no NUL");
    // SAFETY: the handle is written before it is read, and the image is text that ends in NUL.
    unsafe {
        let module = out("cuModuleLoadData", |module| {
            sys::cuModuleLoadData(module, ptx.as_ptr().cast())
        })?;
        Ok(Made::new("module", module, sys::cuModuleUnload))
    }
}

/// One of the kernels of a module, which has to outlive it.
pub(super) fn kernel(
    module: &Made<sys::CUmodule>,
    name: &CStr,
) -> Result<sys::CUfunction, GpuError> {
    // SAFETY: the handle is written before it is read, and the module is loaded.
    unsafe {
        out("cuModuleGetFunction", |function| {
            sys::cuModuleGetFunction(function, module.handle(), name.as_ptr())
        })
    }
}

/// Allocates memory of the GPU.
pub(super) fn allocate(bytes: usize) -> Result<Made<sys::CUdeviceptr>, GpuError> {
    // SAFETY: the address is written before it is read.
    unsafe {
        let buffer = out("cuMemAlloc", |buffer| sys::cuMemAlloc_v2(buffer, bytes))?;
        Ok(Made::new("buffer", buffer, sys::cuMemFree_v2))
    }
}

/// Releases a resource. There is nothing to be done about a refusal, and a panic here must not meet
/// another that is already unwinding.
pub(super) fn undo(what: &str, call: impl FnOnce() -> CUresult) {
    let result = catch_unwind(AssertUnwindSafe(|| check(what, call())));
    if !matches!(result, Ok(Ok(()))) {
        tracing::debug!("letting go of the {what}: {result:?}");
    }
}

pub(super) fn check(call: &str, result: CUresult) -> Result<(), GpuError> {
    if result == CUresult::CUDA_SUCCESS {
        return Ok(());
    }
    let error = DriverError(result);
    let description = error.error_string().map(|text| text.to_string_lossy());
    let description = description.as_deref().unwrap_or("no description");
    Err(GpuError::new(
        classify(call, result),
        format!("{call}: {description} ({result:?})"),
    ))
}

fn classify(call: &str, result: CUresult) -> GpuErrorKind {
    use CUresult::*;
    use GpuErrorKind as Kind;
    match result {
        CUDA_ERROR_OUT_OF_MEMORY => Kind::OutOfMemory,
        // The answer of an exclusive or prohibited compute mode.
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

/// The error of a caught panic of the binding.
pub(in crate::driver) fn panicked(payload: &(dyn Any + Send)) -> GpuError {
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
