//! The app on a real, private desktop: an X server and a message bus of each test's own, with the
//! panel and the notification server played by the test.
//!
//! Needs the programs `Xvfb`, `dbus-daemon`, `WebKitWebDriver` and `at-spi-bus-launcher`, and axe-core in `ui/node_modules`.

#![allow(
    clippy::disallowed_methods,
    reason = "tests make files, and wait for them"
)]
#![cfg(target_os = "linux")]

mod access;
mod app;
mod closing;
mod driver;
mod installed;
mod keyboard;
mod lifecycle;
mod moving;
mod notifications;
mod overview;
mod peers;
mod pictures;
mod reader;
mod real_desktop;
mod screen;
mod session;
mod settings;
mod soon;
mod text_size;
mod tray;
mod tray_item;
mod wayland;
mod wine;
mod wizard;

use soon::soon;
