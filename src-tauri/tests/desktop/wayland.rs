//! The app under Wayland: sway without a screen, waybar's tray and mako's notifications.
//!
//! Needs the packages that `cargo xtask test --wayland` installs, and an ordinary user, because sway
//! refuses to run as root; that command takes care of both.

mod bar;
mod compositor;
mod pointer;

use std::time::Duration;

use gpu_keepalive_core::protocol::Request;

use crate::{
    app::App,
    lifecycle::DONE,
    session::Session,
    soon,
    tray::{BLUE_GREY, GREEN},
};
use compositor::{BACKGROUND, Compositor, Picture};
use pointer::{Pointer, RIGHT};

/// The height of waybar.
const BAR: u32 = 30;
/// Into the icon from its first coloured pixel.
const INTO_ICON: u32 = 5;
/// Into the first entry of the menu, from the place of the icon.
const INTO_MENU: (i32, i32) = (-100, 12);

/// The ground of a dark page.
const GROUND: [u8; 3] = [0x1b, 0x1c, 0x1f];
const MENU_WAITS: Duration = Duration::from_millis(700);

#[tokio::test]
#[ignore = "needs sway, waybar and mako, and is not for root: cargo xtask test --wayland"]
async fn icon_menu_window_and_notification_work_under_wayland() {
    let mut session = Session::start();
    session.write_settings(DONE);
    session.prefer(true);
    compositor::choose(&mut session);
    let compositor = Compositor::start(&session).await;
    let mut pointer = Pointer::of(&session);
    let mut app = App::start(&session, "quick-card", &["--hidden"]);
    app.wait_for_status("a tray", |status| {
        status.desktop.is_some_and(|desktop| desktop.tray)
    })
    .await;

    // The icon, and its colour.
    let icon = wait_for_colour(&compositor, BLUE_GREY).await;
    assert!(icon.1 < BAR, "{icon:?}");
    app.ask(Request::Warm { for_s: None }).await;
    wait_for_colour(&compositor, GREEN).await;
    let at = (icon.0 + INTO_ICON, icon.1 + INTO_ICON);

    // The menu, whose first entry opens the window.
    let before = compositor.picture();
    pointer.click(at, RIGHT);
    let menu = soon("a menu", async || {
        let picture = compositor.picture();
        (picture.differing(&before) > 5_000).then_some(picture)
    })
    .await;
    menu.keep("wayland-menu");
    let (x, y) = (at.0, at.1);
    let entry = (
        x.saturating_add_signed(INTO_MENU.0),
        y.saturating_add_signed(INTO_MENU.1),
    );
    // A menu takes no click in its first half second, which may be meant for what was there before.
    tokio::time::sleep(MENU_WAITS).await;
    pointer.click(entry, pointer::LEFT);
    let window = soon("a window", async || compositor.window()).await;
    assert!(window.contains("GPU Keepalive"), "{window}");
    let (_, page) = app.wait_for_window().await;
    assert_eq!(page, "overview");
    page_of(&compositor).await.keep("wayland-window");

    // A click on the icon closes it, and mako shows the one notification.
    pointer.click(at, pointer::LEFT);
    soon("no window", async || app.windows().is_empty().then_some(())).await;
    let told = soon("a notification", async || compositor.notification()).await;
    assert!(told.contains("GPU Keepalive keeps running"), "{told}");
    soon("a drawn notification", async || {
        let picture = compositor.picture();
        let drawn = picture.share_below(BAR, BACKGROUND) < 0.99;
        drawn.then(|| picture.keep("wayland-notification"))
    })
    .await;

    // Another click opens it again, and the notification's second action ends the app.
    pointer.click(at, pointer::LEFT);
    soon("a window", async || compositor.window()).await;
    compositor.invoke("second");
    assert!(app.wait_for_end().await.success());
    soon("no window", async || {
        compositor.window().is_none().then_some(())
    })
    .await;
}

/// Waits until that colour is in the bar; where.
async fn wait_for_colour(compositor: &Compositor<'_>, colour: [u8; 3]) -> (u32, u32) {
    soon(&format!("{colour:?} in the bar"), async || {
        compositor.picture().find(colour)
    })
    .await
}

/// A picture of the window once its page is there.
async fn page_of(compositor: &Compositor<'_>) -> Picture {
    soon("a page", async || {
        let picture = compositor.picture();
        let bare = picture.share_below(BAR, BACKGROUND) + picture.share_below(BAR, GROUND);
        (bare < 0.8).then_some(picture)
    })
    .await
}
