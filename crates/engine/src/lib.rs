//! Keeps an NVIDIA GPU ready for the next request.

pub mod clock;
pub mod driver;
pub mod gpu;
pub mod handle;
pub mod host;
pub mod settings_store;
pub mod socket;
