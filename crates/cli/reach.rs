use anyhow::bail;
use gpu_keepalive_core::protocol::{Reply, Request, Severity, Status};
use gpu_keepalive_engine::{
    paths::control_socket,
    socket::{Client, ConnectError},
};

use crate::exit::EngineWithoutGpu;

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

/// The error of an engine without a GPU: why it has none, or that it is still searching.
pub(crate) fn no_gpu(status: &Status) -> anyhow::Error {
    let mut notices = status.notices.iter();
    let worst = notices.find(|notice| notice.severity == Severity::Error);
    let message = worst.map_or("GPU Keepalive has found no NVIDIA GPU yet", |n| &n.message);
    EngineWithoutGpu(message.to_owned()).into()
}
