//! The command line, as a shell sees it.

mod bench;
mod doctor;
#[cfg(unix)]
mod formats;
mod help;
#[cfg(unix)]
mod inference;
mod json;
#[cfg(target_os = "linux")]
mod quiet;
mod recommend;
#[cfg(unix)]
mod running;
mod without_engine;

use crate::user::{User, ended};
