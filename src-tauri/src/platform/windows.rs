use gpu_keepalive_engine::output_queue::OutputQueue;
use rfd::{MessageDialog, MessageLevel};

/// Windows always has one.
pub(crate) fn require_display() -> anyhow::Result<()> {
    Ok(())
}

/// Without WebView2 Tauri would end the program with a panic.
pub(crate) fn require_web_view() -> anyhow::Result<()> {
    if let Err(error) = tauri::webview_version() {
        tracing::debug!(%error, "WebView2 does not answer");
        anyhow::bail!(NO_WEB_VIEW);
    }
    Ok(())
}

/// Shows the user the error that ended the program: one that was not started from a console is not
/// seen to write anything.
pub(crate) fn report(error: &anyhow::Error, errors: &OutputQueue) {
    let message = format!("{error:#}");
    errors.push(format!("{message}\n").into_bytes());
    MessageDialog::new()
        .set_level(MessageLevel::Error)
        .set_title("GPU Keepalive")
        .set_description(message)
        .show();
}

const NO_WEB_VIEW: &str = "The window cannot be shown, because Microsoft’s WebView2 Runtime is not \
                           installed. Install it from \
                           https://developer.microsoft.com/microsoft-edge/webview2 and open the \
                           window again. The tray icon and “gpu-keepalive” work without it.";
