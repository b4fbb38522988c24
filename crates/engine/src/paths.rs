//! Where our files are.

#![allow(
    clippy::disallowed_methods,
    reason = "looked up before there is an engine"
)]

use std::{io, path::PathBuf};

use directories::BaseDirs;

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
        let base = BaseDirs::new().ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::NotFound,
                "this user has no home folder; set HOME to the folder for settings",
            )
        })?;
        let state = base.state_dir().unwrap_or_else(|| base.data_local_dir());
        Ok(Self {
            settings: base.config_dir().join(NAME).join("settings.toml"),
            state: state.join(NAME),
        })
    }
}

/// The control socket's path: in `XDG_RUNTIME_DIR`, or in a folder of our own in the temporary
/// folder when that is not set.
///
/// # Errors
/// The folder of our own cannot be made, or is not ours alone.
#[cfg(unix)]
pub fn control_socket() -> io::Result<PathBuf> {
    let runtime = BaseDirs::new().and_then(|base| base.runtime_dir().map(Into::into));
    let folder = match runtime.filter(|folder: &PathBuf| folder.is_dir()) {
        Some(folder) => folder,
        None => {
            let uid = rustix::process::geteuid().as_raw();
            let folder = std::env::temp_dir().join(format!("{NAME}-{uid}"));
            private::ensure(&folder, uid)?;
            folder
        }
    };
    Ok(folder.join("gpu-keepalive.sock"))
}

/// The control pipe's name, one for each user.
///
/// # Errors
/// None on Windows.
#[cfg(windows)]
pub fn control_socket() -> io::Result<PathBuf> {
    let user = std::env::var("USERNAME").unwrap_or_default();
    // A backslash cannot be part of a pipe's name.
    let user = user.replace('\\', "-");
    Ok(PathBuf::from(format!(r"\\.\pipe\{NAME}-{user}")))
}

#[cfg(unix)]
mod private {
    use std::{
        fs::{self, DirBuilder},
        io,
        os::unix::fs::{DirBuilderExt, MetadataExt},
        path::Path,
    };

    /// Makes a folder that only this user can enter, or checks that it is one.
    pub(super) fn ensure(folder: &Path, uid: u32) -> io::Result<()> {
        match DirBuilder::new().mode(0o700).create(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        // Anybody may have made it before us: not followed, so that a link cannot pass for it.
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
