use std::fs;

use gpu_keepalive_core::host::StartTime;

/// Reads when a process started: field 22 of `/proc/PID/stat`. `None` when there is no such process,
/// or `/proc` hides it.
pub fn process_started(pid: u32) -> Option<StartTime> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before it, field 2, may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks = fields.split_whitespace().nth(19)?.parse().ok()?;
    Some(StartTime(ticks))
}
