use gpu_keepalive_engine::output_queue::OutputQueue;
use rfd::{MessageDialog, MessageLevel};
use tauri::{PhysicalPosition, Theme, WebviewWindow};
use tokio::sync::mpsc::Sender;

use crate::controller::Input;

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

/// The upper left corner of the window's frame.
pub(crate) fn corner(window: &WebviewWindow) -> tauri::Result<(i32, i32)> {
    let corner = window.outer_position()?;
    Ok((corner.x, corner.y))
}

/// Moves the window so that its frame has that corner.
pub(crate) fn move_to(window: &WebviewWindow, (x, y): (i32, i32)) -> tauri::Result<()> {
    window.set_position(PhysicalPosition::new(x, y))
}

/// Returns true if the page will be dark.
pub(crate) fn is_dark(window: &WebviewWindow) -> bool {
    window.theme().is_ok_and(|theme| theme == Theme::Dark)
}

/// WebView2 follows the scale of the screen by itself.
pub(crate) fn follow_font_size(_: &WebviewWindow) {}

/// The taskbar is always there.
pub(crate) async fn follow_panel(_: Sender<Input>) {}

/// WebView2 has the user's language and region.
pub(crate) fn monetary_locale() -> Option<String> {
    None
}

const NO_WEB_VIEW: &str = "The window cannot be shown, because Microsoft’s WebView2 Runtime is not \
                           installed. Install it from \
                           https://developer.microsoft.com/microsoft-edge/webview2 and open the \
                           window again. The tray icon and “gpu-keepalive” work without it.";
