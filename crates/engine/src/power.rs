//! What feeds the machine: mains or battery.

#[cfg(target_os = "linux")]
pub(crate) mod sysfs;
#[cfg(target_os = "linux")]
pub(crate) mod upower;
#[cfg(windows)]
pub(crate) mod windows;
