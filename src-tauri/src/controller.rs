//! The one place where everything that happens is turned into what the desktop does.

use std::sync::Arc;

use gpu_keepalive_core::{
    Moment,
    alerts::Alerts,
    protocol::{DesktopStatus, Request, Status},
    settings::Settings,
};

use crate::{
    notifications::Notification,
    page::Page,
    tray::{EngineAt, MenuAction, TrayView},
};

/// Everything the app does to the desktop and to the engine. Nothing here waits.
pub(crate) trait Desktop {
    /// Shows this in the tray.
    fn show_tray(&mut self, view: &TrayView);
    /// Shows a notification.
    fn notify(&mut self, notification: Notification);
    /// Opens the window at that page, or raises it.
    fn show_window(&mut self, page: Page);
    /// Asks the engine; a refusal comes back as [`Input::Refused`].
    fn ask(&mut self, request: Request);
    /// Puts the state of the desktop into the engine's status.
    fn describe(&mut self, desktop: DesktopStatus);
    /// Writes or removes the entry that starts the app at login.
    fn set_starts_at_login(&mut self, on: bool);
    /// Returns whether that entry is there and in force; `None` when it cannot be read.
    fn starts_at_login(&mut self) -> Option<bool>;
    /// Returns true if the user was shown before that this desktop shows no icons; from now on they
    /// were.
    fn missing_tray_shown(&mut self) -> bool;
    /// Releases the GPUs, then ends the app.
    fn quit(&mut self);
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
    /// A request to see a page: by a click on the icon or a notification, or by starting the app
    /// again.
    Show(Page),
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
    starts_at_login: Option<bool>,
    view: Option<TrayView>,
    /// The window was asked for since the start.
    window_shown: bool,
    quitting: bool,
}

impl<D: Desktop> Controller<D> {
    /// A controller that has had no input yet.
    pub(crate) fn new(mut desktop: D, hidden: bool) -> Self {
        let starts_at_login = desktop.starts_at_login();
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
            starts_at_login,
            view: None,
            window_shown: false,
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
            Input::Status(status) => self.status(status, now),
            Input::Settings(settings) => {
                self.settings(settings);
                self.notify(now);
            }
            Input::Engine(engine) => {
                self.engine = engine;
                // The engine that comes begins afresh; it has to receive this again.
                self.describe();
            }
            Input::Refused(message) => self.desktop.notify(Notification {
                title: "GPU Keepalive could not do that".to_owned(),
                body: message,
                urgent: false,
                page: Page::Diagnostics,
            }),
            Input::Menu(action) => {
                self.menu(action);
                // Some desktops have turned the mark around already; it shows what is true.
                self.view = None;
            }
            Input::Show(page) => self.show_window(page),
            Input::Tray(shown) => {
                self.drawn = shown;
                self.describe();
            }
            Input::Panel(there) if there != self.panel => {
                self.panel = there;
                self.describe();
            }
            Input::Panel(_) => {}
            Input::TrayWaitedFor if !self.has_tray() => self.window_instead_of_tray(),
            Input::TrayWaitedFor => {}
            Input::Quit => self.quit(),
        }
        if !self.quitting {
            self.draw();
        }
    }

    fn status(&mut self, status: Arc<Status>, now: Moment) {
        self.status = Some(status);
        self.notify(now);
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
        let first = before.is_none();
        let wanted = settings.app.start_at_login;
        let changed = before.is_some_and(|before| before.app.start_at_login != wanted);
        // At the start an entry that the user switched off in the desktop's own settings stays
        // as they left it: it is there, only not in force.
        if changed || (first && self.starts_at_login != Some(wanted)) {
            self.start_at_login(wanted);
        }
        if first && !self.hidden && !settings.app.setup_completed {
            self.show_window(Page::Setup);
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
            MenuAction::StartAtLogin => {
                let on = self.starts_at_login != Some(true);
                self.start_at_login(on);
                Request::Set {
                    key: "app.start_at_login".to_owned(),
                    value: Some(on.into()),
                }
            }
            MenuAction::Open => return self.show_window(Page::Overview),
            MenuAction::Setup => return self.show_window(Page::Setup),
            MenuAction::Diagnostics => return self.show_window(Page::Diagnostics),
            MenuAction::Quit => return self.quit(),
        };
        self.desktop.ask(request);
    }

    fn start_at_login(&mut self, on: bool) {
        self.desktop.set_starts_at_login(on);
        self.starts_at_login = self.desktop.starts_at_login();
        self.describe();
    }

    fn describe(&mut self) {
        self.desktop.describe(DesktopStatus {
            tray: self.has_tray(),
            starts_at_login: self.starts_at_login,
        });
    }

    /// Returns true if the icon can be seen.
    fn has_tray(&self) -> bool {
        self.drawn && self.panel
    }

    /// A plain GNOME has no place for icons: shown once; a user who starts the app gets the window.
    fn window_instead_of_tray(&mut self) {
        let shown_before = self.desktop.missing_tray_shown();
        if !shown_before {
            self.desktop.notify(Notification {
                title: "GPU Keepalive is running without a tray icon".to_owned(),
                body: NO_TRAY.to_owned(),
                urgent: false,
                page: Page::Overview,
            });
        }
        // The wizard of the first run stays where it is.
        if !(shown_before && self.hidden || self.window_shown) {
            self.show_window(Page::Overview);
        }
    }

    fn show_window(&mut self, page: Page) {
        self.window_shown = true;
        self.desktop.show_window(page);
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
        let view = TrayView::of(status, self.engine, self.starts_at_login);
        if self.view.as_ref() != Some(&view) {
            self.desktop.show_tray(&view);
            self.view = Some(view);
        }
    }
}

const NO_TRAY: &str = "This desktop shows no tray icons; on GNOME the extension “AppIndicator and \
                       KStatusNotifierItem Support” adds them. Start GPU Keepalive again whenever \
                       you want its window.";

#[cfg(test)]
mod tests;
