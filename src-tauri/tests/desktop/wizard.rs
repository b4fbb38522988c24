//! The first minute, in the real window.

use std::fs;

use crate::{
    app::App,
    driver::{Driver, Page},
    screen::Screen,
    session::Session,
    soon,
};

/// The buttons that lead on, in the order in which they are searched for.
const ONWARD: [&str; 3] = ["Finish", "Next", "Skip"];

#[tokio::test]
async fn the_wizard_keeps_what_is_chosen_in_it() {
    let mut session = Session::start();
    let driver = Driver::start(&mut session);
    let _app = App::start(&session, "quick-card", &[]);
    let page = driver.join().await;
    page.wait_for_title("Setup").await;
    let mut chosen = false;
    loop {
        let onward = onward(&page).await;
        chosen |= choose(&page).await;
        if onward == "Finish" {
            break page.click(onward).await;
        }
        next_step(&page, onward).await;
    }
    assert!(chosen);
    page.wait_for_title("Overview").await;
    let written = settings(&session);
    for line in [
        "mode = \"always\"",
        "start_at_login = true",
        "setup_completed = true",
    ] {
        assert!(written.contains(line), "{line} is not in\n{written}");
    }
    assert!(
        session
            .path("config/autostart/gpu-keepalive.desktop")
            .exists()
    );
}

#[tokio::test]
async fn a_wizard_that_is_closed_half_way_loses_nothing() {
    let mut session = Session::start();
    let driver = Driver::start(&mut session);
    let app = App::start(&session, "quick-card", &[]);
    let page = driver.join().await;
    page.wait_for_title("Setup").await;
    while !choose(&page).await {
        let onward = onward(&page).await;
        assert_ne!(onward, "Finish", "nothing was there to choose");
        next_step(&page, onward).await;
    }
    Screen::of(&session).close_window().await;
    soon("no window", async || app.windows().is_empty().then_some(())).await;
    soon("the end of the setup", async || {
        settings(&session)
            .contains("setup_completed = true")
            .then_some(())
    })
    .await;
    assert!(settings(&session).contains("mode = \"always\""));
}

/// The name of the button that leads on from this step.
pub(crate) async fn onward(page: &Page) -> &'static str {
    soon("a way on", async || {
        for name in ONWARD {
            if let Some(button) = page.find(name).await
                && button.is_enabled().await.ok()?
            {
                return Some(name);
            }
        }
        None
    })
    .await
}

pub(crate) async fn next_step(page: &Page, onward: &str) {
    let heading = "return document.querySelector('h1').textContent";
    let here = page.run(heading, []).await;
    page.click(onward).await;
    soon("another step", async || {
        (page.run(heading, []).await != here).then_some(())
    })
    .await;
}

/// Makes the choices of the step, if it has those that are checked here.
async fn choose(page: &Page) -> bool {
    let Some(always) = page.find("Always").await else {
        return false;
    };
    always.click().await.unwrap();
    page.click("Start at login").await;
    page.wait_until("return document.querySelector('[role=switch]').ariaChecked === 'true'")
        .await;
    true
}

fn settings(session: &Session) -> String {
    fs::read_to_string(session.path("config/gpu-keepalive/settings.toml")).unwrap_or_default()
}
