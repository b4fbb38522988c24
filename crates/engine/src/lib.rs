//! Keeps an NVIDIA GPU ready for the next request.

pub mod clock;
pub mod driver;
pub mod gpu;
pub mod handle;
pub mod host;
pub mod settings_store;
pub mod machine;
pub mod paths;
mod power;
mod processes;
pub mod runtime_pm;
#[cfg(target_os = "linux")]
mod sleep;
pub mod socket;
pub mod store;
