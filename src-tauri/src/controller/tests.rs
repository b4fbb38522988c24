use std::{cell::RefCell, rc::Rc};

use gpu_keepalive_core::settings::Mode;

use super::*;
use crate::samples;

/// The calls to a desktop, and its state.
#[derive(Clone, Default)]
struct Recorded(Rc<RefCell<Recording>>);

#[derive(Default)]
struct Recording {
    done: Vec<String>,
    starts_at_login: bool,
    cannot_start_at_login: bool,
    missing_tray_shown: bool,
}

impl Recorded {
    fn note(&self, what: impl Into<String>) {
        self.0.borrow_mut().done.push(what.into());
    }

    /// The calls since the last one of this, without the views of the tray.
    fn done(&self) -> Vec<String> {
        let mut done = std::mem::take(&mut self.0.borrow_mut().done);
        done.retain(|what| what != "draw");
        done
    }

    fn drawn(&self) -> usize {
        let done = std::mem::take(&mut self.0.borrow_mut().done);
        done.iter().filter(|what| *what == "draw").count()
    }
}

impl Desktop for Recorded {
    fn show_tray(&mut self, _: &TrayView) {
        self.note("draw");
    }

    fn notify(&mut self, notification: Notification) {
        self.note(format!("notify: {}", notification.title));
    }

    fn show_window(&mut self, page: Page) {
        self.note(format!("window: {}", page.name()));
    }

    fn ask(&mut self, request: Request) {
        self.note(serde_json::to_string(&request).unwrap());
    }

    fn describe(&mut self, desktop: DesktopStatus) {
        self.note(format!(
            "tray {}, login {:?}",
            desktop.tray, desktop.starts_at_login
        ));
    }

    fn set_starts_at_login(&mut self, on: bool) {
        self.note(format!("start at login: {on}"));
        let mut state = self.0.borrow_mut();
        state.starts_at_login = on && !state.cannot_start_at_login;
    }

    fn starts_at_login(&mut self) -> Option<bool> {
        Some(self.0.borrow().starts_at_login)
    }

    fn missing_tray_shown(&mut self) -> bool {
        std::mem::replace(&mut self.0.borrow_mut().missing_tray_shown, true)
    }

    fn quit(&mut self) {
        self.note("quit");
    }
}

struct App {
    desktop: Recorded,
    controller: Controller<Recorded>,
}

impl App {
    /// Starts it on that desktop, with a setup that was completed before.
    fn start(desktop: Recorded, hidden: bool) -> Self {
        Self {
            controller: Controller::new(desktop.clone(), hidden),
            desktop,
        }
    }

    fn running() -> Self {
        let mut app = Self::start(Recorded::default(), false);
        app.settings(|_| {});
        app.handle(Input::Status(samples::warm().into()));
        app.desktop.done();
        app
    }

    fn handle(&mut self, input: Input) -> Vec<String> {
        self.controller.handle(input, Moment::ORIGIN);
        self.desktop.done()
    }

    fn settings(&mut self, change: impl FnOnce(&mut Settings)) -> Vec<String> {
        let mut settings = Settings::default();
        settings.app.setup_completed = true;
        change(&mut settings);
        self.handle(Input::Settings(settings.into()))
    }
}

#[test]
fn every_entry_of_the_menu_does_what_its_label_states() {
    let cases = [
        (MenuAction::KeepReady, r#"{"request":"off"}"#),
        (
            MenuAction::FullSpeed(15),
            r#"{"request":"warm","for_s":900.0}"#,
        ),
        (
            MenuAction::Pause(Some(15)),
            r#"{"request":"pause","for_s":900.0}"#,
        ),
        (
            MenuAction::Pause(Some(60)),
            r#"{"request":"pause","for_s":3600.0}"#,
        ),
        (MenuAction::Pause(None), r#"{"request":"pause"}"#),
        (MenuAction::Resume, r#"{"request":"resume"}"#),
        (
            MenuAction::Mode(Mode::Always),
            r#"{"request":"mode","mode":"always"}"#,
        ),
        (MenuAction::Open, "window: overview"),
        (MenuAction::Setup, "window: setup"),
        (MenuAction::Diagnostics, "window: diagnostics"),
        (MenuAction::Quit, "quit"),
    ];
    for (action, done) in cases {
        assert_eq!(
            App::running().handle(Input::Menu(action)),
            [done],
            "{action:?}"
        );
    }
}

#[test]
fn keep_warm_switches_on_what_is_off() {
    let mut app = App::running();
    let mut off = samples::warm();
    off.engine.enabled = false;
    app.handle(Input::Status(off.into()));
    assert_eq!(
        app.handle(Input::Menu(MenuAction::KeepReady)),
        [r#"{"request":"on"}"#]
    );
}

#[test]
fn the_tray_is_drawn_when_it_changes_and_after_every_click() {
    let mut app = App::start(Recorded::default(), true);
    let mut drawn = |input| {
        app.controller.handle(input, Moment::ORIGIN);
        app.desktop.drawn()
    };
    let status = |status: Status| Input::Status(status.into());
    assert_eq!(drawn(Input::Tray(false)), 0);
    assert_eq!(drawn(status(samples::warm())), 1);
    let mut later = samples::warm();
    later.engine.uptime_s += 1.0;
    later.gpus[0].pulses += 1;
    assert_eq!(drawn(status(later)), 0);
    assert_eq!(drawn(status(samples::hot())), 1);
    // The desktop has turned the mark around, and the mode is still the same.
    assert_eq!(drawn(Input::Menu(MenuAction::Mode(Mode::Always))), 1);
    assert_eq!(drawn(Input::Engine(EngineAt::CommandLine)), 1);
    assert_eq!(drawn(Input::Quit), 0);
    assert_eq!(drawn(status(samples::warm())), 0);
}

#[test]
fn the_first_start_shows_the_wizard_unless_it_is_at_login() {
    for (hidden, completed, expected) in [
        (false, false, &["window: setup"][..]),
        (false, true, &[]),
        (true, false, &[]),
    ] {
        let mut app = App::start(Recorded::default(), hidden);
        let done = app.settings(|settings| settings.app.setup_completed = completed);
        assert_eq!(done, expected, "hidden {hidden}, completed {completed}");
        assert!(
            app.settings(|settings| settings.app.setup_completed = false)
                .is_empty()
        );
    }
}

#[test]
fn start_at_login_follows_the_setting_and_reports_its_state() {
    let mut app = App::start(Recorded::default(), true);
    assert!(app.settings(|_| {}).is_empty());
    assert_eq!(
        app.settings(|settings| settings.app.start_at_login = true),
        ["start at login: true", "tray false, login Some(true)"]
    );
    assert!(
        app.settings(|settings| settings.app.start_at_login = true)
            .is_empty()
    );
    assert_eq!(
        app.settings(|_| {}),
        ["start at login: false", "tray false, login Some(false)"]
    );
}

#[test]
fn start_at_login_that_cannot_be_written_stays_off() {
    let desktop = Recorded::default();
    desktop.0.borrow_mut().cannot_start_at_login = true;
    let mut app = App::start(desktop, true);
    app.settings(|_| {});
    assert_eq!(
        app.settings(|settings| settings.app.start_at_login = true),
        ["start at login: true", "tray false, login Some(false)"]
    );
}

#[test]
fn start_at_login_in_the_menu_turns_around_what_is_true() {
    let mut app = App::running();
    // On in the settings, and switched off in the desktop's own.
    app.settings(|settings| settings.app.start_at_login = true);
    app.desktop.0.borrow_mut().starts_at_login = false;
    app.controller.starts_at_login = Some(false);
    assert_eq!(
        app.handle(Input::Menu(MenuAction::StartAtLogin)),
        [
            "start at login: true",
            "tray false, login Some(true)",
            r#"{"request":"set","key":"app.start_at_login","value":true}"#
        ]
    );
}

#[test]
fn notifications_wait_for_the_settings_and_obey_them() {
    let mut app = App::start(Recorded::default(), true);
    assert!(app.handle(Input::Status(samples::warm().into())).is_empty());
    app.settings(|_| {});
    assert_eq!(
        app.handle(Input::Status(samples::hot().into())),
        ["notify: RTX 3070 Laptop is too hot"]
    );
    let mut quiet = App::start(Recorded::default(), true);
    quiet.settings(|s| s.app.notifications = gpu_keepalive_core::settings::Notifications::Off);
    assert!(
        quiet
            .handle(Input::Status(samples::hot().into()))
            .is_empty()
    );
}

#[test]
fn what_was_held_back_is_notified_when_its_time_has_come() {
    let mut app = App::start(Recorded::default(), true);
    app.settings(|_| {});
    for status in [samples::hot(), samples::warm()] {
        assert_eq!(app.handle(Input::Status(status.into())).len(), 1);
    }
    assert_eq!(app.controller.wake_at(), None);
    assert!(app.handle(Input::Status(samples::hot().into())).is_empty());
    let due = Moment::ORIGIN + gpu_keepalive_core::alerts::QUIET;
    assert_eq!(app.controller.wake_at(), Some(due));
    app.controller.handle(Input::Woke, due);
    let notified = app.desktop.done();
    assert_eq!(notified, ["notify: RTX 3070 Laptop is too hot"]);
    assert_eq!(app.controller.wake_at(), None);
}

#[test]
fn a_refusal_of_the_engine_is_shown() {
    let refused = Input::Refused("the settings file cannot be written".to_owned());
    assert_eq!(
        App::running().handle(refused),
        ["notify: GPU Keepalive could not do that"]
    );
}

#[test]
fn a_desktop_without_a_tray_gets_one_hint_and_the_window() {
    let desktop = Recorded::default();
    let start = |hidden| {
        let mut app = App::start(desktop.clone(), hidden);
        app.settings(|_| {});
        app.handle(Input::Tray(false));
        app.handle(Input::TrayWaitedFor)
    };
    let hint = "notify: GPU Keepalive is running without a tray icon";
    assert_eq!(start(true), [hint, "window: overview"]);
    assert!(start(true).is_empty());
    // A user who starts it by hand wants to see something.
    assert_eq!(start(false), ["window: overview"]);
}

#[test]
fn a_missing_tray_does_not_take_the_wizard_away() {
    let mut app = App::start(Recorded::default(), false);
    app.settings(|settings| settings.app.setup_completed = false);
    let done = app.handle(Input::TrayWaitedFor);
    assert_eq!(
        done,
        ["notify: GPU Keepalive is running without a tray icon"]
    );
}

#[test]
fn a_tray_that_came_late_is_reported_to_the_engine_and_needs_no_hint() {
    let mut app = App::running();
    assert_eq!(
        app.handle(Input::Tray(true)),
        ["tray true, login Some(false)"]
    );
    assert!(app.handle(Input::TrayWaitedFor).is_empty());
    // A new engine has to receive it, too.
    assert_eq!(
        app.handle(Input::Engine(EngineAt::Here)),
        ["tray true, login Some(false)"]
    );
}

#[test]
fn a_panel_that_ends_takes_the_tray_with_it_until_it_is_back() {
    let mut app = App::running();
    app.handle(Input::Tray(true));
    assert!(app.handle(Input::Panel(true)).is_empty());
    assert_eq!(
        app.handle(Input::Panel(false)),
        ["tray false, login Some(false)"]
    );
    assert_eq!(
        app.handle(Input::Panel(true)),
        ["tray true, login Some(false)"]
    );
}

#[test]
fn nothing_happens_after_the_end_has_begun() {
    let mut app = App::running();
    assert_eq!(app.handle(Input::Quit), ["quit"]);
    assert!(app.handle(Input::Show(Page::Overview)).is_empty());
    assert!(app.handle(Input::Quit).is_empty());
}
