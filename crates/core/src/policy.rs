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
mod holder;
mod inhibitor;
mod interval;
mod measuring;
mod message;
mod record;
mod schedule;
mod standby;
mod switches;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, time::Duration};

use crate::{
    Moment,
    gpu::{Action, GpuError, GpuErrorKind, GpuInfo, Outcome, PowerSource, Sample},
    host::{HostSample, RuntimePm},
    protocol::{Cause, Message, PauseReason, Phase},
    sensor::LearnedThresholds,
    settings::{Settings, Strategy},
};

pub use demand::{DemandReason, others_computing, somebody_computing};
pub use governor::{Attempt, Governor, Learned, Verdict};
pub use inhibitor::thermal_limit;
pub use interval::{FALL_FACTOR, GROWTH, IntervalLaw};
pub use record::{Fault, GpuRecord};
pub use switches::{Pause, Switches};

use governor::Plan;
use standby::Standby;

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
    /// The state and its causes.
    pub message: Message,
    /// The reason why no benchmark can be run now; `None` when one can.
    pub cannot_measure: Option<Cause>,
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
    /// The strategy ladder or the governor learned something.
    Attempt(Attempt),
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
    /// The worse of what machine and driver say.
    source: PowerSource,
    host_source: PowerSource,
    auto: bool,
    busy_fell: bool,
    quiet_since: Option<Moment>,
    judged: Option<Moment>,
    standby: Standby,
    /// What the `hold` process is to do if this GPU stands by.
    standby_duty: holder::Duty,
    /// By the newest sample.
    clocks_up: Option<bool>,
    /// The driver does not take the boost request here.
    boost_refused: bool,
    /// It stands by with the clocks down: whether a wake has proved itself.
    armed: Option<bool>,
}

/// Time without anybody's computing after which a computation counts as over.
///
/// Tokens of one answer come at most a second or two apart, even on a model that is mostly on the
/// CPU; ten seconds keep one answer one computation.
const COMPUTATION_OVER: Duration = Duration::from_secs(10);

impl GpuPolicy {
    /// A policy that remembers what was learned about this GPU and driver, by power source.
    pub fn new(
        learned: impl IntoIterator<Item = (PowerSource, Learned)>,
        thresholds: LearnedThresholds,
    ) -> Self {
        Self {
            record: GpuRecord::default(),
            demand: demand::Demand::default(),
            inhibitor: inhibitor::Inhibitor::default(),
            governors: learned
                .into_iter()
                .map(|(source, learned)| (source, Governor::new(learned)))
                .collect(),
            source: PowerSource::Ac,
            host_source: PowerSource::Ac,
            auto: true,
            busy_fell: false,
            quiet_since: None,
            judged: None,
            standby: Standby::new(thresholds),
            standby_duty: holder::Duty::default(),
            clocks_up: None,
            boost_refused: false,
            armed: None,
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
        let kept_ready =
            self.ready(seen.gpu) == Some(true) && (self.held().is_some() || self.stands_by());
        let demand = self
            .demand
            .update(seen, &self.record, kept_ready, now, &mut events);
        let stood_by = self.standby.situation != standby::Situation::Not;
        let standby = self.stand_by(seen, &mut events, now);
        let demand = if stood_by && !self.demand.is_loaded() {
            // What standing by kept ready ends with the last process that could ask.
            self.demand.forget_sign();
            demand.filter(|reason| *reason != DemandReason::Window)
        } else {
            demand.or(standby.then_some(DemandReason::Loaded))
        };
        let mut plan = self.governors[&self.source].plan(seen.settings, self.busy_fell);
        if standby && !self.busy_fell {
            plan.strategy = Strategy::Standby;
        }
        let needs_vram = plan.strategy.takes_vram();
        let reasons = self
            .inhibitor
            .reasons(seen, &self.record, self.source, needs_vram, now);
        let intended = self.intended(seen, plan.strategy, demand, &reasons, now);
        self.note_clocks_that_do_not_rise(seen, intended, now);
        let fault = self
            .record
            .fault()
            .filter(|fault| fault.blocks(demand.is_some()));
        let phase = match (intended, fault) {
            (Phase::Off | Phase::Paused, _) | (_, None) => intended,
            (_, Some(_)) => Phase::Fault,
        };
        let context = message::Context {
            phase,
            reasons: &reasons,
            demand,
            seen,
            source: self.source,
            record: &self.record,
            demand_signs: &self.demand,
            inhibitor: &self.inhibitor,
            standby: &self.standby,
            held: self.held().is_some() || self.standby.is_raised(),
            clocks_up: self.clocks_up,
            now,
        };
        let message = message::of(&context);
        let cannot_measure = measuring::obstacle(&context);
        let reasons = if phase == Phase::Paused {
            reasons
        } else {
            Vec::new()
        };
        let retry_due = fault.is_none_or(|fault| now >= fault.retry_at);
        let active = matches!(intended, Phase::Standby | Phase::Warm | Phase::Yielding);
        let left_alone = seen.suspended || seen.measuring;
        let active = (active && retry_due && !left_alone).then_some(plan);
        let released = !self.record.needs_release();
        let duty = active.map(|plan| plan.strategy).filter(|_| released);
        self.set_duty(duty, seen.leases, now);
        self.armed = (phase == Phase::Standby).then(|| self.standby.sensor.has_proved_itself());
        let by_holder = |plan: &Plan| matches!(plan.strategy, Strategy::Standby | Strategy::Boost);
        let hold = active.filter(|plan| !by_holder(plan));
        let beside = active.filter(by_holder).map(|plan| self.beside(plan, seen));

        let scheduled = schedule::next(
            &schedule::Situation {
                phase,
                reasons: &reasons,
                hold,
                beside,
                settled: self.governors[&self.source].is_settled(seen.settings),
                rests: self.clocks_up == Some(false),
                record: &self.record,
                runtime_pm: seen.host.runtime_pm(seen.gpu.pci_bus_id),
                woke: self.record.woke(),
                in_use: demand::holds_context(seen.host, seen.gpu.pci_bus_id, &self.record)
                    || self.record.uvm_just_opened(now),
                watched: seen.watched,
                left_alone,
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
            self.record.power_source_ends().filter(|at| *at > now),
            self.record.retry_at().filter(|at| *at > now),
            self.standby_wake(now),
        ];
        let interval = hold
            .filter(|plan| plan.strategy == Strategy::Pulse && phase == Phase::Warm)
            .map(|plan| plan.interval);
        let decision = Decision {
            message,
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
        if seen.host.power_source != self.host_source {
            self.host_source = seen.host.power_source;
            self.record.forget_power_source();
        }
        self.source = self.host_source.worse(self.record.power_source(now));
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
        self.show_sensor(at, ready);
        self.note_computation(busy, ready, now);
        let plan = self.governors[&self.source].plan(seen.settings, self.busy_fell);
        let look = governor::Look {
            at,
            ready,
            busy,
            gap,
            held: self.boosting().or(self.record.held_as(plan.strategy)),
            held_since: self
                .standby
                .holder
                .boosting_since()
                .or(self.record.held_since()),
            last_pulse: self.record.last_pulse(),
            fixed: seen.settings.strategy.fixed().is_some(),
            busy_fell: self.busy_fell,
        };
        self.governor().saw(&look);
    }

    /// A computation during which the clocks fell is held with pulses to its end: a model that is
    /// partly on the CPU leaves the GPU waiting, and the driver takes that for rest.
    fn note_computation(&mut self, busy: bool, ready: Option<bool>, now: Moment) {
        let boosting = self.standby.holder.boosting_since();
        let ours = boosting.or(self.standby.holder.raised_at());
        let held_since = ours.or(self.record.held_since());
        let held_for = held_since.map(|since| now.since(since));
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
        strategy: Strategy,
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
        let clocks_down = self.busy_fell || self.clocks_up == Some(false);
        if seen.leases > 0 || (computing && !clocks_down) {
            return Phase::Yielding;
        }
        if strategy == Strategy::Standby && !self.standby.is_raised() {
            return Phase::Standby;
        }
        Phase::Warm
    }

    /// No strategy raises the clocks of this GPU: a fault that is tried again later.
    fn note_clocks_that_do_not_rise(
        &mut self,
        seen: &Observations<'_>,
        intended: Phase,
        now: Moment,
    ) {
        let wanted = matches!(intended, Phase::Warm | Phase::Yielding);
        let governor = self.governors.entry(self.source).or_default();
        if wanted && self.record.fault().is_none() && governor.does_not_raise(seen.settings, now) {
            governor.try_again();
            let message = "no strategy raises the clocks of this GPU";
            let error = GpuError::new(GpuErrorKind::ClocksDoNotRise, message);
            self.record.hold_refused(error, now);
        }
    }

    /// How soon after a sample the next is due while the `hold` process senses or holds.
    fn beside(&self, plan: Plan, seen: &Observations<'_>) -> Duration {
        let sampled = self.record.timed_sample().map(|(at, _)| at);
        let soon = sampled.and_then(|at| self.standby.sample_after(at));
        let up_without_us = self.standby.situation == standby::Situation::UpWithoutUs;
        let settled = plan.strategy == Strategy::Standby
            || self.governors[&self.source].is_settled(seen.settings);
        soon.unwrap_or(if !settled {
            schedule::ATTENTIVE
        } else if seen.watched || up_without_us {
            schedule::WATCHED
        } else {
            schedule::CALM
        })
    }

    fn boosting(&self) -> Option<Strategy> {
        let boosting = self.standby.holder.boosting_since();
        boosting.map(|_| Strategy::Boost)
    }

    /// What holds the clocks; `None` when nothing does.
    pub fn held(&self) -> Option<Strategy> {
        self.boosting().or(self.record.held())
    }

    /// Whether it stands by: requests are sensed, or the clocks are up without us.
    pub fn stands_by(&self) -> bool {
        matches!(self.standby.wanted, holder::Duty::Sense(_)) || self.armed.is_some()
    }

    /// The strategy in force.
    pub fn strategy(&self) -> Option<Strategy> {
        let standby = self.stands_by().then_some(Strategy::Standby);
        standby.or(self.held())
    }

    /// What standing by raises the clocks with; `None` while nothing is sensed.
    pub fn raises_with(&self) -> Option<Strategy> {
        matches!(self.standby.wanted, holder::Duty::Sense(_)).then_some(Strategy::Boost)
    }

    /// Whether the clocks are raised for a request or a lease.
    pub fn is_raised(&self) -> bool {
        self.standby.is_raised()
    }

    /// Whether a request that begins now is answered at full speed: the clocks are up, or they are
    /// raised for it, which one good wake has to have shown. `None` when that is not known.
    pub fn ready(&self, gpu: &GpuInfo) -> Option<bool> {
        let up = self
            .record
            .sample()
            .and_then(|sample: &Sample| sample.ready(gpu.sm_clock_max));
        match self.standby.situation {
            standby::Situation::Sensing if self.armed.is_some() && up != Some(true) => {
                self.armed.filter(|proved| *proved)
            }
            _ => up,
        }
    }

    /// What the strategy ladder tried and saw, oldest first.
    pub fn attempts(&self) -> &[Attempt] {
        self.governors
            .get(&self.source)
            .map_or(&[], Governor::attempts)
    }
}
