use serde::{Deserialize, Serialize};

use super::{
    Badge, ClientStatus, DesktopStatus, EnergyText, EngineText, Hold, HoldStatus, LoudStatus,
    Message, StatusText,
};
use crate::{
    gpu::{GpuErrorKind, GpuUuid, PState, PciBusId, PowerSource},
    sensor::WakeStatistics,
    settings::{Mode, Strategy},
    units::{Bytes, Celsius, Megahertz, Percent, Watts},
};

/// The engine's activity for one GPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Switched off by the user. Nothing is held.
    Off,
    /// On, but nothing asks for the GPU. No context, no VRAM.
    Asleep,
    /// A model is loaded and requests are sensed. Nothing is held.
    Standby,
    /// The clocks are being held.
    Warm,
    /// Another process computes or holds a lease: held, without pulses.
    Yielding,
    /// One or more reasons forbid holding.
    Paused,
    /// The driver refuses.
    Fault,
}

impl Phase {
    /// Every phase, with its name on the wire.
    pub const ALL: [(&str, Self); 7] = [
        ("off", Self::Off),
        ("asleep", Self::Asleep),
        ("standby", Self::Standby),
        ("warm", Self::Warm),
        ("yielding", Self::Yielding),
        ("paused", Self::Paused),
        ("fault", Self::Fault),
    ];
}

/// The reason why a GPU is not held although it is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    /// The user paused it.
    User,
    /// The GPU is hot.
    Thermal,
    /// The temperature cannot be read.
    Sensor,
    /// On battery or on an undersized adapter.
    Battery,
    /// The power profile saves power.
    PowerSaver,
    /// Holding would take VRAM that is reserved for the user's models.
    Vram,
    /// The energy budget of the day is spent.
    Budget,
    /// Cold against ready is being measured, which needs a GPU that no process keeps ready.
    Measuring,
}

/// Everything there is to know, at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Status {
    /// The engine itself.
    pub engine: EngineStatus,
    /// Every GPU it keeps, in the driver's order.
    pub gpus: Vec<GpuStatus>,
    /// Its cost and benefit today.
    pub energy: EnergyToday,
    /// The notices for the user, worst first.
    pub notices: Vec<Notice>,
    /// The measurement under way; `null` without one.
    pub measuring: Option<MeasuringStatus>,
    /// The desktop application that hosts the engine; `null` without one.
    pub desktop: Option<DesktopStatus>,
}

impl GpuStatus {
    /// Its name for people: `RTX 3070 Laptop`.
    pub fn short_name(&self) -> &str {
        let name = self.name.trim_start_matches("NVIDIA ");
        name.trim_start_matches("GeForce ").trim_end_matches(" GPU")
    }
}

impl EngineStatus {
    /// Returns true if a pause has an effect: what is off holds nothing anyway.
    pub fn can_be_paused(&self) -> bool {
        self.enabled && !self.paused
    }

    /// Returns true if [`Request::Warm`](super::Request::Warm) has an effect.
    pub fn can_be_warmed(&self) -> bool {
        self.enabled && !self.paused
    }
}

impl Status {
    /// The same without what changes by itself as time passes.
    pub fn without_times(&self) -> Self {
        let mut status = self.clone();
        status.engine.uptime_s = 0.0;
        status.engine.pause_remaining_s = status.engine.pause_remaining_s.map(|_| 0.0);
        if let Some(measuring) = &mut status.measuring {
            (measuring.elapsed_s, measuring.left_s) = (0.0, 0.0);
        }
        for gpu in &mut status.gpus {
            gpu.phase_s = 0.0;
            for hold in &mut gpu.holds {
                hold.since_s = 0.0;
            }
            if let Some(fault) = &mut gpu.fault {
                fault.retry_in_s = 0.0;
            }
        }
        status
    }
}

/// A measurement of cold against ready that is under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MeasuringStatus {
    /// Which GPU.
    pub gpu: GpuUuid,
    /// The step under way, for people.
    pub text: String,
    /// Seconds since it began.
    pub elapsed_s: f64,
    /// Seconds that it takes at most from now on.
    pub left_s: f64,
}

/// The engine itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EngineStatus {
    /// Version of the program.
    pub version: String,
    /// Its process id.
    pub pid: u32,
    /// True if the GPUs are simulated.
    pub simulated: bool,
    /// The rule for keeping GPUs ready.
    pub mode: Mode,
    /// True if the keepalive is switched on.
    pub enabled: bool,
    /// Seconds since it started.
    pub uptime_s: f64,
    /// The user paused it.
    pub paused: bool,
    /// Seconds until a timed pause ends; `null` without one.
    pub pause_remaining_s: Option<f64>,
    /// Leases held now.
    pub leases: u32,
    /// Connected clients that hold a GPU, or did so since they connected.
    #[serde(default)]
    pub users: u32,
    /// The machine's source of power.
    pub power_source: PowerSource,
    /// The same for people.
    pub text: EngineText,
}

/// One GPU.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct GpuStatus {
    /// Position in the driver's list.
    pub index: u32,
    /// The driver's name for it.
    pub uuid: GpuUuid,
    /// Marketing name.
    pub name: String,
    /// Its place on the PCI bus.
    pub pci_bus_id: PciBusId,
    /// The engine's activity for it.
    pub phase: Phase,
    /// The state and its causes in one line for people.
    pub phase_text: String,
    /// Seconds in this phase.
    pub phase_s: f64,
    /// Every reason that applies while [`Phase::Paused`].
    pub reasons: Vec<PauseReason>,
    /// The state and its causes, for programs.
    pub message: Message,
    /// The hold on the clocks, for programs.
    pub hold: Hold,
    /// The same for people.
    pub text: StatusText,
    /// Colour and shape of the state.
    pub badge: Badge,
    /// Performance state.
    pub pstate: Option<PState>,
    /// SM clock.
    pub sm_clock_mhz: Option<Megahertz>,
    /// SM clock it can reach at most.
    pub sm_clock_max_mhz: Option<Megahertz>,
    /// Memory clock.
    pub memory_clock_mhz: Option<Megahertz>,
    /// The reasons for the present clocks, by NVML's names.
    pub clocks_event_reasons: Vec<String>,
    /// Core temperature.
    pub temperature_c: Option<Celsius>,
    /// Power drawn.
    pub power_w: Option<Watts>,
    /// Share of time in which any kernel ran.
    pub utilization_percent: Option<Percent>,
    /// True if the next request finds it at full speed; `null` when the driver does not report it.
    pub ready: Option<bool>,
    /// Memory.
    pub vram: VramStatus,
    /// The strategy that is held; `null` when nothing is.
    pub strategy: Option<Strategy>,
    /// The strategy by which standing by raises the clocks; `null` while nothing is sensed.
    #[serde(default)]
    pub raises_with: Option<Strategy>,
    /// The statistics of sensing requests.
    #[serde(default)]
    pub wakes: WakeStatistics,
    /// Time between pulses; `null` when none are sent.
    pub pulse_interval_ms: Option<u64>,
    /// Pulses since the engine started.
    pub pulses: u64,
    /// The attempts of the strategy ladder and their results, newest last, as text.
    pub attempts: Vec<String>,
    /// The AI processes that have the GPU open.
    #[serde(default)]
    pub clients: Vec<ClientStatus>,
    /// Who asked for this GPU to be ready, and how.
    #[serde(default)]
    pub holds: Vec<HoldStatus>,
    /// Servers that keep this GPU at full speed by themselves while no request comes; `null` when
    /// there are none.
    #[serde(default)]
    pub loud: Option<LoudStatus>,
    /// The driver's error; `null` when all is well.
    pub fault: Option<FaultStatus>,
    /// The reason why no benchmark can be run now, in a sentence; `null` when one can.
    pub cannot_measure: Option<String>,
}

/// Memory of one GPU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct VramStatus {
    /// All of it.
    pub total_bytes: Option<Bytes>,
    /// Free memory.
    pub free_bytes: Option<Bytes>,
    /// Memory that our driver process holds.
    pub ours_bytes: Option<Bytes>,
}

/// The driver's error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FaultStatus {
    /// For programs.
    pub kind: GpuErrorKind,
    /// The driver's message.
    pub message: String,
    /// The advice.
    pub advice: String,
    /// Seconds until the next attempt.
    pub retry_in_s: f64,
}

/// The cost and benefit of the keepalive today.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EnergyToday {
    /// Watt-hours above rest; `null` when the driver gives neither energy nor power, or as long as
    /// the GPU has not been seen at rest.
    pub today_wh: Option<f64>,
    /// In the user's currency; `null` without a price.
    pub today_cost: Option<f64>,
    /// Requests that arrived at a ready GPU and would have been cold.
    pub cold_starts_avoided_today: u64,
    /// Watt-hours that holding would have cost while it stood by with the clocks down; `null` as
    /// long as the power of this GPU, held or at rest, is not known.
    #[serde(default)]
    pub saved_today_wh: Option<f64>,
    /// The same for people.
    #[serde(default)]
    pub text: EnergyText,
}

/// Energy by day, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EnergyReport {
    /// One entry a calendar day.
    pub days: Vec<EnergyDay>,
    /// The unit of every cost.
    pub currency: String,
}

/// One calendar day in the user's time zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EnergyDay {
    /// The day, as `2026-11-23`.
    pub date: String,
    /// Watt-hours above rest; `null` when they could not be measured.
    pub warm_wh: Option<f64>,
    /// Watt-hours that holding would have cost while it stood by with the clocks down; `null` as
    /// long as the power of this GPU, held or at rest, is not known.
    #[serde(default)]
    pub saved_wh: Option<f64>,
    /// In the user's currency; `null` without a price.
    pub cost: Option<f64>,
    /// Seconds held, summed over the GPUs.
    pub warm_s: f64,
    /// Seconds standing by, summed over the GPUs; those in which a server held the clocks itself
    /// included.
    #[serde(default)]
    pub standby_s: f64,
    /// Requests that arrived at a ready GPU and would have been cold.
    pub cold_starts_avoided: u64,
}

/// The importance of a notice or a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// As it should be.
    Ok,
    /// Good to know.
    Info,
    /// Something does not work as wished.
    Warning,
    /// Something does not work.
    Error,
}

/// Something the user should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Notice {
    /// For programs: stays the same while the cause does.
    pub id: String,
    /// Its importance.
    pub severity: Severity,
    /// For people.
    pub message: String,
}
