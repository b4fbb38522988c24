use anyhow::bail;
use gpu_keepalive_core::protocol::{Reply, Request, Status};
use gpu_keepalive_engine::{
    paths::control_socket,
    socket::{Client, ConnectError},
};

/// The running engine.
pub(crate) async fn engine() -> anyhow::Result<Client> {
    Ok(Client::connect(&control_socket()?).await?)
}

/// The running engine; `None` when there is none.
pub(crate) async fn engine_if_any() -> anyhow::Result<Option<Client>> {
    match Client::connect(&control_socket()?).await {
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
