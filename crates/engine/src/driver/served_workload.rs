//! The other end of [`WorkloadProcess`](super::WorkloadProcess): a program like the user's.

use std::panic::{AssertUnwindSafe, catch_unwind};

use gpu_keepalive_core::{
    benchmark::{WorkloadAction, WorkloadOutcome},
    gpu::{GpuError, GpuErrorKind, GpuUuid},
};

use super::cuda::{Loaded, panicked};

/// A program that plays the user's AI on one GPU.
pub(super) struct ServedWorkload {
    uuid: GpuUuid,
    loaded: Option<Loaded>,
}

impl ServedWorkload {
    /// A program that touches nothing until it loads.
    pub(super) fn new(uuid: GpuUuid) -> Self {
        Self { uuid, loaded: None }
    }

    /// Does it. A panic of the binding comes back as an error.
    pub(super) fn perform(&mut self, action: WorkloadAction) -> Result<WorkloadOutcome, GpuError> {
        catch_unwind(AssertUnwindSafe(|| self.act(action)))
            .unwrap_or_else(|payload| Err(panicked(&*payload)))
    }

    fn act(&mut self, action: WorkloadAction) -> Result<WorkloadOutcome, GpuError> {
        match action {
            WorkloadAction::Load => {
                if self.loaded.is_none() {
                    self.loaded = Some(Loaded::open(&self.uuid)?);
                }
                Ok(WorkloadOutcome::Loaded)
            }
            WorkloadAction::Run(workload) => {
                let elapsed = self.loaded()?.run(workload)?;
                Ok(WorkloadOutcome::Ran {
                    requests: 1,
                    elapsed,
                })
            }
            WorkloadAction::Repeat { workload, lasting } => {
                let (requests, elapsed) = self.loaded()?.repeat(workload, lasting)?;
                Ok(WorkloadOutcome::Ran { requests, elapsed })
            }
            WorkloadAction::Unload => {
                self.loaded = None;
                Ok(WorkloadOutcome::Unloaded)
            }
        }
    }

    fn loaded(&self) -> Result<&Loaded, GpuError> {
        self.loaded.as_ref().ok_or_else(|| {
            let message = "nothing is loaded, so there is nothing to run";
            GpuError::new(GpuErrorKind::Other, message)
        })
    }
}
