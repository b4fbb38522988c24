use std::{fs, sync::Arc, time::Duration};

use gpu_keepalive_core::{
    protocol::{Event, Phase, Reply, Request, Status},
    settings::Strategy,
    simulation::Scenario,
};
use gpu_keepalive_engine::{
    clock::Clock,
    engine::{Engine, EngineOptions},
    gpu::simulated::Simulation,
    log_tail::LogTail,
    settings_store::SettingsStore,
    socket::{Client, Server},
};

use crate::{
    app::{self, App},
    peers::{NotificationServer, Panel},
    screen::{Area, Screen},
    session::Session,
    soon,
    tray_item::TrayItem,
};

const ENTRY: &str = "config/autostart/gpu-keepalive.desktop";
/// A colour that no page has.
const BEHIND: [u8; 3] = [48, 80, 110];
/// The code of the key Q, on every keyboard of Xvfb.
const Q_KEY: u8 = 24;
pub(crate) const DONE: &str = "version = 1\n[app]\nsetup_completed = true\n";

#[tokio::test]
async fn a_start_by_hand_opens_the_window_and_one_at_login_never() {
    let session = Session::start();
    let panel = Panel::start(&session).await;
    let mut app = App::start(&session, "quick-card", &[]);
    let (window, page) = app.wait_for_window().await;
    assert_eq!(page, "setup");
    let set = Request::Set {
        key: "app.setup_completed".to_owned(),
        value: Some(true.into()),
    };
    assert_eq!(app.ask(set).await, Reply::Done);
    TrayItem::on(&panel).await.click("Quit").await;
    assert!(app.wait_for_end().await.success());
    assert!(!app::runs(window));

    let mut app = App::start(&session, "quick-card", &[]);
    assert_eq!(app.wait_for_window().await.1, "overview");
    app.signal("TERM");
    app.wait_for_end().await;

    let app = App::start(&session, "quick-card", &["--hidden"]);
    app.wait_for_status("a tray", |s| s.desktop.is_some_and(|d| d.tray))
        .await;
    // Nor does it open that of the app that runs.
    let mut again = App::start(&session, "quick-card", &["--hidden"]);
    assert!(again.wait_for_end().await.success());
    app.ask(Request::Status).await;
    assert!(app.windows().is_empty());
}

#[tokio::test]
async fn a_click_opens_one_window_and_another_closes_it() {
    let session = Session::start();
    session.write_settings(DONE);
    let panel = Panel::start(&session).await;
    let server = NotificationServer::start(&session).await;
    let mut app = App::start(&session, "quick-card", &["--hidden"]);
    let item = TrayItem::on(&panel).await;
    item.activate().await;
    let (window, page) = app.wait_for_window().await;
    assert_eq!(page, "overview");
    // The window follows the engine, so it is a client that comes and goes.
    let renderer = soon("a renderer", async || {
        app::children_of(window).first().copied()
    })
    .await;
    item.click("Setup…").await;
    item.click("Open").await;
    app.wait_for_status("an answer", |_| true).await;
    assert_eq!(app.windows(), [window]);
    Screen::of(&session).focus_window().await;
    item.activate().await;
    soon("no window", async || app.windows().is_empty().then_some(())).await;
    soon("no renderer", async || (!app::runs(renderer)).then_some(())).await;

    // The first close is explained, and only that.
    let shown = server.titled("keeps running").await;
    assert_eq!(shown.actions, ["default", "Open", "second", "Quit"]);
    item.activate().await;
    let (second, _) = app.wait_for_window().await;
    Screen::of(&session).close_window().await;
    soon("no window", async || app.windows().is_empty().then_some(())).await;
    item.activate().await;
    let (third, _) = app.wait_for_window().await;
    assert!(third != second && second != window);
    assert_eq!(server.shown().len(), 1);

    soon("the end", async || {
        server.invoke(&shown, "second").await;
        app.has_ended().then_some(())
    })
    .await;
    assert!(app.wait_for_end().await.success());
    assert!(!app.has_engine().await);
    soon("the end of all", async || (!app::runs(third)).then_some(())).await;
}

#[tokio::test]
async fn quit_ends_the_app_and_all_that_belongs_to_it() {
    let session = Session::start();
    session.write_settings(DONE);
    let panel = Panel::start(&session).await;
    let mut app = App::start(&session, "quick-card", &[]);
    TrayItem::on(&panel).await;
    let (window, _) = app.wait_for_window().await;
    let mut client = app.client().await;
    assert_eq!(client.ask(&Request::Quit).await.unwrap(), Reply::Done);
    // Closed once the GPUs are released.
    client.ended().await;
    assert!(app.wait_for_end().await.success());
    assert!(!app::runs(window));
    assert!(!session.path("run/gpu-keepalive.sock").exists());
}

#[tokio::test]
async fn the_window_keeps_its_size_and_place() {
    let session = Session::start();
    session.write_settings(DONE);
    let panel = Panel::start(&session).await;
    let app = App::start(&session, "quick-card", &["--hidden"]);
    let item = TrayItem::on(&panel).await;
    let screen = Screen::of(&session);
    let wanted = Area {
        x: 70,
        y: 90,
        width: 640,
        height: 480,
    };
    item.activate().await;
    screen.place_window(wanted).await;
    for _ in 0..2 {
        // The toolkit knows the place of a window that shows its page.
        soon("a page", async || screen.has_page().then_some(())).await;
        screen.close_window().await;
        soon("no window", async || app.windows().is_empty().then_some(())).await;
        item.activate().await;
        soon("the window where it was", async || {
            (screen.window_area()? == wanted).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn the_window_opens_in_the_colour_of_its_page() {
    for (dark, ground) in [(false, [0xf5, 0xf5, 0xf6]), (true, [0x1b, 0x1c, 0x1f])] {
        let session = Session::start();
        session.write_settings(DONE);
        session.prefer(dark);
        let panel = Panel::start(&session).await;
        let app = App::start(&session, "quick-card", &["--hidden"]);
        let item = TrayItem::on(&panel).await;
        let screen = Screen::of(&session);
        screen.paint(BEHIND);
        item.activate().await;
        app.wait_for_window().await;
        // From the first moment that it can be seen until its page is there.
        let mut seen = 0;
        soon("a page", async || {
            // A window that nothing is drawn in yet shows what is behind it.
            let corner = screen
                .corner_of_window()
                .filter(|colour| *colour != BEHIND)?;
            seen += 1;
            assert_eq!(corner, ground, "dark {dark}, picture {seen}");
            screen.has_page().then_some(())
        })
        .await;
        assert!(seen > 1, "the page was there before the first picture");
    }
}

#[tokio::test]
async fn a_closed_window_leaves_the_tray_and_opens_again() {
    let session = Session::start();
    session.write_settings(DONE);
    let panel = Panel::start(&session).await;
    let app = App::start(&session, "quick-card", &["--hidden"]);
    let item = TrayItem::on(&panel).await;
    item.click("Open").await;
    let (first, _) = app.wait_for_window().await;
    std::process::Command::new("kill")
        .arg(first.to_string())
        .status()
        .unwrap();
    soon("no window", async || app.windows().is_empty().then_some(())).await;
    item.click("Open").await;
    let (second, _) = app.wait_for_window().await;
    assert_ne!(first, second);
    app.ask(Request::Status).await;
}

#[tokio::test]
async fn a_second_start_opens_the_window_of_the_first() {
    let session = Session::start();
    session.write_settings(DONE);
    let panel = Panel::start(&session).await;
    let app = App::start(&session, "quick-card", &["--hidden"]);
    TrayItem::on(&panel).await;
    app.wait_for_status("a desktop", |status| status.desktop.is_some())
        .await;
    let mut second = App::start(&session, "quick-card", &[]);
    assert!(second.wait_for_end().await.success());
    let (_, page) = app.wait_for_window().await;
    assert_eq!(page, "overview");
    assert_eq!(panel.items().len(), 1);
}

#[tokio::test]
async fn sigterm_ends_the_engine_and_its_socket_before_the_app() {
    let session = Session::start();
    session.write_settings("version = 1\nmode = \"always\"\n");
    let panel = Panel::start(&session).await;
    let mut app = App::start(&session, "quick-card", &["--hidden"]);
    TrayItem::on(&panel).await;
    app.wait_for_status("warm", |status| status.gpus[0].phase == Phase::Warm)
        .await;
    // A client is subscribed to the last.
    let socket = session.path("run/gpu-keepalive.sock");
    let client = Client::connect(&socket).await.unwrap();
    let mut subscription = client.subscribe().await.unwrap();
    app.signal("TERM");
    while let Ok(event) = subscription.next().await {
        assert!(!matches!(event, Event::ShowWindow), "{event:?}");
    }
    assert!(app.wait_for_end().await.success());
    assert!(!socket.exists());
}

#[tokio::test]
async fn sigterm_releases_the_gpu_before_the_app_ends() {
    let session = Session::start();
    session.write_settings("version = 1\nmode = \"always\"\nstrategy = \"context\"\n");
    let panel = Panel::start(&session).await;
    let mut app = App::start_on_fake_driver(&session);
    TrayItem::on(&panel).await;
    let held = |status: &Status| {
        let gpu = status.gpus.first();
        gpu.is_some_and(|gpu| gpu.phase == Phase::Warm && gpu.strategy == Some(Strategy::Context))
    };
    let status = app.wait_for_status("a held GPU", held).await;
    assert!(!status.engine.simulated);
    let drivers = app::children_of(app.pid());
    assert!(
        !drivers.is_empty(),
        "the driver's libraries are in another process"
    );
    app.signal("TERM");
    assert!(app.wait_for_end().await.success());
    assert!(drivers.into_iter().all(|pid| !app::runs(pid)));
    let log = fs::read_to_string(session.path("driver/log")).unwrap();
    let count = |event: &str| log.lines().filter(|line| line.contains(event)).count();
    assert_eq!(
        (count("open context"), count("close context")),
        (1, 1),
        "{log}"
    );
}

#[tokio::test]
async fn a_panel_that_hangs_does_not_delay_the_exit() {
    let session = Session::start();
    session.write_settings(DONE);
    let _panel = Panel::start_hung(&session).await;
    let mut app = App::start(&session, "quick-card", &["--hidden"]);
    app.wait_for_status("an engine", |_| true).await;
    app.signal("TERM");
    assert!(app.wait_for_end().await.success());
}

#[tokio::test]
async fn start_at_login_is_written_and_removed() {
    let session = Session::start();
    session.write_settings(DONE);
    let panel = Panel::start(&session).await;
    let app = App::start(&session, "quick-card", &[]);
    let item = TrayItem::on(&panel).await;
    let entry = session.path(ENTRY);
    let starts = |on| {
        move |status: &gpu_keepalive_core::protocol::Status| {
            status
                .desktop
                .is_some_and(|d| d.starts_at_login == Some(on))
        }
    };
    app.wait_for_status("off", starts(false)).await;
    assert!(!entry.exists());

    item.click("Start at login").await;
    app.wait_for_status("on", starts(true)).await;
    item.wait_for("a mark", |e| {
        e.label == "Start at login" && e.checked == Some(true)
    })
    .await;
    let text = fs::read_to_string(&entry).unwrap();
    let program = app::PROGRAM;
    assert!(
        text.contains(&format!("\nExec=\"{program}\" --hidden\n")),
        "{text}"
    );

    let set = Request::Set {
        key: "app.start_at_login".to_owned(),
        value: Some(false.into()),
    };
    app.ask(set).await;
    app.wait_for_status("off again", starts(false)).await;
    assert!(!entry.exists());
}

#[tokio::test]
async fn a_desktop_without_a_tray_gets_one_hint_and_at_login_no_window() {
    let session = Session::start();
    session.write_settings(DONE);
    let server = NotificationServer::start(&session).await;
    let mut app = App::start(&session, "quick-card", &["--hidden"]);
    let shown = server.titled("running without a tray icon").await;
    assert!(shown.body.contains("AppIndicator"), "{shown:?}");
    assert!(app.windows().is_empty());
    // Until it is received: the app listens for clicks from the moment it knows the number.
    soon("a window", async || {
        server.click(&shown).await;
        (!app.windows().is_empty()).then_some(())
    })
    .await;
    let (_, page) = app.wait_for_window().await;
    assert_eq!(page, "overview");
    app.signal("TERM");
    app.wait_for_end().await;
    let shown_before = fs::read_to_string(session.path("state/gpu-keepalive/told.json")).unwrap();
    assert_eq!(
        shown_before,
        r#"{"missing_tray":true,"still_running":false}"#
    );
}

#[tokio::test]
async fn without_a_tray_the_window_comes_within_a_second_and_has_a_menu_with_quit() {
    let session = Session::start();
    session.write_settings(DONE);
    let screen = Screen::of(&session);
    let mut app = App::start(&session, "quick-card", &[]);
    let started = Clock::Boot.now();
    soon("a window", async || screen.window_area()).await;
    let took = Clock::Boot.now().since(started);
    // It does not wait for a tray: a second by itself, and some beside other tests.
    assert!(took < Duration::from_secs(6), "{took:?}");
    screen.focus_window().await;
    // The key of its entry, which works only while the menu is there.
    soon("the end", async || {
        screen.press_with_control(Q_KEY);
        app.has_ended().then_some(())
    })
    .await;
    assert!(app.wait_for_end().await.success());
}

/// The engine of `gpu-keepalive run`, played by the test.
#[tokio::test]
async fn an_engine_from_the_command_line_is_followed_and_taken_over() {
    let session = Session::start();
    session.write_settings(DONE);
    let panel = Panel::start(&session).await;
    let server = Server::bind(&session.path("run/gpu-keepalive.sock")).unwrap();
    // Not where the app would search: it has to use the engine's answer.
    let settings = session.path("home/elsewhere.toml");
    fs::write(&settings, DONE).unwrap();
    let clock = Clock::Boot;
    let scenario = Scenario::preset("h200").unwrap();
    let simulation = Simulation::new(scenario, clock.clone());
    let options = EngineOptions {
        clock,
        settings: SettingsStore::load(&settings),
        state: None,
        simulated: true,
        mode: None,
        log: LogTail::default(),
    };
    let engine = Engine::new(options, simulation.source(), simulation.host());
    let handle = engine.handle();
    let served = tokio::spawn(server.serve(handle.clone()));
    let stop = Arc::new(tokio::sync::Notify::new());
    let stopped = Arc::clone(&stop);
    let running = tokio::spawn(engine.run(async move { stopped.notified().await }));

    let mut app = App::start(&session, "quick-card", &["--hidden"]);
    let item = TrayItem::on(&panel).await;
    item.wait_for("whose engine it is", |e| {
        e.label == "Started from the command line"
    })
    .await;
    item.wait_for("its GPU", |e| e.label.contains("H200")).await;
    item.click("Keep GPU ready").await;
    let mut status = handle.status();
    status
        .wait_for(|status| !status.engine.enabled)
        .await
        .unwrap();

    // The settings of that engine are the app's to apply, and its own file has another value.
    let set = Request::Set {
        key: "app.start_at_login".to_owned(),
        value: Some(true.into()),
    };
    assert_eq!(app.ask(set).await, Reply::Done);
    item.wait_for("a mark", |e| {
        e.label == "Start at login" && e.checked == Some(true)
    })
    .await;
    assert!(session.path(ENTRY).exists());
    let own = session.path("config/gpu-keepalive/settings.toml");
    assert_eq!(fs::read_to_string(own).unwrap(), DONE);

    // Another start of the app shows the window of the first, which makes itself known.
    let desktop = app
        .wait_for_status("a desktop", |s| s.desktop.is_some_and(|d| d.tray))
        .await;
    assert!(!desktop.desktop.unwrap().hosts_engine);
    let mut second = App::start(&session, "quick-card", &[]);
    assert!(second.wait_for_end().await.success());
    app.wait_for_window().await;
    assert_eq!(panel.items().len(), 1);

    stop.notify_one();
    running.await.unwrap();
    served.abort();
    let _ = served.await;
    item.wait_for("its own GPU", |e| e.label.contains("RTX 4090"))
        .await;
    app.wait_for_status("a desktop", |s| s.desktop.is_some_and(|d| d.hosts_engine))
        .await;
    item.click("Quit").await;
    assert!(app.wait_for_end().await.success());
}

#[tokio::test]
async fn without_a_display_one_sentence_names_what_does_the_same() {
    let session = Session::start();
    let output = session
        .command(app::PROGRAM)
        .env_remove("DISPLAY")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        message,
        "there is no display for a tray icon; “gpu-keepalive run” does the same without one\n"
    );
}
