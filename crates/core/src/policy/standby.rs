//! Standing by: nothing is held, requests are sensed, and the clocks are raised for them.

use std::{collections::BTreeSet, time::Duration};

use super::{
    GpuPolicy, Observations,
    holder::{Duty, Holder},
    raising::Raising,
    tail::Tail,
};
use crate::{
    Moment,
    gpu::{
        Sample,
        holder::{HolderAction, Renewal},
    },
    sensor::{
        Advice, Candidate, GpuWork, HoldInstead, LearnedThresholds, Sensed, SensingPause, Sensor,
    },
    settings::{Mode, ReadinessSettings, Settings, Strategy},
    units::Percent,
};

/// NVML shows raised clocks 20 to 110 ms after the call (H200), and they count as late after 250 ms.
const FIRST_SAMPLE: Duration = Duration::from_millis(120);
/// Between two samples while a wake is being judged.
const JUDGING: Duration = Duration::from_millis(250);
/// Between two samples while the clocks are raised.
const RAISED: Duration = Duration::from_secs(1);
/// A lease raises for so long at a time.
const LEASE: Duration = Duration::from_secs(60);
/// The driver's own utilisation of the whole GPU covers at most this time before a sample.
const UTILISATION_PERIOD: Duration = Duration::from_secs(1);
/// Failures of the `hold` process in a row after which the boost counts as refused.
pub(super) const FAILURES: u32 = 3;

/// The memory of standing by for one GPU.
#[derive(Clone, Debug)]
pub(super) struct Standby {
    pub(super) sensor: Sensor,
    pub(super) holder: Holder,
    pub(super) wanted: Duty,
    pub(super) situation: Situation,
    pub(super) raising: Raising,
    /// Processes whose requests cannot be sensed.
    pub(super) hidden: BTreeSet<u32>,
    pub(super) tail: Tail,
    /// The time when the driver's utilization by process was last read: seldom while the GPU is
    /// idle, and the next reading covers the time since then.
    loads_read_at: Option<Moment>,
    pub(super) lease_until: Option<Moment>,
    /// The newest wake found the clocks down.
    pub(super) woke_cold: bool,
    useful_wakes: u64,
    readiness: ReadinessSettings,
    hold_instead: Option<HoldInstead>,
}

/// The reason for the present state of standing by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Situation {
    /// It does not stand by.
    #[default]
    Not,
    /// Requests are sensed, or about to be.
    Sensing,
    /// The clocks are up without us, so there is nothing to sense for.
    UpWithoutUs,
    /// Too many wakes were false.
    Paused(SensingPause),
}

impl Standby {
    pub(super) fn new(learned: LearnedThresholds) -> Self {
        let readiness = ReadinessSettings::default();
        Self {
            sensor: Sensor::new(learned, readiness),
            holder: Holder::default(),
            wanted: Duty::Rest,
            situation: Situation::Not,
            raising: Raising::default(),
            hidden: BTreeSet::new(),
            tail: Tail::default(),
            loads_read_at: None,
            lease_until: None,
            woke_cold: false,
            useful_wakes: 0,
            readiness,
            hold_instead: None,
        }
    }

    /// Returns true if the clocks are raised by us for a request or a lease.
    pub(super) fn is_raised(&self) -> bool {
        self.holder.raised_at().is_some()
    }

    /// The time after the last sample until the next is due, where standing by needs one.
    pub(super) fn sample_after(&self, sampled_at: Moment) -> Option<Duration> {
        let raised_at = self.holder.raised_at();
        if self.sensor.is_judging() {
            let first = raised_at.map(|at| at + FIRST_SAMPLE);
            let first = first.filter(|at| sampled_at < *at);
            return Some(first.map_or(JUDGING, |at| at.since(sampled_at)));
        }
        raised_at.map(|_| RAISED)
    }

    /// Returns true once for each useful wake that found the clocks down: a request that would have
    /// started slowly.
    pub(super) fn take_slow_start_avoided(&mut self) -> bool {
        let useful = self.sensor.useful_wakes();
        let is_new = std::mem::replace(&mut self.useful_wakes, useful) != useful;
        is_new && std::mem::take(&mut self.woke_cold)
    }

    fn take_settings(&mut self, settings: &Settings) {
        let readiness = settings.readiness;
        self.raising.take_settings(settings);
        if readiness != self.readiness {
            self.readiness = readiness;
            self.raising.try_again();
            self.sensor.set_readiness(readiness);
            self.sensor.try_again();
            self.hold_instead = None;
        }
    }

    /// Follows a new sample. Returns what is to be done about it, if anything is.
    pub(super) fn take_sample(&mut self, at: Moment, sample: &Sample, ready: Option<bool>) {
        let from = match sample.process_utilization {
            // The time that the first reading covers is not known.
            Some(_) => self.loads_read_at.replace(at).unwrap_or(Moment::ORIGIN),
            None => at - UTILISATION_PERIOD,
        };
        if !matches!(self.holder.duty(), Duty::Sense { .. }) {
            return;
        }
        self.sensor.clocks(at, ready);
        let loads: Option<Vec<(u32, Percent)>> = sample
            .process_utilization
            .as_ref()
            .map(|loads| loads.iter().map(|load| (load.pid, load.percent)).collect());
        let work = GpuWork {
            from,
            to: at,
            processes: loads.as_deref(),
            gpu: sample.utilization,
        };
        let linger = self.readiness.linger;
        match self.sensor.work(&work) {
            Some(Advice::Stay) => self.holder.run(HolderAction::Stay { lasting: linger }),
            Some(Advice::ReleaseFalse) => {
                self.holder.run(HolderAction::Release { false_wake: true });
            }
            Some(Advice::Release) if self.lease_until.is_none() => {
                self.holder.run(HolderAction::Release { false_wake: false });
            }
            Some(Advice::Raise) => self.holder.run(HolderAction::Raise { lasting: linger }),
            Some(Advice::Release) | None => {}
        }
        self.holder.run(HolderAction::Report);
    }

    /// Raises for a lease, and releases when the last has ended.
    fn follow_leases(&mut self, leases: u32, now: Moment) {
        if !matches!(self.holder.duty(), Duty::Sense { .. }) {
            self.lease_until = None;
        } else if leases > 0 {
            let soon = |until: Moment| until.since(now) < LEASE / 2;
            if self.lease_until.is_none_or(soon) {
                self.lease_until = Some(now + LEASE);
                self.sensor.raised_otherwise();
                self.holder.run(HolderAction::Raise { lasting: LEASE });
            }
        } else if self.lease_until.take().is_some() {
            self.holder.run(HolderAction::Release { false_wake: false });
        }
    }
}

impl GpuPolicy {
    /// Updates standing by. Returns true if requests of this GPU's processes are sensed, or the clocks are held for
    /// them.
    pub(super) fn stand_by(&mut self, seen: &Observations<'_>, now: Moment) -> bool {
        self.standby.take_settings(seen.settings);
        let candidates = self.candidates(seen);
        let pids: BTreeSet<u32> = candidates.iter().map(|one| one.pid).collect();
        self.standby.hidden.retain(|pid| pids.contains(pid));
        let sensable = !candidates.is_empty() && self.standby.hidden.is_empty();
        self.standby.sensor.watch(&candidates);
        let allowed = sensable && self.may_stand_by(seen);
        if allowed {
            self.leave_late_strategy(now);
        }
        let standby = &mut self.standby;
        let sensed = standby.sensor.sensed(now);
        let mut failed = false;
        standby.situation = match &sensed {
            _ if !allowed => Situation::Not,
            Sensed::Hold(reason) => {
                failed = standby.hold_instead.replace(*reason) != Some(*reason);
                Situation::Not
            }
            Sensed::Pause(pause) => Situation::Paused(*pause),
            Sensed::Watch(_) if up_without_us(standby, self.clocks_up, now) => {
                Situation::UpWithoutUs
            }
            Sensed::Watch(_) => Situation::Sensing,
        };
        self.standby_duty = match (standby.situation, sensed, standby.raising.with()) {
            (Situation::Sensing, Sensed::Watch(processes), Some(with)) => {
                Duty::Sense { processes, with }
            }
            _ => Duty::Rest,
        };
        let stands_by = standby.situation != Situation::Not;
        if let (true, Some(reason)) = (failed, self.standby.hold_instead) {
            self.governor().standby_fails(reason);
        }
        stands_by
    }

    /// The settings and what is known of this GPU allow it.
    fn may_stand_by(&self, seen: &Observations<'_>) -> bool {
        let settings = seen.settings;
        let chosen = match settings.strategy.fixed() {
            None => !settings.strategy_exclude.contains(&Strategy::Standby),
            Some(fixed) => fixed == Strategy::Standby,
        };
        let held = seen.warm_until.is_some() || seen.held_for.is_some();
        let raises = self.standby.raising.with().is_some();
        chosen && !held && seen.switches.mode != Mode::Always && raises
    }

    /// The processes whose requests are meant: AI processes that have the GPU open, and in mode
    /// `while_loaded` every other that computes on it.
    fn candidates(&self, seen: &Observations<'_>) -> Vec<Candidate> {
        let clients = self.clients(seen.host).map(|process| Candidate {
            pid: process.pid,
            started: process.started.unwrap_or_default(),
            program: process.name.clone(),
        });
        clients.collect()
    }

    /// Shows a new sample to the sensor.
    pub(super) fn show_sensor(&mut self, at: Moment, ready: Option<bool>) {
        self.clocks_up = ready;
        if !self.standby.is_raised() {
            self.standby.tail.take_clocks(at, ready);
        }
        if let Some((_, sample)) = self.history.timed_sample() {
            self.standby.take_sample(at, sample, ready);
        }
    }

    /// Sets the duty of the `hold` process after a decision to stand by, to boost, or neither.
    pub(super) fn set_duty(&mut self, strategy: Option<Strategy>, leases: u32, now: Moment) {
        self.standby.wanted = match strategy {
            Some(Strategy::Standby) => self.standby_duty.clone(),
            Some(Strategy::Boost) => Duty::Boost(self.renewal()),
            _ => Duty::Rest,
        };
        self.standby.follow_leases(leases, now);
    }

    fn renewal(&self) -> Renewal {
        self.governors
            .get(&self.source)
            .map_or_else(Renewal::default, |governor| governor.renewal())
    }

    /// The next command for the `hold` process; one at a time.
    pub fn holder_command(&mut self, now: Moment) -> Option<crate::gpu::holder::HolderCommand> {
        let standby = &mut self.standby;
        let linger = standby.readiness.linger;
        standby.holder.command(&standby.wanted, linger, now)
    }

    /// Returns true if the `hold` process has nothing open.
    pub fn holder_is_closed(&self) -> bool {
        self.standby.holder.is_closed()
    }

    /// The wakes of this GPU.
    pub fn sensor(&self) -> &Sensor {
        &self.standby.sensor
    }

    /// The time when standing by has something to do by itself.
    pub(super) fn standby_wake(&self, now: Moment) -> Option<Moment> {
        let lease = self.standby.lease_until.map(|until| until - LEASE / 2);
        let pause = match self.standby.situation {
            Situation::Paused(pause) => Some(pause.until),
            _ => None,
        };
        let waits = self.standby.wanted != *self.standby.holder.duty();
        let retry = self.standby.holder.retry_at().filter(|_| waits);
        let renewal = self.standby.holder.renews_at().filter(|_| !waits);
        let times = [lease, pause, retry, renewal].into_iter().flatten();
        times.filter(|at| *at > now).min()
    }
}

pub(super) fn up_without_us(standby: &Standby, clocks_up: Option<bool>, now: Moment) -> bool {
    let own = standby.is_raised() || standby.tail.covers(now);
    !own && clocks_up == Some(true)
}
