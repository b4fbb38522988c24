//! The control socket on Unix: a file, and on Linux a name that no program can remove.

mod bound;
#[cfg(target_os = "linux")]
mod name;
mod watch;

use std::{
    io::{self, ErrorKind},
    path::Path,
};

use tokio::net::UnixStream;
use tracing::{info, warn};

use super::{
    super::{ControlSocket, our_uid},
    BindError, ConnectError,
};
use bound::Bound;
use watch::Watch;

pub(in super::super) type ClientStream = UnixStream;

/// The engine's end, for this user alone. Dropped, it removes the file if that is still its own.
#[derive(Debug)]
pub(in super::super) struct Listener {
    place: ControlSocket,
    /// `None` where another user has the name.
    #[cfg(target_os = "linux")]
    name: Option<tokio::net::UnixListener>,
    file: Bound,
    watch: Watch,
    logged: Logged,
}

/// The warnings that were logged, each once.
#[derive(Debug, Default)]
struct Logged {
    not_bound_again: bool,
    refused_others: bool,
}

impl Listener {
    pub(in super::super) fn bind(place: ControlSocket) -> Result<Self, BindError> {
        #[cfg(target_os = "linux")]
        let name = name::bind(&place)?;
        let file = Bound::bind(&place)?;
        Ok(Self {
            #[cfg(target_os = "linux")]
            name,
            watch: Watch::of(place.path()),
            file,
            place,
            logged: Logged::default(),
        })
    }

    /// The next client that belongs to this user. Cancel safe.
    ///
    /// Meanwhile a socket that was removed is bound again.
    pub(in super::super) async fn accept(&mut self) -> io::Result<UnixStream> {
        loop {
            #[cfg(target_os = "linux")]
            let by_name = name::accept(self.name.as_ref());
            #[cfg(not(target_os = "linux"))]
            let by_name = std::future::pending::<io::Result<UnixStream>>();
            let stream = tokio::select! {
                stream = self.file.accept() => stream?,
                stream = by_name => stream?,
                () = self.watch.due() => {
                    self.check_file();
                    continue;
                }
            };
            let peer = stream.peer_cred()?.uid();
            if peer == our_uid() {
                return Ok(stream);
            }
            // Everyone can try a name, as often as they like.
            if !std::mem::replace(&mut self.logged.refused_others, true) {
                warn!(uid = peer, "refused a connection of another user");
            }
        }
    }

    fn check_file(&mut self) {
        if self.file.is_in_place() {
            return self.watch.rest();
        }
        let path = self.place.path();
        if self.watch.is_resting() {
            info!("the control socket {} was removed", path.display());
            return self.watch.bind_soon();
        }
        match self.file.bind_again(&self.place) {
            Ok(()) => {
                info!("the control socket {} is there again", path.display());
                self.watch = Watch::of(path);
                self.logged.not_bound_again = false;
            }
            Err(error) => {
                if !std::mem::replace(&mut self.logged.not_bound_again, true) {
                    warn!("the control socket was removed and cannot be made anew yet: {error}");
                }
                self.watch.bind_later();
            }
        }
    }
}

/// The engine at that place, by the first of its paths that answers, or by its name.
pub(in super::super) async fn connect(place: &ControlSocket) -> Result<UnixStream, ConnectError> {
    let mut refused = None;
    for path in place.paths() {
        match connect_to(path).await {
            Err(ConnectError::NotRunning) => {}
            Err(error) => refused = refused.or(Some(error)),
            connected => return connected,
        }
    }
    #[cfg(target_os = "linux")]
    if let Some(stream) = name::connect(place.name()).await {
        return Ok(stream);
    }
    Err(refused.unwrap_or(ConnectError::NotRunning))
}

async fn connect_to(path: &Path) -> Result<UnixStream, ConnectError> {
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
