//! The one vocabulary of every face: tray, window, command line and control socket.
//!
//! # On the socket
//! Newline-delimited JSON, one [`Request`] a line. Every request is answered by exactly one
//! [`ServerLine::Ok`] or [`ServerLine::Error`], in order. After [`Request::Subscribe`] the
//! connection also carries [`Event`]s: first the full [`Status`], then all settings and the last ten
//! minutes of each GPU, then every change of status and settings.
//!
//! ```text
//! → {"request":"status"}
//! ← {"ok":{"status":{"engine":{…},"gpus":[…],…}}}
//! → {"request":"pause","for_s":900}
//! ← {"ok":"done"}
//! → {"request":"dance"}
//! ← {"error":{"code":"unknown_request","message":"…"}}
//! → {"request":"subscribe"}
//! ← {"ok":"done"}
//! ← {"event":{"status":{…}}}
//! ← {"event":{"settings":{…}}}
//! → {"request":"set","key":"thermal.max_temperature","value":75}
//! ← {"ok":"done"}
//! ← {"event":{"settings":{…}}}
//! ```
//!
//! A line longer than [`MAX_LINE_BYTES`], invalid JSON or an unknown request gets an error, and
//! the connection lives on. At most [`MAX_CLIENTS`] are served; one that reads slowly loses
//! intermediate states, never the newest.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    benchmark::{BenchmarkResult, Plan},
    gpu::{GpuInfo, GpuUuid},
    models::{Format, KvCache, Use},
    settings::Mode,
};

mod badge;
mod error;
mod history;
mod message;
mod reports;
mod settings;
mod status;
mod uses;

pub use crate::models::{ModelFit, Recommendation, SmallerContext};
pub use badge::Badge;
pub use error::{ApiError, ErrorCode};
pub use history::*;
pub use message::*;
pub use reports::*;
pub use settings::{SettingKind, SettingOption, SettingReport, SettingsProblem, SettingsReport};
pub use status::*;
pub use uses::*;

/// Longest accepted line, its newline included.
pub const MAX_LINE_BYTES: usize = 64 * 1024;
/// Most clients at once.
pub const MAX_CLIENTS: usize = 32;
/// Most processes that [`Request::Serve`] announces at once.
pub const MAX_SERVED: usize = 32;
/// Most characters of a name or a reason in [`Request::Hold`].
pub const MAX_HOLD_CHARACTERS: usize = 128;
/// Longest timer of [`Request::Pause`] and [`Request::Warm`]: a week.
pub const MAX_TIMER: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// Most days of [`Request::Energy`]: as many as are kept.
pub const MAX_ENERGY_DAYS: u32 = 90;

/// The request of a client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum Request {
    /// The full status, answered by [`Reply::Status`].
    Status,
    /// From now on every change as an [`Event`], beginning with the full status.
    Subscribe,
    /// The GPUs the engine found, answered by [`Reply::Gpus`].
    Gpus,
    /// Switch the keepalive on.
    On,
    /// Switch the keepalive off.
    Off,
    /// Hold nothing until resumed, or for a time.
    Pause {
        /// Seconds; without it until [`Request::Resume`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        for_s: Option<f64>,
    },
    /// End a pause.
    Resume,
    /// Change the mode, and the settings file with it.
    Mode {
        /// The new mode.
        mode: Mode,
    },
    /// Demand now: be ready for this long, or for the warm window.
    Warm {
        /// Seconds; without it the warm window of the settings.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        for_s: Option<f64>,
    },
    /// Inference begins: no pulses until [`Request::EndLease`] or until this connection closes.
    BeginLease {
        /// Answer once the clocks are raised, or with [`ErrorCode::NotRaised`] when they were not in
        /// time; the lease is held all the same.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        wait: bool,
    },
    /// Inference ended: the warm window starts again.
    EndLease,
    /// A program's demand: hold the clocks until [`Request::Release`] or until this connection
    /// closes. One for each connection; another replaces it.
    Hold {
        /// The program's name for people, at most [`MAX_HOLD_CHARACTERS`] of them.
        application: String,
        /// The reason for people, no longer than that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// The GPU of this UUID; without it every one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gpu: Option<GpuUuid>,
        /// The face that it came by.
        #[serde(skip)]
        kind: HoldKind,
    },
    /// End this connection's hold, should there be one. The connection still counts as a user of the
    /// engine (see [`EngineStatus::users`]) until it closes.
    Release,
    /// End a program's hold for the user; the program receives [`Event::HoldEnded`] if it is a
    /// subscriber, and may ask again.
    EndHold {
        /// As in [`HoldStatus::id`].
        id: u64,
    },
    /// Sense the requests of this process and its descendants on every GPU that they open, whatever
    /// the names of their programs; answered once they have been searched for.
    ///
    /// Those started after this connection has closed are not searched for any more; those known by
    /// then are sensed until they end. [`ErrorCode::TooManyServed`] above [`MAX_SERVED`] processes.
    Serve {
        /// The process id. `gpu-keepalive serve` announces itself: its own process is left out.
        pid: u32,
    },
    /// All settings, answered by [`Reply::Settings`].
    Settings,
    /// Change one setting in the settings file. Without a value, or with `null`, the key is removed,
    /// so that its default applies.
    Set {
        /// Dotted key, such as `thermal.max_temperature`.
        key: String,
        /// The new value, of the setting's [`SettingKind`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(
            test,
            ts(type = "boolean | number | string | (number | string)[] | null")
        )]
        value: Option<Value>,
    },
    /// Models for a card, answered by [`Reply::Recommend`].
    Recommend {
        /// For the GPU of this index; without it, the one with the most free VRAM.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gpu: Option<u32>,
        /// For a card of so many GiB instead.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        vram_gib: Option<f64>,
        /// Tokens of context; 8192 without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        context_tokens: Option<u64>,
        /// The storage format of the KV cache.
        #[serde(default)]
        kv_cache: KvCache,
        /// The use of the models; chat without it.
        #[serde(rename = "use", default)]
        purpose: Use,
        /// The only format to suggest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        format: Option<Format>,
    },
    /// Energy by day, answered by [`Reply::Energy`].
    Energy {
        /// Number of days back, today included.
        days: u32,
    },
    /// The last ten minutes of every GPU, answered by [`Reply::History`].
    History,
    /// The last wakes of every GPU, answered by [`Reply::Wakes`].
    Wakes,
    /// The findings and their advice, answered by [`Reply::Doctor`].
    Doctor,
    /// The same as a text to copy that holds nothing private, answered by [`Reply::Report`].
    Report,
    /// The benchmarks of the present GPUs, answered by [`Reply::Benchmarks`].
    Benchmarks,
    /// Measure cold against ready on one GPU, answered by [`Reply::Measured`] when that is done;
    /// [`Status::measuring`] has the progress.
    ///
    /// One at a time. It ends with [`Request::CancelBench`], with this connection (so its writing
    /// half has to stay open), and when something comes that also forbids keeping a GPU ready. Until
    /// it is answered this connection receives nothing else.
    Bench {
        /// The GPU of this index; without it the first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gpu: Option<u32>,
        /// True if a short measurement is enough.
        #[serde(default)]
        quick: bool,
        /// Number of times each request is measured, up to [`Plan::MAX_ROUNDS`]; without it once or
        /// twice.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rounds: Option<u32>,
    },
    /// End the measurement under way, should there be one.
    CancelBench,
    /// The newest lines of the engine's log, answered by [`Reply::Log`].
    Log,
    /// Open the window, or raise it when it is open.
    ShowWindow,
    /// The desktop application that follows this engine reports its state: from now on
    /// [`Request::ShowWindow`] reaches it, until this connection closes. One at a time, else
    /// [`ErrorCode::AnotherDesktop`].
    Desktop(DesktopStatus),
    /// End the engine, and the application around it or following it. The GPUs are released after
    /// the answer; the connection closes once they are.
    Quit,
}

impl Request {
    /// The name of every request, as in its `request` field.
    pub const NAMES: [&'static str; 30] = [
        "status",
        "subscribe",
        "gpus",
        "on",
        "off",
        "pause",
        "resume",
        "mode",
        "warm",
        "begin_lease",
        "end_lease",
        "hold",
        "release",
        "end_hold",
        "serve",
        "settings",
        "set",
        "recommend",
        "energy",
        "history",
        "wakes",
        "doctor",
        "report",
        "benchmarks",
        "bench",
        "cancel_bench",
        "log",
        "show_window",
        "desktop",
        "quit",
    ];

    /// Checks that its numbers are in range; only requests that pass reach the engine.
    pub fn check(&self) -> Result<(), ApiError> {
        let refused = |message| Err(ApiError::new(ErrorCode::InvalidArgument, message));
        match self {
            Self::Pause { for_s: Some(s) } | Self::Warm { for_s: Some(s) }
                if !(*s > 0.0 && *s <= MAX_TIMER.as_secs_f64()) =>
            {
                let longest = MAX_TIMER.as_secs();
                refused(format!(
                    "for_s is {s:?}; it must be more than 0 and at most {longest} seconds"
                ))
            }
            Self::Bench {
                rounds: Some(rounds),
                ..
            } if !(1..=Plan::MAX_ROUNDS).contains(rounds) => refused(format!(
                "rounds is {rounds}; it must be from 1 to {}",
                Plan::MAX_ROUNDS
            )),
            Self::Energy { days } if !(1..=MAX_ENERGY_DAYS).contains(days) => refused(format!(
                "days is {days}; it must be from 1 to {MAX_ENERGY_DAYS}"
            )),
            Self::Hold {
                application,
                reason,
                ..
            } if [Some(application), reason.as_ref()]
                .into_iter()
                .flatten()
                .any(|text| {
                    text.chars().count() > MAX_HOLD_CHARACTERS || text.contains(char::is_control)
                }) =>
            {
                refused(format!(
                    "application and reason may have at most {MAX_HOLD_CHARACTERS} characters each, \
                     none of them a control character"
                ))
            }
            _ => Ok(()),
        }
    }
}

/// The result of a successful request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// An empty result.
    Done,
    /// The full status.
    Status(Box<Status>),
    /// The GPUs.
    Gpus(Vec<GpuInfo>),
    /// Every setting.
    Settings(SettingsReport),
    /// Models for a card.
    Recommend(Box<Recommendation>),
    /// Energy by day, oldest first.
    Energy(EnergyReport),
    /// The last ten minutes, by GPU.
    History(Vec<HistoryReport>),
    /// The last wakes, oldest first.
    Wakes(Vec<WakeReport>),
    /// Findings, worst first.
    Doctor(Doctor),
    /// The report, as text.
    Report(String),
    /// The benchmarks so far, and a description of a new one.
    Benchmarks(BenchmarkReport),
    /// The benchmark that just ended.
    Measured(Box<BenchmarkResult>),
    /// Log lines, oldest first.
    Log(Vec<String>),
}

/// The event that a subscriber receives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The status changed; always the full one.
    Status(Box<Status>),
    /// The settings or the problems of their file changed, whatever changed them; always all of
    /// them.
    Settings(Box<SettingsReport>),
    /// The last ten minutes of one GPU, once after the first status.
    History(Box<HistoryReport>),
    /// A process asked for the window.
    ShowWindow,
    /// The user ended a program's hold.
    HoldEnded {
        /// As in [`HoldStatus::id`].
        id: u64,
    },
    /// A client set whether the application starts at login, also to what the settings had already:
    /// the user wants the entry made or removed, whatever became of it.
    StartAtLogin(bool),
    /// A process asked the engine to end: an application that follows it ends with it.
    Quit,
}

/// One line from the engine to a client. The first two answer the oldest open request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerLine {
    /// The request was done.
    Ok(Reply),
    /// The request was refused.
    Error(ApiError),
    /// A change, for a subscriber.
    Event(Event),
}

impl From<Result<Reply, ApiError>> for ServerLine {
    fn from(result: Result<Reply, ApiError>) -> Self {
        match result {
            Ok(reply) => Self::Ok(reply),
            Err(error) => Self::Error(error),
        }
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod typescript;
