use std::borrow::Cow;

use gpu_keepalive_engine::{output_queue::OutputQueue, windows_api};
use rfd::{MessageDialog, MessageLevel};
use tauri::{
    AppHandle, PhysicalPosition, Theme, WebviewWindow, WebviewWindowBuilder, Wry, image::Image,
};
use tokio::sync::mpsc::Sender;
use windows_registry::{CURRENT_USER, LOCAL_MACHINE};
use winsafe::{GetSystemMetrics, co::SM};

use crate::{controller::Input, tray::fitting};

/// The identity of windows and notifications, as in `tauri.conf.json` and in the start menu's entry.
const APPLICATION_ID: &str = "io.github.gpu-keepalive.gpu-keepalive";

/// Gives this process its identity, before anything is shown.
pub(crate) fn identify() {
    if let Err(error) = windows_api::set_application_id(APPLICATION_ID) {
        tracing::warn!(%error, "Windows does not take the identity of this program");
    }
}

/// The identity to notify under, where the set-up has registered it: Windows shows nothing under one
/// that it does not know.
pub(crate) fn notification_id() -> Option<&'static str> {
    let key = format!(r"SOFTWARE\Classes\AppUserModelId\{APPLICATION_ID}");
    let mut roots = [CURRENT_USER, LOCAL_MACHINE].into_iter();
    let name = |root: &windows_registry::Key| root.open(&key)?.get_string("DisplayName");
    roots
        .any(|root| name(root).is_ok())
        .then_some(APPLICATION_ID)
}

/// A tray icon in the size of the taskbar's at the scale of the screen, which is then not scaled
/// again. The icons are drawn for light and dark taskbars alike.
pub(crate) fn tray_icon(drawn: Image<'static>) -> Image<'static> {
    fitting::scaled(drawn, GetSystemMetrics(SM::CXSMICON).unsigned_abs())
}

/// Windows keeps 128 UTF-16 units of a tooltip, the last of which has to be zero.
pub(crate) fn tooltip(text: &str) -> Cow<'_, str> {
    fitting::cut(text, 127)
}

/// A window that never opens the card: WebView2 renders without a GPU process. The first argument is
/// wry's own, which ours would otherwise replace.
pub(crate) fn on_the_processor(
    window: WebviewWindowBuilder<'_, Wry, AppHandle>,
) -> WebviewWindowBuilder<'_, Wry, AppHandle> {
    window.additional_browser_args(
        "--disable-features=msWebOOUI,msPdfOOUI,msSmartScreenProtection --disable-gpu",
    )
}

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
