//! The places of our files.

#![allow(
    clippy::disallowed_methods,
    reason = "looked up before there is an engine"
)]

use std::{io, path::PathBuf};

use directories::BaseDirs;

use crate::socket::ControlSocket;

const NAME: &str = "gpu-keepalive";

/// The user's files: `~/.config` and `~/.local/state` or what `XDG_CONFIG_HOME` and
/// `XDG_STATE_HOME` name instead, `%APPDATA%` and `%LOCALAPPDATA%` on Windows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// The settings file.
    pub settings: PathBuf,
    /// The folder of what we keep ourselves: what was learned, energy, state.
    pub state: PathBuf,
}

impl Paths {
    /// The places of the user who runs us.
    ///
    /// # Errors
    /// The user has no home folder.
    pub fn of_user() -> io::Result<Self> {
        let base = base_folders()?;
        let state = base.state_dir().unwrap_or_else(|| base.data_local_dir());
        Ok(Self {
            settings: base.config_dir().join(NAME).join("settings.toml"),
            state: state.join(NAME),
        })
    }
}

/// The user's folders.
///
/// # Errors
/// The user has no home folder.
pub(crate) fn base_folders() -> io::Result<BaseDirs> {
    let message = "this user has no home folder; set HOME to the folder for settings";
    BaseDirs::new().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, message))
}

/// The variable that names a folder for the control socket, instead of the places of the user.
///
/// An engine and clients that have the same folder find each other and no others, so a user can
/// have several engines at once, each with a folder of its own: for tests, and on machines that
/// several people use with one account.
#[cfg(unix)]
pub const RUNTIME_DIR: &str = "GPU_KEEPALIVE_RUNTIME_DIR";

/// The control socket of the engine of this user: in the folder that [`RUNTIME_DIR`] names, else in
/// `XDG_RUNTIME_DIR`, in `/run/user/UID`, or in a folder of our own in the temporary folder, the
/// first that is there and this user's.
///
/// A client searches all of them, and for the engine's name: the environment that the engine was
/// started in may be another.
///
/// # Errors
/// None on this system.
#[cfg(unix)]
pub fn control_socket() -> io::Result<ControlSocket> {
    if let Some(folder) = std::env::var_os(RUNTIME_DIR).filter(|folder| !folder.is_empty()) {
        return Ok(ControlSocket::at(&PathBuf::from(folder).join(SOCKET)));
    }
    let uid = rustix::process::geteuid().as_raw();
    let xdg = BaseDirs::new().and_then(|base| base.runtime_dir().map(Into::into));
    let of_logind = PathBuf::from(format!("/run/user/{uid}"));
    let temporary = std::env::temp_dir().join(format!("{NAME}-{uid}"));
    Ok(of_user(xdg.into_iter().chain([of_logind]), temporary, uid))
}

/// In those of the folders that are there and this user's, and last in a temporary one of our own.
#[cfg(unix)]
fn of_user(folders: impl Iterator<Item = PathBuf>, temporary: PathBuf, uid: u32) -> ControlSocket {
    let usable = folders.filter(|folder| private::is_of(folder, uid));
    let mut folders: Vec<PathBuf> = usable.collect();
    folders.dedup();
    let made = folders.is_empty().then(|| temporary.clone());
    folders.push(temporary);
    let paths = folders.iter().map(|folder| folder.join(SOCKET)).collect();
    ControlSocket::of_user(paths, made)
}

#[cfg(unix)]
const SOCKET: &str = "gpu-keepalive.sock";

/// The control pipe, one for each user: its name ends with the user's security identifier, as two
/// users of different domains may have one name.
///
/// # Errors
/// Windows does not give the identifier.
#[cfg(windows)]
pub fn control_socket() -> io::Result<ControlSocket> {
    let name = format!(r"\\.\pipe\{NAME}-{}", user_id()?);
    Ok(ControlSocket::at(&PathBuf::from(name)))
}

/// The security identifier of this user, such as `S-1-5-21-…-1001`.
#[cfg(windows)]
pub(crate) fn user_id() -> io::Result<String> {
    use sysinfo::{Process, ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};

    let us = sysinfo::get_current_pid().map_err(io::Error::other)?;
    let mut system = System::new().map_err(io::Error::other)?;
    system.refresh_processes_specifics(
        ProcessesToUpdate::Some(&[us]),
        false,
        ProcessRefreshKind::nothing().with_user(UpdateKind::Always),
    );
    let user = system.process(us).and_then(Process::user_id);
    let user = user.ok_or_else(|| io::Error::other("Windows does not say who this user is"))?;
    Ok(user.to_string())
}

#[cfg(unix)]
pub(crate) mod private {
    use std::{
        fs::{self, DirBuilder},
        io,
        os::unix::fs::{DirBuilderExt, MetadataExt},
        path::Path,
    };

    /// Returns true if there is such a folder and it is this user's.
    pub(super) fn is_of(folder: &Path, uid: u32) -> bool {
        fs::metadata(folder).is_ok_and(|found| found.is_dir() && found.uid() == uid)
    }

    /// Makes a folder that only this user can enter, or checks that it is one.
    pub(crate) fn ensure(folder: &Path, uid: u32) -> io::Result<()> {
        match DirBuilder::new().mode(0o700).create(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        // Any user may have made it before us: not followed, so that a link cannot pass for it.
        let found = fs::symlink_metadata(folder)?;
        let wrong = if !found.is_dir() {
            "is not a folder"
        } else if found.uid() != uid {
            "belongs to another user"
        } else if found.mode() & 0o077 != 0 {
            "can be entered by other users"
        } else {
            return Ok(());
        };
        Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!(
                "{} {wrong}; remove it, or set XDG_RUNTIME_DIR to a folder of your own",
                folder.display()
            ),
        ))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::{
        fs::{self, Permissions},
        os::unix::fs::{PermissionsExt, symlink},
    };

    use super::*;

    fn uid() -> u32 {
        rustix::process::geteuid().as_raw()
    }

    #[test]
    fn the_socket_folder_is_made_for_us_alone_and_found_again() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("ours");
        private::ensure(&folder, uid()).unwrap();
        let mode = fs::metadata(&folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        private::ensure(&folder, uid()).unwrap();
    }

    #[test]
    fn the_first_folder_that_is_there_and_ours_has_the_socket() {
        let parent = tempfile::tempdir().unwrap();
        let at = |name: &str| parent.path().join(name);
        fs::create_dir(at("xdg")).unwrap();
        fs::create_dir(at("logind")).unwrap();
        fs::write(at("file"), "").unwrap();
        let path = |folder: &str| at(folder).join(SOCKET);
        let of = |folders: &[&str], uid| {
            let folders = folders.iter().map(|folder| at(folder));
            of_user(folders, at("temporary"), uid)
        };
        for (folders, expected) in [
            (&["xdg", "logind"][..], &["xdg", "logind", "temporary"][..]),
            (&["none", "logind"], &["logind", "temporary"]),
            (&["file", "logind"], &["logind", "temporary"]),
            (&["logind", "logind"], &["logind", "temporary"]),
            (&["none", "file"], &["temporary"]),
        ] {
            let expected: Vec<_> = expected.iter().map(|folder| path(folder)).collect();
            let socket = of(folders, uid());
            assert_eq!(socket.paths(), expected, "{folders:?}");
            let made = (expected.len() == 1).then(|| at("temporary"));
            assert_eq!(socket.made(), made.as_deref(), "{folders:?}");
        }
        // After `su` the variable may name the folder of the user before.
        assert_eq!(of(&["xdg"], uid() + 1).path(), path("temporary"));
    }

    #[test]
    fn a_socket_folder_that_others_prepared_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        let at = |name: &str| parent.path().join(name);
        let refusal = |name: &str, uid| private::ensure(&at(name), uid).unwrap_err().to_string();

        fs::write(at("file"), "").unwrap();
        assert!(refusal("file", uid()).contains("is not a folder"));

        fs::create_dir(at("open")).unwrap();
        fs::set_permissions(at("open"), Permissions::from_mode(0o750)).unwrap();
        assert!(refusal("open", uid()).contains("can be entered by other users"));

        private::ensure(&at("ours"), uid()).unwrap();
        symlink(at("ours"), at("link")).unwrap();
        assert!(refusal("link", uid()).contains("is not a folder"));
        assert!(refusal("ours", uid() + 1).contains("belongs to another user"));

        let missing = private::ensure(&at("no/parent"), uid()).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
    }
}
