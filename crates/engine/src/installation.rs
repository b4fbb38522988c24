//! What the Setup program for Windows leaves to the installed command line: the entries of the registry
//! that it could cut short or that the app writes as well.

use std::{io, path::Path};

use gpu_keepalive_core::{login_entry::run_key, search_path};
use windows_registry::{CURRENT_USER, Type, Value};

use crate::login_entry::LoginEntry;

/// The variables of the user's environment.
const ENVIRONMENT: &str = "Environment";
const PATH: &str = "Path";

/// Adds the folder to the user's `PATH`, unless it is there. Programs that run already are to be notified
/// by the caller.
///
/// # Errors
/// The registry cannot be written, or its `PATH` is no text.
pub fn add_to_path(folder: &Path) -> io::Result<()> {
    let before = path()?;
    let text = before.as_ref().map_or("", |(_, text)| text);
    match search_path::with(text, &folder.display().to_string()) {
        Some(path) => write(&path, before.as_ref().map(|(ty, _)| *ty)),
        None => Ok(()),
    }
}

/// Removes the folder from the user's `PATH`.
///
/// # Errors
/// The registry cannot be written, or its `PATH` is no text.
pub fn remove_from_path(folder: &Path) -> io::Result<()> {
    let Some((ty, before)) = path()? else {
        return Ok(());
    };
    match search_path::without(&before, &folder.display().to_string()) {
        Some(path) if path.is_empty() => {
            let key = CURRENT_USER.options().write().open(ENVIRONMENT)?;
            Ok(key.remove_value(PATH)?)
        }
        Some(path) => write(&path, Some(ty)),
        None => Ok(()),
    }
}

/// Enters that application at login, as the application itself does.
///
/// # Errors
/// The registry cannot be written.
pub fn start_at_login(application: &Path) -> io::Result<()> {
    match LoginEntry::of_user() {
        Some(entry) => entry.make(application, || Ok(())),
        None => Ok(()),
    }
}

/// Removes the entry at login of an application in that folder, and the Task Manager's word on it.
///
/// # Errors
/// The registry cannot be written.
pub fn remove_login_entry(folder: &Path) -> io::Result<()> {
    LoginEntry::forget(|line| {
        let program = run_key::program(line).map(Path::new);
        program.and_then(Path::parent).is_some_and(|of_entry| {
            let [entry, ours] = [of_entry, folder].map(|path| path.display().to_string());
            entry.to_lowercase() == ours.to_lowercase()
        })
    })
}

/// The user's `PATH` as it is written, with its type: variables in it stay variables.
fn path() -> io::Result<Option<(Type, String)>> {
    let Ok(key) = CURRENT_USER.open(ENVIRONMENT) else {
        return Ok(None);
    };
    let Ok(value) = key.get_value(PATH) else {
        return Ok(None);
    };
    let ty = value.ty();
    // Text that is not whole is left alone: an error instead of a replacement.
    Ok(Some((ty, String::try_from(value)?)))
}

fn write(path: &str, ty: Option<Type>) -> io::Result<()> {
    let mut value = Value::from(path);
    value.set_ty(ty.unwrap_or(Type::ExpandString));
    let key = CURRENT_USER.create(ENVIRONMENT)?;
    Ok(key.set_value(PATH, &value)?)
}
