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
    login_entry: Option<Found>,
    cannot_start_at_login: bool,
    shown_before: Vec<Hint>,
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

    fn toggle_window(&mut self, page: Page) {
        self.note(format!("toggle: {}", page.name()));
    }

    fn ask(&mut self, request: Request) {
        self.note(serde_json::to_string(&request).unwrap());
    }

    fn describe(&mut self, desktop: DesktopStatus) {
        self.note(format!(
            "tray {}, login {:?}",
            desktop.tray, desktop.login_entry
        ));
    }

    fn set_starts_at_login(&mut self, on: bool) {
        self.note(format!("start at login: {on}"));
        let mut state = self.0.borrow_mut();
        let made = if on && !state.cannot_start_at_login {
            LoginEntryState::On
        } else {
            LoginEntryState::Absent
        };
        state.login_entry = Some(found(made, true));
    }

    fn login_entry(&mut self) -> Option<Found> {
        self.0.borrow().login_entry.clone()
    }

    fn is_first(&mut self, hint: Hint) -> bool {
        let shown_before = &mut self.0.borrow_mut().shown_before;
        let is_first = !shown_before.contains(&hint);
        shown_before.push(hint);
        is_first
    }

    fn quit(&mut self) {
        self.note("quit");
    }
}

fn found(state: LoginEntryState, ours: bool) -> Found {
    Found {
        state,
        ours,
        broken: None,
    }
}

struct App {
    desktop: Recorded,
    controller: Controller<Recorded>,
}

impl App {
    /// Starts it on that desktop, with a setup that was completed before.
    fn start(desktop: Recorded, hidden: bool) -> Self {
        desktop
            .0
            .borrow_mut()
            .login_entry
            .get_or_insert(found(LoginEntryState::Absent, true));
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
        (MenuAction::EndHold(7), r#"{"request":"end_hold","id":7}"#),
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
fn a_start_by_hand_shows_the_window_and_one_at_login_never() {
    let described = "tray false, login Some(Absent)";
    for (hidden, completed, expected) in [
        (false, false, &[described, "window: setup"][..]),
        (false, true, &[described, "window: overview"]),
        (true, false, &[described]),
        (true, true, &[described]),
    ] {
        let mut app = App::start(Recorded::default(), hidden);
        let done = app.settings(|settings| settings.app.setup_completed = completed);
        assert_eq!(done, expected, "hidden {hidden}, completed {completed}");
        let later = app.settings(|settings| settings.app.setup_completed = false);
        assert!(later.is_empty(), "{later:?}");
    }
}

#[test]
fn a_click_on_the_icon_and_another_start_lead_to_the_page_that_is_due() {
    let mut app = App::running();
    assert_eq!(app.handle(Input::IconClicked), ["toggle: overview"]);
    assert_eq!(app.handle(Input::Show), ["window: overview"]);
    app.settings(|settings| settings.app.setup_completed = false);
    assert_eq!(app.handle(Input::IconClicked), ["toggle: setup"]);
    assert_eq!(app.handle(Input::Show), ["window: setup"]);
    let page = Input::ShowPage(Page::Diagnostics);
    assert_eq!(app.handle(page), ["window: diagnostics"]);
}

#[test]
fn start_at_login_follows_the_setting_and_reports_its_state() {
    let mut app = App::start(Recorded::default(), true);
    app.settings(|_| {});
    assert_eq!(
        app.settings(|settings| settings.app.start_at_login = true),
        ["start at login: true", "tray false, login Some(On)"]
    );
    assert!(
        app.settings(|settings| settings.app.start_at_login = true)
            .is_empty()
    );
    assert_eq!(
        app.settings(|_| {}),
        ["start at login: false", "tray false, login Some(Absent)"]
    );
}

#[test]
fn a_start_changes_only_an_entry_of_the_app_s_own_and_never_one_switched_off() {
    use LoginEntryState::{Absent, Broken, OffByUser, On};
    let cases = [
        (Absent, true, true, Some(true)),
        (Absent, true, false, None),
        (On, true, true, None),
        (On, true, false, Some(false)),
        (On, false, true, None),
        (On, false, false, None),
        (OffByUser, true, true, None),
        (OffByUser, true, false, None),
        (OffByUser, false, true, None),
        (Broken, true, true, Some(true)),
        (Broken, true, false, Some(false)),
        (Broken, false, true, None),
    ];
    for (state, ours, wanted, change) in cases {
        let desktop = Recorded::default();
        desktop.0.borrow_mut().login_entry = Some(found(state, ours));
        let mut app = App::start(desktop, true);
        let done = app.settings(|settings| settings.app.start_at_login = wanted);
        let changed: Vec<_> = change
            .map(|on| format!("start at login: {on}"))
            .into_iter()
            .collect();
        let (login, described) = done.split_at(done.len() - 1);
        assert_eq!(login, changed, "{state:?}, ours {ours}, wanted {wanted}");
        assert!(
            described[0].starts_with("tray false, login"),
            "{described:?}"
        );
    }
}

#[test]
fn start_at_login_that_cannot_be_written_stays_off() {
    let desktop = Recorded::default();
    desktop.0.borrow_mut().cannot_start_at_login = true;
    let mut app = App::start(desktop, true);
    app.settings(|_| {});
    assert_eq!(
        app.settings(|settings| settings.app.start_at_login = true),
        ["start at login: true", "tray false, login Some(Absent)"]
    );
}

#[test]
fn start_at_login_in_the_menu_turns_around_what_is_true() {
    // On in the settings, and switched off in the desktop's own.
    let desktop = Recorded::default();
    desktop.0.borrow_mut().login_entry = Some(found(LoginEntryState::OffByUser, true));
    let mut app = App::start(desktop, true);
    app.settings(|settings| settings.app.start_at_login = true);
    assert_eq!(
        app.handle(Input::Menu(MenuAction::StartAtLogin)),
        [
            "start at login: true",
            "tray false, login Some(On)",
            r#"{"request":"set","key":"app.start_at_login","value":true}"#
        ]
    );
}

#[test]
fn start_at_login_that_a_client_sets_again_is_done_again() {
    let desktop = Recorded::default();
    desktop.0.borrow_mut().login_entry = Some(found(LoginEntryState::OffByUser, true));
    let mut app = App::start(desktop, true);
    app.settings(|settings| settings.app.start_at_login = true);
    assert_eq!(
        app.handle(Input::StartAtLogin(true)),
        ["start at login: true", "tray false, login Some(On)"]
    );
}

#[test]
fn the_first_close_of_the_window_is_explained_once() {
    let mut app = App::running();
    app.handle(Input::Tray(true));
    assert_eq!(
        app.handle(Input::WindowClosed),
        ["notify: GPU Keepalive keeps running"]
    );
    assert!(app.handle(Input::WindowClosed).is_empty());

    let mut quiet = App::running();
    quiet.handle(Input::Tray(true));
    quiet.settings(|settings| settings.app.notifications = Notifications::Off);
    assert!(quiet.handle(Input::WindowClosed).is_empty());
    quiet.settings(|_| {});
    assert_eq!(quiet.handle(Input::WindowClosed).len(), 1);
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
fn a_desktop_without_a_tray_gets_one_hint_and_at_login_no_window() {
    let desktop = Recorded::default();
    let start = |hidden| {
        let mut app = App::start(desktop.clone(), hidden);
        app.settings(|_| {});
        app.handle(Input::Tray(false));
        [
            app.handle(Input::TrayWaitedFor),
            app.handle(Input::WindowClosed),
        ]
        .concat()
    };
    let hint = "notify: GPU Keepalive is running without a tray icon";
    assert_eq!(start(true), [hint]);
    assert!(start(true).is_empty());
    assert!(start(false).is_empty());
}

#[test]
fn a_tray_that_came_late_is_reported_to_the_engine_and_needs_no_hint() {
    let mut app = App::running();
    assert_eq!(
        app.handle(Input::Tray(true)),
        ["tray true, login Some(Absent)"]
    );
    assert!(app.handle(Input::TrayWaitedFor).is_empty());
    // A new engine has to receive it, too.
    assert_eq!(
        app.handle(Input::Engine(EngineAt::Here)),
        ["tray true, login Some(Absent)"]
    );
}

#[test]
fn a_panel_that_ends_takes_the_tray_with_it_until_it_is_back() {
    let mut app = App::running();
    app.handle(Input::Tray(true));
    assert!(app.handle(Input::Panel(true)).is_empty());
    assert_eq!(
        app.handle(Input::Panel(false)),
        ["tray false, login Some(Absent)"]
    );
    assert_eq!(
        app.handle(Input::Panel(true)),
        ["tray true, login Some(Absent)"]
    );
}

#[test]
fn nothing_happens_after_the_end_has_begun() {
    let mut app = App::running();
    assert_eq!(app.handle(Input::Quit), ["quit"]);
    assert!(app.handle(Input::Show).is_empty());
    assert!(app.handle(Input::Quit).is_empty());
}
