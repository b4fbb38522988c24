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

use super::error::StoreError;
use crate::files::{
    Seen, Stamp, beside, folder_of, followed, leftovers,
    lock::{self, Lock},
    remove_leftovers, stat, sync_folder, temporary,
};

/// The time for which a writer waits for others: less than a client waits for the engine's answer
/// (10 s).
const LOCK_WITHIN: Duration = Duration::from_secs(8);

/// Removes what killed writers of that file left behind, unless another is at work.
pub(super) fn clean(path: &Path) {
    let left = followed(path).ok();
    let Some(target) = left.filter(|target| leftovers(target).next().is_some()) else {
        return;
    };
    let lock = lock::acquire(&beside(&target, ".lock"), Duration::ZERO);
    if lock.is_ok_and(|lock| lock.is_some_and(|lock| lock.is_held())) {
        remove_leftovers(&target);
    }
}

/// The only one of our writers of a file, as long as it exists.
#[derive(Debug)]
pub(super) struct Writer {
    path: PathBuf,
    /// The end of a chain of links, which stay: they belong to a dotfile manager.
    target: PathBuf,
    _lock: Lock,
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
                // With the lock, no other writer is at work.
                if lock.is_held() {
                    remove_leftovers(&target);
                }
                Ok(Self {
                    path,
                    target,
                    _lock: lock,
                })
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
        let mut new = temporary(&self.target)?;
        new.write_all(text.as_bytes())?;
        if let Ok(old) = fs::metadata(&self.target) {
            new.as_file().set_permissions(old.permissions())?;
        }
        new.as_file().sync_all()?;
        if stat(&self.target).as_ref() != Some(read) {
            return Ok(None);
        }
        let file = new.persist(&self.target).map_err(|error| error.error)?;
        sync_folder(folder);
        Ok(Some(Seen::There(Stamp::of(&file.metadata()?))))
    }
}
