use std::io::{self, Write};

use gpu_keepalive_core::protocol::Status;
use serde_json::Value;

/// Writes to standard output; colours are dropped where they are not wanted or not understood.
pub(crate) fn write(bytes: &[u8]) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// Writes one JSON object over several lines.
pub(crate) fn write_json(value: &Value) -> io::Result<()> {
    write(format!("{value:#}\n").as_bytes())
}

/// What is added to a sentence about simulated GPUs.
pub(crate) fn simulated_suffix(status: &Status) -> &'static str {
    if status.engine.simulated {
        " (simulated GPUs)"
    } else {
        ""
    }
}
