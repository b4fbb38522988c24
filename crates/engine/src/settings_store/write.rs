#![allow(
    clippy::disallowed_methods,
    reason = "called by the store worker, on a thread that may wait"
)]

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    error::StoreError,
    lock::{self, Lock},
    read::{Seen, Stamp, look},
};

/// As many symbolic links as Linux follows.
const MAX_LINKS: usize = 40;
/// How long a writer waits for others: less than a client waits for the engine's answer (10 s).
const LOCK_WITHIN: Duration = Duration::from_secs(8);

/// The only one of our writers of a file, as long as it exists.
#[derive(Debug)]
pub(super) struct Writer {
    path: PathBuf,
    /// The end of a chain of links, which stay: they belong to a dotfile manager.
    target: PathBuf,
    lock: Lock,
}

impl Writer {
    /// Makes the file's folder and waits for the other writers.
    pub(super) fn new(path: &Path) -> Result<Self, StoreError> {
        let path = path.to_owned();
        let locked = followed(&path).and_then(|target| {
            fs::create_dir_all(folder_of(&target))?;
            let lock = lock::acquire(&beside(&target, ".lock"), LOCK_WITHIN)?;
            Ok((target, lock))
        });
        match locked {
            Ok((target, Some(lock))) => {
                let writer = Self { path, target, lock };
                writer.remove_leftovers();
                Ok(writer)
            }
            Ok((_, None)) => Err(StoreError::Busy { path }),
            Err(source) => Err(StoreError::Write { path, source }),
        }
    }

    /// Puts a new file in the place of the old one, all of it or nothing, and returns its state;
    /// `None`, with nothing written, when the old one is not the one that was read.
    pub(super) fn replace(&self, read: &Seen, text: &str) -> Result<Option<Seen>, StoreError> {
        self.try_replace(read, text)
            .map_err(|source| StoreError::Write {
                path: self.path.clone(),
                source,
            })
    }

    fn try_replace(&self, read: &Seen, text: &str) -> io::Result<Option<Seen>> {
        let folder = folder_of(&self.target);
        let mut new = tempfile::Builder::new()
            .prefix(&self.temporary_prefix())
            .suffix(TEMPORARY)
            .tempfile_in(folder)?;
        new.write_all(text.as_bytes())?;
        if let Ok(old) = fs::metadata(&self.target) {
            new.as_file().set_permissions(old.permissions())?;
        }
        new.as_file().sync_all()?;
        if look(&self.target).as_ref() != Some(read) {
            return Ok(None);
        }
        let file = new.persist(&self.target).map_err(|error| error.error)?;
        // The rename itself; some file systems cannot, and the file is in its place either way.
        #[cfg(unix)]
        let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
        Ok(Some(Seen::There(Stamp::of(&file.metadata()?))))
    }

    /// Removes what writers that were killed left behind: with the lock, no other one is at work.
    fn remove_leftovers(&self) {
        if !self.lock.is_held() {
            return;
        }
        let prefix = self.temporary_prefix();
        let entries = fs::read_dir(folder_of(&self.target));
        for entry in entries.into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(&prefix) && name.ends_with(TEMPORARY) {
                // What cannot be removed is in nobody's way.
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// `.settings.toml.`, so that folders are listed without it.
    fn temporary_prefix(&self) -> String {
        let name = self.target.file_name().unwrap_or_default();
        format!(".{}.", name.to_string_lossy())
    }
}

/// The end of a file that is to take the place of another.
const TEMPORARY: &str = ".new";

/// A hidden file beside another, of its name and that ending.
fn beside(file: &Path, ending: &str) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!(".{name}{ending}"))
}

/// The end of a chain of symbolic links, whether or not it exists.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&target) {
            Ok(next) => target = folder_of(&target).join(next),
            Err(_) => return Ok(target),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

fn folder_of(path: &Path) -> &Path {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}
