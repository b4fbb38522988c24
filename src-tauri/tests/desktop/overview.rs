//! The Overview of the engine, in the real window.

use gpu_keepalive_core::{gpu::PState, protocol::Request};
use serde_json::json;

use crate::{app::App, driver::Driver, session::Session, soon};

/// The P-state, drawn and as text.
const BADGE: &str = "section svg[role=img]";

#[tokio::test]
async fn the_p_state_in_the_window_is_the_engines() {
    let mut session = Session::start();
    session.write_settings("version = 1\nmode = \"always\"\n[app]\nsetup_completed = true\n");
    let driver = Driver::start(&mut session);
    let app = App::start(&session, "quick-card", &[]);
    let page = driver.open(&app).await;
    page.wait_for(BADGE).await;
    for (request, pstate) in [(Request::On, 0), (Request::Off, 8), (Request::On, 0)] {
        app.ask(request).await;
        app.wait_for_status("another P-state", |status| {
            status.gpus[0].pstate.map(PState::number) == Some(pstate)
        })
        .await;
        let suffix = format!(", P-state {pstate}");
        soon(&suffix, async || {
            let label = "return document.querySelector(arguments[0]).ariaLabel";
            let label = page.run(label, [json!(BADGE)]).await;
            label.as_str()?.ends_with(&suffix).then_some(())
        })
        .await;
        let shown = "return document.querySelector(arguments[0]).textContent.trim()";
        let shown = page.run(shown, [json!(BADGE)]).await;
        assert_eq!(shown, json!(format!("P{pstate}")));
    }
}
