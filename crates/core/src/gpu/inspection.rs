use serde::{Deserialize, Serialize};

use crate::units::{Megahertz, Watts};

/// How a GPU is set up: what only a diagnosis asks for. What the driver does not tell is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Inspection {
    /// Whether the driver stays initialised while nobody uses the GPU
    /// (`nvmlDeviceGetPersistenceMode`, Linux only).
    pub persistence_mode: Option<bool>,
    /// The SM clock that somebody set for applications.
    pub applications_clock: Option<Megahertz>,
    /// The one that applies when nobody sets any.
    pub default_applications_clock: Option<Megahertz>,
    /// The power limit in force.
    pub power_limit: Option<Watts>,
    /// The limit that this card was sold with.
    pub default_power_limit: Option<Watts>,
}
