#![allow(
    clippy::disallowed_methods,
    reason = "called by the store worker, on a thread that may wait"
)]

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::Path,
    sync::mpsc,
    thread,
    time::Duration,
};

/// The lock that every writer of a file takes. Dropping it releases it, and so does the
/// end of its process in any way: the file that is locked stays and means nothing by itself.
#[derive(Debug)]
pub(crate) struct Lock {
    /// `None` on a file system without locks.
    file: Option<File>,
}

impl Lock {
    /// False on a file system without locks, where other writers may be at work all the same.
    pub(crate) fn is_held(&self) -> bool {
        self.file.is_some()
    }
}

/// Takes the lock at that path, waiting for another writer as long as given; `None` when it is not
/// free by then, as when that writer is stopped.
pub(crate) fn acquire(path: &Path, within: Duration) -> io::Result<Option<Lock>> {
    acquire_file(path, within).map_err(|error| {
        let message = format!("its lock {}: {error}", path.display());
        io::Error::new(error.kind(), message)
    })
}

fn acquire_file(path: &Path, within: Duration) -> io::Result<Option<Lock>> {
    let file = open(path)?;
    match file.try_lock() {
        Ok(()) => return Ok(Some(Lock { file: Some(file) })),
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
            return Ok(Some(Lock { file: None }));
        }
        Err(TryLockError::Error(error)) => return Err(error),
    }
    // The system's lock waits without a limit, so it is a thread that waits.
    let (locked, waited) = mpsc::sync_channel(1);
    thread::Builder::new()
        .name("file lock".to_owned())
        .spawn(move || {
            let lock = wait(&file).map(|()| Lock { file: Some(file) });
            // Too late, the lock is released with the message.
            let _ = locked.send(lock);
        })?;
    match waited.recv_timeout(within) {
        Ok(lock) => lock.map(Some),
        Err(_) => Ok(None),
    }
}

fn wait(file: &File) -> io::Result<()> {
    loop {
        match file.lock() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        let no_waiting = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, no_waiting);
    }
    match options.open(path) {
        // Made by another user's program, such as one under sudo; to lock it, reading is enough.
        Err(denied) if denied.kind() == io::ErrorKind::PermissionDenied => options
            .write(false)
            .create(false)
            .open(path)
            .map_err(|_| denied),
        opened => opened,
    }
}
