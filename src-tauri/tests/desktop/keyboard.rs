//! Every control, reached with the keyboard alone in the real window.

use std::collections::BTreeSet;

use thirtyfour::prelude::*;

use crate::{
    app::App,
    driver::{Driver, Page},
    screen::Screen,
    session::Session,
};

/// Lists what Tab has to reach; of radio buttons the chosen one, from where the arrows lead on.
const LIST: &str = "
    const all = document.querySelectorAll('a[href], button, input, select, summary, [tabindex]');
    window.reachable = [...all].filter((element) =>
        element.tabIndex >= 0 && element.checkVisibility() && !element.matches(':disabled')
        && (element.type !== 'radio' || element.checked));
    document.activeElement.blur();
    return reachable.map((element) => element.outerHTML.slice(0, 200))";
/// Which of them has the focus, and whether that can be seen.
const FOCUSED: &str = "
    const style = getComputedStyle(document.activeElement);
    return [reachable.indexOf(document.activeElement), style.outlineStyle !== 'none']";

#[tokio::test]
async fn tab_reaches_every_control_and_shows_where_it_is() {
    let mut session = Session::start();
    session.write_settings("version = 1\nmode = \"always\"\n[app]\nsetup_completed = true\n");
    let driver = Driver::start(&mut session);
    let app = App::start(&session, "quick-card", &[]);
    let page = driver.open(&app).await;
    Screen::of(&session).focus_window().await;
    page.wait_until("return document.hasFocus()").await;
    for (name, content) in [
        ("overview", "section canvas"),
        ("settings", "fieldset section"),
        ("diagnostics", "main pre"),
        ("models", "main li"),
        ("setup", "h1"),
    ] {
        page.go(name).await;
        page.wait_for(content).await;
        assert_reachable(&page, name).await;
    }
}

async fn assert_reachable(page: &Page, name: &str) {
    let listed: Vec<String> = serde_json::from_value(page.run(LIST, []).await).unwrap();
    let mut missing: BTreeSet<_> = (0..listed.len()).collect();
    // Once around; the rest of the round is outside of what is listed.
    for _ in 0..=listed.len() + 2 {
        page.press(Key::Tab).await;
        let focused = page.run(FOCUSED, []).await;
        let (index, visible): (isize, bool) = serde_json::from_value(focused).unwrap();
        if let Ok(index) = usize::try_from(index) {
            assert!(visible, "no outline on {name}: {}", listed[index]);
            missing.remove(&index);
        }
    }
    let missing: Vec<_> = missing.iter().map(|index| &listed[*index]).collect();
    assert!(missing.is_empty(), "not reached on {name}: {missing:#?}");
    assert!(!listed.is_empty());
}
