//! The name in the kernel's list of sockets (unix(7), abstract addresses).
//!
//! It belongs to one process at a time and is free again when that ends, in whatever way. It is
//! neither in a folder nor in the environment, so an engine is found by it from every shell. It is
//! one for each network namespace: a container or sandbox with a network of its own has its own,
//! and for those that share the folder the lock beside the file decides.

use std::{
    io,
    os::linux::net::SocketAddrExt,
    os::unix::net::{SocketAddr, UnixListener as StdListener},
};

use rustix::net::{
    AddressFamily, SocketAddrUnix, SocketFlags, SocketType, connect as connect_socket, socket_with,
    sockopt::socket_peercred,
};
use tokio::net::{UnixListener, UnixStream};
use tracing::warn;

use super::super::{
    super::{ControlSocket, our_uid},
    BindError,
};

/// Number of attempts at the name: an engine may be about to end, or another about to listen.
const ATTEMPTS: usize = 20;

/// Takes the name; `None` where another user's process has it, which cannot be helped.
///
/// # Errors
/// An engine of this user has it.
pub(super) fn bind(place: &ControlSocket) -> Result<Option<UnixListener>, BindError> {
    let failed = |source| BindError::Io {
        path: shown(place),
        source,
    };
    for _ in 0..ATTEMPTS {
        match listen(place.name()) {
            Ok(listener) => return Ok(Some(listener)),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(failed(error)),
        }
        match owner(place.name()).map_err(failed)? {
            Owner::Us => return Err(BindError::AlreadyRunning(shown(place))),
            Owner::Other(uid) => {
                warn!(
                    uid,
                    "another user has taken the name @{}; only the file of the control socket \
                     keeps a second engine from starting",
                    place.name()
                );
                return Ok(None);
            }
            Owner::Free => std::thread::yield_now(),
        }
    }
    Err(BindError::AlreadyRunning(shown(place)))
}

/// The next client. Cancel safe.
pub(super) async fn accept(listener: Option<&UnixListener>) -> io::Result<UnixStream> {
    match listener {
        Some(listener) => Ok(listener.accept().await?.0),
        None => std::future::pending().await,
    }
}

/// This user's engine by its name; `None` when it cannot be reached so.
pub(super) async fn connect(name: &str) -> Option<UnixStream> {
    // The first byte marks that it is no path.
    let stream = UnixStream::connect(format!("\0{name}")).await.ok()?;
    let ours = stream.peer_cred().is_ok_and(|peer| peer.uid() == our_uid());
    ours.then_some(stream)
}

fn listen(name: &str) -> io::Result<UnixListener> {
    let address = SocketAddr::from_abstract_name(name)?;
    let listener = StdListener::bind_addr(&address)?;
    listener.set_nonblocking(true)?;
    UnixListener::from_std(listener)
}

enum Owner {
    Us,
    Other(u32),
    /// It does not listen yet, or no longer.
    Free,
}

fn owner(name: &str) -> io::Result<Owner> {
    // A process that listens and accepts no client would keep a connection waiting.
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    let address = SocketAddrUnix::new_abstract_name(name.as_bytes())?;
    match connect_socket(&socket, &address) {
        Ok(()) => {}
        Err(rustix::io::Errno::CONNREFUSED) => return Ok(Owner::Free),
        // Its queue is full, as of an engine that is stopped: there is one.
        Err(rustix::io::Errno::AGAIN) => return Ok(Owner::Us),
        Err(error) => return Err(error.into()),
    }
    let uid = socket_peercred(&socket)?.uid.as_raw();
    Ok(if uid == our_uid() {
        Owner::Us
    } else {
        Owner::Other(uid)
    })
}

/// The path of the file that belongs to the name if it is there, else the name as tools show it.
fn shown(place: &ControlSocket) -> std::path::PathBuf {
    let mut there = place.paths().iter().filter(|path| is_socket(path));
    let name = || format!("@{}", place.name()).into();
    there.next().cloned().unwrap_or_else(name)
}

#[allow(
    clippy::disallowed_methods,
    reason = "the socket is bound before a GPU is touched"
)]
fn is_socket(path: &std::path::Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    let found = std::fs::symlink_metadata(path);
    found.is_ok_and(|found| found.file_type().is_socket())
}
