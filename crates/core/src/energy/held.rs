//! The held power: what a GPU draws while its clocks are held and no process computes.
//!
//! Law: every reading of such a GPU is one observation; the last [`MOST_READINGS`] of them are
//! kept, and the held power is their lower quartile. Whatever contaminates a hold (a video, the
//! tail of a request) adds power, so where the quartile errs, it errs low, which understates the
//! saving and never overstates it.
//!
//! It belongs to a driver version: another version may hold at other clocks.

use serde::{Deserialize, Serialize};

use super::baseline::amounts;
use crate::{
    gpu::{GpuUuid, PowerSource},
    units::Watts,
};

/// Readings kept: a few minutes of holding, or a dozen requests.
const MOST_READINGS: usize = 40;

/// Readings from which on the quartile is charged with; fewer are provisional.
const SETTLED: usize = 8;

/// The learned power of one held GPU with one driver on one power source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct HeldPower {
    gpu: GpuUuid,
    power_source: PowerSource,
    driver: String,
    /// Watts of each reading, oldest first.
    #[serde(default, deserialize_with = "amounts")]
    looks_w: Vec<f64>,
}

impl HeldPower {
    fn new(gpu: &GpuUuid, power_source: PowerSource, driver: &str) -> Self {
        Self {
            gpu: gpu.clone(),
            power_source,
            driver: driver.to_owned(),
            looks_w: Vec::new(),
        }
    }

    /// Returns true if it was learned on that GPU with another driver.
    pub(super) fn is_outdated(&self, gpu: &GpuUuid, driver: &str) -> bool {
        self.gpu == *gpu && self.driver != driver
    }

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
        let mut sorted = self.looks_w.clone();
        sorted.sort_by(f64::total_cmp);
        let quartile = sorted.len().checked_sub(1)? / 4;
        sorted.get(quartile).copied().map(Watts)
    }
}

/// The entry of that GPU on that power source.
pub(super) fn find<'a>(
    all: &'a [HeldPower],
    gpu: &GpuUuid,
    power_source: PowerSource,
) -> Option<&'a HeldPower> {
    all.iter()
        .find(|held| held.gpu == *gpu && held.power_source == power_source)
}

/// The same, begun anew with that driver where there is none.
pub(super) fn find_or_insert<'a>(
    all: &'a mut Vec<HeldPower>,
    gpu: &GpuUuid,
    power_source: PowerSource,
    driver: &str,
) -> &'a mut HeldPower {
    let key = (gpu, power_source);
    let place = all.binary_search_by(|held| (&held.gpu, held.power_source).cmp(&key));
    let index = place.unwrap_or_else(|index| {
        all.insert(index, HeldPower::new(gpu, power_source, driver));
        index
    });
    &mut all[index]
}
