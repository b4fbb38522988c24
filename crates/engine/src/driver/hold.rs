//! The `hold` process: makes the boost request of one GPU and senses the start of requests.
//!
//! One thread, so that the path from a sensed request to the driver's call crosses no process. It
//! loads neither libcuda nor NVML, has the driver open only while it is armed or holds, and ends
//! with its input; the driver then takes everything back.

use std::{io, os::fd::AsFd, time::Duration};

use gpu_keepalive_core::{
    Moment,
    gpu::{
        PciBusId,
        holder::{HolderCommand, HolderReport},
    },
};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::rm::{Kernel, LinuxKernel};
use crate::clock::Clock;

mod holder;
mod lines;
mod targets;

#[cfg(test)]
mod tests;

pub use targets::process_started;

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
    let mut holder = Holder::new(gpu, kernel, clock.clone());
    let (mut input, mut output) = (Input::new(input), Output::new(output));
    loop {
        let wait = holder.next().map(|at| at.since(clock.now()));
        let ready = wait_for(&input, holder.targets(), wait)?;
        if let Some(index) = ready.ended {
            holder.ended(index, |report| output.write(report))?;
        }
        if ready.input {
            if !input.read()? {
                return Ok(());
            }
            while let Some(line) = input.line()? {
                let command: HolderCommand = serde_json::from_slice(line)?;
                let result = holder.perform(command.action, |report| output.write(report))?;
                let id = command.id;
                output.write(&HolderReport::Answer { id, result })?;
            }
        }
        if holder.next().is_some_and(|at| is_due(at, &clock)) {
            holder.look(|report| output.write(report))?;
        }
    }
}

fn is_due(at: Moment, clock: &Clock) -> bool {
    clock.now() >= at
}

/// What there is to do besides looking at clocks.
struct Ready {
    input: bool,
    /// The place of a process that ended.
    ended: Option<usize>,
}

/// Waits for a command, for the end of a process, or for so long; without an end when that is
/// `None`.
fn wait_for(
    input: &Input<impl AsFd>,
    targets: &Targets,
    wait: Option<Duration>,
) -> io::Result<Ready> {
    let wait = wait.map(|wait| Timespec {
        tv_sec: wait.as_secs().try_into().unwrap_or(i64::MAX),
        tv_nsec: wait.subsec_nanos().into(),
    });
    let mut files: [PollFd<'_>; 1 + Targets::MOST] =
        std::array::from_fn(|index| match index.checked_sub(1) {
            Some(index) if index < targets.len() => targets.poll(index),
            _ => PollFd::new(input, PollFlags::IN),
        });
    let files = &mut files[..1 + targets.len()];
    match poll(files, wait.as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    let is_ready = |file: &PollFd<'_>| !file.revents().is_empty();
    Ok(Ready {
        input: is_ready(&files[0]),
        ended: files[1..].iter().position(is_ready),
    })
}
