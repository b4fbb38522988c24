//! Processor time of the `hold` process standing by, against an empty loop of the same period.
//!
//! Both run at once, as processes of this program, with the driver replaced by one that grants
//! everything. A server's clock costs the more to read the more threads it has.

#![allow(clippy::disallowed_methods, reason = "it measures time, and waits")]

#[cfg(target_os = "linux")]
mod linux;

fn main() {
    #[cfg(target_os = "linux")]
    linux::main();
    #[cfg(not(target_os = "linux"))]
    eprintln!("requests are sensed on Linux only");
}
