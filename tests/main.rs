//! Black boxes: the parts of GPU Keepalive as their users meet them.

#![allow(
    clippy::disallowed_methods,
    reason = "tests make files, and wait for them"
)]

mod cli;
#[cfg(target_os = "linux")]
mod ffi;
#[cfg(target_os = "linux")]
mod hardware;
#[cfg(target_os = "linux")]
mod hold;
mod library;
#[cfg(target_os = "linux")]
mod run;
#[cfg(unix)]
mod socket;
mod support;
mod tidy;
mod user;
