//! The one place where everything that happens is turned into what the desktop does.

use std::sync::Arc;

use gpu_keepalive_core::{
    Moment,
    alerts::Alerts,
    protocol::{DesktopStatus, LoginEntryState, Request, Status},
    settings::{Notifications, Settings},
};
use gpu_keepalive_engine::login_entry::Found;

use crate::{
    notifications::Notification,
    page::Page,
    tray::{EngineAt, MenuAction, TrayView, texts},
};

/// Everything the app does to the desktop and to the engine. Nothing here waits.
pub(crate) trait Desktop {
    /// Shows this in the tray.
    fn show_tray(&mut self, view: &TrayView);
    /// Shows a notification.
    fn notify(&mut self, notification: Notification);
    /// Opens the window at that page, or raises it.
    fn show_window(&mut self, page: Page);
    /// Opens the window at that page, closes the one that the user has before them, or raises it.
    fn toggle_window(&mut self, page: Page);
    /// Asks the engine; a refusal comes back as [`Input::Refused`].
    fn ask(&mut self, request: Request);
    /// Puts the state of the desktop into the engine's status.
    fn describe(&mut self, desktop: DesktopStatus);
    /// Makes or removes the entry that starts the app at login.
    fn set_starts_at_login(&mut self, on: bool);
    /// The state of that entry; `None` when it cannot be read.
    fn login_entry(&mut self) -> Option<Found>;
    /// Returns true once for ever: when the user was not shown that hint before.
    fn is_first(&mut self, hint: Hint) -> bool;
    /// Releases the GPUs, then ends the app.
    fn quit(&mut self);
}

/// Something that the user is shown once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hint {
    /// This desktop shows no icons.
    MissingTray,
    /// The app goes on when its window is closed.
    StillRunning,
}

/// An event for the controller.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// [`Controller::wake_at`] was reached.
    Woke,
    /// The engine's newest status.
    Status(Arc<Status>),
    /// The settings in force.
    Settings(Arc<Settings>),
    /// Another engine is there, or none.
    Engine(EngineAt),
    /// The engine refused, with this message.
    Refused(String),
    /// A click in the menu.
    Menu(MenuAction),
    /// A click on the icon.
    IconClicked,
    /// A request to see the window, by starting the app again.
    Show,
    /// A request to see that page, by a click on a notification.
    ShowPage(Page),
    /// The user closed the window.
    WindowClosed,
    /// The user set whether the app starts at login, perhaps to what the settings had already.
    StartAtLogin(bool),
    /// The desktop took, or refused, the icon.
    Tray(bool),
    /// The desktop has, or lacks, a place for icons: a panel may end and come back.
    #[cfg_attr(
        not(target_os = "linux"),
        allow(dead_code, reason = "Windows has no panel that goes")
    )]
    Panel(bool),
    /// The desktop has had long enough to show the icon.
    TrayWaitedFor,
    /// A signal, or the end of the session.
    Quit,
}

/// The state of the app.
#[derive(Debug)]
pub(crate) struct Controller<D> {
    desktop: D,
    /// Started at login, so that no user waits for a window.
    hidden: bool,
    engine: EngineAt,
    status: Option<Arc<Status>>,
    settings: Option<Arc<Settings>>,
    alerts: Alerts,
    drawn: bool,
    panel: bool,
    login_entry: Option<LoginEntryState>,
    view: Option<TrayView>,
    quitting: bool,
}

impl<D: Desktop> Controller<D> {
    /// A controller that has had no input yet.
    pub(crate) fn new(desktop: D, hidden: bool) -> Self {
        Self {
            desktop,
            hidden,
            engine: EngineAt::Here,
            status: None,
            settings: None,
            alerts: Alerts::default(),
            drawn: false,
            // Until it is reported that there is none.
            panel: true,
            login_entry: None,
            view: None,
            quitting: false,
        }
    }

    /// Takes in what happened at that moment.
    pub(crate) fn handle(&mut self, input: Input, now: Moment) {
        if self.quitting {
            return;
        }
        match input {
            Input::Woke => self.notify(now),
            Input::Status(status) => {
                self.status = Some(status);
                self.notify(now);
            }
            Input::Settings(settings) => {
                self.settings(settings);
                self.notify(now);
            }
            Input::Engine(engine) => {
                self.engine = engine;
                // The engine that comes begins afresh; it has to receive this again.
                self.describe();
            }
            Input::Refused(message) => self.desktop.notify(texts::refused(message)),
            Input::Menu(action) => {
                self.menu(action);
                // Some desktops have turned the mark around already; it shows what is true.
                self.view = None;
            }
            Input::IconClicked => self.desktop.toggle_window(self.home()),
            Input::Show => self.desktop.show_window(self.home()),
            Input::ShowPage(page) => self.desktop.show_window(page),
            Input::WindowClosed => self.window_closed(),
            Input::StartAtLogin(on) => self.start_at_login(on),
            Input::Tray(shown) => {
                self.drawn = shown;
                self.describe();
            }
            Input::Panel(there) if there != self.panel => {
                self.panel = there;
                self.describe();
            }
            Input::Panel(_) => {}
            Input::TrayWaitedFor => {
                if !self.has_tray() {
                    self.hint(Hint::MissingTray);
                }
            }
            Input::Quit => self.quit(),
        }
        if !self.quitting {
            self.draw();
        }
    }

    /// Shows what the user does not know yet, once it is known what they want to know.
    fn notify(&mut self, now: Moment) {
        let (Some(status), Some(settings)) = (&self.status, &self.settings) else {
            return;
        };
        let wanted = settings.app.notifications;
        for alert in self.alerts.observe(status, wanted, now) {
            self.desktop.notify(alert.into());
        }
    }

    /// The time to hand in [`Input::Woke`]; `None` when nothing waits for its time.
    pub(crate) fn wake_at(&self) -> Option<Moment> {
        self.alerts.wake_at()
    }

    fn settings(&mut self, settings: Arc<Settings>) {
        let before = self.settings.replace(settings.clone());
        let wanted = settings.app.start_at_login;
        match before {
            Some(before) if before.app.start_at_login != wanted => self.start_at_login(wanted),
            Some(_) => {}
            None => self.first_settings(wanted),
        }
    }

    fn first_settings(&mut self, starts_at_login: bool) {
        let found = self.desktop.login_entry();
        self.login_entry = found.as_ref().map(|found| found.state);
        if found.is_some_and(|found| has_to_change(&found, starts_at_login)) {
            self.start_at_login(starts_at_login);
        } else {
            self.describe();
        }
        if !self.hidden {
            self.desktop.show_window(self.home());
        }
    }

    fn menu(&mut self, action: MenuAction) {
        let enabled = self
            .status
            .as_ref()
            .is_none_or(|status| status.engine.enabled);
        let request = match action {
            MenuAction::KeepReady if enabled => Request::Off,
            MenuAction::KeepReady => Request::On,
            MenuAction::FullSpeed(minutes) => Request::Warm {
                for_s: Some(f64::from(minutes) * 60.0),
            },
            MenuAction::Pause(minutes) => Request::Pause {
                for_s: minutes.map(|minutes| f64::from(minutes) * 60.0),
            },
            MenuAction::Resume => Request::Resume,
            MenuAction::Mode(mode) => Request::Mode { mode },
            MenuAction::EndHold(id) => Request::EndHold { id },
            MenuAction::StartAtLogin => {
                let on = self.login_entry != Some(LoginEntryState::On);
                self.start_at_login(on);
                Request::Set {
                    key: "app.start_at_login".to_owned(),
                    value: Some(on.into()),
                }
            }
            MenuAction::Open => return self.desktop.show_window(Page::Overview),
            MenuAction::Setup => return self.desktop.show_window(Page::Setup),
            MenuAction::Diagnostics => return self.desktop.show_window(Page::Diagnostics),
            MenuAction::Quit => return self.quit(),
        };
        self.desktop.ask(request);
    }

    fn start_at_login(&mut self, on: bool) {
        self.desktop.set_starts_at_login(on);
        self.login_entry = self.desktop.login_entry().map(|found| found.state);
        self.describe();
    }

    fn describe(&mut self) {
        self.desktop.describe(DesktopStatus {
            tray: self.has_tray(),
            starts_at_login: self.login_entry.map(|state| state == LoginEntryState::On),
            login_entry: self.login_entry,
            // The engine knows.
            hosts_engine: false,
        });
    }

    /// Returns true if the icon can be seen.
    fn has_tray(&self) -> bool {
        self.drawn && self.panel
    }

    /// The page for a user who asks for none.
    fn home(&self) -> Page {
        match &self.settings {
            Some(settings) if !settings.app.setup_completed => Page::Setup,
            _ => Page::Overview,
        }
    }

    fn window_closed(&mut self) {
        self.hint(if self.has_tray() {
            Hint::StillRunning
        } else {
            Hint::MissingTray
        });
    }

    /// Shows it, once for ever, unless the user wants no notifications.
    fn hint(&mut self, hint: Hint) {
        let wanted = |settings: &Arc<Settings>| settings.app.notifications != Notifications::Off;
        if self.settings.as_ref().is_some_and(wanted) && self.desktop.is_first(hint) {
            self.desktop.notify(match hint {
                Hint::MissingTray => texts::no_tray(),
                Hint::StillRunning => texts::still_running(),
            });
        }
    }

    /// Returns true if the end has begun; nothing is taken in any more.
    pub(crate) fn is_quitting(&self) -> bool {
        self.quitting
    }

    fn quit(&mut self) {
        self.quitting = true;
        self.desktop.quit();
    }

    fn draw(&mut self) {
        let Some(status) = &self.status else { return };
        let view = TrayView::of(status, self.engine, self.login_entry);
        if self.view.as_ref() != Some(&view) {
            self.desktop.show_tray(&view);
            self.view = Some(view);
        }
    }
}

/// Returns true if the start of the app has to make, repair or remove the entry: never one that the
/// user switched off, nor one that the user or the desktop made.
fn has_to_change(found: &Found, wanted: bool) -> bool {
    match found.state {
        LoginEntryState::Absent => wanted,
        LoginEntryState::OffByUser => false,
        LoginEntryState::On => !wanted && found.ours,
        LoginEntryState::Broken => found.ours,
    }
}

#[cfg(test)]
mod tests;
