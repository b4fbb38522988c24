//! A process, held by its handle.

use std::time::Duration;

use gpu_keepalive_core::gpu::holder::{SensedProcess, UnwatchedReason};
use winsafe::co::ERROR;

use super::{Events, events::Ended};
use crate::processes::ProcessHandle;

/// One process. Its end is noticed when its clock is read.
pub(in crate::driver::hold) struct Target {
    pid: u32,
    process: ProcessHandle,
    ended: Ended,
}

impl Target {
    /// Opens the process that is meant.
    pub(in crate::driver::hold) fn open(
        sensed: SensedProcess,
        events: &Events,
    ) -> Result<Self, UnwatchedReason> {
        use UnwatchedReason::{Gone, Hidden, Replaced};

        let pid = sensed.pid;
        let process = ProcessHandle::open(pid).map_err(|error| match error {
            ERROR::ACCESS_DENIED => Hidden,
            _ => Gone,
        })?;
        // Only now: the id is this process's for as long as the handle is open.
        if process.started().ok_or(Hidden)? != sensed.started {
            return Err(Replaced);
        }
        let ended = events.ended().clone();
        Ok(Self {
            pid,
            process,
            ended,
        })
    }

    /// Its processor time; `None` from its end on, which is then the next event.
    pub(in crate::driver::hold) fn read(&self) -> Option<Duration> {
        if !self.lives() {
            self.ended.note(self.pid);
            return None;
        }
        self.process.processor_time()
    }

    /// Returns true if it has not ended.
    pub(in crate::driver::hold) fn lives(&self) -> bool {
        self.process.lives()
    }
}
