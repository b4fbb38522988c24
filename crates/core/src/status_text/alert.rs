use std::fmt;

use gpu_keepalive_text::{decimal, text};

use crate::protocol::{HistoryMark, MarkKind};

/// The subject of a notification, with the GPU's name; displayed, its title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alert<'a> {
    /// A pause for heat began.
    TooHot(&'a str),
    /// It ended.
    CooledDown(&'a str),
    /// A fault began.
    Fault(&'a str),
    /// It ended.
    Recovered(&'a str),
    /// There is no GPU.
    NoGpu,
    /// There is one now.
    GpuFound(&'a str),
}

impl fmt::Display for Alert<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match *self {
            Self::TooHot(gpu) => text!("alert-too-hot", gpu = gpu),
            Self::CooledDown(gpu) => text!("alert-cooled-down", gpu = gpu),
            Self::Fault(gpu) => text!("alert-fault", gpu = gpu),
            Self::Recovered(gpu) => text!("alert-recovered", gpu = gpu),
            Self::NoGpu => text!("alert-no-gpu"),
            Self::GpuFound(gpu) => text!("alert-found", gpu = gpu),
        })
    }
}

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
