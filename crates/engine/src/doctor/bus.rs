//! Reads power profiles and tray icons from D-Bus. Starts no service by asking.

use super::Places;

#[cfg(target_os = "linux")]
mod linux;

#[cfg(target_os = "linux")]
pub(super) use linux::ask;

/// The answers of the buses; `None` where there is no bus or no answer.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answers {
    /// The profile that power-profiles-daemon applies.
    pub(super) power_profile: Option<String>,
    /// True if something shows tray icons.
    pub(super) tray_host: Option<bool>,
}

/// Elsewhere there is no D-Bus.
#[cfg(not(target_os = "linux"))]
pub(super) async fn ask(_: &Places) -> Answers {
    Answers::default()
}
