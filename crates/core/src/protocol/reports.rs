//! Reports that are sent on request, beside the status.

use serde::{Deserialize, Serialize};

use super::Severity;
use crate::{benchmark::BenchmarkResult, gpu::GpuUuid, sensor::Verdict};

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
    /// What was measured on the same card elsewhere, for each GPU of which that is known.
    #[serde(default)]
    pub elsewhere: Vec<SeenElsewhere>,
}

/// What was measured on a card of the same name that others have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SeenElsewhere {
    /// The GPU of this machine.
    pub uuid: GpuUuid,
    /// In one sentence or two.
    pub text: String,
}

/// The reasons why a GPU is slow, or does not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Doctor {
    /// Worst first.
    pub findings: Vec<Finding>,
}

impl Doctor {
    /// The severity of the worst finding.
    pub fn worst(&self) -> Severity {
        let severities = self.findings.iter().map(|finding| finding.severity);
        severities.max().unwrap_or(Severity::Ok)
    }
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Finding {
    /// For programs: never changes its meaning. The same on several GPUs.
    pub id: String,
    /// Its importance.
    pub severity: Severity,
    /// The finding, in a sentence for people.
    pub title: String,
    /// The evidence, as far as possible in numbers.
    pub evidence: String,
    /// The advice; empty when there is nothing to do.
    pub advice: String,
}
