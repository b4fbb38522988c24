use gpu_keepalive_core::{
    protocol::{PauseReason, Phase, Reply, Request},
    settings::Mode,
};

use crate::{
    app::App,
    peers::{NotificationServer, Panel},
    session::Session,
    soon,
    tray_item::TrayItem,
};

pub(crate) const GREEN: [u8; 3] = [32, 150, 80];
pub(crate) const BLUE_GREY: [u8; 3] = [101, 132, 160];
pub(crate) const RED: [u8; 3] = [229, 72, 77];
const GREY: [u8; 3] = [125, 133, 141];

#[tokio::test]
async fn the_icon_follows_the_gpu_from_p0_to_p8() {
    let session = Session::start();
    let panel = Panel::start(&session).await;
    let app = App::start(&session, "quick-card", &["--hidden"]);
    let item = TrayItem::on(&panel).await;
    app.ask(Request::Warm { for_s: Some(2.0) }).await;
    item.wait_for_colour(GREEN, 0.5).await;
    soon("a tooltip with P0", async || {
        let (title, text) = item.tooltip().await?;
        assert_eq!(title, "GPU Keepalive");
        text.starts_with("Simulated: RTX 4090 · P0 · ")
            .then_some(())
    })
    .await;
    item.wait_for_colour(BLUE_GREY, 0.5).await;
    let asleep = item
        .wait_for("a first line with P8", |entry| {
            entry.label.contains(" · P8 · ")
        })
        .await;
    assert!(asleep.label.starts_with("Simulated: RTX 4090"));
    app.ask(Request::Off).await;
    item.wait_for_colour(GREY, 0.5).await;
}

/// NVIDIA's would open the card, and keep a laptop's awake.
#[tokio::test]
async fn no_opengl_driver_is_loaded_for_the_icon() {
    let session = Session::start();
    let panel = Panel::start(&session).await;
    let app = App::start(&session, "quick-card", &["--hidden"]);
    TrayItem::on(&panel).await;
    let mapped = app.mapped();
    assert!(mapped.contains("libgtk-3.so"), "{mapped}");
    for driver in ["libGLX_", "libEGL_", "_dri.so"] {
        assert!(!mapped.contains(driver), "{driver}: {mapped}");
    }
}

#[tokio::test]
async fn the_icon_and_a_notification_report_heat_and_its_end() {
    let session = Session::start();
    let panel = Panel::start(&session).await;
    let server = NotificationServer::start(&session).await;
    let app = App::start(&session, "quick-heat", &["--hidden"]);
    let item = TrayItem::on(&panel).await;
    app.ask(Request::Warm { for_s: None }).await;
    item.wait_for_colour(RED, 0.5).await;
    let shown = server.titled("is too hot").await;
    assert_eq!(shown.app, "GPU Keepalive");
    assert!(shown.body.contains("your limit of 83\u{a0}°C"), "{shown:?}");
    item.wait_for("the reason in words", |entry| {
        entry.label.starts_with("Paused: ") && entry.label.contains("your limit of 83 °C")
    })
    .await;
    let cooled = server.titled("has cooled down").await;
    item.wait_for_colour(GREEN, 0.5).await;
    assert_eq!(server.shown().len(), 2, "{:?}", server.shown());
    // What helps a laptop on someone's knees.
    assert_eq!(cooled.actions[2..], ["second", "Pause for 1 hour"]);
    let paused = soon("a pause", async || {
        server.invoke(&cooled, "second").await;
        let Reply::Status(status) = app.ask(Request::Status).await else {
            panic!("no status");
        };
        status.engine.pause_remaining_s
    })
    .await;
    assert!((3500.0..=3600.0).contains(&paused), "{paused}");
}

#[tokio::test]
async fn the_menu_switches_the_engine() {
    let session = Session::start();
    let panel = Panel::start(&session).await;
    let app = App::start(&session, "quick-card", &["--hidden"]);
    let item = TrayItem::on(&panel).await;

    item.click("Keep GPU ready").await;
    app.wait_for_status("off", |status| !status.engine.enabled)
        .await;
    item.wait_for("no mark", |e| {
        e.label == "Keep GPU ready" && e.checked == Some(false)
    })
    .await;
    item.click("Keep GPU ready").await;
    app.wait_for_status("on", |status| status.engine.enabled)
        .await;
    item.wait_for("a mark", |e| {
        e.label == "Keep GPU ready" && e.checked == Some(true)
    })
    .await;

    item.click("For 15 minutes").await;
    let paused = app
        .wait_for_status("a pause", |status| {
            status.engine.pause_remaining_s.is_some()
        })
        .await;
    assert!(paused.engine.pause_remaining_s.unwrap() <= 900.0);
    item.click("Resume").await;
    app.wait_for_status("no pause", |status| {
        status.engine.pause_remaining_s.is_none()
    })
    .await;
    item.click("Until I resume").await;
    let reasons = |reasons: &[PauseReason]| reasons == [PauseReason::User];
    app.wait_for_status("a pause without end", |s| reasons(&s.gpus[0].reasons))
        .await;
    item.click("Resume").await;

    item.click("Always on").await;
    app.wait_for_status("mode always", |status| status.engine.mode == Mode::Always)
        .await;
    for (label, checked) in [("Always on", true), ("On demand", false)] {
        item.wait_for(label, |e| e.label == label && e.checked == Some(checked))
            .await;
    }
    // The mode that is on already: its mark stays.
    item.click("Always on").await;
    app.wait_for_status("warm", |status| status.gpus[0].phase == Phase::Warm)
        .await;
    item.wait_for("the mark", |e| {
        e.label == "Always on" && e.checked == Some(true)
    })
    .await;
    // A mode takes effect before it is written.
    soon("a settings file", async || {
        let file = session.path("config/gpu-keepalive/settings.toml");
        let settings = std::fs::read_to_string(file).ok()?;
        settings.contains("mode = \"always\"").then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_tray_that_comes_late_gets_the_icon() {
    let session = Session::start();
    let app = App::start(&session, "quick-card", &["--hidden"]);
    app.wait_for_status("no tray", |status| status.desktop.is_some_and(|d| !d.tray))
        .await;
    let panel = Panel::start(&session).await;
    let item = TrayItem::on(&panel).await;
    item.wait_for_colour(BLUE_GREY, 0.5).await;
    app.wait_for_status("a tray", |status| status.desktop.is_some_and(|d| d.tray))
        .await;
    // Another panel takes the place of the first.
    drop((item, panel));
    app.wait_for_status("no tray", |status| status.desktop.is_some_and(|d| !d.tray))
        .await;
    let panel = Panel::start(&session).await;
    let item = TrayItem::on(&panel).await;
    item.wait_for_colour(BLUE_GREY, 0.5).await;
    app.wait_for_status("a tray", |status| status.desktop.is_some_and(|d| d.tray))
        .await;
}
