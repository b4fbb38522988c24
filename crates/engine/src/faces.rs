//! What other programs of this user reach a running engine by.

use std::convert::Infallible;

use crate::{handle::EngineHandle, socket::Server};

/// Serves the control socket and, on Linux, the session bus, until it is dropped.
pub async fn serve(server: Server, engine: EngineHandle) -> Infallible {
    #[cfg(target_os = "linux")]
    return tokio::select! {
        never = server.serve(engine.clone()) => never,
        never = crate::session_bus::serve(engine) => never,
    };
    #[cfg(not(target_os = "linux"))]
    return server.serve(engine).await;
}
