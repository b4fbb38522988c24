use std::path::PathBuf;

use gpu_keepalive_core::{
    gpu::{GpuError, GpuUuid},
    proof::{WorkloadAction, WorkloadOutcome},
};

use super::{Program, Programs};
use crate::driver::{PerfBoost, WorkloadProcess};

/// Programs on a real GPU, each a process of its own.
#[derive(Clone, Debug)]
pub struct ProcessPrograms {
    /// The program to start; its `main` calls [`serve`](crate::driver::serve).
    pub program: PathBuf,
    /// The GPU.
    pub uuid: GpuUuid,
}

impl Programs for ProcessPrograms {
    type Program = WorkloadProcess;

    fn start(&mut self, boost: PerfBoost) -> Result<WorkloadProcess, GpuError> {
        WorkloadProcess::start(&self.program, &self.uuid, boost)
    }
}

impl Program for WorkloadProcess {
    async fn perform(&mut self, action: WorkloadAction) -> Result<WorkloadOutcome, GpuError> {
        self.perform(action).await
    }

    async fn end(self) -> Result<(), GpuError> {
        self.end().await
    }
}
