//! The savings of standing by: the time with the clocks down, and the energy that holding would
//! have drawn in it.

use serde::{Deserialize, Serialize};

use super::day::amount;
use crate::units::{Joules, Watts};

/// The savings of one GPU on one power source in one day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Savings {
    /// Seconds whose savings were charged.
    #[serde(default, deserialize_with = "amount")]
    charged_s: f64,
    /// Energy that holding would have drawn in them above rest.
    #[serde(default, deserialize_with = "amount")]
    charged_j: f64,
    /// Seconds that wait until both powers are known.
    #[serde(default, deserialize_with = "amount")]
    open_s: f64,
}

/// The cost of holding one GPU: the held power less the power at rest, never below zero.
pub(super) fn difference(held: Option<Watts>, resting: Option<Watts>) -> Option<Watts> {
    let (Watts(held), Watts(resting)) = held.zip(resting)?;
    Some(Watts((held - resting).max(0.0)))
}

impl Savings {
    /// Counts time with the clocks down; `settled` is what holding costs, where that is settled.
    pub(super) fn add(&mut self, seconds: f64, settled: Option<Watts>) {
        match settled {
            Some(Watts(watts)) => {
                self.charged_s += seconds;
                self.charged_j += watts * seconds;
            }
            None => self.open_s += seconds,
        }
    }

    /// Counts what was counted in another account of this GPU as well.
    pub(super) fn merge(&mut self, other: &Self) {
        self.charged_s += other.charged_s;
        self.charged_j += other.charged_j;
        self.open_s += other.open_s;
    }

    /// Charges what was waiting.
    pub(super) fn settle(&mut self, watts: Watts) {
        let waiting = std::mem::take(&mut self.open_s);
        self.add(waiting, Some(watts));
    }

    /// The energy saved, with the best estimate of the cost of holding; `None` when nothing is
    /// known.
    pub(super) fn saved(&self, estimate: Option<Watts>) -> Option<Joules> {
        let open = estimate.map(|Watts(watts)| watts * self.open_s);
        match open {
            Some(open) => Some(Joules(self.charged_j + open)),
            None => (self.charged_s > 0.0 || self.open_s == 0.0).then_some(Joules(self.charged_j)),
        }
    }
}
