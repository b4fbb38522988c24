//! The held power: what a GPU draws while its clocks are held and no process computes.
//!
//! Law: every reading of such a GPU is one observation; the last [`MOST_READINGS`] of them are
//! kept, and the held power is their lower quartile. Whatever contaminates a hold (a video, the
//! tail of a request) adds power, so where the quartile errs, it errs low, which understates the
//! saving and never overstates it.
//!
//! It belongs to a driver version: another version may hold at other clocks.

use serde::{Deserialize, Serialize};

use super::baseline::{amounts, lower_quartile};
use crate::units::Watts;

/// Readings kept: a few minutes of holding, or a dozen requests.
const MOST_READINGS: usize = 40;

/// Readings from which on the quartile is charged with; fewer are provisional.
const SETTLED: usize = 8;

/// The learned power of one held GPU with one driver on one power source.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct HeldPower {
    pub(super) driver: String,
    /// Watts of each reading, oldest first.
    #[serde(default, deserialize_with = "amounts")]
    looks_w: Vec<f64>,
}

impl HeldPower {
    /// Takes in a reading.
    pub(super) fn add(&mut self, Watts(power): Watts) {
        if self.looks_w.len() >= MOST_READINGS {
            self.looks_w.remove(0);
        }
        self.looks_w.push(power);
    }

    /// The power to charge with; `None` while there are too few readings.
    pub(super) fn settled(&self) -> Option<Watts> {
        self.estimate().filter(|_| self.looks_w.len() >= SETTLED)
    }

    /// The best that is known, provisional included.
    pub(super) fn estimate(&self) -> Option<Watts> {
        lower_quartile(&self.looks_w)
    }
}
