//! The entry that starts the application at login, for the application and the doctor.
//!
//! tauri-plugin-autostart makes and removes it; this reads it back, and corrects what the plugin
//! gets wrong: on Linux it ignores `XDG_CONFIG_HOME` and does not quote the program, on Windows it
//! does not quote it either and enters it for all users when an administrator asks. Entries that the
//! user or the desktop made are only ever switched as the desktop itself does it.

#[cfg(not(windows))]
mod desktop_entries;
#[cfg(windows)]
mod registry;

use gpu_keepalive_core::protocol::LoginEntryState;

#[cfg(not(windows))]
pub use desktop_entries::LoginEntry;
#[cfg(windows)]
pub use registry::LoginEntry;

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its state.
    pub state: LoginEntryState,
    /// True if every entry there is was written by the application.
    pub ours: bool,
    /// What is wrong with it, where it is broken.
    pub broken: Option<String>,
}
