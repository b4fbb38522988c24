//! The parts of the `hold` process that belong to Windows: processes by their handles, and a thread
//! that reads the input. It only senses: no way to the boost request is known there.

use std::{
    io::{self, Read, Write},
    rc::Rc,
};

use gpu_keepalive_core::gpu::PciBusId;

mod boost;
mod events;
mod lines;
mod target;

#[cfg(test)]
mod tests;

pub(super) use events::Events;
pub(super) use target::Target;

use boost::NoBoost;
use lines::{Input, Lines, Output};

/// Serves a GPU on standard input and output, until the input ends. Which GPU makes no difference:
/// nothing is asked of its driver.
pub(in crate::driver) fn run(_gpu: PciBusId) -> io::Result<()> {
    serve(io::stdin(), io::stdout())
}

/// Carries out commands from `input` and writes reports to `output`.
///
/// # Errors
/// A line that is too long or no command, and an output that is closed.
fn serve(input: impl Read + Send + 'static, output: impl Write) -> io::Result<()> {
    let lines = Rc::new(Lines::of(input)?);
    let events = Events::new(Rc::clone(&lines));
    super::serve(
        NoBoost::default(),
        events,
        Input::new(lines),
        Output::new(output),
    )
}

/// From here on it mostly waits. Windows takes memory back by itself that is not used.
pub(super) fn settle() {}
