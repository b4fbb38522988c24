//! Messages about a GPU: ids and values for programs, and text for people.
//!
//! A state, a cause and a hold are each `{"id": "paused"}` or `{"id": "pulse", "values": {…}}` on
//! the wire. The engine renders the text beside them with [`status_text`](crate::status_text).

use serde::{Deserialize, Serialize};

use crate::{
    gpu::GpuErrorKind,
    settings::{Mode, Strategy},
    units::{Bytes, Celsius, Watts},
};

/// A state and its causes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Message {
    /// The state.
    pub state: State,
    /// Its causes, the most important first; empty where the state needs none.
    pub causes: Vec<Cause>,
}

/// The state of a GPU, as the user sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "id", content = "values", rename_all = "snake_case")]
pub enum State {
    /// No decision was made yet.
    #[default]
    Starting,
    /// The user switched the keepalive off.
    Off,
    /// Nothing is held.
    Asleep,
    /// Nothing is held, and the clocks are raised for the next request.
    Standby,
    /// The clocks are being raised.
    GettingReady {
        /// Mode `always` asks for it.
        always: bool,
    },
    /// The clocks are up.
    Ready {
        /// Mode `always` asks for it.
        always: bool,
    },
    /// The clocks are up and another process is computing, or holds a lease.
    Busy,
    /// One or more reasons forbid holding.
    Paused,
    /// The driver refuses.
    Fault,
}

/// The cause of a state.
///
/// `program` is the entry of `ai_programs` that a process matched; `null` where it matched none, or
/// where several could be meant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "id", content = "values", rename_all = "snake_case")]
pub enum Cause {
    /// Asleep: no AI process has the GPU open.
    NothingUsesIt,
    /// Asleep: the warm window after the last sign of demand is over.
    NotUsedLately {
        /// The warm window.
        minutes: u64,
    },
    /// Asleep: the device is in runtime D3.
    Suspended,
    /// Standby: the start of a request is watched for.
    Armed {
        /// The program whose requests are meant.
        program: Option<String>,
        /// The measured time from a request to raised clocks.
        wake_ms: Option<u64>,
    },
    /// Standby: the clocks are up without us and may fall by themselves, as they do after work.
    StillUp,
    /// Standby: a server keeps the clocks up while it is loaded.
    HeldByServer {
        /// The program that is meant.
        program: Option<String>,
        /// Power drawn now.
        power_w: Option<Watts>,
        /// Power drawn without it.
        idle_w: Option<Watts>,
    },
    /// Ready: the clocks were raised for a request that was sensed.
    Raised {
        /// The program that was asked.
        program: Option<String>,
    },
    /// Ready: a request has just ended.
    Lingering {
        /// The program that was asked.
        program: Option<String>,
    },
    /// Ready until the warm window ends.
    UntilUnused {
        /// The rest of it.
        minutes: u64,
    },
    /// Ready: the user asked for it.
    AsYouAsked {
        /// The rest of it.
        minutes: u64,
    },
    /// Ready: an application asked for it on the session bus.
    HeldFor {
        /// The name it gave.
        application: String,
        /// Its reason, as it was reported.
        reason: Option<String>,
    },
    /// Ready: a process has the GPU open, in mode `while_loaded`.
    Loaded {
        /// The program that is meant.
        program: Option<String>,
    },
    /// Ready: a process computes with gaps in which the clocks would fall.
    Gaps {
        /// The program that is meant.
        program: Option<String>,
    },
    /// Held instead of standby: requests of the processes there are cannot be sensed.
    RequestsNotSensed,
    /// Held instead of standby: more processes than can be watched.
    TooManyPrograms {
        /// The number of them.
        count: u64,
    },
    /// Held instead of standby: waking took too long.
    WakesTooSlow {
        /// The measured time; `null` where the clocks did not rise at all.
        wake_ms: Option<u64>,
        /// `readiness.max_wake_ms`.
        limit_ms: u64,
    },
    /// Sensing pauses after too many false wakes.
    FalseWakes {
        /// Time until it begins again.
        minutes: u64,
    },
    /// Busy: another process is computing.
    Computing {
        /// The program that is meant.
        program: Option<String>,
    },
    /// Busy: a client holds a lease.
    Lease {
        /// The name it gave; `null` without one.
        application: Option<String>,
    },
    /// Paused by the user.
    User {
        /// Time until it ends; `null` for a pause without an end.
        minutes: Option<u64>,
    },
    /// Paused for heat.
    Hot {
        /// The newest temperature.
        now_c: Option<Celsius>,
        /// The temperature at which it pauses.
        limit_c: Celsius,
        /// The temperature at which it resumes.
        resume_c: Celsius,
        /// The limit is the user's; otherwise it is the card's own.
        own_limit: bool,
        /// The hardware slows itself down for heat.
        slowed: bool,
    },
    /// Paused: the temperature cannot be read.
    NoTemperature,
    /// Paused: the battery feeds the machine.
    OnBattery,
    /// Paused: the adapter cannot feed the GPU at full power.
    WeakAdapter,
    /// Paused: the machine's power profile saves power.
    PowerSaver,
    /// Paused: holding would take VRAM that is reserved for the user's models.
    VramReserved {
        /// Free VRAM now.
        free_bytes: Option<Bytes>,
        /// Free VRAM at which it resumes.
        needed_bytes: Bytes,
        /// `vram.reserve_mib`.
        reserve_bytes: Bytes,
    },
    /// Paused: the energy budget of the day is spent.
    BudgetSpent {
        /// `energy.daily_budget_wh`.
        budget_wh: Option<f64>,
    },
    /// Paused: the GPU is being benchmarked.
    Benchmark,
    /// The driver refuses.
    Fault {
        /// The kind of failure.
        kind: GpuErrorKind,
    },
}

/// The hold on the clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "id", content = "values", rename_all = "snake_case")]
pub enum Hold {
    /// None.
    #[default]
    Nothing,
    /// None until a request is sensed.
    Standby,
    /// The driver's boost request.
    Boost,
    /// The driver's prefer-maximum-performance.
    PowerMizer,
    /// An open CUDA context.
    Context,
    /// A context and pulses.
    Pulse {
        /// Time between two pulses.
        interval_ms: u64,
    },
}

impl Hold {
    /// The hold of that strategy. Without an interval, pulses leave the context alone.
    pub fn of(strategy: Option<Strategy>, interval_ms: Option<u64>) -> Self {
        match (strategy, interval_ms) {
            (None, _) => Self::Nothing,
            (Some(Strategy::Standby), _) => Self::Standby,
            (Some(Strategy::Boost), _) => Self::Boost,
            (Some(Strategy::PowerMizer), _) => Self::PowerMizer,
            (Some(Strategy::Pulse), Some(interval_ms)) => Self::Pulse { interval_ms },
            (Some(Strategy::Context | Strategy::Pulse), _) => Self::Context,
        }
    }
}

/// The text for one GPU, rendered from its message and hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StatusText {
    /// The state as text of one or two words, for a table or a badge: `Resting`.
    pub short: String,
    /// The state in one line for a menu: with its causes, where the heading is no sentence.
    pub line: String,
    /// The state as a heading: `Resting. Full speed on the next request.`
    pub headline: String,
    /// The causes, as one or more sentences; `null` where the heading is enough.
    pub cause: Option<String>,
    /// The hold on the clocks.
    pub hold: String,
}

/// The text for the engine as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EngineText {
    /// The effect of the main switch: the mode's title, or that it is off.
    pub switch: String,
    /// The user's pause and its end; `null` without one.
    pub pause: Option<String>,
    /// The power source of the machine.
    pub power: String,
    /// The reason why no GPU is shown; `null` where there is one.
    pub no_gpu: Option<String>,
    /// The modes to choose from, in the order they are shown.
    pub modes: Vec<ModeText>,
}

/// The text for what was spent and saved today.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EnergyText {
    /// The energy saved by standing by: `310 Wh`, or that it is not known yet.
    pub saved: String,
    /// The meaning of that number, as the rest of the line: `saved today by resting, about 0.09
    /// EUR`.
    pub saved_note: String,
}

/// One mode to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ModeText {
    /// The mode.
    pub mode: Mode,
    /// Its name for people.
    pub title: String,
    /// Its effect.
    pub explanation: String,
}
