//! The `hold` process: makes the boost request of one GPU and senses the start of requests.
//!
//! One thread, so that the path from a sensed request to the driver's call crosses no process. It
//! loads neither libcuda nor NVML, has the driver open only while it is armed or holds, and ends
//! with its input; the driver then takes everything back.
//!
//! Standing by, it wakes 25 to 50 times a second, each time with cold caches, so what counts is how
//! many pages of code and data it touches: what runs from one wait to the next is inlined into one
//! function, which took a look from 35 to 28 µs where an empty loop takes 18 (x86-64, a loaded
//! virtual machine).

use std::{io, os::fd::AsFd};

use gpu_keepalive_core::gpu::{
    PciBusId,
    holder::{HolderCommand, HolderReport},
};

use super::rm::{Kernel, LinuxKernel, unmap_what_the_start_needed};
use crate::clock::Clock;

mod boost;
mod events;
mod holder;
mod lines;
mod targets;

#[cfg(test)]
mod tests;

pub(crate) use targets::process_runs;
pub use targets::{process_started, processor_time};

use boost::Boost;
use events::{Event, Events};
use holder::Holder;
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
    let clock = Clock::Boot;
    let events = Events::new(&input)?;
    let mut holder = Holder::new(gpu, kernel, clock.clone(), events);
    let (mut input, mut output) = (Input::new(input), Output::new(output));
    let mut now = clock.now();
    loop {
        let wait = holder.next().map(|at| at.since(now));
        let event = holder.events().wait(wait)?;
        now = clock.now();
        match event {
            Some(Event::Ended(pid)) => holder.ended(pid, |report| output.write(report))?,
            Some(Event::Input) => {
                if !input.read()? {
                    return Ok(());
                }
                carry_out(&mut holder, &mut input, &mut output)?;
                now = clock.now();
            }
            None => {}
        }
        if holder.next().is_some_and(|at| at <= now) {
            holder.check(now, |report| output.write(report))?;
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
        let result = holder.perform(action, |report| output.write(report))?;
        let opened = matches!(&result, Ok(answer) if answer.opening.is_some());
        output.write(&HolderReport::Reply { id, result })?;
        if opened {
            // From here on it mostly waits. More memory is no reason not to.
            let _ = unmap_what_the_start_needed();
        }
    }
    Ok(())
}
