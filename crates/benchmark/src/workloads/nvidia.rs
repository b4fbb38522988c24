use std::path::PathBuf;

use gpu_keepalive_core::{
    benchmark::{WorkloadAction, WorkloadOutcome},
    gpu::{GpuError, GpuInfo},
    host::StartTime,
};
use gpu_keepalive_engine::driver::{PerfBoost, WorkloadProcess, process_started};

use super::{BenchmarkWorkload, Workloads};

/// Workloads on real GPUs, each a process of its own.
#[derive(Clone, Debug)]
pub struct NvidiaWorkloads {
    /// The program to start; its `main` calls [`serve`](gpu_keepalive_engine::driver::serve).
    pub program: PathBuf,
}

impl Workloads for NvidiaWorkloads {
    type Workload = WorkloadProcess;

    fn start(&self, gpu: &GpuInfo, boost: PerfBoost) -> Result<WorkloadProcess, GpuError> {
        WorkloadProcess::start(&self.program, &gpu.uuid, boost)
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
