//! The machine's source of power, mains or battery, and its power profile.

#[cfg(target_os = "linux")]
pub(crate) mod profile;
#[cfg(target_os = "linux")]
pub(crate) mod sysfs;
#[cfg(target_os = "linux")]
pub(crate) mod upower;
#[cfg(windows)]
pub(crate) mod windows;
