//! A Windows job object that holds every driver process and ends them with the engine.

use std::{io, sync::OnceLock};

use tokio::process::Child;
use win32job::{ExtendedLimitInfo, Job};

/// `CREATE_NO_WINDOW` of winbase.h: no console flashes up under the tray application.
pub(super) const CREATE_NO_WINDOW: u32 = 0x0800_0000;

/// Puts the process into the engine's job. The system closes the job's handle when the engine
/// ends, however it ends, and with it everything in the job.
pub(super) fn bind(child: &Child) -> io::Result<()> {
    static JOB: OnceLock<Job> = OnceLock::new();
    let job = match JOB.get() {
        Some(job) => job,
        None => {
            let mut limits = ExtendedLimitInfo::new();
            limits.limit_kill_on_job_close();
            let job = Job::create_with_limit_info(&limits).map_err(io::Error::other)?;
            JOB.get_or_init(|| job)
        }
    };
    // Without a handle the process has ended already.
    match child.raw_handle() {
        Some(handle) => job
            .assign_process(handle as isize)
            .map_err(io::Error::other),
        None => Ok(()),
    }
}
