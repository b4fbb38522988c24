use std::{
    fmt,
    io::{self, Write},
};

use gpu_keepalive_core::protocol::Status;
use serde_json::Value;
use thiserror::Error;

/// Standard output could not be written, such as to a full disk.
#[derive(Debug, Error)]
#[error("cannot write to standard output: {0}")]
pub(crate) struct OutputError(#[from] io::Error);

impl OutputError {
    /// Returns true if the reader of our output has closed it: it has seen enough.
    pub(crate) fn is_unread(&self) -> bool {
        /// Windows' error of a pipe whose other end is gone, which std counts among the others.
        const PIPE_NOT_CONNECTED: i32 = 233;
        let is_gone = cfg!(windows) && self.0.raw_os_error() == Some(PIPE_NOT_CONNECTED);
        is_gone || self.0.kind() == io::ErrorKind::BrokenPipe
    }
}

/// Writes to standard output; colours are dropped where they are not wanted or not understood.
pub(crate) fn write(bytes: &[u8]) -> Result<(), OutputError> {
    let mut out = anstream::stdout().lock();
    out.write_all(bytes)?;
    Ok(out.flush()?)
}

/// Writes one JSON object over several lines.
pub(crate) fn write_json(value: &Value) -> Result<(), OutputError> {
    write(format!("{value:#}\n").as_bytes())
}

/// Writes a line to standard error, if that takes it: nothing depends on it.
pub(crate) fn note(line: impl fmt::Display) {
    _ = writeln!(anstream::stderr(), "{line}");
}

/// The suffix of a sentence about simulated GPUs.
pub(crate) fn simulated_suffix(status: &Status) -> &'static str {
    if status.engine.simulated {
        " (simulated GPUs)"
    } else {
        ""
    }
}
