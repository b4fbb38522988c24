//! Settings, changed in the real window.

use std::fs;

use gpu_keepalive_core::protocol::{Reply, Request};
use serde_json::{Value, json};

use crate::{app::App, driver::Driver, session::Session, soon};

const FILE: &str = "config/gpu-keepalive/settings.toml";
const WRITTEN: &str = "# mine\nversion = 1\nwarm_window_minutes = 20 # not too long\n\n[app]\nsetup_completed = true\n";

#[tokio::test]
async fn a_change_is_in_the_file_and_in_the_next_engine() {
    let mut session = Session::start();
    session.write_settings(WRITTEN);
    let driver = Driver::start(&mut session);
    let mut app = App::start(&session, "quick-card", &[]);
    let page = driver.open(&app).await;
    page.go("settings").await;
    page.type_into("How long to stay ready", "45").await;
    let changed = WRITTEN.replace("20", "45");
    soon("a changed file", async || {
        let now = fs::read_to_string(session.path(FILE)).unwrap();
        (now == changed).then_some(())
    })
    .await;
    app.signal("TERM");
    app.wait_for_end().await;
    drop(page);

    let app = App::start(&session, "quick-card", &[]);
    assert_eq!(value_of(&app, "warm_window_minutes").await, 45);
}

#[tokio::test]
async fn a_wrong_value_is_refused_where_it_was_typed() {
    let mut session = Session::start();
    session.write_settings(WRITTEN);
    let driver = Driver::start(&mut session);
    let app = App::start(&session, "quick-card", &[]);
    let page = driver.open(&app).await;
    page.go("settings").await;
    page.type_into("Highest temperature", "300").await;
    let field = page.control("Highest temperature").await;
    soon("a refusal", async || {
        let invalid = field.attr("aria-invalid").await.unwrap();
        (invalid.as_deref() == Some("true")).then_some(())
    })
    .await;
    let shown = page
        .run(
            "const words = arguments[0].getAttribute('aria-describedby').split(' ');
             const message = document.getElementById(words.at(-1));
             const gap = message.getBoundingClientRect().top - arguments[0].getBoundingClientRect().bottom;
             return [message.textContent, Math.abs(gap) < 100]",
            [field.to_json().unwrap()],
        )
        .await;
    let message =
        "Highest temperature cannot be 300; it has to be a whole number from 50 to 95\u{a0}°C";
    assert_eq!(shown, json!([message, true]));
    assert_eq!(field.value().await.unwrap().as_deref(), Some("300"));
    assert_eq!(fs::read_to_string(session.path(FILE)).unwrap(), WRITTEN);
    assert_eq!(value_of(&app, "thermal.max_temperature").await, 83);
}

/// The engine's value of that key.
async fn value_of(app: &App, key: &str) -> Value {
    let Reply::Settings(report) = app.ask(Request::Settings).await else {
        panic!("no settings");
    };
    let setting = report.settings.iter().find(|setting| setting.key == key);
    setting.unwrap().value.clone()
}
