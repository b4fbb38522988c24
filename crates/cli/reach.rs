use gpu_keepalive_core::{
    gpu::GpuInfo,
    protocol::{Request, Severity, Status},
};
use gpu_keepalive_engine::{
    paths::control_socket,
    socket::{Client, ConnectError},
};

use crate::exit::EngineWithoutGpu;

/// Asks the engine. Returns what that variant of [`Reply`](gpu_keepalive_core::protocol::Reply)
/// holds.
macro_rules! ask {
    ($client:expr, $request:expr, $reply:ident) => {
        match $client.ask(&$request).await? {
            gpu_keepalive_core::protocol::Reply::$reply(content) => content,
            other => anyhow::bail!("asked for {} and got {other:?}", stringify!($reply)),
        }
    };
}
pub(crate) use ask;

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
    Ok(*ask!(client, Request::Status, Status))
}

/// The GPUs of the engine. Without any, the error is why it has none, or that it is still
/// searching.
pub(crate) async fn gpus(client: &mut Client) -> anyhow::Result<Vec<GpuInfo>> {
    let gpus = ask!(client, Request::Gpus, Gpus);
    if !gpus.is_empty() {
        return Ok(gpus);
    }
    let status = status(client).await?;
    let mut notices = status.notices.iter();
    let worst = notices.find(|notice| notice.severity == Severity::Error);
    let message = worst.map_or("GPU Keepalive has found no NVIDIA GPU yet", |n| &n.message);
    Err(EngineWithoutGpu(message.to_owned()).into())
}
