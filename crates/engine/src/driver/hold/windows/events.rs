//! The events that the process waits for besides its next check.

use std::{cell::Cell, io, rc::Rc, time::Duration};

use super::lines::Lines;
use crate::driver::hold::Event;

/// The process whose end a reading has shown last.
#[derive(Clone, Debug, Default)]
pub(super) struct Ended(Rc<Cell<Option<u32>>>);

impl Ended {
    /// Another end that is noted before the next wait takes this one's place: the next reading
    /// shows it again.
    pub(super) fn note(&self, pid: u32) {
        self.0.set(Some(pid));
    }
}

/// Waits for the next line, and no longer than until the next check.
#[derive(Debug)]
pub(in crate::driver::hold) struct Events {
    lines: Rc<Lines>,
    ended: Ended,
}

impl Events {
    pub(super) fn new(lines: Rc<Lines>) -> Self {
        Self {
            lines,
            ended: Ended::default(),
        }
    }

    pub(super) fn ended(&self) -> &Ended {
        &self.ended
    }

    /// Waits for an event, or for so long; without an end when that is `None`.
    ///
    /// Windows counts the time of a wait in ticks of its clock, usually of 15.6 ms, and one of more
    /// than a tick and less than two takes between one and two (documented for `Sleep`).
    pub(in crate::driver::hold) fn wait(
        &self,
        at_most: Option<Duration>,
    ) -> io::Result<Option<Event>> {
        if let Some(pid) = self.ended.0.take() {
            return Ok(Some(Event::Ended(pid)));
        }
        Ok(self.lines.wait(at_most).then_some(Event::Input))
    }
}
