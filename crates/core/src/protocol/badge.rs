use serde::{Deserialize, Serialize};

/// Colour and shape of a GPU's state, in the order of attention: of several GPUs the greatest is
/// shown. The drawings are `icons/tray/*.svg`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Badge {
    /// Switched off: grey and hollow.
    Off,
    /// Asleep with an unknown P-state: blue-grey with a moon.
    #[default]
    Asleep,
    /// P8 and lower, or asleep: blue-grey, pointing down, with the P-state.
    Low,
    /// Full speed: a green disc with the P-state.
    Full,
    /// Idle, and full speed on the next request: a green ring.
    Standby,
    /// P3 to P7, or full speed is wanted and not reached: an amber square with the P-state.
    Middling,
    /// Paused for any reason but heat: blue-grey with a pause mark.
    Paused,
    /// Paused for heat, or because the temperature is unknown: a red octagon with a pause mark.
    Hot,
    /// The driver refuses: a red triangle with an exclamation mark.
    Fault,
}
