//! The processes whose clocks are read.

use std::time::Duration;

use gpu_keepalive_core::gpu::holder::{SensedProcess, Unwatched, UnwatchedReason};

use super::system::{Events, Target};

/// One process, as it was named and as it was opened.
struct Watched {
    sensed: SensedProcess,
    target: Target,
}

/// The processes that are watched, in the order of the command.
pub(super) struct Targets {
    events: Events,
    watched: Vec<Watched>,
}

impl Targets {
    pub(super) fn new(events: Events) -> Self {
        Self {
            events,
            watched: Vec::new(),
        }
    }

    pub(super) fn events(&self) -> &Events {
        &self.events
    }

    /// Watches these from now on; the ones that can be, with their processor time, and the others.
    pub(super) fn replace(
        &mut self,
        wanted: &[SensedProcess],
    ) -> (Vec<(SensedProcess, Duration)>, Vec<Unwatched>) {
        let mut before = std::mem::take(&mut self.watched);
        let (mut watched, mut unwatched) = (Vec::new(), Vec::new());
        for sensed in wanted {
            let known = before.iter().position(|one| one.sensed.is(sensed));
            let opened = match known {
                Some(index) => Ok(before.swap_remove(index)),
                None => Watched::open(*sensed, &self.events),
            };
            match opened.and_then(|one| Ok((one.first_reading()?, one))) {
                Ok((reading, one)) => {
                    watched.push((*sensed, reading));
                    self.watched.push(one);
                }
                Err(reason) => unwatched.push(Unwatched {
                    pid: sensed.pid,
                    reason,
                }),
            }
        }
        (watched, unwatched)
    }

    /// Watches that process no longer; the place it had.
    pub(super) fn remove(&mut self, pid: u32) -> Option<usize> {
        let index = self.position(pid)?;
        self.watched.remove(index);
        Some(index)
    }

    pub(super) fn clear(&mut self) {
        self.watched.clear();
    }

    /// Processor time of the process at that place; `None` where it cannot be read, because the
    /// process has just ended. The reading is another process's if this one has ended, so who acts
    /// on it asks [`Targets::lives`] afterwards.
    #[inline(always)]
    pub(super) fn read(&self, index: usize) -> Option<Duration> {
        self.watched.get(index)?.target.read()
    }

    pub(super) fn lives(&self, pid: u32) -> bool {
        self.position(pid)
            .is_some_and(|index| self.watched[index].target.lives())
    }

    fn position(&self, pid: u32) -> Option<usize> {
        self.watched.iter().position(|one| one.sensed.pid == pid)
    }
}

impl Watched {
    fn open(sensed: SensedProcess, events: &Events) -> Result<Self, UnwatchedReason> {
        let target = Target::open(sensed, events)?;
        Ok(Self { sensed, target })
    }

    fn first_reading(&self) -> Result<Duration, UnwatchedReason> {
        let reading = self.target.read();
        match self.target.lives() {
            false => Err(UnwatchedReason::Gone),
            true => reading.ok_or(UnwatchedReason::Hidden),
        }
    }
}
