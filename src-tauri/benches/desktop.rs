//! The cost of the app on a desktop: `cargo xtask bench --only desktop` builds a release, runs this
//! and puts its output, one JSON object, into its table.

#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark measures time and lets it pass"
)]

#[cfg(target_os = "linux")]
#[path = "desktop/measured.rs"]
mod measured;
#[cfg(target_os = "linux")]
#[path = "../tests/desktop/peers.rs"]
#[allow(dead_code, reason = "the tests need more of it")]
mod peers;
#[cfg(target_os = "linux")]
#[path = "desktop/process.rs"]
mod process;
#[cfg(target_os = "linux")]
#[path = "../tests/desktop/session.rs"]
#[allow(dead_code, reason = "the tests need more of it")]
mod session;
#[cfg(target_os = "linux")]
#[path = "../tests/desktop/soon.rs"]
mod soon;

#[cfg(target_os = "linux")]
use soon::soon;

#[cfg(target_os = "linux")]
#[tokio::main(flavor = "current_thread")]
async fn main() {
    println!("{}", measured::measured().await);
}

#[cfg(not(target_os = "linux"))]
fn main() {}
