//! What the page may call.

use gpu_keepalive_core::protocol::{ApiError, ErrorCode, Reply, Request};
use gpu_keepalive_engine::{
    paths::control_socket,
    socket::{Client, ClientError},
};

/// Asks the engine on behalf of the page.
///
/// Each request has a connection of its own: a slow answer holds up no other, and a new engine
/// needs no care. A lease would end with it, so the page cannot hold one.
#[tauri::command]
pub(crate) async fn ask(request: Request) -> Result<Reply, ApiError> {
    let gone = |message: String| ApiError::new(ErrorCode::Stopping, message);
    let socket = control_socket().map_err(|error| gone(error.to_string()))?;
    let mut client = Client::connect(&socket)
        .await
        .map_err(|error| gone(error.to_string()))?;
    client.ask(&request).await.map_err(|error| match error {
        ClientError::Refused(refused) => refused,
        broken => gone(broken.to_string()),
    })
}
