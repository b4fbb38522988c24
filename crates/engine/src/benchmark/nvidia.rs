use std::path::PathBuf;

use gpu_keepalive_core::{
    benchmark::{WorkloadAction, WorkloadOutcome},
    gpu::{GpuError, GpuUuid},
    host::StartTime,
};

use super::{BenchmarkWorkload, Workloads};
use crate::driver::{PerfBoost, WorkloadProcess, process_started};

/// Workloads on a real GPU, each a process of its own.
#[derive(Clone, Debug)]
pub struct NvidiaWorkloads {
    /// The program to start; its `main` calls [`serve`](crate::driver::serve).
    pub program: PathBuf,
    /// The GPU.
    pub uuid: GpuUuid,
}

impl Workloads for NvidiaWorkloads {
    type Workload = WorkloadProcess;

    fn start(&mut self, boost: PerfBoost) -> Result<WorkloadProcess, GpuError> {
        WorkloadProcess::start(&self.program, &self.uuid, boost)
    }
}

impl BenchmarkWorkload for WorkloadProcess {
    async fn perform(&mut self, action: WorkloadAction) -> Result<WorkloadOutcome, GpuError> {
        self.perform(action).await
    }

    fn process(&self) -> Option<(u32, StartTime)> {
        let pid = self.pid()?;
        Some((pid, process_started(pid)?))
    }

    async fn end(self) -> Result<(), GpuError> {
        self.end().await
    }
}
