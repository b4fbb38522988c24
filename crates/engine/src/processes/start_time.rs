use std::fs;

use gpu_keepalive_core::host::StartTime;

/// Reads when a process started: field 22 of `/proc/PID/stat`. `None` when there is no such process,
/// or `/proc` hides it.
pub fn process_started(pid: u32) -> Option<StartTime> {
    fields(pid)?.1
}

/// Returns true if that process runs: it has neither ended nor been replaced by a later one with
/// its id.
pub(crate) fn process_runs(pid: u32, started: StartTime) -> bool {
    fields(pid).is_some_and(|(state, since)| state != 'Z' && since == Some(started))
}

/// Fields 3 and 22 of `/proc/PID/stat`: its state, and when it started.
fn fields(pid: u32) -> Option<(char, Option<StartTime>)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before them, field 2, may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    let state = fields.next()?.chars().next()?;
    let ticks = fields.nth(18).and_then(|ticks| ticks.parse().ok());
    Some((state, ticks.map(StartTime)))
}
