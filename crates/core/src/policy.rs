//! What to do for one GPU, given everything that was seen and the time.
//!
//! Level-triggered: [`GpuPolicy::step`] looks at everything it knows and decides again, so a lost
//! message can delay a decision but never falsify it. It cannot fail: errors come in through
//! [`GpuPolicy::done`] as observations like any other.
//!
//! A step yields at most one [`Action`]. The engine performs it, reports what came of it, and steps
//! again; when there is nothing to do it sleeps until [`Step::wake_at`] or until something changes.

mod clients;
mod demand;
mod governor;
mod inhibitor;
mod interval;
mod measuring;
mod record;
mod schedule;
#[cfg(test)]
mod tests;
mod words;

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{
    Moment,
    gpu::{Action, GpuError, GpuInfo, Outcome, PowerSource, Sample},
    host::{HostSample, RuntimePm},
    protocol::{PauseReason, Phase},
    settings::{Mode, Settings, Strategy},
};

pub use demand::{DemandReason, others_computing, somebody_computing};
pub use governor::{Governor, Learned, Verdict};
pub use inhibitor::thermal_limit;
pub use interval::{FALL_FACTOR, GROWTH, IntervalLaw};
pub use record::{Fault, GpuRecord};

/// What the user switched, as opposed to set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switches {
    /// The keepalive is on.
    pub enabled: bool,
    /// When GPUs are kept warm.
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
    /// Whether it is in force.
    pub fn is_on(self, now: Moment) -> bool {
        match self {
            Self::No => false,
            Self::Until(end) => now < end,
            Self::Indefinitely => true,
        }
    }
}

/// Everything a decision depends on that the policy does not keep itself.
#[derive(Clone, Copy, Debug)]
pub struct Observations<'a> {
    /// The GPU.
    pub gpu: &'a GpuInfo,
    /// What the user set.
    pub settings: &'a Settings,
    /// What the user switched.
    pub switches: Switches,
    /// Leases held now, by anyone.
    pub leases: u32,
    /// When a lease last ended.
    pub lease_ended: Option<Moment>,
    /// Until when the user asked for a warm GPU.
    pub warm_until: Option<Moment>,
    /// The machine.
    pub host: &'a HostSample,
    /// The machine is about to suspend, or has just resumed and its driver is not to be trusted.
    pub suspended: bool,
    /// The energy budget of the day is spent.
    pub budget_spent: bool,
    /// Somebody follows every change, in the window or a terminal.
    pub watched: bool,
    /// This GPU is being measured, or about to be: nothing of ours may have it open.
    pub measuring: bool,
}

/// What was decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The phase the GPU is in.
    pub phase: Phase,
    /// Every reason that applies while paused, in a fixed order.
    pub reasons: Vec<PauseReason>,
    /// What calls for a warm GPU; `None` when nothing does.
    pub demand: Option<DemandReason>,
    /// What is to be done now; `None` when there is nothing.
    pub action: Option<Action>,
    /// Time between pulses, while they are sent.
    pub interval: Option<Duration>,
    /// The phase and its cause, for people.
    pub text: String,
    /// Why it cannot be measured now, for people; `None` when it can.
    pub cannot_measure: Option<String>,
}

/// Something worth telling that is not a state.
#[derive(Clone, Debug, PartialEq)]
pub enum PolicyEvent {
    /// Another process began to compute, or a lease began.
    RequestArrived {
        /// How long the GPU had no work before.
        rest: Duration,
        /// Whether our hold had it ready.
        kept_ready: bool,
    },
    /// The strategy ladder or the governor learned something, in plain words.
    Attempt(String),
}

/// One decision and when to look again.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What was decided.
    pub decision: Decision,
    /// What happened on the way.
    pub events: Vec<PolicyEvent>,
    /// When to step again even if nothing changes; `None` for not before something does.
    pub wake_at: Option<Moment>,
}

/// The policy of one GPU: demand, inhibitors, and a governor for each power source.
#[derive(Clone, Debug)]
pub struct GpuPolicy {
    record: GpuRecord,
    demand: demand::Demand,
    inhibitor: inhibitor::Inhibitor,
    governors: BTreeMap<PowerSource, Governor>,
    source: PowerSource,
    auto: bool,
    busy_fell: bool,
    quiet_since: Option<Moment>,
    judged: Option<Moment>,
}

/// Time without anybody's computing after which a computation counts as over.
///
/// Tokens of one answer come at most a second or two apart, even on a model that is mostly on the
/// CPU; ten seconds keep one answer one computation.
const COMPUTATION_OVER: Duration = Duration::from_secs(10);

impl GpuPolicy {
    /// A policy that remembers what was learned about this GPU and driver, by power source.
    pub fn new(learned: impl IntoIterator<Item = (PowerSource, Learned)>) -> Self {
        Self {
            record: GpuRecord::default(),
            demand: demand::Demand::default(),
            inhibitor: inhibitor::Inhibitor::default(),
            governors: learned
                .into_iter()
                .map(|(source, learned)| (source, Governor::new(learned)))
                .collect(),
            source: PowerSource::Ac,
            auto: true,
            busy_fell: false,
            quiet_since: None,
            judged: None,
        }
    }

    /// What was seen of the GPU and done to it.
    pub fn record(&self) -> &GpuRecord {
        &self.record
    }

    /// What was learned so far, to be kept across restarts.
    pub fn learned(&self) -> impl Iterator<Item = (PowerSource, Learned)> + '_ {
        self.governors
            .iter()
            .map(|(source, governor)| (*source, governor.learned()))
    }

    /// Takes in what came of an action.
    ///
    /// A strategy that the GPU refuses is no fault while there is another one to try.
    pub fn done(&mut self, action: Action, result: Result<Outcome, GpuError>, now: Moment) {
        if let (
            Action::Hold {
                strategy: Strategy::PowerMizer,
                ..
            },
            Err(error),
            true,
        ) = (action, &result, self.auto)
        {
            self.governor().refused(Strategy::PowerMizer, error);
            self.record.refused_without_fault();
            return;
        }
        self.record.done(action, result, now);
    }

    /// Decides what to do now.
    pub fn step(&mut self, seen: &Observations<'_>, now: Moment) -> Step {
        let mut events = Vec::new();
        self.take_source(seen, now);
        self.auto = seen.settings.strategy.fixed().is_none();
        self.judge(seen, now);
        let demand = self.demand.update(seen, &self.record, now, &mut events);
        let plan = self.governors[&self.source].plan(seen.settings, self.busy_fell);
        let needs_vram = plan.strategy != Strategy::PowerMizer;
        let reasons = self.inhibitor.reasons(seen, &self.record, needs_vram, now);
        let intended = self.intended(seen, demand, &reasons, now);
        let fault = self
            .record
            .fault()
            .filter(|fault| fault.blocks(demand.is_some()));
        let phase = match (intended, fault) {
            (Phase::Off | Phase::Paused, _) | (_, None) => intended,
            (_, Some(_)) => Phase::Fault,
        };
        let context = words::Context {
            phase,
            reasons: &reasons,
            demand,
            seen,
            record: &self.record,
            demand_ends: self.demand.expires(seen, now),
            thermal: self.inhibitor.thermal_limits(seen),
            now,
        };
        let text = words::phase_text(&context);
        let cannot_measure = measuring::obstacle(&context);
        let reasons = if phase == Phase::Paused {
            reasons
        } else {
            Vec::new()
        };
        let retry_due = fault.is_none_or(|fault| now >= fault.retry_at);
        let hold = (matches!(intended, Phase::Warm | Phase::Yielding) && retry_due).then_some(plan);

        let scheduled = schedule::next(
            &schedule::Situation {
                phase,
                reasons: &reasons,
                hold,
                settled: self.governors[&self.source].is_settled(seen.settings),
                rests: self.ready(seen.gpu) == Some(false),
                record: &self.record,
                runtime_pm: seen.host.runtime_pm(seen.gpu.pci_bus_id),
                woke: self.record.woke(),
                in_use: demand::holds_context(seen.host, seen.gpu.pci_bus_id, &self.record)
                    || self.record.uvm_just_opened(now),
                watched: seen.watched,
                left_alone: seen.suspended || seen.measuring,
                wanted: demand.is_some(),
                matrix_size: seen.settings.pulse.matrix_size,
            },
            now,
        );
        events.extend(
            self.governor()
                .take_news()
                .into_iter()
                .map(PolicyEvent::Attempt),
        );
        let expiries = [
            scheduled.wake_at,
            self.demand.expires(seen, now),
            self.inhibitor.expires(seen, now),
            self.record.retry_at().filter(|at| *at > now),
        ];
        let interval = hold
            .filter(|plan| plan.strategy == Strategy::Pulse && phase == Phase::Warm)
            .map(|plan| plan.interval);
        let decision = Decision {
            text,
            cannot_measure,
            phase,
            reasons,
            demand,
            action: scheduled.action,
            interval,
        };
        Step {
            decision,
            events,
            wake_at: expiries.into_iter().flatten().min(),
        }
    }

    fn governor(&mut self) -> &mut Governor {
        self.governors.entry(self.source).or_default()
    }

    /// Follows the power source; each has a governor of its own, because drivers let the clocks
    /// fall at different times on battery.
    fn take_source(&mut self, seen: &Observations<'_>, now: Moment) {
        let driver = self.record.sample().and_then(|sample| sample.power_source);
        self.source = seen.host.power_source.worse(driver.unwrap_or_default());
        self.governors.entry(self.source).or_default();
        let device = seen.gpu.pci_bus_id;
        let suspended = seen.host.runtime_pm(device) == RuntimePm::Suspended;
        self.record
            .note_runtime_suspend(suspended, seen.host.suspended_for(device));
        self.record.note_uvm(seen.host.uvm_open, now);
    }

    /// Shows a new sample to the governor, once.
    fn judge(&mut self, seen: &Observations<'_>, now: Moment) {
        let Some((at, sample)) = self.record.timed_sample() else {
            return;
        };
        if self.judged == Some(at) {
            return;
        }
        let gap = self
            .judged
            .map_or(Duration::ZERO, |judged| at.since(judged));
        self.judged = Some(at);
        let busy = demand::computing(sample, seen) == Some(true) || seen.leases > 0;
        let ready = sample.ready(seen.gpu.sm_clock_max);
        self.note_computation(busy, ready, now);
        let plan = self.governors[&self.source].plan(seen.settings, self.busy_fell);
        let look = governor::Look {
            at,
            ready,
            busy,
            gap,
            held: self.record.held_as(plan.strategy),
            held_since: self.record.held_since(),
            last_pulse: self.record.last_pulse(),
            fixed: seen.settings.strategy.fixed().is_some(),
            busy_fell: self.busy_fell,
        };
        self.governor().saw(&look);
    }

    /// A computation during which the clocks fell is held with pulses to its end: a model that is
    /// partly on the CPU leaves the GPU waiting, and the driver takes that for rest.
    fn note_computation(&mut self, busy: bool, ready: Option<bool>, now: Moment) {
        let held_for = self.record.held_since().map(|since| now.since(since));
        if busy {
            self.quiet_since = None;
            let settled = held_for.is_some_and(|held| held >= governor::SETTLE);
            self.busy_fell |= ready == Some(false) && settled;
        } else {
            let quiet_since = *self.quiet_since.get_or_insert(now);
            self.busy_fell &= now.since(quiet_since) < COMPUTATION_OVER;
        }
    }

    /// The phase if the driver plays along.
    fn intended(
        &self,
        seen: &Observations<'_>,
        demand: Option<DemandReason>,
        reasons: &[PauseReason],
        now: Moment,
    ) -> Phase {
        if seen.measuring {
            return Phase::Paused;
        }
        if !seen.switches.enabled {
            return Phase::Off;
        }
        if seen.switches.pause.is_on(now) {
            return Phase::Paused;
        }
        if demand.is_none() {
            return Phase::Asleep;
        }
        if !reasons.is_empty() {
            return Phase::Paused;
        }
        let sample = self.record.sample();
        let computing = sample.and_then(|sample| demand::computing(sample, seen)) == Some(true);
        let clocks_down = self.busy_fell || self.ready(seen.gpu) == Some(false);
        if seen.leases > 0 || (computing && !clocks_down) {
            return Phase::Yielding;
        }
        Phase::Warm
    }

    /// Whether the next request finds the GPU at full speed, by the newest sample.
    pub fn ready(&self, gpu: &GpuInfo) -> Option<bool> {
        self.record
            .sample()
            .and_then(|sample: &Sample| sample.ready(gpu.sm_clock_max))
    }

    /// What the strategy ladder tried and saw, oldest first.
    pub fn attempts(&self) -> &[String] {
        self.governors
            .get(&self.source)
            .map_or(&[], Governor::attempts)
    }
}
