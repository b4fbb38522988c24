//! Everything a user can set, with its default and its range.
//!
//! The types are here. What a key is called, accepts and means stands once, in `table`; reading,
//! writing, defaults and the reports of every face follow from it. The file is TOML, everything else
//! that a value passes through is JSON.

use std::time::Duration;

use crate::{
    gpu::{GpuInfo, GpuUuid},
    units::{Bytes, Celsius},
};

mod choices;
mod damage;
mod edit;
mod error;
mod field;
mod file;
mod json;
mod kind;
mod list;
mod migrate;
mod read;
mod schema;
mod table;
mod word;

pub use choices::{Mode, Notifications, Strategy, StrategyChoice};
pub use error::SettingError;
pub use file::SettingsFile;
pub use json::as_toml;
pub use migrate::VERSION;
pub use schema::setting_keys;
pub use word::value_of_word;

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
    /// Returns true if this names that GPU.
    pub fn matches(&self, gpu: &GpuInfo) -> bool {
        match self {
            Self::Index(index) => gpu.index == *index,
            Self::Uuid(uuid) => gpu.uuid.0.starts_with(&uuid.0),
        }
    }
}

/// Pulses.
#[derive(Clone, Debug, PartialEq)]
pub struct PulseSettings {
    /// Time between two.
    pub interval: PulseInterval,
    /// The working set is this squared half-precision values (256: 128 KiB), 16 to 4096.
    pub matrix_size: u32,
}

/// The speed at which the clocks have to be up, and the time for which they stay up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadinessSettings {
    /// Raising the clocks for a request may take this long, 1 to 250 ms; where it takes longer, they
    /// are held.
    pub max_wake: Duration,
    /// Clocks that were raised for a request are released so long after it, 1 to 300 s.
    pub linger: Duration,
}

impl Default for ReadinessSettings {
    fn default() -> Self {
        Self {
            max_wake: Duration::from_millis(50),
            linger: Duration::from_secs(3),
        }
    }
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
    /// The rule for keeping the GPU ready.
    pub mode: Mode,
    /// The time after the last sign of demand, 1 to 1440 minutes.
    pub warm_window: Duration,
    /// Programs whose use of the GPU is demand, besides those that are known.
    pub ai_programs: Vec<AiProgram>,
    /// The GPUs to keep; all when `None`.
    pub gpus: Option<Vec<GpuSelector>>,
    /// The strategy that holds the clocks.
    pub strategy: StrategyChoice,
    /// The strategies that `auto` leaves out.
    pub strategy_exclude: Vec<Strategy>,
    /// The speed at which the clocks have to be up, and the time for which they stay up.
    pub readiness: ReadinessSettings,
    /// Pulses.
    pub pulse: PulseSettings,
    /// Protection against heat.
    pub thermal: ThermalSettings,
    /// Pause on battery and on an undersized adapter (`battery.pause`).
    pub battery_pause: bool,
    /// Pause while the power profile saves power (`power_saver.pause`).
    pub power_saver_pause: bool,
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
            // What people run is known by rules.
            ai_programs: Vec::new(),
            gpus: None,
            strategy: StrategyChoice::default(),
            strategy_exclude: Vec::new(),
            readiness: ReadinessSettings::default(),
            pulse: PulseSettings {
                interval: PulseInterval::default(),
                matrix_size: 256,
            },
            thermal: ThermalSettings {
                enabled: true,
                max_temperature: Celsius(83),
            },
            battery_pause: true,
            power_saver_pause: false,
            vram_reserve: Bytes::from_mib(512),
            energy: EnergySettings {
                price_per_kwh: None,
                // Shown only beside a price, which is unset until the user enters it.
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
