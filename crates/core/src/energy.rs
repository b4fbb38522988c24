//! The ledger: what keeping GPUs ready cost, by day, and what it brought.
//!
//! # What is counted
//! The energy a GPU drew above its resting baseline while our hold was in force and no other
//! process computed. Between two readings of a GPU that is
//!
//! ```text
//! drawn − baseline × time
//! ```
//!
//! - `drawn` is the difference of the driver's energy counter where both readings have one, and
//!   otherwise the mean of the two powers times the time between them (the trapezoid rule), which
//!   the counter's next reading corrects (`energy/span.rs`).
//! - `baseline` is learned for each GPU and power source while the GPU rests: the lower quartile of
//!   the last 40 half minutes of rest (the law and its bounds are in `energy/baseline.rs`).
//! - What a GPU draws while another process computes is that process's: the time counts as held,
//!   nothing of the energy as ours. A stretch counts as computing when either end does.
//! - The tail after a hold, while the clocks come down by themselves, is not counted: the user's
//!   own work would have left the same one.
//! - A stretch longer than [`MAX_GAP`], or over which the counter went back (the driver was loaded
//!   anew), is not counted at all.
//!
//! # While the baseline is unknown
//! The energy is remembered apart, and the day is `null` rather than a number that would contain
//! the GPU's own rest. The first sample of the GPU at rest makes it a number, the first half minute
//! of rest settles it, on earlier days too. The baseline outlives the engine, so this happens once
//! for each GPU and power source.
//!
//! # What standing by saved
//! With the `standby` strategy nothing is held, so there is also something that was *not* drawn:
//!
//! ```text
//! (held − baseline) × time standing by with the clocks down
//! ```
//!
//! `held` is what this GPU draws held with no process computing, learned with each driver from the
//! readings of holds and from the seconds for which the clocks stay up after a request
//! (`energy/held.rs`). Nothing is saved while a server holds the clocks itself, although the GPU
//! stands by then, too. As long as `held` or `baseline` is unknown the time is remembered apart,
//! and the day is `null`.
//!
//! # Sums
//! Noise around the baseline may make a stretch negative. It is kept with its sign, so that noise
//! cancels out, and a GPU's sum of a day is then never taken for less than zero. GPUs are added
//! up, time included: two GPUs held for an hour are two hours. A day on which only some of it
//! could be measured shows what could.

use std::{collections::BTreeMap, fmt, time::Duration};

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    Moment,
    gpu::{GpuUuid, PowerSource},
    protocol::{EnergyDay, EnergyReport, EnergyText, EnergyToday},
    units::{Joules, Watts},
};

mod baseline;
mod by_gpu;
mod calendar;
mod day;
mod held;
mod interval;
mod savings;
mod span;
mod standby;
#[cfg(test)]
mod tests;

pub use calendar::{FIRST_DAY, SETTLED_AFTER};

use baseline::Baseline;
use by_gpu::ByGpu;
use calendar::WallClock;
use day::Day;
use held::HeldPower;
use interval::Interval;
use span::Span;

/// Days with something on them that are kept, today included; see `energy/calendar.rs`.
pub const KEPT_DAYS: u32 = 90;

/// The longest time between two readings that is counted.
///
/// Twice the longest pulse interval: one reading may be missed. Longer is a suspended machine, a
/// hung driver or a stopped engine, of which the power is not known.
pub const MAX_GAP: Duration = Duration::from_secs(120);

/// One sample of a GPU, as far as energy goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// The time of the sample.
    pub at: Moment,
    /// The day in the user's time zone.
    pub date: Date,
    /// The driver's counter. `None` where there is none.
    pub energy: Option<Joules>,
    /// Power drawn. `None` where the driver does not report it.
    ///
    /// A GPU suspended in runtime D3 has its power cut and must not be asked: that is 0 W.
    pub power: Option<Watts>,
    /// The machine's source of power.
    pub power_source: PowerSource,
    /// Our hold is in force from this reading on: what was decided upon it included.
    pub held: bool,
    /// At this reading the GPU was at rest: not held, no process computing, clocks down.
    pub resting: bool,
    /// Another process computed, or held a lease, in the time up to this reading.
    pub others_busy: bool,
    /// It stands by from this reading on: requests are sensed, or a server holds the clocks itself.
    pub standing_by: bool,
    /// At this reading our hold had the clocks up, and no process computed.
    pub holding: bool,
}

/// The cost and benefit of keeping GPUs ready, for the last [`KEPT_DAYS`] days.
///
/// It serialises to a versioned file; see [`Ledger::VERSION`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ledger {
    version: Version,
    days: BTreeMap<Date, Day>,
    /// The day for what was counted while the wall clock was not set.
    #[serde(skip_serializing_if = "Day::is_empty")]
    undated: Day,
    baselines: ByGpu<Baseline>,
    held: ByGpu<HeldPower>,
    /// The driver of each GPU, as long as the engine runs.
    #[serde(skip)]
    drivers: BTreeMap<GpuUuid, String>,
    /// Since which reading a GPU's readings are of a hold alone.
    #[serde(skip)]
    holding_since: BTreeMap<GpuUuid, Moment>,
    #[serde(skip)]
    wall_clock: WallClock,
    /// Moments mean nothing after a restart, so this is not kept.
    #[serde(skip)]
    last: BTreeMap<GpuUuid, Reading>,
    #[serde(skip)]
    spans: BTreeMap<GpuUuid, Span>,
}

impl Ledger {
    /// Version of the file, raised only when an older program would misread it.
    ///
    /// Unknown keys are ignored and absent ones take their default, so additions need no new
    /// version. A newer version is refused: the caller sets that file aside and begins anew.
    pub const VERSION: u32 = 1;

    /// Counts from the previous reading of this GPU to this one.
    ///
    /// A reading older than the previous one is ignored; one of the same moment only updates what
    /// is held from then on.
    pub fn observe(&mut self, uuid: &GpuUuid, reading: Reading) {
        let reading = reading.checked();
        self.enter(reading.date, reading.at);
        let previous = self.last.get(uuid).copied();
        match previous {
            Some(p) if reading.at < p.at => return,
            Some(p) if reading.at == p.at => {
                self.last.insert(uuid.clone(), reading.with_meters_of(&p));
                return;
            }
            _ => self.last.insert(uuid.clone(), reading),
        };
        if reading.resting && previous.is_none_or(|p| !p.held) {
            let baseline = self.baselines.of(uuid, reading.power_source);
            baseline.add(reading.power);
        }
        self.learn_held(uuid, &reading);
        let interval = previous.and_then(|p| Interval::between(&p, &reading));
        if let Some(interval) = interval.as_ref().filter(|i| i.standing_by) {
            self.stand_by(uuid, interval);
        }
        match &interval {
            Some(interval) if interval.resting => self.learn(uuid, interval),
            Some(interval) if interval.held => self.charge(uuid, interval),
            _ => {}
        }
        self.correct(uuid, interval.as_ref(), &reading);
    }

    /// Forgets the latest readings: nothing is counted up to the next one of each GPU.
    ///
    /// For a machine about to suspend, and for a GPU that was lost.
    pub fn interrupt(&mut self) {
        self.last.clear();
        self.spans.clear();
        self.holding_since.clear();
    }

    /// Counts a request that arrived at a ready GPU and would have been cold.
    pub fn cold_start_avoided(&mut self, date: Date) {
        let count = &mut self.day_mut(date).cold_starts_avoided;
        *count = count.saturating_add(1);
    }

    /// Watt-hours above rest on that day; `None` when the GPUs were held but nothing of it could
    /// be measured, or their resting baseline is not known yet.
    pub fn watt_hours(&self, date: Date) -> Option<f64> {
        let Some(day) = self.day(date) else {
            return Some(0.0);
        };
        day.above_rest(&self.baselines).map(Joules::watt_hours)
    }

    /// Its cost and benefit on that day.
    pub fn today(&self, date: Date, price_per_kwh: Option<f64>) -> EnergyToday {
        let day = self.entry(date, price_per_kwh);
        EnergyToday {
            today_wh: day.warm_wh,
            today_cost: day.cost,
            cold_starts_avoided_today: day.cold_starts_avoided,
            saved_today_wh: day.saved_wh,
            text: EnergyText::default(),
        }
    }

    /// The last `days` days up to `today`, oldest first.
    ///
    /// Days without anything are there with zeros, so that a chart has no holes; days before the
    /// first one recorded are not.
    pub fn report(
        &self,
        days: u32,
        today: Date,
        price_per_kwh: Option<f64>,
        currency: &str,
    ) -> EnergyReport {
        let wanted = days.min(KEPT_DAYS);
        let first = self.days.keys().next().copied();
        let today = self.last_day(today);
        let days = first.into_iter().flat_map(|first| {
            (0..wanted)
                .rev()
                .map(|back| today.saturating_sub(i64::from(back).days()))
                .filter(move |date| *date >= first)
        });
        EnergyReport {
            days: days.map(|date| self.entry(date, price_per_kwh)).collect(),
            currency: currency.to_owned(),
        }
    }

    /// Returns true if that day has cost `budget_wh` watt-hours or more, as far as is known.
    pub fn budget_spent(&self, date: Date, budget_wh: f64) -> bool {
        self.watt_hours(date).unwrap_or(0.0) >= budget_wh
    }

    /// The resting power learned for this GPU on this power source; `None` while unknown.
    pub fn resting_power(&self, uuid: &GpuUuid, power_source: PowerSource) -> Option<Watts> {
        self.baselines.get(uuid, power_source)?.estimate()
    }

    fn entry(&self, date: Date, price_per_kwh: Option<f64>) -> EnergyDay {
        let day = self.day(date);
        let warm_wh = self.watt_hours(date);
        EnergyDay {
            date: date.to_string(),
            warm_wh,
            saved_wh: self.saved_watt_hours(date),
            cost: warm_wh.zip(price_per_kwh).map(|(wh, p)| wh / 1000.0 * p),
            warm_s: day.map_or(0.0, |day| day.warm_s),
            standby_s: day.map_or(0.0, |day| day.standby_s),
            cold_starts_avoided: day.map_or(0, |day| day.cold_starts_avoided),
        }
    }

    fn learn(&mut self, uuid: &GpuUuid, interval: &Interval) {
        let baseline = self.baselines.of(uuid, interval.power_source);
        let was_known = baseline.settled().is_some();
        if let Some(drawn) = interval.drawn {
            baseline.learn(drawn, interval.seconds);
        }
        let known = baseline.settled().filter(|_| !was_known);
        if let Some(resting) = known {
            for day in self.days.values_mut().chain([&mut self.undated]) {
                day.settle(uuid, interval.power_source, resting);
            }
            self.settle_savings(uuid, interval.power_source);
        }
    }

    /// Corrects by the counter what the stretches since its last reading were charged.
    fn correct(&mut self, uuid: &GpuUuid, interval: Option<&Interval>, reading: &Reading) {
        let span = self.spans.remove(uuid);
        let span = span.zip(interval).and_then(|(span, i)| span.with(i));
        let Some(counter) = reading.energy else {
            self.spans.extend(span.map(|span| (uuid.clone(), span)));
            return;
        };
        if let Some((source, correction)) = span.and_then(|span| span.correction(counter)) {
            let day = self.day_mut(reading.date);
            day.correct(uuid, source, correction);
        }
        let span = Span::from(counter, reading.power_source);
        self.spans.insert(uuid.clone(), span);
    }

    /// Charges the stretch between two readings. Where they are of different days, midnight lies
    /// somewhere between them: each day gets one half, which is wrong by half of [`MAX_GAP`] at
    /// most.
    fn charge(&mut self, uuid: &GpuUuid, interval: &Interval) {
        let baseline = self.baselines.get(uuid, interval.power_source);
        let resting = baseline.and_then(Baseline::settled);
        let (from, to) = interval.dates;
        let halves = interval.halves();
        for (date, part) in [(from, &halves), (to, &halves)] {
            self.day_mut(date).charge(uuid, part, resting);
        }
    }
}

/// The version of a ledger's file.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "u32")]
struct Version(u32);

impl Default for Version {
    fn default() -> Self {
        Self(Ledger::VERSION)
    }
}

impl TryFrom<u32> for Version {
    type Error = NewerVersion;
    fn try_from(version: u32) -> Result<Self, NewerVersion> {
        if version > Ledger::VERSION {
            return Err(NewerVersion(version));
        }
        Ok(Self::default())
    }
}

struct NewerVersion(u32);

impl fmt::Display for NewerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the energy record was written by a newer GPU Keepalive (version {}, this one reads {})",
            self.0,
            Ledger::VERSION
        )
    }
}

impl Reading {
    /// Without meter values that no meter can show.
    fn checked(self) -> Self {
        let sound = |value: f64| value.is_finite() && value >= 0.0;
        Self {
            energy: self.energy.filter(|energy| sound(energy.0)),
            power: self.power.filter(|power| sound(power.0)),
            ..self
        }
    }

    fn with_meters_of(self, earlier: &Self) -> Self {
        Self {
            energy: earlier.energy.or(self.energy),
            power: earlier.power.or(self.power),
            ..self
        }
    }
}
