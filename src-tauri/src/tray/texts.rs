//! Every text of the tray, its menu and the notifications that are not about a GPU's state.

use gpu_keepalive_core::protocol::{HoldStatus, LoginEntryState};
use gpu_keepalive_text::text;

use super::MenuAction;
use crate::notifications::Notification;
use crate::page::Page;

pub(super) const NAME: &str = "GPU Keepalive";

/// The label of an entry of the menu.
pub(super) fn label(action: MenuAction) -> String {
    match action {
        MenuAction::FullSpeed(_) => text!("menu-full-speed"),
        MenuAction::Pause(Some(15)) => text!("menu-pause-15-minutes"),
        MenuAction::Pause(Some(_)) => text!("menu-pause-1-hour"),
        MenuAction::Pause(None) => text!("menu-pause-endless"),
        MenuAction::Resume => text!("menu-resume"),
        MenuAction::Open => text!("menu-open"),
        MenuAction::Setup => text!("menu-setup"),
        MenuAction::Diagnostics => text!("menu-diagnostics"),
        MenuAction::Quit => text!("menu-quit"),
        // Their labels depend on more than the action.
        MenuAction::KeepReady
        | MenuAction::Mode(_)
        | MenuAction::EndHold(_)
        | MenuAction::StartAtLogin => text!("menu-keep-ready"),
    }
}

/// The entry that ends a program's request for full speed.
pub(super) fn end_hold(hold: &HoldStatus) -> String {
    let label = match &hold.application {
        Some(program) => text!("menu-end-hold", program = program),
        None => text!("menu-end-hold-unnamed"),
    };
    match &hold.reason {
        Some(reason) => format!("{label} ({reason})"),
        None => label,
    }
}

pub(super) fn start_at_login(state: LoginEntryState) -> String {
    match state {
        LoginEntryState::Absent | LoginEntryState::On => text!("menu-start-at-login"),
        LoginEntryState::OffByUser => text!("menu-start-at-login-off"),
        LoginEntryState::Broken => text!("menu-start-at-login-broken"),
    }
}

/// The label of a notification's second action.
pub(crate) fn second_action(action: MenuAction) -> String {
    match action {
        MenuAction::Pause(_) => text!("notification-pause"),
        MenuAction::Diagnostics => text!("notification-diagnostics"),
        other => label(other),
    }
}

/// On the first close of the window.
pub(crate) fn still_running() -> Notification {
    hint(
        text!("hint-still-running"),
        text!("hint-still-running-body"),
    )
}

/// On a desktop without a place for icons.
pub(crate) fn no_tray() -> Notification {
    hint(text!("hint-no-tray"), text!("hint-no-tray-body"))
}

fn hint(title: String, body: String) -> Notification {
    Notification {
        title,
        body,
        urgent: false,
        page: Page::Overview,
        second: Some(MenuAction::Quit),
    }
}

/// What the engine refused, for that reason.
pub(crate) fn refused(reason: String) -> Notification {
    Notification {
        title: text!("hint-refused"),
        body: reason,
        urgent: false,
        page: Page::Diagnostics,
        second: None,
    }
}
