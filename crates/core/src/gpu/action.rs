use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use super::Sample;
use crate::{
    settings::Strategy,
    units::{Bytes, Megahertz, Watts},
};

/// One thing to do to one GPU: the whole vocabulary between the engine and a driver process.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Sample its sensors. Opens NVML when it is closed; loads no CUDA.
    Sample,
    /// Read how it is set up. Opens NVML when it is closed; loads no CUDA.
    Inspect,
    /// Hold the clocks by this strategy, instead of an earlier one.
    Hold {
        /// The strategy to use.
        strategy: Strategy,
        /// The pulse's working set is this squared half-precision values.
        matrix_size: u32,
    },
    /// Run the pulse kernel once. Needs [`Strategy::Pulse`] to be held.
    Pulse,
    /// Release everything that holds clocks or VRAM, and libcuda. NVML may stay open.
    Release,
    /// Release NVML as well: afterwards nothing of ours has the GPU open.
    Close,
}

impl Action {
    /// The longest time that the driver may take before its process is killed.
    ///
    /// Waking a suspended GPU takes a second or two; loading CUDA and compiling the kernel for the
    /// first time on a machine took 0.4 s on an H200 and may take ten times that on a slow disk.
    pub const fn deadline(self) -> Duration {
        match self {
            Self::Sample | Self::Inspect => Duration::from_secs(5),
            Self::Hold { .. } => Duration::from_secs(15),
            Self::Pulse | Self::Release | Self::Close => Duration::from_secs(2),
        }
    }
}

/// For the log: `hold with pulses`.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sample => "sample",
            Self::Inspect => "inspect",
            Self::Hold { strategy, .. } => match strategy {
                Strategy::Standby => "stand by",
                Strategy::Boost => "hold with the driver's boost",
                Strategy::PowerMizer => "hold with the driver's performance mode",
                Strategy::Context => "hold with an open context",
                Strategy::Pulse => "hold with pulses",
            },
            Self::Pulse => "pulse",
            Self::Release => "release",
            Self::Close => "close the driver",
        })
    }
}

/// The result of an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The sample that was taken.
    Sampled(Box<Sample>),
    /// Its set-up.
    Inspected(Inspection),
    /// The strategy is in force. The clocks show whether it holds.
    Held(HoldReport),
    /// The pulse ran.
    Pulsed(PulseReport),
    /// Nothing is held any more.
    Released,
    /// Nothing is open any more.
    Closed,
}

/// The resources that holding took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HoldReport {
    /// VRAM that the context took; `None` when there is none or the driver does not report it.
    pub vram: Option<Bytes>,
}

/// The timing of a pulse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PulseReport {
    /// From launch to completion, as the host saw it.
    pub elapsed: Duration,
}

/// The set-up of a GPU, which a diagnosis and a benchmark ask for. A value that the driver does not
/// report is `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Inspection {
    /// True if the driver stays initialised while no process uses the GPU
    /// (`nvmlDeviceGetPersistenceMode`, Linux only).
    pub persistence_mode: Option<bool>,
    /// The SM clock that was set for applications.
    pub applications_clock: Option<Megahertz>,
    /// The default, which applies when none is set.
    pub default_applications_clock: Option<Megahertz>,
    /// The power limit in force.
    pub power_limit: Option<Watts>,
    /// The limit that this card was sold with.
    pub default_power_limit: Option<Watts>,
    /// The version of the video BIOS, such as `96.00.99.00.01`.
    pub vbios: Option<String>,
    /// The link to the machine, now and at most.
    pub pcie: PcieLink,
    /// The kind of driver (`nvmlDeviceGetDriverModel`, Windows only).
    pub driver_model: Option<DriverModel>,
}

/// The PCI Express link of a GPU as its driver reports it. A link at rest may be slower than the
/// same link at work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct PcieLink {
    /// Generation in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u32>,
    /// Lanes in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// The highest generation that this GPU has in this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_generation: Option<u32>,
    /// The lanes that this GPU has in this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_width: Option<u32>,
}

/// The kind of driver that serves a GPU under Windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriverModel {
    /// A display driver: the GPU also draws, and Windows manages its memory.
    Wddm,
    /// A compute driver of NVIDIA's own, of some professional cards.
    Tcc,
}

impl DriverModel {
    /// Its name in the driver's own tools.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wddm => "WDDM",
            Self::Tcc => "TCC",
        }
    }
}
