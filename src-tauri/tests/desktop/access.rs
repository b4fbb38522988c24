//! Every page, in the real window, for everybody: axe-core's rules in light and dark, as it opens,
//! narrow and enlarged.

use std::{fs, path::Path};

use gpu_keepalive_core::protocol::Phase;
use serde_json::json;

use crate::{
    app::App,
    driver::{Driver, Page},
    peers::Panel,
    screen::Screen,
    session::Session,
    wizard,
};

/// The pages, and what is there when they are complete; the setup's steps follow.
const PAGES: [(&str, &str); 4] = [
    ("overview", "section canvas"),
    ("models", "main li"),
    ("settings", "fieldset section"),
    ("diagnostics", "main pre"),
];
/// The size of the window when it opens.
const USUAL: (u32, u32) = (880, 640);
/// The narrowest that the window has to be usable at.
const NARROW: (u32, u32) = (360, 640);
/// The rest of the usual size at 200 % zoom.
const ENLARGED: (u32, u32) = (440, 320);
const IS_DARK: &str = "return matchMedia('(prefers-color-scheme: dark)').matches";
/// The findings of axe-core: rule, text, and place.
const VIOLATIONS: &str = "axe.run().then((found) => arguments[0](found.violations.map((rule) =>
    [rule.id, rule.help, rule.nodes.map((node) => node.html)])))";

/// The targets below 24 px, which fingers and trembling hands miss. A link within a sentence is as
/// high as its line.
const SMALL: &str = "
    const all = document.querySelectorAll('a[href], button, input, select, summary, [role=slider]');
    return [...all].filter((element) => element.checkVisibility() && !element.closest('p'))
        .map((element) => element.closest('label') ?? element)
        .filter((element) => {
            const { width, height } = element.getBoundingClientRect();
            return width < 24 || height < 24;
        })
        .map((element) => element.outerHTML.slice(0, 200))";

#[tokio::test]
async fn every_page_is_accessible_in_light() {
    every_page_is_accessible(false).await;
}

#[tokio::test]
async fn every_page_is_accessible_in_dark() {
    every_page_is_accessible(true).await;
}

async fn every_page_is_accessible(dark: bool) {
    let mut session = Session::start();
    session.write_settings("version = 1\nmode = \"always\"\n[app]\nsetup_completed = true\n");
    session.prefer(dark);
    let scheme = if dark { "dark" } else { "light" };
    let _panel = Panel::start(&session).await;
    let driver = Driver::start(&mut session);
    let app = App::start(&session, "quick-card", &[]);
    app.wait_for_status("warm", |status| status.gpus[0].phase == Phase::Warm)
        .await;
    let page = driver.open(&app).await;
    let screen = Screen::of(&session);
    assert_eq!(page.run(IS_DARK, []).await, json!(dark));
    page.run(&axe(), []).await;
    for (name, content) in PAGES {
        page.go(name).await;
        page.wait_for(content).await;
        assert_usable(&page, &screen, &format!("{name}-{scheme}")).await;
    }
    page.go("setup").await;
    for step in 1.. {
        let onward = wizard::onward(&page).await;
        assert_usable(&page, &screen, &format!("setup-{step}-{scheme}")).await;
        if onward == "Finish" {
            break;
        }
        wizard::next_step(&page, onward).await;
    }
}

/// As it opens and narrow, axe-core finds nothing; all of it fits the width, enlarged too.
async fn assert_usable(page: &Page, screen: &Screen, name: &str) {
    page.resize(ENLARGED.0, ENLARGED.1).await;
    assert_fits(page, name).await;
    for (name, (width, height)) in [(name, USUAL), (&format!("{name}-narrow"), NARROW)] {
        page.resize(width, height).await;
        screen.save(page, name).await;
        assert_fits(page, name).await;
        assert_eq!(page.run(SMALL, []).await, json!([]), "on {name}");
        assert_eq!(page.run_async(VIOLATIONS).await, json!([]), "on {name}");
    }
}

async fn assert_fits(page: &Page, name: &str) {
    let widths = "return [document.documentElement.scrollWidth, innerWidth]";
    let widths = page.run(widths, []).await;
    assert_eq!(widths[0], widths[1], "{name} can be scrolled sideways");
}

/// The script of axe-core, of the version that the pages' own tests use.
fn axe() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/node_modules/axe-core/axe.min.js");
    fs::read_to_string(path).expect("npm ci in ui/ brings axe-core")
}
