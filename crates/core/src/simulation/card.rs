use std::time::Duration;

use super::{CardModel, faults::refused, reports::Reports};
use crate::{
    Moment,
    gpu::{ComputeProcess, GpuErrorKind, GpuInfo, LeftOut, LeftOutGpu, PowerSource, ProcessLoad},
    host::RuntimePm,
    settings::Strategy,
    units::Joules,
};

mod boost;
mod clocks;
mod process;
mod reading;
mod segment;

pub use process::Performed;

use boost::BoostClient;
use clocks::{Clocks, Drive};
use process::Process;
use segment::Segment;

/// Time from the last close until the device suspends (reported: btop#738).
const SUSPEND_AFTER: Duration = Duration::from_secs(6);

/// The counters of a card, for tests and benchmarks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counters {
    /// Samples that were answered.
    pub samples: u64,
    /// Pulses that ran.
    pub pulses: u64,
    /// Contexts that were opened.
    pub contexts: u64,
    /// True if we have NVML open.
    pub nvml_open: bool,
    /// True if we have a context open.
    pub context_open: bool,
    /// The strategy we hold.
    pub held: Option<Strategy>,
    /// Boost calls that raised the clocks or renewed a boost.
    pub boost_requests: u64,
    /// True if a `hold` process of ours has the driver open.
    pub boost_open: bool,
    /// True if its boost is in force.
    pub boosted: bool,
    /// The time for which it was ready.
    pub ready: Duration,
    /// All energy it drew.
    pub energy: Joules,
}

/// The activity around a card at some moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Environment {
    /// Others with a context: process id and VRAM.
    pub(super) processes: Vec<ComputeProcess>,
    /// The utilization by each of them.
    pub(super) by_process: Vec<ProcessLoad>,
    /// The busiest of them.
    pub(super) utilization: u32,
    /// The context of one of them counts where an open context holds the clocks.
    pub(super) contexts_boost: bool,
    /// One of them keeps the clocks up by its work.
    pub(super) driven: bool,
    pub(super) power_source: PowerSource,
    /// The temperature of the air, when it is not the card's own.
    pub(super) ambient: Option<f64>,
    /// The machine sleeps.
    pub(super) asleep: bool,
    pub(super) hangs: bool,
    /// The driver refuses every boost request.
    pub(super) boost_refused: bool,
    pub(super) sensor_lost: bool,
    pub(super) reports: Reports,
    pub(super) faults: Vec<GpuErrorKind>,
}

/// One card as it is now.
#[derive(Clone, Debug)]
pub(super) struct Card {
    model: CardModel,
    seed: u64,
    around: Environment,
    ours: Process,
    boost: BoostClient,
    clocks: Clocks,
    /// NVML shows raised clocks from then on.
    shown_from: Option<Moment>,
    drive: Option<Drive>,
    /// The time when the clocks fall, unless there is work before.
    falls_at: Option<Moment>,
    /// Number of random numbers drawn.
    draws: u64,
    suspended: bool,
    /// Since when, and how long before that.
    suspended_since: Moment,
    suspended_before: Duration,
    suspends_at: Option<Moment>,
    /// The hardware slows itself down for heat.
    slowed: bool,
    segment: Segment,
    counters: Counters,
}

impl Card {
    /// A card at rest since long ago; suspended if it can.
    pub(super) fn new(model: CardModel, seed: u64, start: Moment) -> Self {
        let watts = if model.runtime_d3 {
            0.0
        } else {
            model.rest_watts
        };
        let ambient = model.ambient;
        let settled = ambient + watts * model.thermal_resistance;
        Self {
            seed: seed ^ u64::from(model.info.index).wrapping_mul(0x9e37_79b9_7f4a_7c15),
            around: Environment::default(),
            ours: Process::default(),
            boost: BoostClient::default(),
            clocks: Clocks::Low,
            shown_from: None,
            drive: None,
            falls_at: None,
            draws: 0,
            suspended: model.runtime_d3,
            suspended_since: start,
            suspended_before: Duration::ZERO,
            suspends_at: None,
            slowed: false,
            segment: Segment::new(&model, start, settled, watts, ambient),
            counters: Counters::default(),
            model,
        }
    }

    pub(super) fn model(&self) -> &CardModel {
        &self.model
    }

    /// The time when something here next changes by itself.
    pub(super) fn next_change(&self) -> Option<Moment> {
        let rises_at = match self.clocks {
            Clocks::Rising(at) => Some(at),
            _ => None,
        };
        let crosses_at = self.segment.crosses_at();
        let expires_at = self.boost.until;
        [
            rises_at,
            self.falls_at,
            self.suspends_at,
            crosses_at,
            expires_at,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Lets everything happen that is due by `now`.
    pub(super) fn change(&mut self, now: Moment) {
        let due = |at: Option<Moment>| at.is_some_and(|at| at <= now);
        if matches!(self.clocks, Clocks::Rising(at) if at <= now) {
            self.clocks = Clocks::High;
        }
        if due(self.falls_at) {
            self.falls_at = None;
            self.clocks = Clocks::Low;
        }
        if due(self.suspends_at) {
            self.suspends_at = None;
            self.suspended = true;
            self.suspended_since = now;
        }
        if due(self.boost.until) {
            self.boost.until = None;
        }
        if due(self.segment.crosses_at()) {
            self.slowed = !self.slowed;
        }
        self.settle(now);
    }

    /// Puts the card into other environment.
    pub(super) fn surround(&mut self, around: Environment, now: Moment) {
        let arrived = around
            .processes
            .iter()
            .any(|new| self.around.processes.iter().all(|old| old.pid != new.pid));
        self.around = around;
        if self.around.asleep || self.has(GpuErrorKind::ContextLost) {
            self.ours.context_dead = self.ours.context.is_some();
        }
        if self.around.asleep {
            self.boost.until = None;
        }
        if self.fault().is_some() {
            self.ours = Process::default();
            self.boost = BoostClient::default();
        }
        if arrived {
            self.work(now);
        }
        self.settle(now);
    }

    /// The driver lists its GPUs: wakes the card and closes it again.
    pub(super) fn discovered(&mut self, now: Moment) -> Result<GpuInfo, LeftOutGpu> {
        let info = self.model.reported_info();
        if let Some(kind) = self.fault() {
            return Err(LeftOutGpu {
                index: info.index,
                name: None,
                why: LeftOut::NotOpened,
                error: refused(kind),
            });
        }
        self.wake(now);
        self.settle(now);
        self.around.reports.info(info)
    }

    /// Returns true if the machine sleeps.
    pub(super) fn is_asleep(&self) -> bool {
        self.around.asleep
    }

    /// Returns true if no call on it is answered now.
    pub(super) fn hangs(&self) -> bool {
        self.around.hangs
    }

    /// Returns true if the next request finds it at full speed, whatever the driver reports.
    pub(super) fn is_ready(&self) -> bool {
        self.reading(self.segment.since())
            .ready(self.model.info.sm_clock_max)
            .unwrap_or(false)
    }

    pub(super) fn runtime_pm(&self) -> RuntimePm {
        match (self.model.runtime_d3, self.suspended) {
            (false, _) => RuntimePm::Unsupported,
            (true, false) => RuntimePm::Active,
            (true, true) => RuntimePm::Suspended,
        }
    }

    /// The time for which it was suspended in all.
    pub(super) fn suspended_for(&self, now: Moment) -> Duration {
        let present = now.since(self.suspended_since);
        self.suspended_before + Some(present).filter(|_| self.suspended).unwrap_or_default()
    }

    pub(super) fn counters(&self, now: Moment) -> Counters {
        Counters {
            nvml_open: self.ours.nvml_open,
            context_open: self.ours.context.is_some(),
            held: self.ours.held,
            boost_open: self.boost.open,
            boosted: self.boost.until.is_some(),
            ready: self.segment.ready_time(now),
            energy: Joules(self.segment.joules(now)),
            ..self.counters
        }
    }

    fn has(&self, kind: GpuErrorKind) -> bool {
        self.around.faults.contains(&kind)
    }

    fn wake(&mut self, now: Moment) {
        self.suspended_before = self.suspended_for(now);
        self.suspended = false;
        self.suspends_at = None;
    }

    /// Brings everything that follows from the rest in line with it.
    fn settle(&mut self, now: Moment) {
        let ours = self.ours.is_open() || self.boost.open;
        let open = ours || !self.around.processes.is_empty();
        if self.model.runtime_d3 && !self.around.asleep {
            if open {
                self.wake(now);
            } else if !self.suspended && self.suspends_at.is_none() {
                self.suspends_at = Some(now + SUSPEND_AFTER);
            }
        }
        let drive = self.drive();
        let before = std::mem::replace(&mut self.drive, drive);
        if before.is_some() != drive.is_some() {
            // Where a context holds the clocks, it does so by a boost of its own.
            let boosts = drive == Some(Drive::Hold) && self.model.context_holds;
            let ramp = if boosts {
                self.model.boost_call
            } else {
                self.model.ramp
            };
            self.raise_within(ramp, now);
        }
        if let (Some(Drive::Hold), None, Some(fall)) = (before, drive, self.model.boost_fall) {
            let up_at = match self.clocks {
                Clocks::Rising(at) => at,
                _ => now,
            };
            self.falls_at = Some(up_at + self.between(fall));
        }
        if self.is_dark() {
            self.clocks = Clocks::Low;
            self.falls_at = None;
        }
        self.segment.turn(
            &self.model,
            now,
            self.watts(),
            self.around.ambient.unwrap_or(self.model.ambient),
            self.slowed,
        );
        let ready = self.is_ready();
        self.segment.set_ready(ready, now);
    }

    /// No current flows: suspended, or off the bus.
    fn is_dark(&self) -> bool {
        self.suspended || self.around.asleep || self.has(GpuErrorKind::GpuLost)
    }
}
