//! The drop-ins that make a user's services quiet.
//!
//! Every folder below the user's configuration folder is opened from the one above it, without
//! following a link, and a file is only made where none is: nothing that another program put there
//! is followed, overwritten or removed.

#![allow(
    clippy::disallowed_methods,
    reason = "in a command, which nobody else waits for"
)]

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    os::fd::OwnedFd,
    path::{Path, PathBuf},
};

use gpu_keepalive_core::quiet::{DropIn, FILE_NAME, UnitName};
use rustix::fs::{AtFlags, CWD, Mode, OFlags, mkdirat, openat, unlinkat};
use rustix::io::Errno;
use thiserror::Error;

use crate::{doctor::login_entry_exists, paths::base_folders};

#[cfg(test)]
mod tests;

/// Our own service, as packages install it.
const OWN_UNIT: &str = "gpu-keepalive.service";
/// The places of units, besides the user's own, below the root.
const USER_UNITS: [&str; 4] = [
    "etc/systemd/user",
    "usr/local/lib/systemd/user",
    "usr/lib/systemd/user",
    "lib/systemd/user",
];
const SYSTEM_UNITS: [&str; 5] = [
    "etc/systemd/system",
    "run/systemd/system",
    "usr/local/lib/systemd/system",
    "usr/lib/systemd/system",
    "lib/systemd/system",
];

/// The places of a user's units and the machine's.
#[derive(Clone, Debug)]
pub struct QuietUnits {
    config: PathBuf,
    data: PathBuf,
    root: PathBuf,
}

/// The outcome of writing a drop-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// Now.
    Now,
    /// It was there already, as it would be written.
    Already,
}

/// The reason why a drop-in was neither written nor removed.
#[derive(Debug, Error)]
pub enum QuietError {
    /// A component of the path is a link, or no folder or file.
    #[error("{0} is a link or no {1}, and links are not followed; remove it first")]
    Link(PathBuf, &'static str),
    /// Another file is there.
    #[error("{0} is there already and is not ours, so it is left as it is")]
    Foreign(PathBuf),
    /// There is no drop-in of ours.
    #[error("{0} is not there, so there is nothing to remove")]
    Absent(PathBuf),
    /// The system refuses.
    #[error("{path}: {source}")]
    Io {
        /// The place of the failure.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

impl QuietUnits {
    /// Those of the user who runs us.
    ///
    /// # Errors
    /// The user has no home folder.
    pub fn of_user() -> io::Result<Self> {
        let base = base_folders()?;
        Ok(Self {
            config: base.config_dir().to_owned(),
            data: base.data_dir().to_owned(),
            root: PathBuf::from("/"),
        })
    }

    /// Returns true if GPU Keepalive starts with the user's session: our own service is enabled, or
    /// the app starts at login.
    pub fn engine_starts_at_login(&self) -> bool {
        let wants = |folder: &Path| {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            let mut wants = entries.filter(|entry| {
                let name = entry.file_name();
                name.to_str()
                    .is_some_and(|name| name.ends_with(".wants") || name.ends_with(".requires"))
            });
            wants.any(|entry| entry.path().join(OWN_UNIT).symlink_metadata().is_ok())
        };
        wants(&self.config.join("systemd/user"))
            || USER_UNITS
                .iter()
                .any(|folder| wants(&self.root.join(folder)))
            || login_entry_exists(&self.config)
    }

    /// Returns true if that is a service of the system and not of the user.
    pub fn is_of_system(&self, unit: &UnitName) -> bool {
        let is_in = |folder: &Path| {
            let names = [Some(unit.as_str().to_owned()), unit.template()];
            let mut names = names.into_iter().flatten();
            names.any(|name| folder.join(name).symlink_metadata().is_ok())
        };
        let own = [
            self.config.join("systemd/user"),
            self.data.join("systemd/user"),
        ];
        let is_users = own.iter().any(|folder| is_in(folder))
            || USER_UNITS
                .iter()
                .any(|folder| is_in(&self.root.join(folder)));
        !is_users
            && SYSTEM_UNITS
                .iter()
                .any(|folder| is_in(&self.root.join(folder)))
    }

    /// Writes a drop-in. Restarts nothing.
    ///
    /// # Errors
    /// A link or another file is in its place, or the system refuses.
    pub fn write(&self, drop_in: &DropIn) -> Result<Written, QuietError> {
        let folder = self.open(drop_in, true)?;
        let path = self.path(drop_in);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW;
        let mode = Mode::from_raw_mode(0o644);
        let file = match openat(&folder, FILE_NAME, flags | OFlags::CLOEXEC, mode) {
            Ok(file) => file,
            Err(Errno::EXIST) => {
                return match self.is_ours(&folder, &path)? {
                    true => Ok(Written::Already),
                    false => Err(QuietError::Foreign(path)),
                };
            }
            Err(error) => return Err(failed(path, error)),
        };
        let mut file = File::from(file);
        let written = file.write_all(DropIn::text().as_bytes());
        if let Err(source) = written.and_then(|()| file.sync_all()) {
            // Half a file would be no drop-in of ours.
            let _ = unlinkat(&folder, FILE_NAME, AtFlags::empty());
            return Err(failed(path, source));
        }
        Ok(Written::Now)
    }

    /// Removes our own unchanged drop-in, and its folder when nothing else is in it. Restarts
    /// nothing.
    ///
    /// # Errors
    /// There is none, it was changed, a link is in its place, or the system refuses.
    pub fn remove(&self, drop_in: &DropIn) -> Result<(), QuietError> {
        let path = self.path(drop_in);
        let folder = match self.open(drop_in, false) {
            Err(QuietError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                return Err(QuietError::Absent(path));
            }
            opened => opened?,
        };
        if !self.is_ours(&folder, &path)? {
            return Err(QuietError::Foreign(path));
        }
        unlinkat(&folder, FILE_NAME, AtFlags::empty()).map_err(|e| failed(path, e))?;
        let [outer @ .., own] = drop_in.folders();
        if let Ok((above, _)) = self.descend(&outer, false) {
            // Other drop-ins keep it.
            let _ = unlinkat(&above, own, AtFlags::REMOVEDIR);
        }
        Ok(())
    }

    /// The place of the drop-in.
    pub fn path(&self, drop_in: &DropIn) -> PathBuf {
        self.config.join(drop_in.path())
    }

    fn open(&self, drop_in: &DropIn, make: bool) -> Result<OwnedFd, QuietError> {
        self.descend(&drop_in.folders(), make)
            .map(|(folder, _)| folder)
    }

    /// Opens the folders one after the other, made where they are missing if so.
    fn descend(&self, folders: &[String], make: bool) -> Result<(OwnedFd, PathBuf), QuietError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let mut path = self.config.clone();
        if make {
            fs::create_dir_all(&path).map_err(|error| failed(&path, error))?;
        }
        // The configuration folder itself may be a link: the user chose it.
        let opened = openat(CWD, &path, flags, Mode::empty());
        let mut folder = opened.map_err(|error| failed(&path, error))?;
        for name in folders {
            path.push(name);
            if make {
                match mkdirat(&folder, name.as_str(), Mode::from_raw_mode(0o755)) {
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(error) => return Err(failed(path, error)),
                }
            }
            let flags = flags | OFlags::NOFOLLOW;
            folder = match openat(&folder, name.as_str(), flags, Mode::empty()) {
                Ok(folder) => folder,
                Err(Errno::LOOP | Errno::NOTDIR) => return Err(QuietError::Link(path, "folder")),
                Err(error) => return Err(failed(path, error)),
            };
        }
        Ok((folder, path))
    }

    fn is_ours(&self, folder: &OwnedFd, path: &Path) -> Result<bool, QuietError> {
        // A named pipe is not waited for.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match openat(folder, FILE_NAME, flags, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(Errno::LOOP) => return Err(QuietError::Link(path.to_owned(), "file")),
            Err(Errno::NOENT) => return Err(QuietError::Absent(path.to_owned())),
            Err(error) => return Err(failed(path, error)),
        };
        let io = |error| failed(path, error);
        if !file.metadata().map_err(io)?.is_file() {
            return Err(QuietError::Link(path.to_owned(), "file"));
        }
        let ours = DropIn::text();
        let mut text = Vec::new();
        let longest = ours.len() as u64 + 1;
        file.take(longest).read_to_end(&mut text).map_err(io)?;
        Ok(text == ours.as_bytes())
    }
}

fn failed(path: impl Into<PathBuf>, error: impl Into<io::Error>) -> QuietError {
    QuietError::Io {
        path: path.into(),
        source: error.into(),
    }
}
