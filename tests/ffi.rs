//! The driver process on fake driver libraries: what it calls, what it makes of every answer, and
//! that it leaves nothing behind.

mod bench;
pub(crate) mod driver;
mod faults;
mod hold;
mod inside;
mod odd;
mod sample;
mod workload;
