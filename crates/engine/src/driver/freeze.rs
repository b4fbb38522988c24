//! A driver process that does nothing, not even wake up.
//!
//! libcuda runs a thread of its own (`cuda-EvtHandlr`) that wakes ten times a second for as long
//! as a context is open: 0.07 % of a core on an H200 (driver 580.159.04), more than all else the
//! keepalive does there, and on a laptop ten reasons a second not to sleep deeply. What a context
//! holds is held by the kernel, so between two actions the process is stopped.
//!
//! A stopped process still dies with the engine: SIGKILL needs no running, and if it was not sent,
//! the kernel sends SIGHUP and SIGCONT to a stopped process group that has lost its parent.

use tokio::process::Child;

/// Stops it until [`thaw`].
#[cfg(unix)]
pub(super) fn freeze(child: &Child) {
    signal(child, rustix::process::Signal::STOP);
}

/// Lets it run.
#[cfg(unix)]
pub(super) fn thaw(child: &Child) {
    signal(child, rustix::process::Signal::CONT);
}

#[cfg(unix)]
fn signal(child: &Child, signal: rustix::process::Signal) {
    use rustix::process::{Pid, kill_process};

    // Without an id it has ended and was waited for, and its number may be another's.
    let pid = child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?));
    if let Some(pid) = pid
        && let Err(error) = kill_process(pid, signal)
    {
        tracing::debug!("the driver process takes no {signal:?}: {error}");
    }
}

/// Windows has no documented way to stop a process, so libcuda's wake-ups stay; they are run slowly,
/// on the cores that need little power. What they cost there was not measured: it takes a real
/// driver. Ours are none: under wine, with a fake driver that has no thread of its own, such a
/// process did not run once in a minute.
#[cfg(windows)]
pub(super) fn freeze(child: &Child) {
    run_efficiently(child, true);
}

/// Runs it as usual.
#[cfg(windows)]
pub(super) fn thaw(child: &Child) {
    run_efficiently(child, false);
}

#[cfg(windows)]
fn run_efficiently(child: &Child, efficiently: bool) {
    // Without a handle it has ended.
    if let Some(handle) = child.raw_handle()
        && let Err(error) = crate::windows_api::run_efficiently(Some(handle), efficiently)
    {
        tracing::debug!("the driver process does not run efficiently: {error}");
    }
}
