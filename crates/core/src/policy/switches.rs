use serde::{Deserialize, Serialize};

use crate::{Moment, settings::Mode};

/// The user's switches, which the settings do not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switches {
    /// The keepalive is on.
    pub enabled: bool,
    /// The rule for keeping GPUs ready.
    pub mode: Mode,
    /// A pause the user asked for.
    pub pause: Pause,
}

/// A pause the user asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pause {
    /// None.
    #[default]
    No,
    /// Until that moment.
    Until(Moment),
    /// Until resumed.
    Indefinitely,
}

impl Pause {
    /// Returns true while it is in force.
    pub fn is_on(self, now: Moment) -> bool {
        match self {
            Self::No => false,
            Self::Until(end) => now < end,
            Self::Indefinitely => true,
        }
    }
}
