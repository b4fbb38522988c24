//! Every text of the tray, its menu and the notifications that are not about a GPU's state.

use gpu_keepalive_core::protocol::LoginEntryState;

use super::MenuAction;
use crate::notifications::Notification;
use crate::page::Page;

pub(super) const NAME: &str = "GPU Keepalive";
pub(super) const KEEP_READY: &str = "Keep GPU ready";
pub(super) const PAUSE: &str = "Pause";
pub(super) const MODE: &str = "Mode";
pub(super) const STARTING: &str = "Starting";
pub(super) const SIMULATED: &str = "Simulated: ";
pub(super) const FROM_COMMAND_LINE: &str = "Started from the command line";

/// The label of an entry of the menu.
pub(super) fn label(action: MenuAction) -> &'static str {
    match action {
        MenuAction::FullSpeed(_) => "Full speed for 15 minutes",
        MenuAction::Pause(Some(15)) => "For 15 minutes",
        MenuAction::Pause(Some(_)) => "For 1 hour",
        MenuAction::Pause(None) => "Until I resume",
        MenuAction::Resume => "Resume",
        MenuAction::Open => "Open",
        MenuAction::Setup => "Setup…",
        MenuAction::Diagnostics => "Diagnostics",
        MenuAction::Quit => "Quit",
        // Their labels depend on more than the action.
        MenuAction::KeepReady | MenuAction::Mode(_) | MenuAction::StartAtLogin => KEEP_READY,
    }
}

pub(super) fn start_at_login(state: LoginEntryState) -> &'static str {
    match state {
        LoginEntryState::Absent | LoginEntryState::On => "Start at login",
        LoginEntryState::OffByUser => "Start at login (off in your desktop’s settings)",
        LoginEntryState::Broken => "Start at login (its entry does not work)",
    }
}

/// The label of a notification's second action.
pub(crate) fn second_action(action: MenuAction) -> &'static str {
    match action {
        MenuAction::Pause(_) => "Pause for 1 hour",
        MenuAction::Diagnostics => "Show diagnostics",
        other => label(other),
    }
}

/// The label of a notification's first action.
pub(crate) const OPEN: &str = "Open";

/// On the first close of the window.
pub(crate) fn still_running() -> Notification {
    Notification {
        title: "GPU Keepalive keeps running".to_owned(),
        body: "Its icon is in the tray: click it to open the window again, or right-click it for \
               the menu. “Quit” in that menu ends it."
            .to_owned(),
        urgent: false,
        page: Page::Overview,
        second: Some(MenuAction::Quit),
    }
}

/// On a desktop without a place for icons.
pub(crate) fn no_tray() -> Notification {
    Notification {
        title: "GPU Keepalive is running without a tray icon".to_owned(),
        body: "This desktop shows no tray icons; on GNOME the extension “AppIndicator and \
               KStatusNotifierItem Support” adds them. Start GPU Keepalive again whenever you want \
               its window; the menu there has “Quit”."
            .to_owned(),
        urgent: false,
        page: Page::Overview,
        second: Some(MenuAction::Quit),
    }
}

/// What the engine refused, for that reason.
pub(crate) fn refused(reason: String) -> Notification {
    Notification {
        title: "GPU Keepalive could not do that".to_owned(),
        body: reason,
        urgent: false,
        page: Page::Diagnostics,
        second: None,
    }
}
