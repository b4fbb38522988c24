use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Badge;
use crate::{
    gpu::{GpuUuid, PState},
    units::{Celsius, Megahertz, Watts},
};

/// The time that a history covers.
pub const HISTORY_SPAN: Duration = Duration::from_secs(600);

/// The last ten minutes of one GPU.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HistoryReport {
    /// The GPU.
    pub uuid: GpuUuid,
    /// The states that the points name by their position.
    pub states: Vec<HistoryState>,
    /// The points, oldest first.
    pub points: HistoryPoints,
    /// Requests and wakes, oldest first.
    pub marks: Vec<HistoryMark>,
}

/// A state of a GPU.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HistoryState {
    /// Its badge.
    pub badge: Badge,
    /// Its text of one or two words.
    pub text: String,
}

/// Columns of equal length; `null` where the driver did not report the value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HistoryPoints {
    /// Seconds since each point.
    pub ago_s: Vec<f64>,
    /// Position in [`HistoryReport::states`].
    pub state: Vec<u32>,
    /// P-state.
    pub pstate: Vec<Option<PState>>,
    /// SM clock, in MHz.
    pub sm_clock_mhz: Vec<Option<Megahertz>>,
    /// Temperature, in °C.
    pub temperature_c: Vec<Option<Celsius>>,
    /// Power, in watts.
    pub power_w: Vec<Option<Watts>>,
    /// True if a pulse was sent since the point before.
    pub pulsed: Vec<bool>,
}

/// A moment that a chart marks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HistoryMark {
    /// Seconds since it happened.
    pub ago_s: f64,
    /// Its kind.
    pub kind: MarkKind,
    /// The AI process, by the name that the status uses; `null` where it is not known.
    pub process: Option<String>,
    /// From the sensed request to the return of the call that raised the clocks, in milliseconds;
    /// `null` where nothing was raised.
    pub wake_ms: Option<f64>,
    /// The same as a sentence: `Ollama was asked. Full speed after 10 ms.`
    pub text: String,
}

/// Kinds of [`HistoryMark`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum MarkKind {
    /// Another process began to compute, or a lease began, without a wake.
    Request,
    /// The clocks were raised for a request.
    Wake,
    /// The clocks were raised, and no GPU work followed.
    FalseWake,
    /// The GPU worked before it was woken.
    MissedWake,
}
