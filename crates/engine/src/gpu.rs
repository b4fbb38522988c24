//! The seam to the GPUs: the engine knows nothing below this.

use std::future::Future;

use gpu_keepalive_core::{
    gpu::{
        Action, GpuError, GpuInfo, GpuList, Outcome,
        holder::{HolderAction, HolderReport},
    },
    units::Bytes,
};

pub mod nvidia;
pub mod simulated;

/// One GPU, real or simulated.
pub trait Gpu: Send + 'static {
    /// Performs one action. Returns its result, within [`Action::deadline`].
    ///
    /// Dropping it releases everything.
    fn perform(&mut self, action: Action)
    -> impl Future<Output = Result<Outcome, GpuError>> + Send;

    /// Waits until the driver process ends by itself, with everything it held; pending while none
    /// runs. Cancel safe.
    fn ended(&mut self) -> impl Future<Output = GpuError> + Send;

    /// Resident memory of the process of ours that has it open; `None` where none runs or that
    /// cannot be read.
    fn resident(&self) -> Option<Bytes> {
        None
    }
}

/// The `hold` process of one GPU, real or simulated: it makes the driver's boost request and senses
/// requests. Dropping it ends the boost.
pub trait Holder: Send + 'static {
    /// Sends a command. Returns the number that its answer will carry.
    fn send(&mut self, action: HolderAction) -> impl Future<Output = Result<u64, GpuError>> + Send;

    /// Waits for the next report; an error when the process has ended. Cancel safe.
    fn next(&mut self) -> impl Future<Output = Result<HolderReport, GpuError>> + Send;

    /// Ends it in order, or by force.
    fn end(self) -> impl Future<Output = Result<(), GpuError>> + Send;

    /// Its resident memory; `None` where that cannot be read.
    fn resident(&self) -> Option<Bytes> {
        None
    }
}

/// The source of GPUs.
pub trait GpuSource: Send + 'static {
    /// The GPU that it opens.
    type Gpu: Gpu;
    /// The `hold` process that raises its clocks beside it.
    type Holder: Holder;

    /// The GPUs there are, in the driver's order, at least one that can be used. Wakes them: asked
    /// only at the start, after a failure, and while one of them is left out.
    fn discover(&mut self) -> impl Future<Output = Result<GpuList, GpuError>> + Send;

    /// Takes one of them in hand. Touches nothing until the first action.
    fn open(&mut self, gpu: &GpuInfo) -> Self::Gpu;

    /// Starts the `hold` process of one of them, which opens nothing before a command orders it to.
    ///
    /// # Errors
    /// There is none here, or it cannot be started.
    fn holder(&self, gpu: &GpuInfo) -> Result<Self::Holder, GpuError>;
}
