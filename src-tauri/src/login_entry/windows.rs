use std::path::Path;

use auto_launch::{AutoLaunch, Error, WindowsEnableMode};
use gpu_keepalive_engine::paths::Paths;

use super::HIDDEN;

/// The value in this user's registry key `Run`.
///
/// Without tauri-plugin-autostart 2.7, which does not quote the program, so that with a space in
/// its path another may be started, and which enters it for all users when an administrator does.
#[derive(Clone, Debug)]
pub(crate) struct LoginEntry(AutoLaunch);

impl LoginEntry {
    /// The entry of that program.
    pub(crate) fn new(_: &Paths, program: &Path) -> Self {
        let quoted = format!("\"{}\"", program.display());
        let for_this_user = WindowsEnableMode::CurrentUser;
        Self(AutoLaunch::new(
            "GPU Keepalive",
            &quoted,
            for_this_user,
            &[HIDDEN],
        ))
    }

    /// Writes or removes it.
    pub(crate) fn set(&self, on: bool) -> Result<(), Error> {
        if on {
            self.0.enable()
        } else {
            self.0.disable()
        }
    }

    /// Returns whether it is there and in force; `None` when it cannot be read.
    pub(crate) fn is_on(&self) -> Option<bool> {
        self.0.is_enabled().ok()
    }
}
