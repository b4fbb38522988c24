//! The lines between the engine and its driver process: one JSON object each.

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

/// The engine asks.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Ask<A> {
    /// Comes back in the answer, so that a late answer is never taken for another's.
    pub(super) id: u64,
    pub(super) action: A,
}

/// The process answers: `{"id":1,"outcome":…}` or `{"id":1,"error":…}`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Answer<T> {
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

impl<T> Answer<T> {
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
