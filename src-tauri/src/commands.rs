//! The commands that the page may call.

use gpu_keepalive_core::protocol::{ApiError, ErrorCode, Reply, Request};
use gpu_keepalive_engine::{
    paths::control_socket,
    socket::{Client, ClientError},
};
use tauri::{Runtime, WebviewWindow};

use crate::zoom::Zoom;

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

/// Closes the window, as its frame's button does: for the page's keys.
#[tauri::command]
pub(crate) fn close_window(window: WebviewWindow) -> Result<(), String> {
    window.close().map_err(|error| error.to_string())
}

/// Makes everything in the window larger or smaller than the desktop's font size asks for.
#[tauri::command]
pub(crate) fn zoom<R: Runtime>(window: WebviewWindow<R>, factor: f64) {
    Zoom::choose(&window, factor);
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use tauri::{
        ipc::CallbackFn,
        test::{INVOKE_KEY, get_ipc_response, mock_builder},
        webview::InvokeRequest,
    };

    const OURS: &str = "tauri://localhost";

    /// The reply that a window of that label gets when a page from `url` calls that command
    /// wrongly.
    fn reply(label: &str, url: &str, command: &str) -> String {
        let app = mock_builder()
            .invoke_handler(tauri::generate_handler![super::ask, super::zoom])
            .build(tauri::generate_context!(test = true))
            .unwrap();
        let window = tauri::WebviewWindowBuilder::new(&app, label, tauri::WebviewUrl::default());
        let call = InvokeRequest {
            cmd: command.to_owned(),
            callback: CallbackFn(0),
            error: CallbackFn(1),
            url: url.parse().unwrap(),
            body: json!({"request": "nothing that there is"}).into(),
            headers: Default::default(),
            invoke_key: INVOKE_KEY.to_owned(),
        };
        let refused: Value = get_ipc_response(&window.build().unwrap(), call).unwrap_err();
        refused.as_str().unwrap().to_owned()
    }

    #[test]
    fn only_our_page_in_our_window_may_ask_and_nothing_else() {
        let understood = reply("main", OURS, "ask");
        assert!(understood.starts_with("invalid args"), "{understood}");
        let understood = reply("main", OURS, "zoom");
        assert!(understood.starts_with("invalid args"), "{understood}");
        for (label, url, command) in [
            ("other", OURS, "ask"),
            ("other", OURS, "zoom"),
            ("main", "https://example.com", "ask"),
            ("main", OURS, "plugin:event|emit"),
            ("main", OURS, "plugin:window|close"),
        ] {
            let refused = reply(label, url, command);
            assert!(
                refused.contains("not allowed"),
                "{label} {command}: {refused}"
            );
        }
    }
}
