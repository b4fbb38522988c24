//! The `hold` process: senses the start of requests on one GPU, and makes its boost request where
//! that is known.
//!
//! One thread, so that the path from a sensed request to the driver's call crosses no process. It
//! loads neither libcuda nor NVML, has the driver open only while it is armed or holds, and ends
//! with its input; the driver then takes everything back.
//!
//! The commands and what follows from them are the same everywhere ([`Holder`]). How a process is
//! opened and read, how it waits, and the boost belong to the system: `linux` or `windows`.

use std::{io, time::Duration};

use gpu_keepalive_core::gpu::{
    GpuError,
    holder::{HolderCommand, HolderReport},
};

#[cfg(test)]
mod harness;
mod holder;
#[cfg(target_os = "linux")]
mod linux;
mod targets;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
use self::linux as system;
#[cfg(windows)]
use self::windows as system;

#[cfg(target_os = "linux")]
pub use linux::processor_time;
pub(super) use system::run;

use holder::{Holder, Wakeup};
use system::Events;
use targets::Targets;

/// An event that does not wait for the next check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    /// There is something to read, or the input has ended.
    Input,
    /// That process has ended.
    Ended(u32),
}

/// The boost of one GPU, opened when it is needed.
trait Boost {
    /// Asks the driver for nothing from now on, or again for what is to be asked.
    fn use_driver(&mut self, in_use: bool);

    /// Opens the driver; how long that took, `None` when it was open already.
    fn open(&mut self) -> Result<Option<Duration>, GpuError>;

    /// Asks for the boost; how long that took.
    fn request(&mut self, lasting: Duration) -> Result<Duration, GpuError>;

    /// Ends the boost, if need be by closing the client; how long that took.
    fn clear(&mut self) -> Duration;

    /// Closes everything, which ends the boost.
    fn close(&mut self);
}

/// The lines of the engine.
trait Commands {
    /// Reads what is there; false at the end of the input.
    fn read(&mut self) -> io::Result<bool>;

    /// The next whole line, without its end.
    fn line(&mut self) -> io::Result<Option<&[u8]>>;
}

/// The lines to the engine.
trait Reports {
    fn write(&mut self, report: &HolderReport) -> io::Result<()>;
}

/// Carries out commands and writes reports, until the input ends.
fn serve<B: Boost>(
    boost: B,
    events: Events,
    mut commands: impl Commands,
    mut reports: impl Reports,
) -> io::Result<()> {
    let mut holder = Holder::new(boost, events);
    loop {
        match holder.wait()? {
            Wakeup::Event(Event::Ended(pid)) => {
                holder.ended(pid, &mut reports)?;
            }
            Wakeup::Event(Event::Input) => {
                if !commands.read()? {
                    return Ok(());
                }
                carry_out(&mut holder, &mut commands, &mut reports)?;
            }
            Wakeup::Step(step, now) => holder.take(step, now, &mut reports)?,
        }
    }
}

/// Every command that has arrived.
fn carry_out<B: Boost>(
    holder: &mut Holder<B>,
    commands: &mut impl Commands,
    reports: &mut impl Reports,
) -> io::Result<()> {
    while let Some(line) = commands.line()? {
        let HolderCommand { id, action } = serde_json::from_slice(line)?;
        let was_closed = holder.is_closed();
        let result = holder.perform(action, reports)?;
        reports.write(&HolderReport::Reply { id, result })?;
        if was_closed && !holder.is_closed() {
            system::settle();
        }
    }
    Ok(())
}
