//! The real desktop.

use gpu_keepalive_text::text;
use std::{path::PathBuf, thread};

use gpu_keepalive_core::protocol::{DesktopStatus, Request};
use gpu_keepalive_engine::{login_entry::Found, store};
use serde::{Deserialize, Serialize};
use tokio::sync::{
    mpsc::{Sender, error::TrySendError},
    watch,
};

use crate::{
    controller::{Desktop, Hint, Input},
    engine_link::Ask,
    login_entry::LoginEntry,
    notifications::Notification,
    page::Page,
    tray::{TrayThread, TrayView, texts},
    window_process::Wish,
};

/// The name of the action that a click on a notification is.
const DEFAULT: &str = "default";
/// The name of the action of its second button.
const SECOND: &str = "second";

/// The real desktop around the app.
pub(crate) struct RealDesktop {
    pub(crate) tray: TrayThread,
    pub(crate) inputs: Sender<Input>,
    /// The link to the engine; `None` once the end has begun.
    pub(crate) asks: Option<Sender<Ask>>,
    pub(crate) windows: watch::Sender<Wish>,
    pub(crate) login_entry: LoginEntry,
    /// The file that keeps which hints the user was shown.
    pub(crate) shown_before: PathBuf,
}

/// The hints that the user was shown, once for ever.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Shown {
    missing_tray: bool,
    still_running: bool,
}

impl RealDesktop {
    fn send(&self, ask: Ask) {
        // An engine that is gone needs to know nothing.
        if let Some(asks) = &self.asks
            && let Err(TrySendError::Full(ask)) = asks.try_send(ask)
        {
            tracing::warn!("the engine does not take requests; dropped: {ask:?}");
        }
    }
}

impl Desktop for RealDesktop {
    fn show_tray(&mut self, view: &TrayView) {
        self.tray.show(view.clone());
    }

    fn notify(&mut self, notification: Notification) {
        let inputs = self.inputs.clone();
        // A thread each, because it waits for the server and then for the click.
        thread::spawn(move || notify(&notification, &inputs));
    }

    fn show_window(&mut self, page: Page) {
        self.windows.send_replace(Wish::Show(page));
    }

    fn toggle_window(&mut self, page: Page) {
        self.windows.send_replace(Wish::Toggle(page));
    }

    fn ask(&mut self, request: Request) {
        self.send(Ask::Request(request));
    }

    fn describe(&mut self, desktop: DesktopStatus) {
        self.send(Ask::Describe(desktop));
    }

    fn set_starts_at_login(&mut self, on: bool) {
        if let Err(error) = self.login_entry.set(on) {
            let message = format!("The start at login could not be changed: {error}");
            // Not waited for: this is the task that takes the inputs.
            let _ = self.inputs.try_send(Input::Refused(message));
        }
    }

    fn login_entry(&mut self) -> Option<Found> {
        self.login_entry.read()
    }

    fn is_first(&mut self, hint: Hint) -> bool {
        let mut shown: Shown = store::load(&self.shown_before);
        let shown_before = match hint {
            Hint::MissingTray => &mut shown.missing_tray,
            Hint::StillRunning => &mut shown.still_running,
        };
        let is_first = !std::mem::replace(shown_before, true);
        if is_first && let Err(error) = store::save(&self.shown_before, &shown) {
            tracing::warn!(%error, "it cannot be kept that a hint was shown");
        }
        is_first
    }

    fn quit(&mut self) {
        self.asks = None;
    }
}

/// Shows it, and waits until it was clicked or went away.
fn notify(notification: &Notification, inputs: &Sender<Input>) {
    let mut shown = notify_rust::Notification::new();
    shown
        .appname("GPU Keepalive")
        .summary(&notification.title)
        .body(&notification.body)
        .icon("gpu-keepalive")
        .action(DEFAULT, &text!("menu-open"));
    if let Some(second) = notification.second {
        shown.action(SECOND, &texts::second_action(second));
    }
    #[cfg(target_os = "linux")]
    shown.hint(notify_rust::Hint::DesktopEntry("gpu-keepalive".to_owned()));
    // Without one Windows shows it under the name of PowerShell.
    #[cfg(windows)]
    if let Some(id) = crate::platform::notification_id() {
        shown.app_id(id);
    }
    if notification.urgent {
        shown.urgency(notify_rust::Urgency::Critical);
    }
    let handle = match shown.show() {
        Ok(handle) => handle,
        Err(error) => {
            let title = &notification.title;
            return tracing::warn!(%error, "a notification cannot be shown: {title}");
        }
    };
    let clicked = |response: &notify_rust::NotificationResponse| {
        let input = match (response, notification.second) {
            (notify_rust::NotificationResponse::Closed(_), _) => return,
            (notify_rust::NotificationResponse::Action(name), Some(second)) if name == SECOND => {
                Input::Menu(second)
            }
            _ => Input::ShowPage(notification.page),
        };
        // Called within a runtime of the notification's, which must not wait.
        let _ = inputs.try_send(input);
    };
    if let Err(error) = handle.wait_for_response(clicked) {
        tracing::debug!(%error, "a click on the notification cannot be heard");
    }
}
