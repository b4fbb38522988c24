use std::time::Duration;

use gpu_keepalive_core::{
    Moment,
    energy::{Ledger, Reading},
    gpu::{Action, GpuError, GpuInfo, GpuUuid, Outcome},
    hold_time::HoldTimeWatch,
    host::HostSample,
    policy::{Decision, GpuPolicy, Observations, PolicyEvent, Switches, others_computing},
    protocol::Phase,
    settings::Settings,
    status_text::cannot_benchmark,
};
use jiff::civil::Date;

use super::{state::LearnedGpu, workers::Workers};

/// What every GPU's decision shares.
pub(super) struct Lookout<'a> {
    pub(super) settings: &'a Settings,
    pub(super) switches: Switches,
    pub(super) leases: u32,
    pub(super) lease_ended: Option<Moment>,
    pub(super) warm_until: Option<Moment>,
    pub(super) host: &'a HostSample,
    pub(super) suspended: bool,
    pub(super) budget_spent: bool,
    pub(super) watched: bool,
    /// The GPU that is being measured.
    pub(super) measured: Option<&'a GpuUuid>,
    pub(super) today: Date,
}

/// What a lane's step asks of the loop.
#[derive(Debug, Default)]
pub(super) struct Stepped {
    pub(super) wake_at: Option<Moment>,
    pub(super) learned: bool,
}

/// One GPU: its policy, and the action that is under way.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) info: GpuInfo,
    pub(super) policy: GpuPolicy,
    pub(super) hold_time: HoldTimeWatch,
    pub(super) decision: Option<Decision>,
    pub(super) phase_since: Moment,
    in_flight: Option<Action>,
    sampled: bool,
    /// Processes that the driver last told of.
    others: Vec<u32>,
}

impl Lane {
    pub(super) fn new(info: GpuInfo, learned: LearnedGpu, now: Moment) -> Self {
        Self {
            info,
            policy: GpuPolicy::new(learned.governors),
            hold_time: learned.hold_time,
            decision: None,
            phase_since: now,
            in_flight: None,
            sampled: false,
            others: Vec::new(),
        }
    }

    /// Whether nothing of ours has the GPU open and nothing is under way.
    pub(super) fn is_closed(&self) -> bool {
        self.in_flight.is_none() && !self.policy.record().is_open()
    }

    /// Why this GPU cannot be measured now; `None` when it can.
    pub(super) fn cannot_measure(&self) -> Option<String> {
        let decision = self.decision.as_ref()?;
        decision.cannot_measure.as_ref().map(cannot_benchmark)
    }

    /// Takes in what came of an action. Whether it told of a process that came to this GPU or left
    /// it.
    pub(super) fn done(
        &mut self,
        action: Action,
        result: Result<Outcome, GpuError>,
        now: Moment,
    ) -> bool {
        self.in_flight = None;
        self.sampled |= matches!(result, Ok(Outcome::Sampled(_)));
        let told = match &result {
            Ok(Outcome::Sampled(sample)) => sample.compute_pids(),
            _ => None,
        };
        self.take_outcome(action, result, now);
        told.is_some_and(|told| std::mem::replace(&mut self.others, told) != self.others)
    }

    fn take_outcome(&mut self, action: Action, result: Result<Outcome, GpuError>, now: Moment) {
        let failure = result.as_ref().err().cloned();
        let before = self.fault();
        self.policy.done(action, result, now);
        let Some(error) = failure else { return };
        let fault = self.fault();
        let refused = matches!(action, Action::Hold { .. }) && fault.as_ref() != Some(&error);
        // Another way to hold is tried, or the same fault is met again: nobody needs to act.
        if refused || before.as_ref() == Some(&error) {
            tracing::debug!(gpu = %self.info.name, kind = ?error.kind, "{action}: {error}");
        } else {
            tracing::warn!(gpu = %self.info.name, kind = ?error.kind, "{action}: {error}");
        }
    }

    fn fault(&self) -> Option<GpuError> {
        self.policy
            .record()
            .fault()
            .map(|fault| fault.error.clone())
    }

    /// Decides, and begins the action that was decided on unless one is still under way.
    pub(super) fn advance(
        &mut self,
        lookout: &Lookout<'_>,
        ledger: &mut Ledger,
        workers: &Workers,
        now: Moment,
    ) -> Stepped {
        let seen = Observations {
            gpu: &self.info,
            settings: lookout.settings,
            switches: lookout.switches,
            leases: lookout.leases,
            lease_ended: lookout.lease_ended,
            warm_until: lookout.warm_until,
            host: lookout.host,
            suspended: lookout.suspended,
            budget_spent: lookout.budget_spent,
            watched: lookout.watched,
            measuring: lookout.measured == Some(&self.info.uuid),
        };
        let step = self.policy.step(&seen, now);
        let learned = step
            .events
            .iter()
            .any(|e| matches!(e, PolicyEvent::Attempt(_)));
        for event in step.events {
            self.happened(event, ledger, lookout.today);
        }
        self.take_decision(step.decision, now);
        if std::mem::take(&mut self.sampled) {
            self.account(lookout, ledger, now);
        }
        if self.in_flight.is_some() {
            return Stepped {
                wake_at: None,
                learned,
            };
        }
        self.in_flight = self.decision.as_ref().and_then(|decision| decision.action);
        if let Some(action) = self.in_flight {
            workers.perform(&self.info.uuid, action);
            return Stepped {
                wake_at: None,
                learned,
            };
        }
        Stepped {
            wake_at: step.wake_at,
            learned,
        }
    }

    fn take_decision(&mut self, decision: Decision, now: Moment) {
        let before = self.decision.replace(decision);
        let decision = self.decision.as_ref().expect("just put there");
        let gpu = &self.info.name;
        if before
            .as_ref()
            .is_none_or(|b| b.phase != decision.phase || b.reasons != decision.reasons)
        {
            self.phase_since = now;
            tracing::info!(%gpu, phase = ?decision.phase, "{}", decision.message);
        }
        if let Some(action) = decision.action
            && before.is_none_or(|before| before.action != decision.action)
        {
            let interval = decision.interval.map(tracing::field::debug);
            tracing::debug!(%gpu, interval, "{action} ({})", decision.message);
        }
    }

    fn happened(&mut self, event: PolicyEvent, ledger: &mut Ledger, today: Date) {
        match event {
            PolicyEvent::Attempt(text) => tracing::info!(gpu = %self.info.name, "{text}"),
            PolicyEvent::RequestArrived { rest, kept_ready } => {
                let would_be_cold = self.hold_time.estimate().is_some_and(|hold| rest > hold);
                tracing::debug!(gpu = %self.info.name, ?rest, kept_ready, would_be_cold, "request");
                if kept_ready && would_be_cold {
                    ledger.cold_start_avoided(today);
                }
            }
        }
    }

    /// Counts the newest sample's energy and learns from it how long the GPU stays up by itself.
    fn account(&mut self, lookout: &Lookout<'_>, ledger: &mut Ledger, now: Moment) {
        let Some((at, sample)) = self.policy.record().timed_sample() else {
            return;
        };
        let Some(decision) = &self.decision else {
            return;
        };
        let held = matches!(decision.phase, Phase::Warm | Phase::Yielding);
        let computing = others_computing(sample).unwrap_or(false);
        let ready = sample.ready(self.info.sm_clock_max);
        let others_busy = computing || lookout.leases > 0;
        let in_force = self.policy.record().held().is_some();
        let driver = sample.power_source.unwrap_or_default();
        ledger.observe(
            &self.info.uuid,
            Reading {
                at,
                date: lookout.today,
                energy: sample.energy,
                power: sample.power,
                power_source: lookout.host.power_source.worse(driver),
                held,
                // The look before a hold is one at rest, although it is held from then on.
                resting: !in_force && !computing && ready == Some(false),
                others_busy,
            },
        );
        self.hold_time.observe(now, ready, others_busy || in_force);
    }

    /// Seconds until the driver is tried again, while a fault stands.
    pub(super) fn retry_in(&self, now: Moment) -> Duration {
        self.policy
            .record()
            .retry_at()
            .map_or(Duration::ZERO, |at| at.since(now))
    }
}
