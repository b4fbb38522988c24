//! Holding the clocks with a CUDA context, and pulsing.
//!
//! Only this module names `cudarc` and has `unsafe`. Every function here is called from one thread, the one that owns the GPU's session, so the context that is made current stays
//! so. The binding panics when the library or one of its functions is missing; the session catches
//! that ([`panicked`]).

#![allow(unsafe_code, reason = "the driver's interface is C")]

mod call;
mod pulse;
mod workload;

use std::{ffi::c_uint, path::Path, ptr};

use cudarc::driver::sys::{self, CUdevice_attribute as Attribute, CUlimit};
use gpu_keepalive_core::gpu::{ComputeCapability, GpuError, GpuErrorKind, GpuUuid, PulseReport};

use super::library;

pub(super) use call::panicked;
use call::{check, out, undo};
use pulse::{Pulse, words};
pub(super) use workload::Loaded;

/// The owner of the context that is used.
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
        #[cfg(windows)]
        refuse_impostor(kind)?;
        // SAFETY: loading a library runs its initialisers; this one is the GPU's driver.
        if !unsafe { sys::is_culib_present() } {
            let error = GpuError::new(
                GpuErrorKind::CudaMissing,
                "the CUDA driver library (libcuda.so.1, nvcuda.dll) was not found",
            );
            return Err(error.explained(library::host(Path::new("/"))));
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
        // SAFETY: the context was made or retained once, in `open`, and is released once, here.
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

/// In a program that uses this as a library, the binding searches its names everywhere.
#[cfg(windows)]
fn refuse_impostor(kind: ContextKind) -> Result<(), GpuError> {
    if kind == ContextKind::Own {
        // The driver process loads by name from the system alone.
        return Ok(());
    }
    match library::impostor(&cudarc::get_lib_name_candidates("cuda")) {
        None => Ok(()),
        Some(path) => Err(GpuError::new(
            GpuErrorKind::CudaMissing,
            format!(
                "{} would be loaded instead of the driver's library",
                path.display()
            ),
        )),
    }
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
