use std::{sync::Arc, time::Duration};

use jiff::civil::Date;

use super::{
    GpuId, LearnedGpu, LogLevel, LogLine,
    recent::{Recent, SAME_REQUEST},
};
use crate::{
    Moment,
    energy::{Ledger, Reading},
    gpu::{Action, GpuError, GpuErrorKind, GpuInfo, Outcome, PowerSource, holder::HolderCommand},
    hold_time::HoldTimeWatch,
    policy::{Decision, GpuPolicy, Observations, PolicyEvent, others_computing},
    protocol::Phase,
    status_text::cannot_benchmark,
};

/// One GPU: its policy, and the action that is under way.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    pub(super) id: GpuId,
    pub(super) info: Arc<GpuInfo>,
    pub(super) policy: GpuPolicy,
    pub(super) hold_time: HoldTimeWatch,
    pub(super) decision: Option<Decision>,
    pub(super) phase_since: Moment,
    pub(super) recent: Recent,
    avoided_at: Option<Moment>,
    in_flight: Option<Action>,
    /// The latest time of the driver's answer.
    answers_by: Option<Moment>,
    sampled: bool,
    /// Processes in the driver's newest list.
    others: Vec<u32>,
}

/// The requests of a lane's step to the keeper.
#[derive(Debug, Default)]
pub(super) struct Stepped {
    /// The action to perform now.
    pub(super) action: Option<Action>,
    /// The command for its `hold` process.
    pub(super) command: Option<HolderCommand>,
    pub(super) wake_at: Option<Moment>,
    pub(super) learned: bool,
    pub(super) log: Vec<LogLine>,
}

impl Lane {
    pub(super) fn new(id: GpuId, info: GpuInfo, learned: LearnedGpu, now: Moment) -> Self {
        Self {
            id,
            info: Arc::new(info),
            policy: GpuPolicy::new(learned.governors, learned.thresholds),
            hold_time: learned.hold_time,
            decision: None,
            phase_since: now,
            recent: Recent::default(),
            avoided_at: None,
            in_flight: None,
            answers_by: None,
            sampled: false,
            others: Vec::new(),
        }
    }

    /// The same GPU, of which the driver may report more by now.
    pub(super) fn described_as(self, info: GpuInfo) -> Self {
        Self {
            info: Arc::new(info),
            ..self
        }
    }

    /// Returns true if nothing of ours has the GPU open and nothing is under way.
    pub(super) fn is_closed(&self) -> bool {
        let observed = self.in_flight.is_none() && !self.policy.history().is_open();
        observed && self.policy.holder_is_closed()
    }

    /// Returns true if the clocks are up, for a request or by whatever else keeps them up.
    pub(super) fn is_raised(&self) -> bool {
        let up = self.policy.ready(&self.info) == Some(true);
        self.policy.is_raised() || (up && !self.policy.stands_by())
    }

    /// Returns true if nothing will raise the clocks as things are: it is off, paused or at fault.
    pub(super) fn cannot_raise(&self) -> bool {
        let phase = self.decision.as_ref().map(|decision| decision.phase);
        matches!(phase, Some(Phase::Off | Phase::Paused | Phase::Fault))
    }

    /// The latest time of the outcome of the action that is under way.
    pub(super) fn answers_by(&self) -> Option<Moment> {
        self.answers_by.filter(|_| self.in_flight.is_some())
    }

    /// The reason why this GPU cannot be benchmarked now; `None` when it can.
    pub(super) fn cannot_measure(&self) -> Option<String> {
        let decision = self.decision.as_ref()?;
        decision.cannot_measure.as_ref().map(cannot_benchmark)
    }

    /// Takes in the outcome of an action. Returns whether it listed other processes than before.
    pub(super) fn performed(
        &mut self,
        action: Action,
        result: Result<Outcome, GpuError>,
        now: Moment,
        log: &mut Vec<LogLine>,
    ) -> bool {
        self.in_flight = None;
        self.sampled |= matches!(result, Ok(Outcome::Sampled(_)));
        let listed = match &result {
            Ok(Outcome::Sampled(sample)) => sample.compute_pids(),
            _ => None,
        };
        self.take_outcome(action, result, now, log);
        listed.is_some_and(|listed| std::mem::replace(&mut self.others, listed) != self.others)
    }

    /// The driver process is gone: nothing is held, whatever was under way.
    pub(super) fn process_ended(&mut self, error: GpuError, now: Moment, log: &mut Vec<LogLine>) {
        let action = self.in_flight.take().unwrap_or(Action::Sample);
        self.take_outcome(action, Err(error), now, log);
    }

    fn take_outcome(
        &mut self,
        action: Action,
        result: Result<Outcome, GpuError>,
        now: Moment,
        log: &mut Vec<LogLine>,
    ) {
        let failure = result.as_ref().err().cloned();
        let before = self.fault();
        self.policy.done(action, result, now);
        let Some(error) = failure else { return };
        let fault = self.fault();
        let refused = matches!(action, Action::Hold { .. }) && fault.as_ref() != Some(&error);
        // Another strategy is tried, or the same fault is met again: no user needs to act.
        let level = if refused || before.as_ref() == Some(&error) {
            LogLevel::Debug
        } else {
            LogLevel::Warning
        };
        log.push(self.line(level, format!("{action}: {error} ({:?})", error.kind)));
    }

    fn fault(&self) -> Option<GpuError> {
        let fault = self.policy.history().fault();
        fault.map(|fault| fault.error.clone())
    }

    /// Decides; the action that was decided on is under way from then on.
    pub(super) fn advance(
        &mut self,
        seen: &Observations<'_>,
        ledger: &mut Ledger,
        today: Date,
        now: Moment,
    ) -> Stepped {
        let step = self.policy.step(seen, now);
        let mut log = Vec::new();
        let mut learned = false;
        for event in step.events {
            learned |= matches!(event, PolicyEvent::Attempt(_));
            if matches!(event, PolicyEvent::RequestArrived { .. }) {
                let process = self.policy.answering(seen.host);
                let process = process.map(|process| process.label.clone());
                self.recent.add_request(process, now);
            }
            log.push(self.log_event(event, ledger, today, now));
        }
        self.take_decision(step.decision, now, &mut log);
        if std::mem::take(&mut self.sampled) {
            self.account(seen, ledger, today, now);
        }
        let mut stepped = Stepped {
            command: self.policy.holder_command(now),
            learned,
            log,
            ..Stepped::default()
        };
        if self.in_flight.is_none() {
            self.in_flight = self.decision.as_ref().and_then(|decision| decision.action);
            stepped.action = self.in_flight;
            self.answers_by = self.in_flight.map(|action| now + action.deadline());
            stepped.wake_at = step.wake_at.filter(|_| self.in_flight.is_none());
        }
        stepped
    }

    fn take_decision(&mut self, decision: Decision, now: Moment, log: &mut Vec<LogLine>) {
        let before = self.decision.replace(decision);
        let decision = self.decision.as_ref().expect("just put there");
        if before
            .as_ref()
            .is_none_or(|b| b.phase != decision.phase || b.reasons != decision.reasons)
        {
            self.phase_since = now;
            let text = format!("{} ({:?})", decision.message, decision.phase);
            log.push(self.line(LogLevel::Info, text));
        }
    }

    /// Counts a slow start that was avoided. A request is seen when its clocks are raised and when it
    /// computes, and counts once.
    fn avoided(&mut self, ledger: &mut Ledger, today: Date, now: Moment) {
        let again = self
            .avoided_at
            .is_some_and(|at| now.since(at) < SAME_REQUEST);
        if !again {
            ledger.cold_start_avoided(today);
        }
        self.avoided_at = Some(now);
    }

    fn log_event(
        &mut self,
        event: PolicyEvent,
        ledger: &mut Ledger,
        today: Date,
        now: Moment,
    ) -> LogLine {
        match event {
            PolicyEvent::SlowStartAvoided => {
                self.avoided(ledger, today, now);
                self.line(LogLevel::Debug, "woken for a request".to_owned())
            }
            PolicyEvent::Attempt(attempt) => self.line(LogLevel::Info, attempt.to_string()),
            PolicyEvent::RequestArrived { rest, kept_ready } => {
                let would_be_cold = self.hold_time.estimate().is_some_and(|hold| rest > hold);
                if kept_ready && would_be_cold {
                    self.avoided(ledger, today, now);
                }
                let ready = if kept_ready { "ready" } else { "not ready" };
                self.line(
                    LogLevel::Debug,
                    format!("request after {rest:?} idle, {ready}"),
                )
            }
        }
    }

    /// Counts the newest sample's energy and learns from it how long the GPU stays up by itself.
    fn account(&mut self, seen: &Observations<'_>, ledger: &mut Ledger, today: Date, now: Moment) {
        let Some((at, sample)) = self.policy.history().timed_sample() else {
            return;
        };
        let Some(decision) = &self.decision else {
            return;
        };
        let held = matches!(decision.phase, Phase::Warm | Phase::Yielding);
        let known_computing = others_computing(sample);
        let computing = known_computing.unwrap_or(false);
        let ready = sample.ready(self.info.sm_clock_max);
        let others_busy = computing || seen.leases > 0;
        let in_force = self.policy.held().is_some() || self.policy.is_raised();
        let driver: PowerSource = sample.power_source.unwrap_or_default();
        ledger.observe(
            &self.info.uuid,
            Reading {
                at,
                date: today,
                energy: sample.energy,
                power: sample.power,
                power_source: seen.host.power_source.worse(driver),
                held,
                // The sample before a hold is one at rest, although it is held from then on.
                resting: !in_force && !computing && ready == Some(false),
                others_busy,
                standing_by: decision.phase == Phase::Standby,
                holding: in_force && ready == Some(true) && known_computing == Some(false),
            },
        );
        self.hold_time.observe(now, ready, others_busy || in_force);
    }

    /// Time until the driver is tried again, while a fault stands.
    pub(super) fn retry_in(&self, now: Moment) -> Duration {
        let retry_at = self.policy.history().retry_at();
        retry_at.map_or(Duration::ZERO, |at| at.since(now))
    }

    fn line(&self, level: LogLevel, text: String) -> LogLine {
        LogLine {
            level,
            gpu: Some(self.info.name.clone()),
            text,
        }
    }
}

/// The error of a worker that ended.
pub(super) fn worker_ended(message: &str) -> GpuError {
    GpuError::new(GpuErrorKind::ProcessEnded, message)
}
