//! Everything a user can set, with its default and its range.

//!
//! The types are here. What a key is called, accepts and means stands once, in the table of
//! `schema`; reading, writing, defaults and the reports of every face follow from it.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    gpu::{GpuInfo, GpuUuid},
    units::{Bytes, Celsius},
};

mod ai_programs;
mod edit;
mod field;
mod file;
mod list;
mod migrate;
mod read;
mod schema;

pub use file::{SettingError, SettingsFile};
pub use migrate::VERSION;
pub use schema::setting_keys;

/// `ALL`, `Display` and `FromStr` for a setting that is one of a few words.
macro_rules! words {
    ($name:ident, $what:literal, $(($word:literal, $variant:ident)),+) => {
        impl $name {
            /// Each with the name it has in settings, on the command line and in JSON.
            pub const ALL: &[(&str, Self)] = &[$(($word, Self::$variant)),+];
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$variant => $word),+
                })
            }
        }

        impl FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                let found = Self::ALL.iter().find(|(word, _)| *word == text);
                found.map(|(_, choice)| *choice).ok_or_else(|| {
                    let words: Vec<&str> = Self::ALL.iter().map(|(word, _)| *word).collect();
                    format!("“{text}” is not a {}; use {}", $what, list::any_of(&words))
                })
            }
        }
    };
}

/// When the GPU is kept warm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// From start to stop.
    Always,
    /// As long as an AI program or any other compute process has the GPU open.
    WhileLoaded,
    /// From the first sign of demand until the warm window after the last.
    #[default]
    OnDemand,
}

words!(
    Mode,
    "mode",
    ("always", Always),
    ("while_loaded", WhileLoaded),
    ("on_demand", OnDemand)
);

/// How the clocks are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// The driver's own prefer-maximum-performance for our process. No context, no VRAM.
    PowerMizer,
    /// An open CUDA context and nothing else.
    Context,
    /// A context and a tiny kernel at an interval.
    Pulse,
}

/// The strategy a user asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StrategyChoice {
    /// The cheapest that is seen to hold.
    #[default]
    Auto,
    /// Always this one.
    PowerMizer,
    /// Always this one.
    Context,
    /// Always this one.
    Pulse,
}

words!(
    StrategyChoice,
    "strategy",
    ("auto", Auto),
    ("power_mizer", PowerMizer),
    ("context", Context),
    ("pulse", Pulse)
);

impl StrategyChoice {
    /// The strategy when one is fixed.
    pub const fn fixed(self) -> Option<Strategy> {
        match self {
            Self::Auto => None,
            Self::PowerMizer => Some(Strategy::PowerMizer),
            Self::Context => Some(Strategy::Context),
            Self::Pulse => Some(Strategy::Pulse),
        }
    }
}

/// Time between pulses: found by the governor, or fixed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PulseInterval {
    /// As rare as this GPU allows.
    #[default]
    Auto,
    /// Always this long, 100 ms to 60 s.
    Fixed(Duration),
}

/// The original tool's interval, where the governor starts; also the shortest allowed.
pub const MIN_PULSE_INTERVAL: Duration = Duration::from_millis(100);
/// Longest interval: at the slowest known fall (60 s) nothing rarer can hold.
pub const MAX_PULSE_INTERVAL: Duration = Duration::from_secs(60);

/// Which programs are AI programs: an executable's name, or `name:argument` when the program must
/// also have been started with that argument.
///
/// The name is compared without its `.exe` and without case. A Python, Node or shell process also
/// matches by a module (`-m name`), by its script's file name or by the folder the script is in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AiProgram {
    /// Executable, module, script or folder name, in lower case.
    pub name: String,
    /// An argument that must be among the program's.
    pub argument: Option<String>,
}

/// A GPU the user chose, by UUID or by index.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GpuSelector {
    /// Position in the driver's list, from 0.
    Index(u32),
    /// The driver's name for it, or the beginning of it.
    Uuid(GpuUuid),
}

impl GpuSelector {
    /// Whether this names that GPU.
    pub fn matches(&self, gpu: &GpuInfo) -> bool {
        match self {
            Self::Index(index) => gpu.index == *index,
            Self::Uuid(uuid) => gpu.uuid.0.starts_with(&uuid.0),
        }
    }
}

/// Which notifications are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notifications {
    /// None.
    Off,
    /// A thermal pause, a fault, and the recovery from either.
    #[default]
    Important,
    /// Every change of phase as well.
    All,
}

words!(
    Notifications,
    "choice of notifications",
    ("off", Off),
    ("important", Important),
    ("all", All)
);

/// Pulses.
#[derive(Clone, Debug, PartialEq)]
pub struct PulseSettings {
    /// Time between two.
    pub interval: PulseInterval,
    /// The working set is this squared half-precision values (256: 128 KiB), 16 to 4096.
    pub matrix_size: u32,
}

/// Protection against heat.
#[derive(Clone, Debug, PartialEq)]
pub struct ThermalSettings {
    /// Pause when the GPU is hot.
    pub enabled: bool,
    /// Pause at this temperature, 50 to 95 °C.
    pub max_temperature: Celsius,
}

/// Energy and its price.
#[derive(Clone, Debug, PartialEq)]
pub struct EnergySettings {
    /// Price of one kilowatt-hour, when the user gave one.
    pub price_per_kwh: Option<f64>,
    /// The unit of the price, such as `EUR`.
    pub currency: String,
    /// Pause when the day has cost this much, in watt-hours.
    pub daily_budget_wh: Option<f64>,
}

/// The desktop application.
#[derive(Clone, Debug, PartialEq)]
pub struct AppSettings {
    /// Start hidden at login.
    pub start_at_login: bool,
    /// Which notifications are shown.
    pub notifications: Notifications,
    /// The setup wizard was finished or dismissed.
    pub setup_completed: bool,
}

/// Everything a user can set.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// When the GPU is kept warm.
    pub mode: Mode,
    /// How long after the last sign of demand, 1 to 1440 minutes.
    pub warm_window: Duration,
    /// Programs whose use of the GPU is demand, besides those that are known.
    pub ai_programs: Vec<AiProgram>,
    /// The GPUs to keep; all when `None`.
    pub gpus: Option<Vec<GpuSelector>>,
    /// How the clocks are held.
    pub strategy: StrategyChoice,
    /// Pulses.
    pub pulse: PulseSettings,
    /// Protection against heat.
    pub thermal: ThermalSettings,
    /// Pause on battery and on an undersized adapter (`battery.pause`).
    pub battery_pause: bool,
    /// VRAM kept free for the user's models (`vram.reserve_mib`).
    pub vram_reserve: Bytes,
    /// Energy and its price.
    pub energy: EnergySettings,
    /// The desktop application.
    pub app: AppSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mode: Mode::default(),
            warm_window: Duration::from_secs(15 * 60),
            ai_programs: ai_programs::defaults(),
            gpus: None,
            strategy: StrategyChoice::default(),
            pulse: PulseSettings {
                interval: PulseInterval::default(),
                matrix_size: 256,
            },
            thermal: ThermalSettings {
                enabled: true,
                max_temperature: Celsius(83),
            },
            battery_pause: true,
            vram_reserve: Bytes::from_mib(512),
            energy: EnergySettings {
                price_per_kwh: None,
                // Shown only beside a price, which nobody has until they enter it.
                currency: "EUR".to_owned(),
                daily_budget_wh: None,
            },
            app: AppSettings {
                start_at_login: false,
                notifications: Notifications::default(),
                setup_completed: false,
            },
        }
    }
}

#[cfg(test)]
mod tests;
