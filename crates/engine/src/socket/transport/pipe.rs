use std::{
    ffi::{OsStr, OsString},
    io::{self, ErrorKind},
    time::Duration,
};

use tokio::{
    net::windows::named_pipe::{ClientOptions, NamedPipeClient, NamedPipeServer, ServerOptions},
    time,
};

use super::{super::ControlSocket, BindError, ConnectError};

pub(in super::super) type ClientStream = NamedPipeClient;

/// `ERROR_PIPE_BUSY` (winerror.h): every instance is taken; the engine is about to offer another.
const ERROR_PIPE_BUSY: i32 = 231;
/// Number of attempts at a busy pipe, and the time between them.
const BUSY_RETRY: Duration = Duration::from_millis(20);
const BUSY_RETRIES: u32 = 100;

/// The pipe. Windows removes it with its last handle.
///
/// The default security descriptor lets this user, administrators and the system read and write and
/// everyone else only read, so no other user can send a request; other machines are refused. The
/// first-instance flag keeps a second engine, or an impostor, from sharing the name.
#[derive(Debug)]
pub(in super::super) struct Listener {
    name: OsString,
    next: NamedPipeServer,
}

impl Listener {
    pub(in super::super) fn bind(socket: ControlSocket) -> Result<Self, BindError> {
        let path = socket.path();
        let instance = ServerOptions::new()
            .first_pipe_instance(true)
            .reject_remote_clients(true)
            .create(path);
        match instance {
            Ok(next) => Ok(Self {
                name: path.as_os_str().to_owned(),
                next,
            }),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                Err(BindError::AlreadyRunning(path.to_owned()))
            }
            Err(source) => Err(BindError::Io {
                path: path.to_owned(),
                source,
            }),
        }
    }

    /// The next client. Cancel safe.
    pub(in super::super) async fn accept(&mut self) -> io::Result<NamedPipeServer> {
        self.next.connect().await?;
        let fresh = instance(&self.name)?;
        Ok(std::mem::replace(&mut self.next, fresh))
    }
}

fn instance(name: &OsStr) -> io::Result<NamedPipeServer> {
    ServerOptions::new()
        .reject_remote_clients(true)
        .create(name)
}

pub(in super::super) async fn connect(
    socket: &ControlSocket,
) -> Result<NamedPipeClient, ConnectError> {
    let path = socket.path();
    let mut retries = 0;
    loop {
        let source = match ClientOptions::new().open(path) {
            Ok(stream) => return Ok(stream),
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
