//! Processor time of the `hold` process standing by, against an empty loop of the same period.
//!
//! Both run at once, as processes of this program. The `hold` process only senses, as where the boost
//! request is not what raises the clocks, so it needs no GPU. A server's clock may cost the more to
//! read the more threads it has.

#![allow(clippy::disallowed_methods, reason = "it measures time, and waits")]

#[cfg(target_os = "linux")]
mod linux;

fn main() {
    #[cfg(target_os = "linux")]
    linux::main();
    #[cfg(not(target_os = "linux"))]
    eprintln!("the processor time of the hold process is measured on Linux only");
}
