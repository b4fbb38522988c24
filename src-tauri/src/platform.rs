//! What the systems ask of a desktop program, each in its own way.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub(crate) use linux::{require_display, require_web_view, report};
#[cfg(windows)]
pub(crate) use windows::{require_display, require_web_view, report};
