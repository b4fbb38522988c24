//! The `hold` process: makes the boost request of one GPU and senses the start of requests.
//!
//! One thread, so that the path from a sensed request to the driver's call crosses no process. It
//! loads neither libcuda nor NVML, has the driver open only while it is armed or holds, and ends
//! with its input; the driver then takes everything back.
//!
//! Standing by, it wakes 25 to 50 times a second, each time with cold caches, so what counts is how
//! much code and data it touches: what happens while nothing happens is one small function
//! ([`Holder::wait`]) with two system calls. `cargo xtask bench --only standby` compares it with an
//! empty loop.

use std::{io, os::fd::AsFd};

use gpu_keepalive_core::gpu::{
    PciBusId,
    holder::{HolderCommand, HolderReport},
};

use super::rm::{Kernel, LinuxKernel, unmap_what_the_start_needed};

mod boost;
mod events;
mod holder;
mod lines;
mod processor;
mod targets;

#[cfg(test)]
mod tests;

pub use processor::processor_time;

use boost::Boost;
use events::{Event, Events};
use holder::{Holder, Wakeup};
use lines::{Input, Output};
use targets::Targets;

/// Serves the GPU at that PCI address on standard input and output, until the input ends.
pub(super) fn run(gpu: PciBusId) -> io::Result<()> {
    // Nothing it could be led to start gets more rights than it has, nvidia-modprobe included.
    rustix::thread::set_no_new_privs(true)?;
    serve(gpu, LinuxKernel, io::stdin(), io::stdout())
}

/// Carries out commands from `input` and writes reports to `output`.
///
/// # Errors
/// A line that is too long or no command, and an output that is closed or not read any more.
pub(super) fn serve<K: Kernel + Clone>(
    gpu: PciBusId,
    kernel: K,
    input: impl AsFd,
    output: impl AsFd,
) -> io::Result<()> {
    let events = Events::new(&input)?;
    let mut holder = Holder::new(gpu, kernel, events);
    let (mut input, mut output) = (Input::new(input), Output::new(output));
    loop {
        match holder.wait()? {
            Wakeup::Event(Event::Ended(pid)) => {
                holder.ended(pid, |report| output.write(report))?;
            }
            Wakeup::Event(Event::Input) => {
                if !input.read()? {
                    return Ok(());
                }
                carry_out(&mut holder, &mut input, &mut output)?;
            }
            Wakeup::Step(step, now) => holder.take(step, now, |report| output.write(report))?,
        }
    }
}

/// Every command that has arrived.
fn carry_out<K: Kernel + Clone>(
    holder: &mut Holder<K>,
    input: &mut Input<impl AsFd>,
    output: &mut Output<impl AsFd>,
) -> io::Result<()> {
    while let Some(line) = input.line()? {
        let HolderCommand { id, action } = serde_json::from_slice(line)?;
        let was_closed = holder.is_closed();
        let result = holder.perform(action, |report| output.write(report))?;
        output.write(&HolderReport::Reply { id, result })?;
        if was_closed && !holder.is_closed() {
            // From here on it mostly waits. More memory is no reason not to.
            let _ = unmap_what_the_start_needed();
        }
    }
    Ok(())
}
