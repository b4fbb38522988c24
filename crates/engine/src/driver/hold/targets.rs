//! The processes whose clocks are read.

use std::{os::fd::OwnedFd, time::Duration};

use gpu_keepalive_core::gpu::holder::{SensedProcess, Unwatched, UnwatchedReason};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, PidfdFlags, pidfd_open},
};

use super::{Events, processor::ProcessorClock};
use crate::processes::process_started;

/// One process. Its id means it for as long as it lives by its pidfd.
#[derive(Debug)]
struct Target {
    sensed: SensedProcess,
    pidfd: OwnedFd,
    clock: ProcessorClock,
}

/// The processes that are watched, in the order of the command.
#[derive(Debug)]
pub(super) struct Targets {
    events: Events,
    targets: Vec<Target>,
}

impl Targets {
    pub(super) fn new(events: Events) -> Self {
        Self {
            events,
            targets: Vec::new(),
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
        let mut before = std::mem::take(&mut self.targets);
        let (mut watched, mut unwatched) = (Vec::new(), Vec::new());
        for sensed in wanted {
            let known = before.iter().position(|target| target.sensed.is(sensed));
            let opened = match known {
                Some(index) => Ok(before.swap_remove(index)),
                None => Target::open(*sensed, &self.events),
            };
            match opened.and_then(|target| Ok((target.first_reading()?, target))) {
                Ok((reading, target)) => {
                    watched.push((*sensed, reading));
                    self.targets.push(target);
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
        self.targets.remove(index);
        Some(index)
    }

    pub(super) fn clear(&mut self) {
        self.targets.clear();
    }

    /// Processor time of the process at that place; `None` where it cannot be read, because the
    /// process has just ended. The reading is another process's if this one has ended, so who acts
    /// on it asks [`Targets::lives`] afterwards.
    #[inline(always)]
    pub(super) fn read(&self, index: usize) -> Option<Duration> {
        self.targets.get(index)?.read()
    }

    pub(super) fn lives(&self, pid: u32) -> bool {
        self.position(pid)
            .is_some_and(|index| self.targets[index].lives())
    }

    fn position(&self, pid: u32) -> Option<usize> {
        self.targets
            .iter()
            .position(|target| target.sensed.pid == pid)
    }
}

impl Target {
    fn open(sensed: SensedProcess, events: &Events) -> Result<Self, UnwatchedReason> {
        use UnwatchedReason::{Gone, Hidden, Replaced};

        let pid = i32::try_from(sensed.pid).map_err(|_| Gone)?;
        let raw = Pid::from_raw(pid).ok_or(Gone)?;
        let pidfd = pidfd_open(raw, PidfdFlags::empty()).map_err(|_| Gone)?;
        // Only now: whatever has this id from here on is the process that the pidfd means, or none.
        if process_started(sensed.pid).ok_or(Hidden)? != sensed.started {
            return Err(Replaced);
        }
        let clock = ProcessorClock::of(nix::unistd::Pid::from_raw(pid)).map_err(|_| Hidden)?;
        events.add(&pidfd, sensed.pid).map_err(|_| Hidden)?;
        Ok(Self {
            sensed,
            pidfd,
            clock,
        })
    }

    fn first_reading(&self) -> Result<Duration, UnwatchedReason> {
        let reading = self.read();
        match self.lives() {
            false => Err(UnwatchedReason::Gone),
            true => reading.ok_or(UnwatchedReason::Hidden),
        }
    }

    #[inline(always)]
    fn read(&self) -> Option<Duration> {
        self.clock.read()
    }

    fn lives(&self) -> bool {
        let mut files = [PollFd::new(&self.pidfd, PollFlags::IN)];
        poll(&mut files, Some(&Timespec::default())) == Ok(0)
    }
}
