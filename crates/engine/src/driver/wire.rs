//! The lines between the engine and its driver process: one JSON object each.

use std::io::{self, BufRead, Read};

use gpu_keepalive_core::gpu::GpuError;
use serde::{Deserialize, Serialize};

/// The first argument that makes a program the driver process.
pub(super) const ROLE: &str = "driver-process";
/// The first argument that makes a program play the user's AI.
pub(super) const WORKLOAD_ROLE: &str = "driver-workload";
/// The first argument that makes a program the `hold` process; the second is a PCI address.
pub(super) const HOLD_ROLE: &str = "driver-hold";
/// The second argument when the process shall only list the GPUs; otherwise it is a UUID.
pub(super) const LIST: &str = "list";

/// Bytes in a line, in both directions, at most. A list of GPUs, the longest answer, takes less than
/// 1 KiB for each.
pub(super) const LONGEST_LINE: usize = 256 << 10;

/// The engine asks.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Ask<A> {
    /// Comes back in the answer, so that a late answer is never taken for another's.
    pub(super) id: u64,
    pub(super) action: A,
}

/// The process answers: `{"id":1,"outcome":…}` or `{"id":1,"error":…}`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Reply<T> {
    pub(super) id: u64,
    #[serde(flatten)]
    verdict: Verdict<T>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verdict<T> {
    Outcome(T),
    Error(GpuError),
}

impl<T> Reply<T> {
    pub(super) fn new(id: u64, result: Result<T, GpuError>) -> Self {
        let verdict = match result {
            Ok(outcome) => Verdict::Outcome(outcome),
            Err(error) => Verdict::Error(error),
        };
        Self { id, verdict }
    }

    pub(super) fn into_result(self) -> Result<T, GpuError> {
        match self.verdict {
            Verdict::Outcome(outcome) => Ok(outcome),
            Verdict::Error(error) => Err(error),
        }
    }
}

/// Reads the next line into `line`, with its end. False at the end of the input.
///
/// # Errors
/// The line is longer than `longest` bytes; the input cannot be read.
pub(super) fn read_line(
    input: &mut impl BufRead,
    line: &mut Vec<u8>,
    longest: usize,
) -> io::Result<bool> {
    line.clear();
    let mut input = input.take(longest as u64);
    input.read_until(b'\n', line)?;
    if line.len() == longest && !line.ends_with(b"\n") {
        let message = format!("a line is longer than {longest} bytes");
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    Ok(!line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_greatest_length_is_read_and_a_longer_one_is_an_error() {
        let longest = "x".repeat(LONGEST_LINE - 1) + "\n";
        let input = format!("a\n{longest}\nx{longest}");
        let mut input = input.as_bytes();
        let mut line = Vec::new();
        for expected in ["a\n", &longest, "\n"] {
            assert!(read_line(&mut input, &mut line, LONGEST_LINE).expect("a line"));
            assert_eq!(line, expected.as_bytes());
        }
        let error = read_line(&mut input, &mut line, LONGEST_LINE).expect_err("too long");
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert_eq!(error.to_string(), "a line is longer than 262144 bytes");
        assert!(!read_line(&mut &b""[..], &mut line, LONGEST_LINE).expect("the end"));
    }
}

#[cfg(test)]
mod fuzz;
