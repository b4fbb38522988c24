//! The boost request as the holder makes it, whatever the system.

use std::time::Duration;

use gpu_keepalive_core::gpu::GpuError;

/// The boost of one GPU, opened when it is needed.
pub(super) trait Boost {
    /// Asks the driver for nothing from now on, or again for what is to be asked.
    fn use_driver(&mut self, in_use: bool);

    /// Opens the driver; how long that took, `None` when it was open already.
    fn open(&mut self) -> Result<Option<Duration>, GpuError>;

    /// Asks for the boost; how long that took.
    fn request(&mut self, lasting: Duration) -> Result<Duration, GpuError>;

    /// Ends the boost, if need be by closing the client; how long that took.
    fn clear(&mut self) -> Duration;

    /// Closes everything, which ends the boost.
    fn close(&mut self);
}
