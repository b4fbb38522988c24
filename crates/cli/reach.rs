use std::{io, path::PathBuf};

use anyhow::bail;
use gpu_keepalive_core::protocol::{Reply, Request, Status};
use gpu_keepalive_engine::socket::{Client, ConnectError};

/// Where the control socket is.
pub(crate) fn socket() -> io::Result<PathBuf> {
    let folder = std::env::var_os("XDG_RUNTIME_DIR").ok_or(io::ErrorKind::NotFound)?;
    Ok(PathBuf::from(folder).join("gpu-keepalive.sock"))
}

/// The running engine.
pub(crate) async fn engine() -> anyhow::Result<Client> {
    Ok(Client::connect(&socket()?).await?)
}

/// The running engine; `None` when there is none.
pub(crate) async fn engine_if_any() -> anyhow::Result<Option<Client>> {
    match Client::connect(&socket()?).await {
        Ok(client) => Ok(Some(client)),
        Err(ConnectError::NotRunning) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The full status of the engine.
pub(crate) async fn status(client: &mut Client) -> anyhow::Result<Status> {
    match client.ask(&Request::Status).await? {
        Reply::Status(status) => Ok(*status),
        other => bail!("asked for the status and got {other:?}"),
    }
}
