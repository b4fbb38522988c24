//! Measuring cold against warm on one GPU, without an engine.
//!
//! A program of ours plays the user's AI ([`Program`]); the GPU is kept warm, or not, through the
//! same seam that the engine uses ([`Gpu`](crate::gpu::Gpu)). Dropping the measurement lets go of both.

mod keep;
mod measure;
mod nvidia;
mod simulated;
#[cfg(test)]
mod tests;

use std::{future::Future, time::Duration};

use gpu_keepalive_core::{
    gpu::GpuError,
    proof::{WorkloadAction, WorkloadOutcome},
};

use crate::driver::PerfBoost;

pub use keep::KeptProofs;
pub use measure::measure;
pub use nvidia::ProcessPrograms;
pub use simulated::SimulatedPrograms;

/// A program on the GPU that is measured.
pub trait Program: Send {
    /// Does one thing, within [`WorkloadAction::deadline`].
    ///
    /// Dropping the program ends it.
    fn perform(
        &mut self,
        action: WorkloadAction,
    ) -> impl Future<Output = Result<WorkloadOutcome, GpuError>> + Send;

    /// Ends it in order and waits until it is gone.
    fn end(self) -> impl Future<Output = Result<(), GpuError>> + Send;
}

/// Where such programs come from.
pub trait Programs: Send {
    /// What it starts.
    type Program: Program;

    /// Starts one, which touches no GPU before it loads.
    fn start(&mut self, boost: PerfBoost) -> Result<Self::Program, GpuError>;
}

/// How much is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How often each request is measured.
    pub rounds: u32,
    /// The rests after which it is, in seconds.
    pub rests_s: Vec<u32>,
    /// How long to wait for the clocks to fall after work.
    pub hold_watch: Duration,
}

impl Plan {
    /// About five minutes.
    pub fn thorough(rounds: u32) -> Self {
        Self {
            rounds,
            rests_s: vec![1, 5, 20],
            hold_watch: Duration::from_secs(60),
        }
    }

    /// About a minute and a half: no long rest.
    pub fn quick(rounds: u32) -> Self {
        Self {
            rests_s: vec![1, 5],
            hold_watch: Duration::from_secs(20),
            ..Self::thorough(rounds)
        }
    }

    /// The longest it takes, without what goes wrong.
    pub fn longest(&self) -> Duration {
        let rests: u32 = self.rests_s.iter().sum();
        // Two workloads, cold and warm, and half a second of requests around each rest.
        let around = self.rests_s.len() as u32;
        let requests = Duration::from_secs(4) * rests * self.rounds
            + Duration::from_secs(2) * around * self.rounds;
        3 * self.hold_watch + requests + Duration::from_secs(30)
    }
}
