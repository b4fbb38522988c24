use serde::{Deserialize, Serialize};

use crate::units::{Megahertz, Watts};

/// The set-up of a GPU, which only a diagnosis asks for. A value that the driver does not report is
/// `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
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
}
