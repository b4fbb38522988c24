//! The pulse kernel with all it needs to run.

use std::ffi::{c_uint, c_void};

use cudarc::driver::sys;
use gpu_keepalive_core::gpu::{GpuError, PulseReport};

use super::call::{Made, allocate, check, kernel, launch, load, out};
use crate::clock::Clock;

/// Kernel, stream and working set, given back in this order.
pub(super) struct Pulse {
    pub(super) words: u32,
    event: Made<sys::CUevent>,
    stream: Made<sys::CUstream>,
    buffer: Made<sys::CUdeviceptr>,
    function: sys::CUfunction,
    _module: Made<sys::CUmodule>,
}

impl Pulse {
    /// Threads in a block: a multiple of the warp of 32, and few enough for every GPU.
    const BLOCK: c_uint = 256;

    /// Loads the kernel, allocates the working set and runs the kernel once.
    pub(super) fn prepare(words: u32) -> Result<Self, GpuError> {
        let module = load(include_str!("../pulse.ptx"))?;
        let function = kernel(&module, c"pulse")?;
        let buffer = allocate(words as usize * size_of::<u32>())?;
        // SAFETY: the context is current. Every handle is written by the call before it is read.
        let (stream, event) = unsafe {
            let mut greatest = 0;
            let least = out("cuCtxGetStreamPriorityRange", |least| {
                sys::cuCtxGetStreamPriorityRange(least, &mut greatest)
            })?;
            let stream = out("cuStreamCreateWithPriority", |stream| {
                let flags = sys::CUstream_flags::CU_STREAM_NON_BLOCKING as c_uint;
                sys::cuStreamCreateWithPriority(stream, flags, least)
            })?;
            let stream = Made::new("stream", stream, sys::cuStreamDestroy_v2);
            // The event blocks whatever the context's own flags say, so a shared context's flags
            // need not be touched.
            let event = out("cuEventCreate", |event| {
                let blocking = sys::CUevent_flags::CU_EVENT_BLOCKING_SYNC as c_uint;
                let untimed = sys::CUevent_flags::CU_EVENT_DISABLE_TIMING as c_uint;
                sys::cuEventCreate(event, blocking | untimed)
            })?;
            (stream, Made::new("event", event, sys::cuEventDestroy_v2))
        };
        let pulse = Self {
            words,
            event,
            stream,
            buffer,
            function,
            _module: module,
        };
        // The first launch pays for loading the kernel; it belongs to the preparation.
        pulse.run()?;
        Ok(pulse)
    }

    /// Runs the kernel once and waits for it without spinning.
    pub(super) fn run(&self) -> Result<PulseReport, GpuError> {
        let (stream, event) = (self.stream.handle(), self.event.handle());
        let mut buffer = self.buffer.handle();
        let mut count = self.words;
        let mut arguments: [*mut c_void; 2] = [(&raw mut buffer).cast(), (&raw mut count).cast()];
        let blocks = self.words.div_ceil(Self::BLOCK);
        let began = Clock::Boot.now();
        // SAFETY: the arguments match the kernel's parameters (.u64, .u32) and outlive the launch,
        // which copies them; the buffer holds `words` words and lives until `self` is dropped.
        unsafe {
            launch(self.function, blocks, Self::BLOCK, stream, &mut arguments)?;
        }
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

/// 32-bit words that hold `matrix_size` squared half-precision values.
pub(super) fn words(matrix_size: u32) -> u32 {
    let values = u64::from(matrix_size).pow(2);
    u32::try_from(values.div_ceil(2)).unwrap_or(u32::MAX)
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
