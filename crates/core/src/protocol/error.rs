use serde::{Deserialize, Serialize};

/// The error of a refused request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[error("{message}")]
pub struct ApiError {
    /// For programs.
    pub code: ErrorCode,
    /// For people: what was wrong and what would be right.
    pub message: String,
}

impl ApiError {
    /// An error with that code.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// Kinds of refusal that some face distinguishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The line is longer than [`MAX_LINE_BYTES`](super::MAX_LINE_BYTES).
    LineTooLong,
    /// The line is not JSON, or not UTF-8.
    InvalidJson,
    /// No such request.
    UnknownRequest,
    /// The request is known, its arguments are wrong.
    InvalidArgument,
    /// [`MAX_CLIENTS`](super::MAX_CLIENTS) are connected already.
    TooManyClients,
    /// [`MAX_SERVED`](super::MAX_SERVED) commands are served already.
    TooManyServed,
    /// This connection holds no lease.
    Lease,
    /// The clocks were not raised in time; the lease is held.
    NotRaised,
    /// The settings file cannot be written.
    SettingsNotWritten,
    /// The engine runs without a desktop, so there is no window to show.
    NoWindow,
    /// Another desktop application belongs to this engine already.
    AnotherDesktop,
    /// The GPU cannot be measured now, or the measurement ended without a result.
    NotMeasured,
    /// The engine is stopping.
    Stopping,
}
