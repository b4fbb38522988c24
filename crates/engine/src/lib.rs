//! Keeps an NVIDIA GPU ready for the next request.
//!
//! [`Keepalive`] is the engine as a library. Below it, everything with a side effect: the loop
//! ([`engine`]), the two seams it stands on ([`gpu`], [`host`]), the driver process ([`driver`]),
//! and the control socket ([`socket`]).

// The program is checked without its tests as well.
#![cfg_attr(
    test,
    allow(
        clippy::disallowed_methods,
        reason = "tests make files, and wait for them"
    )
)]

pub mod benchmark;
pub mod clock;
pub mod doctor;
pub mod driver;
#[cfg(any(windows, test))]
mod efficiency;
pub mod engine;
mod files;
pub mod gpu;
pub mod handle;
pub mod host;
#[cfg(windows)]
pub mod installation;
mod keepalive;
pub mod locale;
pub mod log_tail;
pub mod login_entry;
pub mod machine;
pub mod output_queue;
pub mod own_models;
pub mod paths;
mod power;
mod processes;
#[cfg(target_os = "linux")]
pub mod quiet_units;
pub mod runtime_pm;
#[cfg(target_os = "linux")]
pub mod serving;
#[cfg(target_os = "linux")]
mod session_bus;
pub mod settings_store;
mod shell;
pub mod signals;
#[cfg(target_os = "linux")]
mod sleep;
pub mod socket;
mod state;
pub mod store;
#[cfg(windows)]
pub mod windows_api;
mod workers;

pub use keepalive::{Builder, Keepalive, Lease, StartError};

/// Compiles the Rust example of the page.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/for-server-authors.md")]
struct ForServerAuthors;
