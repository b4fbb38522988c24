//! The part of the ledger about standing by: its learned powers and its counts.

use std::time::Duration;

use jiff::civil::Date;

use super::{HeldPower, Interval, Ledger, Reading, by_gpu::Entry, day::sum_of_known, savings};
use crate::{
    gpu::{GpuUuid, PowerSource},
    units::{Joules, Watts},
};

/// A driver's power is a mean over one second where it is no momentary value (nvml.h,
/// `nvmlDeviceGetPowerUsage`), so what is read sooner after a request may contain some of it.
const POWER_PERIOD: Duration = Duration::from_secs(1);

impl Ledger {
    /// Sets the driver that a GPU runs with. The held power learned with another one is forgotten.
    pub fn set_driver(&mut self, uuid: &GpuUuid, driver: &str) {
        let outdated = |one: &Entry<HeldPower>| one.gpu == *uuid && one.record.driver != driver;
        self.held.retain(|one| !outdated(one));
        self.drivers.insert(uuid.clone(), driver.to_owned());
    }

    /// Watt-hours that holding would have cost on that day in the time spent standing by with the
    /// clocks down; `None` when there was such time and this GPU's power, held or at rest, is not
    /// known yet.
    pub fn saved_watt_hours(&self, date: Date) -> Option<f64> {
        let Some(day) = self.day(date) else {
            return Some(0.0);
        };
        let saved = sum_of_known(&day.savings, |one| {
            let held = self.held_power(&one.gpu, one.power_source);
            let resting = self.resting_power(&one.gpu, one.power_source);
            one.record.saved(savings::difference(held, resting))
        });
        saved.map(Joules::watt_hours)
    }

    /// The power learned for this GPU while its clocks are held and no process computes; `None`
    /// while unknown.
    pub fn held_power(&self, uuid: &GpuUuid, power_source: PowerSource) -> Option<Watts> {
        self.held.get(uuid, power_source)?.estimate()
    }

    /// Learns from a reading what this GPU draws while it is held.
    pub(super) fn learn_held(&mut self, uuid: &GpuUuid, reading: &Reading) {
        if !reading.holding || reading.others_busy {
            self.holding_since.remove(uuid);
            return;
        }
        let since = *self.holding_since.entry(uuid.clone()).or_insert(reading.at);
        let Some(power) = reading.power else { return };
        if reading.at.since(since) < POWER_PERIOD {
            return;
        }
        self.add_held(uuid, reading.power_source, power);
    }

    fn add_held(&mut self, uuid: &GpuUuid, source: PowerSource, power: Watts) {
        let driver = self.drivers.get(uuid).map_or("", String::as_str);
        let held = self.held.of(uuid, source);
        if held.driver.is_empty() {
            driver.clone_into(&mut held.driver);
        }
        let was_settled = held.settled().is_some();
        held.add(power);
        if !was_settled {
            self.settle_savings(uuid, source);
        }
    }

    /// Takes in what a benchmark measured on this GPU, as a first reading of each power that is not
    /// known yet.
    pub fn take_benchmark(
        &mut self,
        uuid: &GpuUuid,
        power_source: PowerSource,
        held: Option<Watts>,
        resting: Option<Watts>,
    ) {
        self.baselines.of(uuid, power_source).add(resting);
        if let Some(held) = held.filter(|_| self.held_power(uuid, power_source).is_none()) {
            self.add_held(uuid, power_source, held);
        }
    }

    /// Counts a stretch of standing by, half of it for each day that it touches.
    pub(super) fn stand_by(&mut self, uuid: &GpuUuid, interval: &Interval) {
        let (from, to) = interval.dates;
        let source = interval.power_source;
        let difference = self.settled_difference(uuid, source);
        for date in [from, to] {
            let day = self.day_mut(date);
            let half = interval.seconds / 2.0;
            day.standby_s += half;
            if interval.rested {
                day.savings.of(uuid, source).add(half, difference);
            }
        }
    }

    /// Charges the savings that waited for this GPU's power, once both are settled.
    pub(super) fn settle_savings(&mut self, uuid: &GpuUuid, source: PowerSource) {
        let Some(difference) = self.settled_difference(uuid, source) else {
            return;
        };
        for day in self.days.values_mut().chain([&mut self.undated]) {
            if let Some(waiting) = day.savings.get_mut(uuid, source) {
                waiting.settle(difference);
            }
        }
    }

    fn settled_difference(&self, uuid: &GpuUuid, source: PowerSource) -> Option<Watts> {
        let held = self.held.get(uuid, source);
        let resting = self.baselines.get(uuid, source);
        savings::difference(held?.settled(), resting?.settled())
    }
}
