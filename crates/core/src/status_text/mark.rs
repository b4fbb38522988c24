use crate::protocol::{HistoryMark, MarkKind};

/// A sentence about a moment that a chart marks.
pub fn mark_text(mark: &HistoryMark) -> String {
    let process = mark.process.as_deref().unwrap_or("A program");
    match (mark.kind, mark.wake_ms) {
        (MarkKind::Request, _) => format!("{process} began to use the GPU."),
        (MarkKind::Wake, Some(ms)) => {
            format!("{process} was asked. Full speed after {ms:.0} ms.")
        }
        (MarkKind::Wake, None) => {
            format!("{process} was asked. The driver did not raise the clocks.")
        }
        (MarkKind::FalseWake, _) => {
            format!("The GPU was woken for {process}, which did not use it.")
        }
        (MarkKind::MissedWake, _) => format!("{process} was asked. This was noticed late."),
    }
}
