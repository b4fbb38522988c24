use serde::{Deserialize, Serialize};

/// Why a strategy does not keep the promise, or was not tried, without the driver's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    /// The user's settings exclude it.
    Excluded,
    /// The clocks stay up by themselves.
    NeverCold,
    /// The driver does not offer it here.
    NotOffered,
    /// This user may not do it.
    NotPermitted,
    /// The driver or the system refused it for another reason.
    Refused,
    /// The user's reserve of VRAM would be touched.
    LittleVram,
    /// The clocks fell although they were held.
    ClocksDown,
    /// The clocks did not fall while nothing was held.
    ClocksUp,
    /// A request was not noticed.
    NotSensed,
    /// The raised clocks were not seen in time.
    NotSeenUp,
    /// Waking took longer than the limit.
    SlowWake,
    /// The first answer came later than the limit.
    SlowAnswer,
    /// It was not measured.
    NotMeasured,
}
