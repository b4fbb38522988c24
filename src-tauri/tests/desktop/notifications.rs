use gpu_keepalive_core::protocol::{Phase, Request};

use crate::{
    app::App,
    peers::{NotificationServer, Panel},
    session::Session,
    tray_item::TrayItem,
};

#[tokio::test]
async fn a_fault_is_shown_with_advice_and_a_click_opens_diagnostics() {
    let session = Session::start();
    let _panel = Panel::start(&session).await;
    let server = NotificationServer::start(&session).await;
    let app = App::start(&session, "quick-loss", &["--hidden"]);
    app.ask(Request::Warm { for_s: None }).await;
    let shown = server
        .titled("Simulated: RTX 4090 cannot be kept ready")
        .await;
    assert!(
        shown.body.contains("The GPU has stopped answering."),
        "{shown:?}"
    );
    // Until it is received: the app listens for clicks from the moment it knows the number.
    crate::soon("a window", async || {
        server.invoke(&shown, "second").await;
        (!app.windows().is_empty()).then_some(())
    })
    .await;
    let (_, page) = app.wait_for_window().await;
    assert_eq!(page, "diagnostics");
}

#[tokio::test]
async fn no_notification_server_breaks_nothing() {
    let session = Session::start();
    let panel = Panel::start(&session).await;
    let app = App::start(&session, "quick-loss", &["--hidden"]);
    let item = TrayItem::on(&panel).await;
    app.ask(Request::Warm { for_s: None }).await;
    app.wait_for_status("a fault", |status| status.gpus[0].phase == Phase::Fault)
        .await;
    item.wait_for_colour([229, 72, 77], 0.5).await;
    crate::soon("a line in the log", async || {
        app.log()
            .contains("a notification cannot be shown")
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn no_notification_is_shown_when_switched_off() {
    let session = Session::start();
    session.write_settings("version = 1\n[app]\nnotifications = \"off\"\n");
    let panel = Panel::start(&session).await;
    let server = NotificationServer::start(&session).await;
    let app = App::start(&session, "quick-loss", &["--hidden"]);
    let item = TrayItem::on(&panel).await;
    app.ask(Request::Warm { for_s: None }).await;
    item.wait_for_colour([229, 72, 77], 0.5).await;
    assert!(server.shown().is_empty(), "{:?}", server.shown());
}
