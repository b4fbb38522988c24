use std::{io, path::Path};

use gpu_keepalive_core::{
    login_entry::run_key::{self, command_line},
    protocol::LoginEntryState,
};
use windows_registry::{CURRENT_USER, Key, LOCAL_MACHINE};

use super::Found;

const RUN: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Run";
/// The Task Manager's word on each value of `Run`.
const APPROVED: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run";

/// The value in this user's registry key `Run`.
#[derive(Clone, Debug)]
pub struct LoginEntry;

impl LoginEntry {
    /// The name that tauri-plugin-autostart has to use.
    pub const NAME: &str = run_key::NAME;

    /// That of the user who runs us.
    pub fn of_user() -> Option<Self> {
        Some(Self)
    }

    /// Reads its state.
    ///
    /// # Errors
    /// None: what cannot be read counts as absent.
    pub fn read(&self) -> io::Result<Found> {
        let line = line(CURRENT_USER).or_else(|| line(LOCAL_MACHINE));
        let off = [CURRENT_USER, LOCAL_MACHINE]
            .into_iter()
            .filter_map(approved)
            .find(|word| !run_key::is_approved(Some(word)));
        let state = run_key::state(line.as_deref(), off.as_deref(), |program| {
            Path::new(program).is_file()
        });
        Ok(Found {
            state,
            ours: true,
            broken: line
                .filter(|_| state == LoginEntryState::Broken)
                .map(|line| format!("its entry is {line}, which does not start it")),
        })
    }

    /// Nothing but the application makes entries of this name.
    ///
    /// # Errors
    /// None.
    pub fn switch(&self, _on: bool) -> io::Result<bool> {
        Ok(false)
    }

    /// Has the plugin make an entry, which also takes back the Task Manager's word, then makes of it
    /// what it has to be: quoted, and this user's.
    ///
    /// # Errors
    /// The plugin failed, or the registry cannot be written.
    pub fn make(&self, program: &Path, plugin: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        plugin()?;
        let wanted = command_line(&program.display().to_string());
        if line(CURRENT_USER).as_ref() != Some(&wanted) {
            let key = CURRENT_USER.create(RUN)?;
            key.set_string(run_key::NAME, wanted)?;
        }
        if line(LOCAL_MACHINE).is_some() {
            let key = LOCAL_MACHINE.options().write().open(RUN)?;
            key.remove_value(run_key::NAME)?;
        }
        // The plugin approves only where it entered the program.
        if approved(CURRENT_USER).is_some_and(|word| !run_key::is_approved(Some(&word))) {
            let key = CURRENT_USER.options().write().open(APPROVED)?;
            key.remove_value(run_key::NAME)?;
        }
        Ok(())
    }

    /// Has the plugin remove the entry.
    ///
    /// # Errors
    /// The plugin failed.
    pub fn remove(&self, plugin: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        plugin()
    }

    /// Removes this user's entry if its command line is `ours`, and what the Task Manager says of it.
    ///
    /// # Errors
    /// The registry cannot be written.
    pub(crate) fn forget(ours: impl FnOnce(&str) -> bool) -> io::Result<()> {
        if !line(CURRENT_USER).is_some_and(|line| ours(&line)) {
            return Ok(());
        }
        let key = CURRENT_USER.options().write().open(RUN)?;
        key.remove_value(run_key::NAME)?;
        if approved(CURRENT_USER).is_some() {
            let key = CURRENT_USER.options().write().open(APPROVED)?;
            key.remove_value(run_key::NAME)?;
        }
        Ok(())
    }
}

fn line(root: &Key) -> Option<String> {
    root.open(RUN).ok()?.get_string(run_key::NAME).ok()
}

fn approved(root: &Key) -> Option<Vec<u8>> {
    let value = root.open(APPROVED).ok()?.get_value(run_key::NAME).ok()?;
    Some(value.to_vec())
}
