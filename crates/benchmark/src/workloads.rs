//! Programs that play the user's AI on the GPU that is measured, real and simulated.

use std::future::Future;

use gpu_keepalive_core::{
    benchmark::{WorkloadAction, WorkloadOutcome},
    gpu::{GpuError, GpuInfo},
    host::StartTime,
    units::Celsius,
};
use gpu_keepalive_engine::driver::PerfBoost;
use gpu_keepalive_text::text;
use thiserror::Error;

mod nvidia;
mod simulated;

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
pub trait Workloads: Send + Sync + 'static {
    /// The program that it starts.
    type Workload: BenchmarkWorkload;

    /// Starts one for that GPU, which it does not touch before it loads.
    ///
    /// # Errors
    /// It cannot be started.
    fn start(&self, gpu: &GpuInfo, boost: PerfBoost) -> Result<Self::Workload, GpuError>;
}

/// The reason why there is no result.
#[derive(Debug, Error)]
pub enum MeasureError {
    /// GPU or program met an error.
    #[error(transparent)]
    Gpu(#[from] GpuError),
    /// It got too hot.
    #[error("{}", text!("measure-too-hot", now = now.to_string(), limit = limit.to_string()))]
    Hot {
        /// The temperature that it reached.
        now: Celsius,
        /// The limit.
        limit: Celsius,
    },
}
