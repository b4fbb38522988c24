use std::{
    ffi::OsString,
    io::{self, ErrorKind},
    os::windows::io::AsRawHandle,
    time::Duration,
};

use tokio::{
    net::windows::named_pipe::{ClientOptions, NamedPipeClient, NamedPipeServer, ServerOptions},
    time,
};

use super::{super::ControlSocket, BindError, ConnectError};
use crate::{paths::user_id, windows_api::pipe};

pub(in super::super) type ClientStream = NamedPipeClient;

/// `ERROR_PIPE_BUSY` (winerror.h): every instance is taken; the engine is about to offer another.
const ERROR_PIPE_BUSY: i32 = 231;
/// Number of attempts at a busy pipe, and the time between them.
const BUSY_RETRY: Duration = Duration::from_millis(20);
const BUSY_RETRIES: u32 = 100;

/// The pipe. Windows removes it with its last handle.
///
/// This user owns it and is alone on its access list, and other machines are refused. The
/// first-instance flag keeps a second engine, or an impostor, from sharing the name.
#[derive(Debug)]
pub(in super::super) struct Listener {
    name: OsString,
    user: String,
    next: NamedPipeServer,
}

impl Listener {
    pub(in super::super) fn bind(socket: ControlSocket) -> Result<Self, BindError> {
        let path = socket.path();
        let failed = |source| BindError::Io {
            path: path.to_owned(),
            source,
        };
        let user = user_id().map_err(failed)?;
        let mut options = ServerOptions::new();
        options
            .first_pipe_instance(true)
            .reject_remote_clients(true);
        match pipe::create_for(&user, &options, path.as_os_str()) {
            Ok(next) => Ok(Self {
                name: path.as_os_str().to_owned(),
                user,
                next,
            }),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                Err(BindError::AlreadyRunning(path.to_owned()))
            }
            Err(source) => Err(failed(source)),
        }
    }

    /// The next client. Cancel safe.
    pub(in super::super) async fn accept(&mut self) -> io::Result<NamedPipeServer> {
        self.next.connect().await?;
        let mut options = ServerOptions::new();
        options.reject_remote_clients(true);
        let fresh = pipe::create_for(&self.user, &options, &self.name)?;
        Ok(std::mem::replace(&mut self.next, fresh))
    }
}

/// Refuses a pipe that another account made first: its name can be guessed.
fn refuse_impostor(stream: &NamedPipeClient) -> io::Result<()> {
    let owner = pipe::owner(stream.as_raw_handle())?;
    if owner == user_id()? {
        return Ok(());
    }
    let message = format!("another account ({owner}) has the name of the control pipe");
    Err(io::Error::new(ErrorKind::PermissionDenied, message))
}

pub(in super::super) async fn connect(
    socket: &ControlSocket,
) -> Result<NamedPipeClient, ConnectError> {
    let path = socket.path();
    let mut retries = 0;
    loop {
        let source = match ClientOptions::new().open(path) {
            Ok(stream) => {
                let refused = refuse_impostor(&stream);
                return refused.map(|()| stream).map_err(|source| ConnectError::Io {
                    path: path.to_owned(),
                    source,
                });
            }
            Err(source) => source,
        };
        if source.kind() == ErrorKind::NotFound {
            return Err(ConnectError::NotRunning);
        }
        if source.raw_os_error() != Some(ERROR_PIPE_BUSY) || retries == BUSY_RETRIES {
            return Err(ConnectError::Io {
                path: path.to_owned(),
                source,
            });
        }
        retries += 1;
        time::sleep(BUSY_RETRY).await;
    }
}
