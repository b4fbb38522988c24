//! Measuring cold against ready on one GPU that no engine holds meanwhile.
//!
//! A program of ours plays the user's AI ([`BenchmarkWorkload`]); the GPU is kept ready, or not, through
//! the same seams that the engine uses ([`Gpu`](crate::gpu::Gpu), [`Holder`](crate::gpu::Holder)). Each
//! strategy is tried after the same rest. Dropping the measurement releases everything.

mod job;
mod keep;
mod measure;
mod nvidia;
mod simulated;
#[cfg(test)]
mod tests;

use std::future::Future;

use gpu_keepalive_core::{
    benchmark::{WorkloadAction, WorkloadOutcome},
    gpu::GpuError,
    host::StartTime,
};

use crate::driver::PerfBoost;

pub use gpu_keepalive_core::benchmark::{Job, Progress, Terms};
pub use job::MeasureError;
pub use keep::KeptBenchmarks;
pub use measure::measure;
pub use nvidia::NvidiaWorkloads;
pub use simulated::SimulatedWorkloads;

/// A program on the GPU that is measured.
pub trait BenchmarkWorkload: Send {
    /// Does one thing, within [`WorkloadAction::deadline`].
    ///
    /// Dropping the program ends it.
    fn perform(
        &mut self,
        action: WorkloadAction,
    ) -> impl Future<Output = Result<WorkloadOutcome, GpuError>> + Send;

    /// Its process id and when that process started, by which its requests are sensed; `None` when
    /// it is dead, or where a process cannot be sensed.
    fn process(&self) -> Option<(u32, StartTime)>;

    /// Ends it in order and waits until it is gone.
    fn end(self) -> impl Future<Output = Result<(), GpuError>> + Send;
}

/// The source of such programs.
pub trait Workloads: Send {
    /// The program that it starts.
    type Workload: BenchmarkWorkload;

    /// Starts one, which touches no GPU before it loads.
    fn start(&mut self, boost: PerfBoost) -> Result<Self::Workload, GpuError>;
}
