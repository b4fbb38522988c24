//! Decides what to do for one GPU, given everything that was seen and the time.
//!
//! Level-triggered: [`GpuPolicy::step`] judges everything it knows and decides again, so a lost
//! message can delay a decision but never falsify it. It cannot fail: errors come in through
//! [`GpuPolicy::done`] as observations like any other.
//!
//! A step yields at most one [`Action`]. The engine performs it, reports what came of it, and steps
//! again; when there is nothing to do it sleeps until [`Step::wake_at`] or until something changes.

mod demand;
mod governor;
mod history;
mod holder;
mod inhibitor;
mod interval;
mod judging;
mod loud;
mod message;
mod raising;
mod reports;
mod schedule;
mod shown;
mod standby;
mod step;
mod tail;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, time::Duration};

use crate::{
    Moment,
    gpu::{Action, GpuError, Outcome, PowerSource},
    protocol::{PauseReason, Phase},
    sensor::LearnedThresholds,
    settings::{Settings, Strategy},
};

pub use demand::{DemandReason, HeldFor, is_busy, others_computing};
pub use governor::{Attempt, Governor, Learned, Verdict};
pub use history::{Fault, GpuHistory};
pub use inhibitor::thermal_limit;
pub use interval::{FALL_FACTOR, GROWTH, IntervalLaw};
pub use step::{Decision, Observations, Pause, PolicyEvent, Step, Switches};

use governor::Plan;
use standby::Standby;

/// The policy of one GPU: demand, inhibitors, and a governor for each power source.
#[derive(Clone, Debug)]
pub struct GpuPolicy {
    history: GpuHistory,
    demand: demand::Demand,
    inhibitor: inhibitor::Inhibitor,
    governors: BTreeMap<PowerSource, Governor>,
    /// The worse of the power sources that machine and driver report.
    source: PowerSource,
    host_source: PowerSource,
    auto: bool,
    busy_fell: bool,
    quiet_since: Option<Moment>,
    judged: Option<Moment>,
    standby: Standby,
    /// The duty of the `hold` process if this GPU stands by.
    standby_duty: holder::Duty,
    /// By the newest sample.
    clocks_up: Option<bool>,
    /// It stands by with the clocks down: whether a wake has proved itself.
    armed: Option<bool>,
    loud: loud::Loud,
}

impl GpuPolicy {
    /// A policy that remembers what was learned about this GPU and driver, by power source.
    pub fn new(
        learned: impl IntoIterator<Item = (PowerSource, Learned)>,
        thresholds: LearnedThresholds,
    ) -> Self {
        Self {
            history: GpuHistory::default(),
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
            armed: None,
            loud: loud::Loud::default(),
        }
    }

    /// The history of the GPU.
    pub fn history(&self) -> &GpuHistory {
        &self.history
    }

    /// The learned values so far, to be kept across restarts.
    pub fn learned(&self) -> impl Iterator<Item = (PowerSource, Learned)> + '_ {
        self.governors
            .iter()
            .map(|(source, governor)| (*source, governor.learned()))
    }

    /// Takes in what came of an action.
    ///
    /// A strategy that the GPU refuses is no fault while another strategy is left to try.
    pub fn done(&mut self, action: Action, result: Result<Outcome, GpuError>, now: Moment) {
        if let Action::Hold {
            strategy: Strategy::PowerMizer,
            ..
        } = action
        {
            self.raised_beside(&result, now);
            if let (Err(error), true) = (&result, self.auto) {
                self.governor().refused(Strategy::PowerMizer, error);
                self.history.refused_without_fault();
                return;
            }
        }
        self.history.done(action, result, now);
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
            .update(seen, &self.history, kept_ready, now, &mut events);
        let stood_by = self.standby.situation != standby::Situation::Not;
        let standby = self.stand_by(seen, now);
        if self.standby.take_slow_start_avoided() {
            events.push(PolicyEvent::SlowStartAvoided);
        }
        self.note_loud(seen);
        let demand = if stood_by && !self.demand.is_loaded() {
            // The hold of standing by ends with the last process that could ask.
            self.demand.forget_sign();
            demand.filter(|reason| *reason != DemandReason::Window)
        } else {
            demand.or(standby.then_some(DemandReason::Loaded))
        };
        let mut plan = self.plan(seen.settings);
        if standby && !self.busy_fell {
            plan.strategy = Strategy::Standby;
        }
        let needs_vram = plan.strategy.takes_vram();
        let reasons = self
            .inhibitor
            .reasons(seen, &self.history, self.source, needs_vram, now);
        let intended = self.intended(seen, plan.strategy, demand, &reasons, now);
        self.note_clocks_that_do_not_rise(seen, intended, now);
        let fault = self
            .history
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
            history: &self.history,
            demand_signs: &self.demand,
            inhibitor: &self.inhibitor,
            standby: &self.standby,
            loud: self.is_loud(),
            held: self.held().is_some() || self.standby.is_raised(),
            clocks_up: self.clocks_up,
            answering: self
                .answering(seen.host)
                .map(|process| process.label.clone()),
            now,
        };
        let message = message::of(&context);
        let cannot_measure = message::obstacle(&context);
        let reasons = if phase == Phase::Paused {
            reasons
        } else {
            Vec::new()
        };
        let retry_due = fault.is_none_or(|fault| now >= fault.retry_at);
        let active = matches!(intended, Phase::Standby | Phase::Warm | Phase::Yielding);
        let left_alone = seen.suspended || seen.measuring;
        let active = (active && retry_due && !left_alone).then_some(plan);
        let released = !self.history.needs_release() || self.holds_beside();
        let duty = active.map(|plan| plan.strategy).filter(|_| released);
        self.set_duty(duty, seen.leases, now);
        self.armed = (phase == Phase::Standby).then(|| self.standby.sensor.has_proved_itself());
        let by_holder = |plan: &Plan| matches!(plan.strategy, Strategy::Standby | Strategy::Boost);
        let hold = match active {
            Some(plan) if plan.strategy == Strategy::Standby => self.raise_beside(plan),
            other => other.filter(|plan| !by_holder(plan)),
        };
        let beside = active.filter(by_holder).map(|plan| self.beside(plan, seen));

        let scheduled = schedule::next(
            &schedule::Situation {
                phase,
                reasons: &reasons,
                hold,
                beside,
                settled: self.governors[&self.source].is_settled(seen.settings),
                rests: self.clocks_up == Some(false),
                history: &self.history,
                runtime_pm: seen.host.runtime_pm(seen.gpu.pci_bus_id),
                woke: self.history.woke(),
                in_use: demand::holds_context(seen.host, seen.gpu.pci_bus_id, &self.history)
                    || self.history.uvm_just_opened(now),
                watched: seen.watched,
                left_alone,
                wanted: demand.is_some(),
                matrix_size: seen.settings.pulse.matrix_size,
            },
            now,
        );
        events.extend(
            self.governor()
                .take_new_attempts()
                .into_iter()
                .map(PolicyEvent::Attempt),
        );
        let expiries = [
            scheduled.wake_at,
            self.demand.expires(seen, now),
            self.inhibitor.expires(seen, now),
            self.history.power_source_ends().filter(|at| *at > now),
            self.history.retry_at().filter(|at| *at > now),
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

    /// The plan for holding the clocks. A fixed `standby` holds with what it raises with.
    fn plan(&self, settings: &Settings) -> Plan {
        let mut plan = self.governors[&self.source].plan(settings, self.busy_fell);
        if settings.strategy.fixed() == Some(Strategy::Standby) {
            plan.strategy = self.standby.raising.with().unwrap_or(plan.strategy);
        }
        plan
    }

    fn governor(&mut self) -> &mut Governor {
        self.governors.entry(self.source).or_default()
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
        let sample = self.history.sample();
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

    /// The time after a sample until the next is due while the `hold` process senses or holds.
    fn beside(&self, plan: Plan, seen: &Observations<'_>) -> Duration {
        let sampled = self.history.timed_sample().map(|(at, _)| at);
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
}
