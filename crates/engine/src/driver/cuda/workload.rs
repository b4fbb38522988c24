//! The workloads that play another program, with all they need to run.

use std::{
    ffi::{c_uint, c_void},
    time::Duration,
};

use cudarc::driver::sys;
use gpu_keepalive_core::{
    benchmark::Workload,
    gpu::{GpuError, GpuUuid},
};

use super::{
    ContextKind, Held,
    call::{Made, allocate, check, kernel, launch, load, out},
};
use crate::clock::Clock;

/// Threads in a block, for both kernels.
const BLOCK: c_uint = 256;
/// Far more than any last-level cache holds, so that reading it all reads memory.
const WEIGHTS_BYTES: usize = 256 << 20;
/// The size that one launch of `decode` reads: a small matrix of a quantised model.
const SLICE_BYTES: usize = 4 << 20;
/// Four vectors of 16 bytes for every thread of a launch of `decode`.
const DECODE_BLOCKS: c_uint = (SLICE_BYTES / 16 / 4) as c_uint / BLOCK;
/// Reads of all weights in a request: 8 GiB, a few milliseconds on an H200, 20 on a laptop.
const TOKENS: usize = 32;
/// Enough for every multiprocessor of the largest GPU.
const PREFILL_BLOCKS: c_uint = 2048;
/// Each is 32 multiplications and additions a thread.
const PREFILL_ROUNDS: c_uint = 256;
/// Launches of `prefill` in a request: 275 GFLOP, a few milliseconds on an H200, 20 on a laptop.
const LAYERS: usize = 32;
/// 1/32 as a float, so that the states neither grow nor vanish at once.
const WEIGHT: c_uint = 0x3d00_0000;

/// A context such as any program opens, with both kernels and their memory, given back in this
/// order.
pub(in crate::driver) struct Loaded {
    stream: Made<sys::CUstream>,
    weights: Made<sys::CUdeviceptr>,
    output: Made<sys::CUdeviceptr>,
    states: [Made<sys::CUdeviceptr>; 2],
    decode: sys::CUfunction,
    prefill: sys::CUfunction,
    _module: Made<sys::CUmodule>,
    _context: Held,
}

impl Loaded {
    /// Opens the context, loads the kernels and answers a request with each, which pays for what
    /// the driver puts off until then.
    pub(in crate::driver) fn open(uuid: &GpuUuid) -> Result<Self, GpuError> {
        // The primary context with the driver's own flags and limits: as everybody else's.
        let context = Held::open(uuid, ContextKind::Primary)?;
        let module = load(include_str!("../workload.ptx"))?;
        // SAFETY: the context is current, and the handle is written before it is read.
        let stream = unsafe {
            let stream = out("cuStreamCreate", |stream| {
                let flags = sys::CUstream_flags::CU_STREAM_NON_BLOCKING as c_uint;
                sys::cuStreamCreate(stream, flags)
            })?;
            Made::new("stream", stream, sys::cuStreamDestroy_v2)
        };
        let state = || filled((DECODE_BLOCKS * BLOCK) as usize * size_of::<f32>());
        let loaded = Self {
            stream,
            weights: filled(WEIGHTS_BYTES)?,
            output: filled((PREFILL_BLOCKS * BLOCK) as usize * size_of::<f32>())?,
            states: [state()?, state()?],
            decode: kernel(&module, c"decode")?,
            prefill: kernel(&module, c"prefill")?,
            _module: module,
            _context: context,
        };
        for workload in Workload::ALL {
            loaded.run(workload)?;
        }
        Ok(loaded)
    }

    /// Answers one request; from the first launch to the end of the last.
    pub(in crate::driver) fn run(&self, workload: Workload) -> Result<Duration, GpuError> {
        let began = Clock::Boot.now();
        match workload {
            Workload::Decode => self.launch_decode()?,
            Workload::Prefill => self.launch_prefill()?,
        }
        // SAFETY: the stream belongs to the current context.
        check("cuStreamSynchronize", unsafe {
            sys::cuStreamSynchronize(self.stream.handle())
        })?;
        Ok(Clock::Boot.now().since(began))
    }

    /// Answers requests one after the other; how many, and how long they took together.
    pub(in crate::driver) fn repeat(
        &self,
        workload: Workload,
        lasting: Duration,
    ) -> Result<(u32, Duration), GpuError> {
        let began = Clock::Boot.now();
        let mut requests = 0;
        loop {
            self.run(workload)?;
            requests += 1;
            let elapsed = Clock::Boot.now().since(began);
            if elapsed >= lasting {
                return Ok((requests, elapsed));
            }
        }
    }

    fn launch_decode(&self) -> Result<(), GpuError> {
        let weights = self.weights.handle();
        let mut states = self.states.each_ref().map(Made::handle);
        let mut vectors = (SLICE_BYTES / 16) as c_uint;
        for _token in 0..TOKENS {
            for slice in 0..WEIGHTS_BYTES / SLICE_BYTES {
                let mut slice = weights + (slice * SLICE_BYTES) as sys::CUdeviceptr;
                let [before, after] = &mut states;
                let mut arguments: [*mut c_void; 4] = [
                    (&raw mut slice).cast(),
                    (&raw mut vectors).cast(),
                    (&raw mut *before).cast(),
                    (&raw mut *after).cast(),
                ];
                // SAFETY: the arguments match the kernel's parameters (.u64, .u32, .u64, .u64);
                // a slice lies within the weights, and a state has a float for every thread.
                unsafe {
                    launch(
                        self.decode,
                        DECODE_BLOCKS,
                        BLOCK,
                        self.stream.handle(),
                        &mut arguments,
                    )?;
                }
                states.swap(0, 1);
            }
        }
        Ok(())
    }

    fn launch_prefill(&self) -> Result<(), GpuError> {
        let mut output = self.output.handle();
        let mut rounds = PREFILL_ROUNDS;
        for _layer in 0..LAYERS {
            let mut arguments: [*mut c_void; 2] =
                [(&raw mut output).cast(), (&raw mut rounds).cast()];
            // SAFETY: the arguments match the kernel's parameters (.u64, .u32), and the output has
            // a float for every thread.
            unsafe {
                launch(
                    self.prefill,
                    PREFILL_BLOCKS,
                    BLOCK,
                    self.stream.handle(),
                    &mut arguments,
                )?;
            }
        }
        Ok(())
    }
}

/// Memory filled with floats that are neither zero nor large.
fn filled(bytes: usize) -> Result<Made<sys::CUdeviceptr>, GpuError> {
    let buffer = allocate(bytes)?;
    // SAFETY: the fill stays within what was allocated.
    check("cuMemsetD32", unsafe {
        sys::cuMemsetD32_v2(buffer.handle(), WEIGHT, bytes / size_of::<u32>())
    })?;
    Ok(buffer)
}
