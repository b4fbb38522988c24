#![allow(
    clippy::disallowed_methods,
    reason = "the socket is bound before a GPU is touched"
)]

use std::{
    ffi::OsString,
    fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError},
    io::{self, ErrorKind},
    os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use tokio::net::{UnixListener, UnixStream};
use tracing::{debug, warn};

use super::{BindError, ConnectError};

pub(in super::super) type ClientStream = UnixStream;

/// The socket, for this user alone. Dropped, it removes the file if that is still its own.
#[derive(Debug)]
pub(in super::super) struct Listener {
    socket: UnixListener,
    path: PathBuf,
    file: FileId,
    /// Held as long as the engine lives. The file itself stays: removing it would let a third
    /// engine lock a new one beside it.
    _lock: File,
}

impl Listener {
    pub(in super::super) fn bind(path: &Path) -> Result<Self, BindError> {
        let failed = |source| BindError::Io {
            path: path.to_owned(),
            source,
        };
        prepare_folder(path)?;
        refuse_anything_but_a_socket(path)?;
        let lock = lock(path)?;
        remove_stale(path)?;
        let socket = UnixListener::bind(path).map_err(failed)?;
        fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(failed)?;
        let file = FileId::of(path).map_err(failed)?;
        Ok(Self {
            socket,
            path: path.to_owned(),
            file,
            _lock: lock,
        })
    }

    /// The next client that belongs to this user. Cancel safe.
    pub(in super::super) async fn accept(&mut self) -> io::Result<UnixStream> {
        loop {
            let (stream, _) = self.socket.accept().await?;
            let peer = stream.peer_cred()?.uid();
            if peer == our_uid() {
                return Ok(stream);
            }
            warn!(uid = peer, "refused a connection of another user");
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if FileId::of(&self.path).is_ok_and(|file| file == self.file)
            && let Err(error) = fs::remove_file(&self.path)
        {
            debug!(%error, path = %self.path.display(), "cannot remove the control socket");
        }
    }
}

pub(in super::super) async fn connect(path: &Path) -> Result<UnixStream, ConnectError> {
    let failed = |source: io::Error| match source.kind() {
        ErrorKind::NotFound | ErrorKind::ConnectionRefused => ConnectError::NotRunning,
        _ => ConnectError::Io {
            path: path.to_owned(),
            source,
        },
    };
    let stream = UnixStream::connect(path).await.map_err(failed)?;
    if stream.peer_cred().map_err(failed)?.uid() != our_uid() {
        return Err(ConnectError::NotOurs(path.to_owned()));
    }
    Ok(stream)
}

/// Makes the folder, for this user alone, or makes sure that the one there is.
fn prepare_folder(path: &Path) -> Result<(), BindError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let failed = |source| BindError::Io {
        path: path.to_owned(),
        source,
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(failed)?;
    let found = fs::metadata(folder).map_err(failed)?;
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

/// Decides between two engines that start at once; the system lets go of it with the process.
fn lock(path: &Path) -> Result<File, BindError> {
    let failed = |source| BindError::Io {
        path: path.to_owned(),
        source,
    };
    let mut name = OsString::from(path);
    name.push(".lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(name)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(BindError::AlreadyRunning(path.to_owned())),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Removes a socket that nobody listens on. With the lock held, a live one is none of ours.
fn remove_stale(path: &Path) -> Result<(), BindError> {
    let failed = |source| BindError::Io {
        path: path.to_owned(),
        source,
    };
    match std::os::unix::net::UnixStream::connect(path) {
        Ok(_) => Err(BindError::AlreadyRunning(path.to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
            debug!(path = %path.display(), "replacing the socket of an engine that is gone");
            fs::remove_file(path).map_err(failed)
        }
        Err(error) => Err(failed(error)),
    }
}

fn our_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// What tells a file from another that was put at the same path.
#[derive(Debug, PartialEq)]
struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    fn of(path: &Path) -> io::Result<Self> {
        let found = fs::symlink_metadata(path)?;
        Ok(Self {
            device: found.dev(),
            inode: found.ino(),
        })
    }
}
