//! Reports that are sent on request, beside the status.

use serde::{Deserialize, Serialize};

use crate::{benchmark::BenchmarkResult, sensor::Verdict};

/// One wake, or one that should have been.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WakeReport {
    /// Position of the GPU in the driver's list.
    pub gpu: u32,
    /// Seconds since it happened.
    pub ago_s: f64,
    /// The process that was sensed, or whose request was missed.
    pub pid: u32,
    /// Its program.
    pub program: String,
    /// Its verdict.
    pub verdict: Verdict,
    /// From the sensed request to the return of the call that raised the clocks; `null` where there
    /// was none.
    pub ms: Option<f64>,
    /// Processor time of the process in the reading that showed the request, or the most in one
    /// reading around a missed one; `null` when the driver refused.
    #[serde(default)]
    pub processor_ms: Option<f64>,
}

/// The benchmarks of the present GPUs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BenchmarkReport {
    /// Describes what a quick measurement does and how long it takes, for people.
    pub quick: String,
    /// The newest measurement of each GPU with the driver it has now; none for one that was never
    /// measured.
    pub benchmarks: Vec<BenchmarkResult>,
}
