//! The app on a real, private desktop: an X server and a message bus of each test's own, with the
//! panel and the notification server played by the test.
//!
//! Needs the programs `Xvfb`, `dbus-daemon` and `WebKitWebDriver`, and axe-core in `ui/node_modules`.

#![cfg(target_os = "linux")]

mod access;
mod app;
mod closing;
mod driver;
mod keyboard;
mod lifecycle;
mod notifications;
mod overview;
mod peers;
mod screen;
mod session;
mod settings;
mod tray;
mod tray_item;
mod wizard;

use std::time::Duration;

/// Far longer than anything takes here: what is awaited for so long does not happen.
const DEADLINE: Duration = Duration::from_secs(60);
/// How often a condition is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Waits until `look` sees something.
async fn soon<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let seen = async {
        loop {
            if let Some(seen) = look().await {
                return seen;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    tokio::time::timeout(DEADLINE, seen)
        .await
        .unwrap_or_else(|_| panic!("in vain: {what}"))
}
