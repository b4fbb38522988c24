//! The entry that starts the app at login: made and removed by tauri-plugin-autostart, read back and
//! corrected by [`gpu_keepalive_engine::login_entry`].

use std::{io, path::PathBuf};

use gpu_keepalive_core::login_entry::HIDDEN;
use gpu_keepalive_engine::login_entry::{Found, LoginEntry as Entries};
use tauri::{AppHandle, Wry, plugin::TauriPlugin};
use tauri_plugin_autostart::ManagerExt;

/// The plugin, which has to be part of the app.
pub(crate) fn plugin() -> TauriPlugin<Wry> {
    let plugin = tauri_plugin_autostart::Builder::new();
    plugin.arg(HIDDEN).app_name(Entries::NAME).build()
}

/// The entry of the user who runs us.
pub(crate) struct LoginEntry {
    pub(crate) app: AppHandle,
    pub(crate) program: PathBuf,
}

impl LoginEntry {
    /// Reads it; `None` when that is not possible.
    pub(crate) fn read(&self) -> Option<Found> {
        let read = entries().and_then(|entries| entries.read());
        read.inspect_err(|error| tracing::warn!(%error, "the entry at login cannot be read"))
            .ok()
    }

    /// Makes or removes it; entries that the user or the desktop made are switched as the desktop
    /// does it.
    pub(crate) fn set(&self, on: bool) -> io::Result<()> {
        let entries = entries()?;
        if entries.switch(on)? {
            return Ok(());
        }
        let plugin = self.app.autolaunch();
        if on {
            entries.make(&self.program, || plugin.enable().map_err(io::Error::other))
        } else {
            entries.remove(|| plugin.disable().map_err(io::Error::other))
        }
    }
}

fn entries() -> io::Result<Entries> {
    let no_home = || io::Error::new(io::ErrorKind::NotFound, "this user has no home folder");
    Entries::of_user().ok_or_else(no_home)
}
