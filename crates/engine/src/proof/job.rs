use std::time::Duration;

use gpu_keepalive_core::{
    gpu::{GpuError, GpuInfo},
    proof::Plan,
    units::Celsius,
};
use thiserror::Error;

/// What is to be measured.
#[derive(Clone, Debug)]
pub struct Job {
    /// The GPU.
    pub gpu: GpuInfo,
    /// Whether it is simulated.
    pub simulated: bool,
    /// How much is measured.
    pub plan: Plan,
    /// It must stay below this temperature; `None` without a limit.
    pub limit: Option<Celsius>,
}

/// Why there is no result.
#[derive(Debug, Error)]
pub enum MeasureError {
    /// GPU or program met an error.
    #[error(transparent)]
    Gpu(#[from] GpuError),
    /// It got too hot.
    #[error("the GPU reached {now}, and the limit is {limit}; measure again when it has cooled")]
    Hot {
        /// What it reached.
        now: Celsius,
        /// The limit.
        limit: Celsius,
    },
}

/// What is being done, and how long everything takes at most from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// For people.
    pub text: String,
    /// At most.
    pub left: Duration,
}
