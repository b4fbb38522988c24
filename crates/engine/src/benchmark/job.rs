use gpu_keepalive_core::{gpu::GpuError, units::Celsius};
use gpu_keepalive_text::text;
use thiserror::Error;

/// The reason why there is no result.
#[derive(Debug, Error)]
pub enum MeasureError {
    /// GPU or program met an error.
    #[error(transparent)]
    Gpu(#[from] GpuError),
    /// It got too hot.
    #[error("{}", text!("measure-too-hot", now = now.to_string(), limit = limit.to_string()))]
    Hot {
        /// The temperature that it reached.
        now: Celsius,
        /// The limit.
        limit: Celsius,
    },
}
