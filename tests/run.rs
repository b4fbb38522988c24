//! The whole product: `gpu-keepalive run` from start to end, on simulated GPUs and on fake driver
//! libraries, and its output on the way.

mod asleep;
mod authors;
mod contract;
mod engine;
mod faults;
mod held;
mod killed;
mod language;
mod lifecycle;
mod measured;
mod one_engine;
mod records;
mod refused;
mod serve;
#[cfg(target_os = "linux")]
mod session_bus;
mod settings;
mod soak;
mod socket;
mod stopped;
mod switches;
mod unread;
mod writers;
