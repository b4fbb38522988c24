//! A GPU: its properties, one sample of it, and its errors.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize};

use crate::units::{Bytes, Celsius, Joules, Megahertz, Percent, Watts};

mod action;
mod circumstance;
mod error;
pub mod holder;
mod list;
pub mod plausible;
mod processes;
mod reasons;

pub use action::{Action, DriverModel, HoldReport, Inspection, Outcome, PcieLink, PulseReport};
pub use circumstance::{Circumstance, DriverHost};
pub use error::{GpuError, GpuErrorKind};
pub use list::{GpuList, LeftOut, LeftOutGpu, none_listed};
pub(crate) use processes::BUSY;
pub use processes::{ComputeProcess, ProcessLoad};
pub use reasons::ClocksEventReasons;

/// The driver's unchanging name of one GPU, such as `GPU-5e2c1a34-…`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(transparent)]
pub struct GpuUuid(pub String);

impl fmt::Display for GpuUuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A PCI address, written as Linux writes it: `0000:01:00.0`.
///
/// NVML pads the domain to eight digits (`00000000:01:00.0`); both forms parse.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "string"))]
#[serde(try_from = "String", into = "String")]
pub struct PciBusId {
    /// PCI domain (segment).
    pub domain: u32,
    /// Bus number.
    pub bus: u8,
    /// Device number, 0 to 31.
    pub device: u8,
    /// Function number, 0 to 7.
    pub function: u8,
}

impl fmt::Display for PciBusId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            domain,
            bus,
            device,
            function,
        } = self;
        write!(f, "{domain:04x}:{bus:02x}:{device:02x}.{function:x}")
    }
}

impl FromStr for PciBusId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || -> Option<Self> {
            let (domain, rest) = text.split_once(':')?;
            let (bus, rest) = rest.split_once(':')?;
            let (device, function) = rest.split_once('.').unwrap_or((rest, "0"));
            Some(Self {
                domain: u32::from_str_radix(domain, 16).ok()?,
                bus: u8::from_str_radix(bus, 16).ok()?,
                device: u8::from_str_radix(device, 16).ok().filter(|n| *n < 32)?,
                function: u8::from_str_radix(function, 16).ok().filter(|n| *n < 8)?,
            })
        };
        parse().ok_or_else(|| format!("“{text}” is not a PCI address such as 0000:01:00.0"))
    }
}

impl TryFrom<String> for PciBusId {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<PciBusId> for String {
    fn from(id: PciBusId) -> Self {
        id.to_string()
    }
}

/// CUDA compute capability, such as 9.0 for Hopper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ComputeCapability {
    /// Architecture generation.
    pub major: u32,
    /// Revision within the generation.
    pub minor: u32,
}

impl ComputeCapability {
    /// The oldest the pulse kernel's PTX is written for: Maxwell.
    pub const MINIMUM: Self = Self { major: 5, minor: 0 };
}

impl fmt::Display for ComputeCapability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// A performance state: 0 is the highest, 15 the lowest (`nvmlPstates_t`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(transparent)]
pub struct PState(u8);

impl PState {
    /// The P-state of that number; `None` above 15 (NVML's 32 means unknown).
    pub const fn new(number: u32) -> Option<Self> {
        if number <= 15 {
            Some(Self(number as u8))
        } else {
            None
        }
    }

    /// 0 to 15.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// Returns true if this is a full-speed state. GeForce cards run CUDA in P2, so P2 counts.
    pub const fn is_full_speed(self) -> bool {
        self.0 <= 2
    }
}

impl fmt::Display for PState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "P{}", self.0)
    }
}

/// The properties of a GPU that do not change while its driver stays loaded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct GpuInfo {
    /// Position in the driver's list, from 0.
    pub index: u32,
    /// The driver's name for it.
    pub uuid: GpuUuid,
    /// Marketing name, such as `NVIDIA GeForce RTX 4090`.
    pub name: String,
    /// Its place on the PCI bus.
    pub pci_bus_id: PciBusId,
    /// All of its memory; `None` when the driver does not report it.
    #[serde(default, deserialize_with = "unknown_or_memory")]
    pub vram_total: Option<Bytes>,
    /// Driver version, such as `580.159.04`.
    pub driver_version: String,
    /// `None` when the driver does not report it.
    pub compute_capability: Option<ComputeCapability>,
    /// The SM clock it can reach at most.
    pub sm_clock_max: Option<Megahertz>,
    /// The temperature at which the hardware begins to slow itself down.
    pub slowdown_temperature: Option<Celsius>,
    /// Bandwidth of its memory in GB/s, from the highest memory clock and the bus's width.
    #[serde(default)]
    pub memory_bandwidth_gbps: Option<u32>,
}

impl GpuInfo {
    /// Returns true if a program's environment determines whether its context raises the clocks of
    /// this GPU.
    pub fn knows_quiet_programs(&self) -> bool {
        crate::quiet::is_read_by(&self.driver_version)
    }

    /// Returns true for a data-centre card, by its name: those of every other line have a word for
    /// it in theirs.
    pub fn is_of_data_centre(&self) -> bool {
        let lines = ["GeForce", "RTX", "GTX", "Quadro", "TITAN"];
        !lines.iter().any(|line| self.name.contains(line))
    }
}

/// Earlier versions wrote 0 for memory that the driver does not report.
fn unknown_or_memory<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Bytes>, D::Error> {
    let memory = Option::<Bytes>::deserialize(from)?;
    Ok(memory.filter(|total| total.0 > 0))
}

/// The machine's source of power.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum PowerSource {
    /// Mains, or a desktop.
    #[default]
    Ac,
    /// The battery.
    Battery,
    /// An adapter too small for this GPU at full power.
    UndersizedAdapter,
}

impl PowerSource {
    /// The worse of two reports: either source may know of a battery that the other misses.
    pub fn worse(self, other: Self) -> Self {
        use PowerSource::*;
        match (self, other) {
            (Battery, _) | (_, Battery) => Battery,
            (UndersizedAdapter, _) | (_, UndersizedAdapter) => UndersizedAdapter,
            (Ac, Ac) => Ac,
        }
    }
}

/// One sample of a GPU. A value that the driver does not support is `None`, never an error.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sample {
    /// Performance state.
    pub pstate: Option<PState>,
    /// Clock of the streaming multiprocessors.
    pub sm_clock: Option<Megahertz>,
    /// Clock of the memory.
    pub memory_clock: Option<Megahertz>,
    /// Core temperature.
    pub temperature: Option<Celsius>,
    /// Power drawn by the board.
    pub power: Option<Watts>,
    /// Energy drawn since the driver loaded (`nvmlDeviceGetTotalEnergyConsumption`).
    pub energy: Option<Joules>,
    /// Share of the last sample period in which any kernel ran, ours included.
    pub utilization: Option<Percent>,
    /// The same for the busiest other process since the last sample, processes that draw left out;
    /// `None` in the first sample and where the driver does not report it.
    pub other_utilization: Option<Percent>,
    /// The same for each process that the driver names; `None` when it was not asked, and where it
    /// does not report it.
    pub process_utilization: Option<Vec<ProcessLoad>>,
    /// Other processes with a compute context; `None` where the driver does not report them.
    pub compute_processes: Option<Vec<ComputeProcess>>,
    /// Other processes that draw, in order. Under Windows most of them are compute processes, too.
    pub drawing: Vec<u32>,
    /// True if the driver names any process at all, ours included. In a container it names none.
    pub names_processes: bool,
    /// The first sample since the driver was opened: utilizations may cover a time of any length
    /// before it.
    pub first: bool,
    /// The reasons for the present clocks.
    pub clocks_event_reasons: Option<ClocksEventReasons>,
    /// Memory that is free.
    pub vram_free: Option<Bytes>,
    /// Memory that our own process holds.
    pub vram_ours: Option<Bytes>,
    /// The GPU's source of power, as reported by the driver.
    pub power_source: Option<PowerSource>,
}

/// Share of the maximum SM clock from which a GPU counts as ready (see [`Sample::ready`]).
///
/// Boost clocks vary with temperature and load: a card at 60 % of its maximum boost has left its
/// idle clocks for good, and the next kernel raises it the rest of the way within milliseconds.
pub const READY_CLOCK_SHARE: f64 = 0.6;

impl Sample {
    /// Returns whether the next request finds this GPU at full speed: P0 to P2 with an SM clock of
    /// at least 60 % of its maximum, or lower only for a reason of heat or power.
    ///
    /// Both are needed: an H200 never leaves P0, not even at 345 MHz. `None` when the driver
    /// reports neither.
    pub fn ready(&self, sm_clock_max: Option<Megahertz>) -> Option<bool> {
        let limited = self.clocks_event_reasons.is_some_and(|r| r.is_limited());
        let clock = self
            .sm_clock
            .zip(sm_clock_max)
            .map(|(now, max)| limited || f64::from(now.0) >= READY_CLOCK_SHARE * f64::from(max.0));
        let pstate = self.pstate.map(PState::is_full_speed);
        match (pstate, clock) {
            (Some(p), Some(c)) => Some(p && c),
            (one, other) => one.or(other),
        }
    }
}
