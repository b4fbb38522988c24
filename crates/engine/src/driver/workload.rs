//! The workload process as the engine sees it.

use std::path::Path;

use gpu_keepalive_core::{
    benchmark::{WorkloadAction, WorkloadOutcome},
    gpu::{GpuError, GpuUuid},
};
use tokio::process::Command;

use super::{NO_PERF_BOOST, Running, wire::WORKLOAD_ROLE};

/// Decides whether the driver raises the clocks for a process because it has a context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PerfBoost {
    /// As it does by itself.
    Allowed,
    /// Not: `CUDA_DISABLE_PERF_BOOST=1` is in its environment.
    Disabled,
}

/// A process that plays the user's AI on one GPU. Dropping it kills it.
#[derive(Debug)]
pub struct WorkloadProcess {
    /// `None` after a deadline was missed: the process is dead.
    running: Option<Running>,
}

impl WorkloadProcess {
    /// Starts it; it touches no GPU before it loads. `program` calls [`serve`](super::serve).
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn start(program: &Path, uuid: &GpuUuid, boost: PerfBoost) -> Result<Self, GpuError> {
        let mut command = Command::new(program);
        command
            .args([WORKLOAD_ROLE, &uuid.0])
            .env("CUDA_VISIBLE_DEVICES", &uuid.0);
        match boost {
            PerfBoost::Allowed => command.env_remove(NO_PERF_BOOST),
            PerfBoost::Disabled => command.env(NO_PERF_BOOST, "1"),
        };
        Ok(Self {
            running: Some(Running::start(command)?),
        })
    }

    /// Its process id; `None` when it is dead.
    pub fn pid(&self) -> Option<u32> {
        self.running.as_ref()?.child.id()
    }

    /// Does it within the action's deadline, or kills the process.
    ///
    /// # Errors
    /// As [`Gpu::perform`](crate::gpu::Gpu::perform).
    pub async fn perform(&mut self, action: WorkloadAction) -> Result<WorkloadOutcome, GpuError> {
        use gpu_keepalive_core::gpu::GpuErrorKind::{ProcessEnded, TimedOut};
        // Taken out while it is asked: should this future be dropped half-way, so is the process.
        let Some(mut running) = self.running.take() else {
            let message = "the workload process is gone";
            return Err(GpuError::new(ProcessEnded, message));
        };
        let result = running.ask(action, action.deadline()).await;
        let kind = result.as_ref().map_err(|error| error.kind);
        if !matches!(kind, Err(ProcessEnded | TimedOut)) {
            self.running = Some(running);
        }
        result
    }

    /// Ends it in order and waits until it is gone.
    ///
    /// # Errors
    /// The kernel does not let it go.
    pub async fn end(mut self) -> Result<(), GpuError> {
        match self.running.take() {
            Some(running) => running.end().await,
            None => Ok(()),
        }
    }
}
