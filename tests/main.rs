//! Black boxes: the parts of GPU Keepalive as their users meet them.

mod cli;
#[cfg(unix)]
mod socket;
mod support;
