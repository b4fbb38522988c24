//! The seam to the GPUs: the engine knows nothing below this.

use std::future::Future;

use gpu_keepalive_core::gpu::{Action, GpuError, GpuInfo, Outcome};

use crate::proof::Programs;

pub mod nvidia;
pub mod simulated;

/// One GPU, real or simulated.
pub trait Gpu: Send + 'static {
    /// Does one thing and says what came of it, within [`Action::deadline`].
    ///
    /// Dropping it lets go of everything.
    fn perform(&mut self, action: Action)
    -> impl Future<Output = Result<Outcome, GpuError>> + Send;

    /// Waits until the driver process ends by itself, with everything it held; pending while none
    /// runs. Cancel safe.
    fn ended(&mut self) -> impl Future<Output = GpuError> + Send;
}

/// Where GPUs come from.
pub trait GpuSource: Send + 'static {
    /// What it opens.
    type Gpu: Gpu;
    /// Starts programs on it that are measured.
    type Programs: Programs;

    /// The GPUs there are, in the driver's order. Wakes them: asked only at the start, and again
    /// after a failure.
    fn discover(&mut self) -> impl Future<Output = Result<Vec<GpuInfo>, GpuError>> + Send;

    /// Takes one of them in hand. Touches nothing until the first action.
    fn open(&mut self, gpu: &GpuInfo) -> Self::Gpu;

    /// Programs to measure one of them with; `None` where none can be started.
    fn programs(&self, gpu: &GpuInfo) -> Option<Self::Programs>;
}
