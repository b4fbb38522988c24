//! The pictures of the README, taken of the running app. `cargo xtask screenshots` runs this.

use std::{fs, path::Path, time::Duration};

use gpu_keepalive_core::protocol::{Phase, Reply, Request};

use crate::{
    app::App,
    driver::Driver,
    lifecycle::DONE,
    peers::Panel,
    real_desktop::{BACKGROUND, PANEL, RealDesktop},
    screen::{Area, Picture, Screen},
    session::Session,
    soon,
    soon::within,
    tray::RED,
    wizard,
};

/// The empty space around what is pictured.
const MARGIN: u16 = 12;
/// Into the icon from its first coloured pixel.
pub(crate) const INTO_ICON: i16 = 5;
/// The span of the live chart, and the longest time until it is full.
const CHART_S: f64 = 600.0;
const CHART_FULL_WITHIN: Duration = Duration::from_mins(12);
/// Far longer than a short measurement takes.
const MEASURED_WITHIN: Duration = Duration::from_mins(5);
/// The window, high enough for a GPU and its chart.
const OVERVIEW: (u32, u32) = (880, 744);

#[tokio::test]
#[ignore = "makes the README's pictures: cargo xtask screenshots"]
async fn picture_the_notification_of_heat() {
    let session = session(true);
    let _desktop = RealDesktop::start(&session, true).await;
    let screen = Screen::of(&session);
    let app = App::start(&session, "hot-laptop", &["--hidden"]);
    app.wait_for_status("a tray", |status| {
        status.desktop.is_some_and(|desktop| desktop.tray)
    })
    .await;
    let before = screen.shown();
    app.ask(Request::Warm { for_s: None }).await;
    let notification = screen.wait_for_new(&before).await;
    soon("a drawn notification", async || {
        let bare = screen.find(BACKGROUND, notification);
        bare.is_none().then_some(())
    })
    .await;
    soon("a red icon", async || screen.find(RED, PANEL)).await;
    let area = below_panel(notification);
    keep("notification", &screen.picture_at_rest(area).await);
}

#[tokio::test]
#[ignore = "makes the README's pictures: cargo xtask screenshots"]
async fn picture_the_overview_in_light() {
    picture_the_overview(false).await;
}

#[tokio::test]
#[ignore = "makes the README's pictures: cargo xtask screenshots"]
async fn picture_the_overview_in_dark() {
    picture_the_overview(true).await;
}

/// After ten minutes, so that the chart is full.
async fn picture_the_overview(dark: bool) {
    let mut session = session(dark);
    let _panel = Panel::start(&session).await;
    let driver = Driver::start(&mut session);
    let app = App::start(&session, "sitting", &["--hidden"]);
    let page = driver.open(&app).await;
    page.resize(OVERVIEW.0, OVERVIEW.1).await;
    within(CHART_FULL_WITHIN, "a full chart", async || {
        let Reply::Status(status) = app.ask(Request::Status).await else {
            panic!("no status");
        };
        (status.engine.uptime_s > CHART_S).then_some(())
    })
    .await;
    app.wait_for_status("standby", |status| status.gpus[0].phase == Phase::Standby)
        .await;
    let scheme = if dark { "dark" } else { "light" };
    let picture = Screen::of(&session).picture_of_window().await;
    keep(&format!("overview-{scheme}"), &picture);
}

#[tokio::test]
#[ignore = "makes the README's pictures: cargo xtask screenshots"]
async fn picture_the_setup() {
    let mut session = session(false);
    let _panel = Panel::start(&session).await;
    fs::remove_file(session.path("config/gpu-keepalive/settings.toml")).unwrap();
    let driver = Driver::start(&mut session);
    let _app = App::start(&session, "rtx-3070-laptop", &[]);
    let page = driver.join().await;
    page.wait_for_title("Setup").await;
    let screen = Screen::of(&session);
    let onward = wizard::onward(&page).await;
    wizard::next_step(&page, onward).await;
    page.wait_for(".offer").await;
    keep("setup-models", &screen.picture_of_page(&page).await);
    let onward = wizard::onward(&page).await;
    wizard::next_step(&page, onward).await;
    page.click("Start measuring").await;
    page.wait_for("[role=progressbar]").await;
    screen.save(&page, "setup-measuring").await;
    within(MEASURED_WITHIN, "a measurement", async || {
        page.find("Measure again").await
    })
    .await;
    keep("setup-measured", &screen.picture_of_page(&page).await);
}

/// That area with what is right of it, and above up to the panel.
pub(crate) fn below_panel(area: Area) -> Area {
    let x = area.x - MARGIN as i16;
    Area {
        x,
        y: 0,
        width: PANEL.width - x as u16,
        height: area.y as u16 + area.height + MARGIN,
    }
}

/// Of a user who has installed the app and likes these colours.
pub(crate) fn session(dark: bool) -> Session {
    let session = Session::start();
    session.write_settings(DONE);
    session.prefer(dark);
    let icons = session.path("data/icons/hicolor/128x128/apps");
    fs::create_dir_all(&icons).unwrap();
    let icon = Path::new(env!("CARGO_MANIFEST_DIR")).join("../icons/128x128.png");
    fs::copy(icon, icons.join("gpu-keepalive.png")).unwrap();
    session
}

fn keep(name: &str, picture: &Picture) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/pictures");
    picture.write(&folder.join(format!("{name}.png")));
}
