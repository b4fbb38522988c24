//! The entry that starts the app at login.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub(crate) use linux::LoginEntry;
#[cfg(windows)]
pub(crate) use windows::LoginEntry;

/// The option with which the app is started at login.
const HIDDEN: &str = "--hidden";
