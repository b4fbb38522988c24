use std::{fs, sync::Arc};

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
    session::Session,
    soon,
    tray_item::TrayItem,
};

const ENTRY: &str = "config/autostart/gpu-keepalive.desktop";
pub(crate) const DONE: &str = "version = 1\n[app]\nsetup_completed = true\n";

#[tokio::test]
async fn the_first_start_opens_the_wizard_and_later_ones_nothing() {
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

    let panel_again = panel.items().len();
    let app = App::start(&session, "quick-card", &[]);
    soon("the icon", async || {
        (panel.items().len() > panel_again).then_some(())
    })
    .await;
    app.wait_for_status("a tray", |s| s.desktop.is_some_and(|d| d.tray))
        .await;
    assert!(app.windows().is_empty());
}

#[tokio::test]
async fn a_click_opens_one_window_and_quit_ends_everything() {
    let session = Session::start();
    session.write_settings(DONE);
    let panel = Panel::start(&session).await;
    let mut app = App::start(&session, "quick-card", &[]);
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
    item.activate().await;
    app.wait_for_status("an answer", |_| true).await;
    assert_eq!(app.windows(), [window]);
    item.click("Quit").await;
    assert!(app.wait_for_end().await.success());
    assert!(!app.has_engine().await);
    soon("the end of all", async || {
        (!app::runs(window) && !app::runs(renderer)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_closed_window_leaves_the_tray_and_opens_again() {
    let session = Session::start();
    session.write_settings(DONE);
    let panel = Panel::start(&session).await;
    let app = App::start(&session, "quick-card", &[]);
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
async fn a_desktop_without_a_tray_gets_one_hint_and_the_window() {
    let session = Session::start();
    session.write_settings(DONE);
    let server = NotificationServer::start(&session).await;
    let mut app = App::start(&session, "quick-card", &["--hidden"]);
    let shown = server.titled("running without a tray icon").await;
    assert!(shown.body.contains("AppIndicator"), "{shown:?}");
    let (_, page) = app.wait_for_window().await;
    assert_eq!(page, "overview");
    app.signal("TERM");
    app.wait_for_end().await;
    let shown_before = fs::read_to_string(session.path("state/gpu-keepalive/told.json")).unwrap();
    assert_eq!(shown_before, r#"{"missing_tray":true}"#);
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

    let mut app = App::start(&session, "quick-card", &[]);
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

    // Another start of the app cannot ask the first one: it shows the window itself.
    let second = App::start(&session, "quick-card", &[]);
    second.wait_for_window().await;
    drop(second);
    assert_eq!(panel.items().len(), 1);

    stop.notify_one();
    running.await.unwrap();
    served.abort();
    let _ = served.await;
    item.wait_for("its own GPU", |e| e.label.contains("RTX 4090"))
        .await;
    app.wait_for_status("a desktop", |status| status.desktop.is_some())
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
