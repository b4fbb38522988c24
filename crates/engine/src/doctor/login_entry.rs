//! The desktop entry that starts the application at login.

use std::{fs, path::Path};

use gpu_keepalive_core::doctor::LoginEntry;

/// The application's program begins with this, whatever its entry is called.
const PROGRAM: &str = "gpu-keepalive";

/// Searches for it among the user's entries; where there are no such entries (Windows), only the
/// application knows.
pub(super) fn read(config: Option<&Path>) -> LoginEntry {
    let mut found = LoginEntry::default();
    let Some(config) = config.filter(|_| cfg!(target_os = "linux")) else {
        return found;
    };
    let entries = fs::read_dir(config.join("autostart"));
    let entries = entries.into_iter().flatten().flatten();
    let ours = entries
        .filter(|entry| {
            entry
                .path()
                .extension()
                .is_some_and(|kind| kind == "desktop")
        })
        .filter_map(|entry| fs::read_to_string(entry.path()).ok())
        .find_map(|text| Some((program(&text)?, is_switched_off(&text))));
    found.exists = Some(matches!(ours, Some((_, false))));
    found.missing_program = ours
        .filter(|(program, off)| !off && program.starts_with('/') && !Path::new(program).is_file())
        .map(|(program, _)| program);
    found
}

/// The program that an entry of ours starts.
fn program(entry: &str) -> Option<String> {
    let command = value(entry, "Exec")?;
    let program = match command.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => command.split_whitespace().next()?,
    };
    let name = Path::new(program).file_name()?.to_str()?;
    name.starts_with(PROGRAM).then(|| program.to_owned())
}

fn is_switched_off(entry: &str) -> bool {
    value(entry, "Hidden") == Some("true")
        || value(entry, "X-GNOME-Autostart-enabled") == Some("false")
}

fn value<'a>(entry: &'a str, key: &str) -> Option<&'a str> {
    entry.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        (name.trim() == key).then(|| value.trim())
    })
}
