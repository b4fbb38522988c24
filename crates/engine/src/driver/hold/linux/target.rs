//! A process, held by its pidfd.

use std::{os::fd::OwnedFd, time::Duration};

use gpu_keepalive_core::gpu::holder::{SensedProcess, UnwatchedReason};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, PidfdFlags, pidfd_open},
};

use super::{Events, processor::ProcessorClock};
use crate::processes::process_started;

/// One process. Its id means it for as long as it lives by its pidfd.
#[derive(Debug)]
pub(in crate::driver::hold) struct Target {
    pidfd: OwnedFd,
    clock: ProcessorClock,
}

impl Target {
    /// Opens the process that is meant, and waits for its end from now on.
    pub(in crate::driver::hold) fn open(
        sensed: SensedProcess,
        events: &Events,
    ) -> Result<Self, UnwatchedReason> {
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
        Ok(Self { pidfd, clock })
    }

    /// Its processor time; another process's if this one has ended.
    #[inline(always)]
    pub(in crate::driver::hold) fn read(&self) -> Option<Duration> {
        self.clock.read()
    }

    /// Returns true if it has not ended.
    pub(in crate::driver::hold) fn lives(&self) -> bool {
        let mut files = [PollFd::new(&self.pidfd, PollFlags::IN)];
        poll(&mut files, Some(&Timespec::default())) == Ok(0)
    }
}
