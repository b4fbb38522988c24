//! The parts of the `hold` process that belong to Linux: processes by their pidfd and their
//! processor clock, and one system call that waits for everything.
//!
//! Standing by, it wakes 25 to 50 times a second, each time with cold caches, so what counts is how
//! much code and data it touches: what happens while nothing happens is one small function
//! ([`Holder::wait`](super::Holder::wait)) with two system calls. `cargo xtask bench --only standby`
//! compares it with an empty loop.

use std::{io, os::fd::AsFd};

use gpu_keepalive_core::gpu::PciBusId;

use crate::driver::rm::{Kernel, LinuxKernel, unmap_what_the_start_needed};

mod boost;
mod events;
mod lines;
mod processor;
mod target;

#[cfg(test)]
mod tests;

pub use processor::processor_time;

pub(super) use events::Events;
pub(super) use target::Target;

use boost::DriverBoost;
use lines::{Input, Output};

/// Serves the GPU at that PCI address on standard input and output, until the input ends.
pub(in crate::driver) fn run(gpu: PciBusId) -> io::Result<()> {
    // Nothing it could be led to start gets more rights than it has, nvidia-modprobe included.
    rustix::thread::set_no_new_privs(true)?;
    serve(gpu, LinuxKernel, io::stdin(), io::stdout())
}

/// Carries out commands from `input` and writes reports to `output`.
///
/// # Errors
/// A line that is too long or no command, and an output that is closed or not read any more.
fn serve<K: Kernel + Clone>(
    gpu: PciBusId,
    kernel: K,
    input: impl AsFd,
    output: impl AsFd,
) -> io::Result<()> {
    let events = Events::new(&input)?;
    let boost = DriverBoost::new(gpu, kernel);
    super::serve(boost, events, Input::new(input), Output::new(output))
}

/// From here on it mostly waits, and gives back the memory that its start took.
pub(super) fn settle() {
    // More memory is no reason not to wait.
    let _ = unmap_what_the_start_needed();
}
