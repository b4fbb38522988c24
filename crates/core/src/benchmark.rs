//! What a benchmark is asked for, its plan, and its result: the vocabulary that the keeper, the
//! protocol and every face share. `gpu-keepalive-benchmark` measures.

mod job;
mod obstacle;
mod plan;
mod record;
mod seen;
mod subject;
#[cfg(test)]
mod tests;
pub mod words;
mod workload;

use serde::{Deserialize, Serialize};

use crate::{gpu::GpuUuid, settings::Strategy};

pub use job::{Job, Progress, Terms};
pub use obstacle::Obstacle;
pub use plan::{LADDER, Plan, Step, TrialStep, quick_text};
pub use record::{
    Record, RecordCost, RecordRest, RecordSource, RecordStrategy, RecordWatts, RecordWorkload,
    Refused, SCHEMA, read_record,
};
pub use seen::{seen, seen_elsewhere};
pub use subject::{CardFacts, ClockSample, Platform};
pub use workload::{Workload, WorkloadAction, WorkloadOutcome};

/// The measurement of one GPU with one driver, as `bench --json` writes it.
///
/// Medians of several rounds; a spread is the largest value less the smallest. What could not be
/// measured is null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BenchmarkResult {
    /// Marketing name.
    pub gpu: String,
    /// Which GPU.
    pub uuid: GpuUuid,
    /// Driver version.
    pub driver: String,
    /// Day of the measurement, such as `2026-11-23`.
    pub date: String,
    /// True if the GPU was simulated, and so every number.
    pub simulated: bool,
    /// More about the card; empty in a result from before it was read.
    #[serde(default)]
    pub card: CardFacts,
    /// The system; null for a simulated GPU.
    #[serde(default)]
    pub platform: Option<Platform>,
    /// True if it was a short measurement: one rest, and the slowdown left out.
    #[serde(default)]
    pub quick: bool,
    /// Number of times each request was measured.
    pub rounds: u32,
    /// True if another program was seen to compute meanwhile.
    #[serde(default)]
    pub disturbed: bool,
    /// Seconds from the end of work until the clocks fell; null when they did not.
    pub hold_time_s: Option<f64>,
    /// The clocks from the end of work on, with nothing held: the samples in which they changed.
    #[serde(default)]
    pub after_work: Vec<ClockSample>,
    /// The delay of the first answer that was allowed, compared with full speed
    /// (`readiness.max_wake_ms`).
    #[serde(default)]
    pub max_wake_ms: Option<f64>,
    /// The state of the program whose requests were measured cold.
    pub cold_case: ColdCase,
    /// The means by which the GPU was kept ready.
    pub kept_by: String,
    /// Each workload.
    pub workloads: Vec<WorkloadResult>,
    /// Power drawn.
    pub watts: BenchmarkWatts,
    /// VRAM that keeping it ready took.
    pub vram_bytes: Option<u64>,
    /// Each strategy, in the order in which the engine tries them; empty in a
    /// result from before they were compared.
    #[serde(default)]
    pub strategies: Vec<StrategyResult>,
    /// The one that the engine should use: the first that keeps the promise; null without one.
    #[serde(default)]
    pub chosen: Option<Strategy>,
    /// The GPU left alone; null in a result from before strategies were compared.
    #[serde(default)]
    pub alone: Option<AloneResult>,
    /// Throughput that a busy program lost while pulses ran beside it, in percent.
    pub slowdown_percent: Option<f64>,
    /// The same in one sentence or two.
    pub verdict: String,
}

/// The means by which the clocks were made to fall while the program stayed loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ColdCase {
    /// By waiting, as with any program.
    Ordinary,
    /// By waiting with `CUDA_DISABLE_PERF_BOOST=1` in the program's environment: the context of an
    /// ordinary program holds the clocks of this GPU by itself.
    BoostDisabled,
    /// They were not seen to fall.
    NeverCold,
}

/// The measurement with one workload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WorkloadResult {
    /// Which.
    pub name: Workload,
    /// Its meaning for people; empty in a result from before this was kept.
    #[serde(default)]
    pub text: String,
    /// A request right after another.
    pub back_to_back_ms: Option<f64>,
    /// Its spread.
    pub back_to_back_spread_ms: Option<f64>,
    /// The first request after each rest.
    pub rests: Vec<RestResult>,
}

/// The first request after a rest.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RestResult {
    /// Length of the rest.
    pub rest_s: u32,
    /// With nothing that keeps the GPU ready.
    pub cold_ms: Option<f64>,
    /// Its spread.
    pub cold_spread_ms: Option<f64>,
    /// Kept ready.
    pub warm_ms: Option<f64>,
    /// Its spread.
    pub warm_spread_ms: Option<f64>,
    /// Ratio of the cold time to that.
    pub ratio: Option<f64>,
}

/// Power drawn by the GPU, in watts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BenchmarkWatts {
    /// Nothing loaded, nothing kept ready.
    pub asleep: Option<f64>,
    /// The program loaded, the clocks fallen.
    pub cold: Option<f64>,
    /// The program loaded, the GPU kept ready.
    pub warm: Option<f64>,
}

/// One strategy, as it was measured on this GPU.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StrategyResult {
    /// Which.
    pub strategy: Strategy,
    /// True if it was seen to keep the promise: the first request after a rest at most
    /// `readiness.max_wake_ms` later than at full speed.
    pub works: bool,
    /// The reason why it does not, or was not tried; null when it works.
    pub why_not: Option<String>,
    /// The same as an id; null when it works, and in a result from before it was kept.
    #[serde(default)]
    pub obstacle: Option<Obstacle>,
    /// Power drawn at rest, in watts.
    pub watts_at_rest: Option<f64>,
    /// The first request after a rest.
    pub first_ms: Option<f64>,
    /// Ratio of that time to the one of a request right after another.
    pub ratio: Option<f64>,
    /// From the sensed start of a request to raised clocks; null where nothing has to wake.
    pub wake_ms: Option<f64>,
    /// VRAM that it takes.
    pub vram_bytes: Option<u64>,
    /// Resident memory of the process of ours that does it.
    pub resident_bytes: Option<u64>,
    /// True if it is the one that the engine should use.
    pub best: bool,
    /// Its name for people: `On request`.
    pub label: String,
    /// Its benefit and cost: `0 W more at rest, first answer 12 ms later`.
    pub detail: String,
    /// Both in one line.
    pub text: String,
}

/// The GPU left alone, with a program loaded: what the strategies are compared with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AloneResult {
    /// Power drawn at rest, in watts.
    pub watts_at_rest: Option<f64>,
    /// The first request after a rest.
    pub first_ms: Option<f64>,
    /// Ratio of that time to the one of a request right after another.
    pub ratio: Option<f64>,
    /// Its name for people.
    pub label: String,
    /// Its benefit and cost.
    pub detail: String,
    /// Both in one line.
    pub text: String,
}
