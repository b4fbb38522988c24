use gpu_keepalive_core::protocol::{DesktopStatus, Event};

use super::*;

#[tokio::test(start_paused = true)]
async fn an_app_that_follows_the_engine_is_its_desktop_until_it_is_gone() {
    let running = start("h200");
    let desktop = DesktopStatus {
        tray: true,
        ..DesktopStatus::default()
    };
    let [app, other] = [(); 2].map(|()| ClientId::next());
    let ask = |client, request| running.handle.ask(client, request);
    ask(app, Request::Desktop(desktop))
        .await
        .expect("there is no other");
    let refused = ask(other, Request::Desktop(desktop)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::AnotherDesktop);
    let Reply::Status(status) = running.ask(Request::Status).await else {
        panic!()
    };
    assert_eq!(status.desktop, Some(desktop));
    let mut events = running.handle.events();
    running.ask(Request::ShowWindow).await;
    assert_eq!(events.recv().await.expect("an event"), Event::ShowWindow);

    running.handle.client_gone(app).await;
    assert_eq!(
        running.refused(Request::ShowWindow).await,
        ErrorCode::NoWindow
    );
    running.handle.describe_desktop(desktop);
    let refused = ask(other, Request::Desktop(desktop)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::AnotherDesktop);
}

#[tokio::test(start_paused = true)]
async fn start_at_login_is_announced_also_when_the_setting_stays_the_same() {
    let running = start("h200");
    let mut events = running.handle.events();
    for _ in 0..2 {
        let set = Request::Set {
            key: "app.start_at_login".to_owned(),
            value: Some(true.into()),
        };
        running.ask(set).await;
        let announced =
            async { while events.recv().await.expect("an event") != Event::StartAtLogin(true) {} };
        tokio::time::timeout(Duration::from_secs(5), announced)
            .await
            .expect("an announcement");
    }
}
