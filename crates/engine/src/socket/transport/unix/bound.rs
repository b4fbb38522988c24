#![allow(
    clippy::disallowed_methods,
    reason = "the socket is bound before a GPU is touched, and again in a folder in memory"
)]

use std::{
    ffi::OsString,
    fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError},
    io::{self, ErrorKind},
    os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    time::SystemTime,
};

use tokio::net::{UnixListener, UnixStream};
use tracing::debug;

use super::super::{
    super::{ControlSocket, our_uid},
    BindError,
};
use crate::{files::folder_of, paths::private};

/// The socket at its path, with the lock beside it.
#[derive(Debug)]
pub(super) struct Bound {
    socket: UnixListener,
    path: PathBuf,
    /// `None` once another is bound in its stead.
    file: Option<FileId>,
    lock: Lock,
}

impl Bound {
    pub(super) fn bind(place: &ControlSocket) -> Result<Self, BindError> {
        Self::bind_holding(place, None)
    }

    /// The next connection. Cancel safe.
    pub(super) async fn accept(&self) -> io::Result<UnixStream> {
        Ok(self.socket.accept().await?.0)
    }

    /// Returns true if the file at the path is still this socket's.
    pub(super) fn is_in_place(&self) -> bool {
        self.file.is_some() && FileId::of(&self.path).ok() == self.file
    }

    /// Binds it anew after it was removed. Until that succeeds the old lock is kept.
    pub(super) fn bind_again(&mut self, place: &ControlSocket) -> Result<(), BindError> {
        let bound = Self::bind_holding(place, Some(&self.lock))?;
        std::mem::replace(self, bound).file = None;
        Ok(())
    }

    fn bind_holding(place: &ControlSocket, held: Option<&Lock>) -> Result<Self, BindError> {
        let path = place.path();
        match place.made() {
            Some(folder) => private::ensure(folder, our_uid()).map_err(failed(path))?,
            // One that is not ours to make is made by the process that removed it.
            None if held.is_some() => {}
            None => make_folder(path)?,
        }
        require_private_folder(path)?;
        refuse_anything_but_a_socket(path)?;
        let lock = Lock::take(path, held)?;
        remove_stale(path)?;
        let socket = UnixListener::bind(path).map_err(failed(path))?;
        fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(failed(path))?;
        let file = FileId::of(path).map_err(failed(path))?;
        Ok(Self {
            socket,
            path: path.to_owned(),
            file: Some(file),
            lock,
        })
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        if self.is_in_place()
            && let Err(error) = fs::remove_file(&self.path)
        {
            debug!(%error, path = %self.path.display(), "cannot remove the control socket");
        }
    }
}

/// The system refused.
fn failed(path: &Path) -> impl Fn(io::Error) -> BindError {
    |source| BindError::Io {
        path: path.to_owned(),
        source,
    }
}

/// Makes the folder, for this user alone, unless there is one.
fn make_folder(path: &Path) -> Result<(), BindError> {
    let made = DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder_of(path));
    made.map_err(failed(path))
}

fn require_private_folder(path: &Path) -> Result<(), BindError> {
    let folder = folder_of(path);
    let found = fs::metadata(folder).map_err(failed(path))?;
    if found.uid() != our_uid() || found.mode() & 0o022 != 0 {
        return Err(BindError::FolderNotPrivate(folder.to_owned()));
    }
    Ok(())
}

fn refuse_anything_but_a_socket(path: &Path) -> Result<(), BindError> {
    match fs::symlink_metadata(path) {
        Ok(found) if !found.file_type().is_socket() => Err(BindError::NotASocket(path.to_owned())),
        _ => Ok(()),
    }
}

/// Decides between engines that share the folder and not the name; the system releases it with the
/// process. The file itself stays: removing it would let a third engine lock a new one beside it.
#[derive(Debug)]
struct Lock {
    file: File,
    id: FileId,
}

impl Lock {
    /// Takes the lock beside that socket, which may be the one that is held.
    fn take(socket: &Path, held: Option<&Self>) -> Result<Self, BindError> {
        let failed = failed(socket);
        let mut name = OsString::from(socket);
        name.push(".lock");
        if let Some(held) = held
            && FileId::of(Path::new(&name)).is_ok_and(|id| id == held.id)
        {
            let file = held.file.try_clone().map_err(&failed)?;
            let id = held.id.clone();
            return Ok(Self { file, id });
        }
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&name)
            .map_err(&failed)?;
        match file.try_lock() {
            Ok(()) => {
                let id = FileId::of(Path::new(&name)).map_err(&failed)?;
                Ok(Self { file, id })
            }
            Err(TryLockError::WouldBlock) => Err(BindError::AlreadyRunning(socket.to_owned())),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

/// Removes a socket that no process listens on. With the lock held, a live one is none of ours.
fn remove_stale(path: &Path) -> Result<(), BindError> {
    match std::os::unix::net::UnixStream::connect(path) {
        Ok(_) => Err(BindError::AlreadyRunning(path.to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
            debug!(path = %path.display(), "replacing the socket of an engine that is gone");
            fs::remove_file(path).map_err(failed(path))
        }
        Err(error) => Err(failed(path)(error)),
    }
}

/// The identity of a file, which differs from that of a later file at the same path.
#[derive(Clone, Debug, PartialEq)]
struct FileId {
    device: u64,
    inode: u64,
    /// The number of a file that was removed is given to the next one.
    made: Option<SystemTime>,
}

impl FileId {
    fn of(path: &Path) -> io::Result<Self> {
        let found = fs::symlink_metadata(path)?;
        Ok(Self {
            device: found.dev(),
            inode: found.ino(),
            made: found.created().ok(),
        })
    }
}
