use gpu_keepalive_core::{gpu::GpuError, units::Celsius};
use thiserror::Error;

/// The reason why there is no result.
#[derive(Debug, Error)]
pub enum MeasureError {
    /// GPU or program met an error.
    #[error(transparent)]
    Gpu(#[from] GpuError),
    /// It got too hot.
    #[error("the GPU reached {now}, and the limit is {limit}; measure again when it has cooled")]
    Hot {
        /// The temperature that it reached.
        now: Celsius,
        /// The limit.
        limit: Celsius,
    },
}
