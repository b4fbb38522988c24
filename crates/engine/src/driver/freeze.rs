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

/// Windows has no documented way to stop a process.
#[cfg(not(unix))]
pub(super) fn freeze(_: &Child) {}

/// Nothing is stopped here.
#[cfg(not(unix))]
pub(super) fn thaw(_: &Child) {}
