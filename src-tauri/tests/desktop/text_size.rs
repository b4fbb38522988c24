//! Letters as large as the user's desktop has them, and the contrast that it asks for.

use serde_json::json;
use x11rb::{connection::Connection, protocol::xproto::*, wrapper::ConnectionExt as _};

use crate::{
    app::App,
    driver::{Driver, Page},
    screen::Screen,
    session::Session,
};

/// The window's width. A zoomed page has fewer pixels of its own in it.
const USUAL: u32 = 880;

#[tokio::test]
async fn the_page_follows_the_desktops_font_and_the_keys_of_browsers() {
    let (session, page, _app) = open("gtk-font-name=Cantarell 15", None).await;
    // 15 pt are 20 px, and the pages have letters of 14.
    wait_for_width(&page, f64::from(USUAL) * 14.0 / 20.0).await;
    Screen::of(&session).focus_window().await;
    page.wait_until("return document.hasFocus()").await;
    page.press_with_control("=").await;
    wait_for_width(&page, f64::from(USUAL) * 14.0 / 20.0 / 1.1).await;
    page.press_with_control("-").await;
    page.press_with_control("-").await;
    wait_for_width(&page, f64::from(USUAL) * 14.0 / 20.0 / 0.9).await;
    page.press_with_control("0").await;
    wait_for_width(&page, f64::from(USUAL) * 14.0 / 20.0).await;
}

#[tokio::test]
async fn the_page_follows_the_dots_per_inch() {
    let (_session, page, _app) = open("gtk-font-name=Cantarell 11", Some(144)).await;
    wait_for_width(&page, f64::from(USUAL) * 96.0 / 144.0).await;
}

#[tokio::test]
async fn usual_letters_leave_the_page_as_it_is() {
    let (_session, page, _app) = open("gtk-font-name=Cantarell 11", None).await;
    wait_for_width(&page, f64::from(USUAL)).await;
}

#[tokio::test]
async fn a_theme_of_high_contrast_reaches_the_page() {
    let (_session, page, _app) = open("gtk-theme-name=HighContrast", None).await;
    let soft = "return matchMedia('(prefers-contrast: more)').matches &&
        getComputedStyle(document.querySelector('.soft')).color === 'rgb(0, 0, 0)'";
    page.wait_for(".soft").await;
    assert_eq!(page.run(soft, []).await, json!(true));
}

async fn open(gtk: &str, dpi: Option<u32>) -> (Session, Page, App) {
    let mut session = Session::start();
    session.write_settings("version = 1\n[app]\nsetup_completed = true\n");
    session.write_gtk_settings(gtk);
    if let Some(dpi) = dpi {
        set_dpi(&session, dpi);
    }
    let driver = Driver::start(&mut session);
    let app = App::start(&session, "quick-card", &[]);
    let page = driver.open(&app).await;
    (session, page, app)
}

/// As `xrdb` does, which sessions run with the user's choice.
fn set_dpi(session: &Session, dpi: u32) {
    let (connection, screen) = x11rb::connect(Some(session.display())).unwrap();
    let root = connection.setup().roots[screen].root;
    let text = format!("Xft.dpi:\t{dpi}\n");
    let property = AtomEnum::RESOURCE_MANAGER;
    let set = connection.change_property8(
        PropMode::REPLACE,
        root,
        property,
        AtomEnum::STRING,
        text.as_bytes(),
    );
    set.unwrap().check().unwrap();
}

async fn wait_for_width(page: &Page, wanted: f64) {
    page.wait_until(&format!("return Math.abs(innerWidth - {wanted}) <= 2"))
        .await;
}
