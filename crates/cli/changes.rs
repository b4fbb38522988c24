//! What changed from one status to the next, in lines for people.

use gpu_keepalive_core::protocol::{GpuStatus, Status};

use crate::text::{hold, short_name};

/// The lines for the first status.
pub(crate) fn beginning(status: &Status) -> Vec<String> {
    let engine = &status.engine;
    let simulated = if engine.simulated {
        ", with simulated GPUs"
    } else {
        ""
    };
    let mut lines = vec![format!(
        "GPU Keepalive {}, mode {}{simulated}; Ctrl-C ends it",
        engine.version, engine.mode
    )];
    let notices = status.notices.iter().map(|notice| notice.message.clone());
    lines.extend(notices);
    let gpus = status.gpus.iter().map(|gpu| gpu_line(None, gpu, status));
    lines.extend(gpus);
    lines
}

/// The lines for what changed; none when nothing did that people care about.
pub(crate) fn changes(old: &Status, new: &Status) -> Vec<String> {
    let mut lines = Vec::new();
    if old.engine.enabled != new.engine.enabled {
        let switched = if new.engine.enabled { "on" } else { "off" };
        lines.push(format!("the keepalive was switched {switched}"));
    }
    if old.engine.mode != new.engine.mode {
        lines.push(format!("mode {} → {}", old.engine.mode, new.engine.mode));
    }
    for notice in &new.notices {
        if !old.notices.contains(notice) {
            lines.push(notice.message.clone());
        }
    }
    for gpu in &new.gpus {
        let before = old.gpus.iter().find(|before| before.uuid == gpu.uuid);
        if before.is_none_or(|before| differs(before, gpu)) {
            lines.push(gpu_line(before, gpu, new));
        }
        if let Some(before) = before
            && before.attempts != gpu.attempts
            && let Some(attempt) = gpu.attempts.last()
        {
            lines.push(format!("{}  {attempt}", short_name(gpu, new)));
        }
    }
    for gone in &old.gpus {
        if !new.gpus.iter().any(|gpu| gpu.uuid == gone.uuid) {
            lines.push(format!("{}  no longer looked after", short_name(gone, old)));
        }
    }
    lines
}

/// Whether a new line is due. Clocks, temperature and power change all the time, and so may the
/// numbers in the sentence about the phase: those alone are no news.
fn differs(old: &GpuStatus, new: &GpuStatus) -> bool {
    let news = |gpu: &GpuStatus| {
        (
            gpu.phase,
            gpu.reasons.clone(),
            gpu.pstate,
            gpu.ready,
            gpu.strategy,
            gpu.pulse_interval_ms,
            gpu.fault
                .as_ref()
                .map(|fault| (fault.kind, fault.message.clone())),
        )
    };
    news(old) != news(new)
}

/// `RTX 3070 Laptop  P8 → P0, 1785 MHz: warm: the mode is always; a pulse every 4 s`.
fn gpu_line(old: Option<&GpuStatus>, gpu: &GpuStatus, status: &Status) -> String {
    let was = old.and_then(|old| old.pstate);
    let pstate = match (was, gpu.pstate) {
        (Some(was), Some(is)) if was != is => Some(format!("{was} → {is}")),
        (_, Some(is)) => Some(is.to_string()),
        (Some(was), None) => Some(format!("{was} → unknown")),
        (None, None) => None,
    };
    let clock = gpu.sm_clock_mhz.map(|clock| clock.to_string());
    let speed: Vec<_> = [pstate, clock].into_iter().flatten().collect();
    let speed = match speed.is_empty() {
        true => String::new(),
        false => format!("{}: ", speed.join(", ")),
    };
    let hold = hold(gpu)
        .map(|hold| format!("; {hold}"))
        .unwrap_or_default();
    let fault = gpu
        .fault
        .as_ref()
        .map(|fault| format!(" ({})", fault.message));
    format!(
        "{}  {speed}{}{hold}{}",
        short_name(gpu, status),
        gpu.phase_text,
        fault.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests;
