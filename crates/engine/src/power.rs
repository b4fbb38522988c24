//! The machine's source of power: mains or battery.

#[cfg(target_os = "linux")]
pub(crate) mod sysfs;
#[cfg(target_os = "linux")]
pub(crate) mod upower;
#[cfg(windows)]
pub(crate) mod windows;
