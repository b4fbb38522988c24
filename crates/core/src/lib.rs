//! The pure part of GPU Keepalive: what to do, given what was seen and the time.
//!
//! Nothing here performs I/O, reads a clock, spawns a task or contains `unsafe`. Time is an
//! argument ([`Moment`]), errors are inputs, and the next wake-up is an output, so a whole day can
//! be simulated in a millisecond and every decision can be replayed.

// The library is checked without its tests as well.
#![cfg_attr(
    test,
    allow(clippy::disallowed_methods, reason = "tests read and write fixtures")
)]

/// A page of sentences, made in each language: snapshots to be read aloud.
#[cfg(test)]
macro_rules! assert_in_every_language {
    ($name:literal, $page:expr) => {
        for language in gpu_keepalive_text::Language::all() {
            let name = match language.code() {
                "en" => $name.to_owned(),
                code => format!("{}.{code}", $name),
            };
            insta::assert_snapshot!(name, language.within(|| $page));
        }
    };
}

pub mod ai_processes;
pub mod alerts;
pub mod benchmark;
pub mod doctor;
pub mod energy;
pub mod gpu;
pub mod hold_time;
pub mod host;
pub mod keeper;
pub mod login_entry;
pub mod policy;
pub mod protocol;
pub mod quiet;
pub mod search_path;
pub mod sensor;
pub mod settings;
pub mod simulation;
pub mod status_text;
mod time;
pub mod units;
#[cfg(test)]
mod variants;

pub use gpu_keepalive_models as models;
pub use time::{Moment, duration_text};
