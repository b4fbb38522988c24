//! The part of the ledger about standing by: its learned powers and its counts.

use std::time::Duration;

use jiff::civil::Date;

use super::{
    Interval, Ledger, Reading, baseline, held,
    savings::{self, Savings},
};
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
        self.held.retain(|held| !held.is_outdated(uuid, driver));
        self.drivers.insert(uuid.clone(), driver.to_owned());
    }

    /// Watt-hours that holding would have cost on that day in the time spent standing by with the
    /// clocks down; `None` when there was such time and this GPU's power, held or at rest, is not
    /// known yet.
    pub fn saved_watt_hours(&self, date: Date) -> Option<f64> {
        let all = self.day(date).map_or(&[][..], |day| &day.savings);
        let saved = |one: &Savings| {
            let (gpu, source) = one.gpu();
            let held = self.held_power(gpu, source);
            one.saved(savings::difference(held, self.resting_power(gpu, source)))
        };
        let known: Vec<f64> = all.iter().filter_map(saved).map(|j| j.0).collect();
        let unknown = known.is_empty() && !all.is_empty();
        // Adding onto zero: an empty f64 sum is -0.0.
        let joules = Joules(known.iter().fold(0.0, |sum, joules| sum + joules));
        (!unknown).then(|| joules.watt_hours())
    }

    /// The power learned for this GPU while its clocks are held and no process computes; `None`
    /// while unknown.
    pub fn held_power(&self, uuid: &GpuUuid, power_source: PowerSource) -> Option<Watts> {
        held::find(&self.held, uuid, power_source)?.estimate()
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
        let held = held::find_or_insert(&mut self.held, uuid, source, driver);
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
        self.baseline(uuid, power_source).add(resting);
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
                Savings::of(&mut day.savings, uuid, source).add(half, difference);
            }
        }
    }

    /// Charges the savings that waited for this GPU's power, once both are settled.
    pub(super) fn settle_savings(&mut self, uuid: &GpuUuid, source: PowerSource) {
        let Some(difference) = self.settled_difference(uuid, source) else {
            return;
        };
        for day in self.days.values_mut().chain([&mut self.undated]) {
            let waiting = day.savings.iter_mut();
            let mine = waiting.filter(|one| one.gpu() == (uuid, source));
            mine.for_each(|one| one.settle(difference));
        }
    }

    fn settled_difference(&self, uuid: &GpuUuid, source: PowerSource) -> Option<Watts> {
        let held = held::find(&self.held, uuid, source);
        let resting = baseline::find(&self.baselines, uuid, source);
        savings::difference(held?.settled(), resting?.settled())
    }
}
