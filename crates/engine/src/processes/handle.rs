//! Processes of Windows, each held by a handle.

use std::time::Duration;

use gpu_keepalive_core::host::StartTime;
use winsafe::{FILETIME, HPROCESS, SysResult, co, guard::CloseHandleGuard};

/// One process. Its id belongs to no other process while this is open, and its times can still be
/// read after its end.
pub(crate) struct ProcessHandle(CloseHandleGuard<HPROCESS>);

impl ProcessHandle {
    /// Opens the process that has this id now, with the rights to read its times and to wait for
    /// its end.
    ///
    /// # Errors
    /// [`co::ERROR::INVALID_PARAMETER`] where there is none, [`co::ERROR::ACCESS_DENIED`] for
    /// another account's and for the system's own.
    pub(crate) fn open(pid: u32) -> SysResult<Self> {
        let rights = co::PROCESS::QUERY_LIMITED_INFORMATION | co::PROCESS::SYNCHRONIZE;
        HPROCESS::OpenProcess(rights, false, pid).map(Self)
    }

    /// The time when it started, in the system's unit of 100 ns.
    pub(crate) fn started(&self) -> Option<StartTime> {
        let (created, ..) = self.0.GetProcessTimes().ok()?;
        Some(StartTime(created.into()))
    }

    /// The processor time of all its threads, in user and in kernel mode.
    ///
    /// It grows by whole clock ticks of 15.6 ms, although its unit is 100 ns (measured for
    /// `GetProcessTimes` in PEP 418, under “Process time”): Windows charges a tick to the thread
    /// that the clock's interrupt finds running. So a request is seen with its first tick, up to
    /// 15.6 ms after it begins, and may not be seen if it uses the processor for less than that. A
    /// poll of 0.6 ms is charged a whole tick once in 26 times. Every threshold below a tick means
    /// the same, and all that are learned are (10 ms at most): such wakes are not learned away, but
    /// limited by the falsely raised time an hour.
    pub(crate) fn processor_time(&self) -> Option<Duration> {
        let (.., kernel, user) = self.0.GetProcessTimes().ok()?;
        Some(duration(kernel) + duration(user))
    }

    /// Returns true if it has not ended.
    pub(crate) fn lives(&self) -> bool {
        self.0.WaitForSingleObject(Some(0)) == Ok(co::WAIT::TIMEOUT)
    }
}

/// Reads when a process started. `None` when there is no such process, or it is not to be opened.
pub fn process_started(pid: u32) -> Option<StartTime> {
    let process = ProcessHandle::open(pid).ok()?;
    process.started().filter(|_| process.lives())
}

fn duration(time: FILETIME) -> Duration {
    let hundreds_of_ns = u64::from(time);
    let (seconds, rest) = (hundreds_of_ns / 10_000_000, hundreds_of_ns % 10_000_000);
    Duration::new(seconds, rest as u32 * 100)
}
