use gpu_keepalive_text::{decimal, text};

use crate::protocol::{HistoryMark, MarkKind};

/// A sentence about a moment that a chart marks.
pub fn mark_text(mark: &HistoryMark) -> String {
    let unknown = || text!("mark-a-program");
    let process = mark.process.clone().unwrap_or_else(unknown);
    match (mark.kind, mark.wake_ms) {
        (MarkKind::Request, _) => text!("mark-request", process = process),
        (MarkKind::Wake, Some(ms)) => {
            text!("mark-wake", process = process, ms = decimal(ms, 0))
        }
        (MarkKind::Wake, None) => text!("mark-wake-failed", process = process),
        (MarkKind::FalseWake, _) => text!("mark-false-wake", process = process),
        (MarkKind::MissedWake, _) => text!("mark-missed-wake", process = process),
    }
}
