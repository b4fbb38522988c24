//! A Unix socket, or on Windows a named pipe, under one face.

use std::{io, path::PathBuf};

use thiserror::Error;

#[cfg(windows)]
mod pipe;
#[cfg(unix)]
mod unix;

#[cfg(windows)]
pub(super) use pipe::{ClientStream, Listener, connect};
#[cfg(unix)]
pub(super) use unix::{ClientStream, Listener, connect};

/// The reason why the control socket could not be taken.
#[derive(Debug, Error)]
pub enum BindError {
    /// Another engine has it.
    #[error("GPU Keepalive is running already (its control socket is {})", .0.display())]
    AlreadyRunning(PathBuf),
    /// There is something else at the path. It is left as it is.
    #[error(
        "{} is in the way: the control socket belongs there, but it is not a socket. \
         Move it away and start again", .0.display()
    )]
    NotASocket(PathBuf),
    /// Others could put a socket of theirs in its place.
    #[error(
        "the folder {} belongs to another user or can be written by others; \
         the control socket needs a folder of your own (chmod 700)", .0.display()
    )]
    FolderNotPrivate(PathBuf),
    /// The system refused.
    #[error("cannot open the control socket {}: {source}", path.display())]
    Io {
        /// Of the socket.
        path: PathBuf,
        /// The system's message.
        source: io::Error,
    },
}

/// The reason why no engine could be reached.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// None is running.
    #[error(
        "GPU Keepalive is not running; start it with “gpu-keepalive run”, or open the \
         GPU Keepalive app"
    )]
    NotRunning,
    /// The socket is another user's.
    #[error("the control socket {} belongs to another user", .0.display())]
    NotOurs(PathBuf),
    /// The system refused.
    #[error("cannot reach GPU Keepalive at {}: {source}", path.display())]
    Io {
        /// Of the socket.
        path: PathBuf,
        /// The system's message.
        source: io::Error,
    },
}
