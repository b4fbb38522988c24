//! Takes in the reports of the `hold` process.

use super::{
    GpuPolicy,
    holder::Duty,
    standby::{FAILURES, up_without_us},
};
use crate::{
    Moment,
    gpu::{
        GpuError, GpuErrorKind,
        holder::{HolderAction, HolderReply, HolderReport, UnwatchedReason},
    },
    settings::Strategy,
};

impl GpuPolicy {
    /// Takes in what the `hold` process reports.
    pub fn holder_reported(&mut self, report: HolderReport, now: Moment) {
        let up_without_us = up_without_us(&self.standby, self.clocks_up, now);
        let standby = &mut self.standby;
        match report {
            HolderReport::Reply { id, result } => {
                let held = matches!(standby.holder.duty(), Duty::Boost(_)) || standby.is_raised();
                if let Some((action, result)) = standby.holder.answered(id, result, now) {
                    self.holder_answered(&action, result, now);
                }
                let standby = &mut self.standby;
                let holds = matches!(standby.holder.duty(), Duty::Boost(_)) || standby.is_raised();
                if held && !holds {
                    standby.tail.begin(now);
                    self.history.released_beside(now);
                }
            }
            HolderReport::Raised(raised) => {
                self.history.held_beside();
                standby.woke_cold = self.clocks_up == Some(false);
                standby.holder.raised(raised.at);
                if standby.holder.boosts() {
                    standby.sensor.raised(&raised, !up_without_us);
                } else {
                    standby.raising.sensed(raised, !up_without_us);
                }
            }
            HolderReport::Released(released) => {
                standby.holder.released();
                standby.tail.begin(released.at);
                standby.lease_until = None;
                standby.raising.forget_sensed();
                standby.sensor.released(&released);
                self.history.released_beside(now);
            }
            HolderReport::Refused(refused) => {
                let pid = refused.cause.map(|cause| cause.pid);
                standby.sensor.refused(refused.at, pid);
                let boosting = matches!(standby.holder.duty(), Duty::Boost(_));
                if boosting {
                    standby.holder.failed(now);
                    self.governor().refused(Strategy::Boost, &refused.error);
                } else {
                    standby.holder.released();
                }
            }
            HolderReport::Gone { pid, .. } => {
                standby.sensor.gone(pid);
                standby.holder.gone(pid);
            }
        }
    }

    /// The `hold` process ended by itself: nothing is raised or held by it.
    pub fn holder_ended(&mut self, error: &GpuError, now: Moment) {
        let boosting = matches!(self.standby.wanted, Duty::Boost(_));
        self.standby.holder.failed(now);
        self.standby.sensor.refused(now, None);
        self.standby.sensor.disarmed(now);
        if boosting && self.standby.holder.failures() >= FAILURES {
            self.governor().refused(Strategy::Boost, error);
        }
    }

    fn holder_answered(
        &mut self,
        action: &HolderAction,
        result: Result<HolderReply, GpuError>,
        now: Moment,
    ) {
        let standby = &mut self.standby;
        match (action, result) {
            (HolderAction::Arm(_), Ok(answer)) => {
                let hidden = answer.unwatched.iter();
                let hidden = hidden.filter(|one| one.reason == UnwatchedReason::Hidden);
                standby.hidden.extend(hidden.map(|one| one.pid));
                for one in &answer.unwatched {
                    standby.holder.gone(one.pid);
                }
                standby.sensor.armed(now);
            }
            (HolderAction::Disarm, Ok(_)) => standby.sensor.disarmed(now),
            (HolderAction::Hold(_), Ok(_)) => {
                standby.sensor.disarmed(now);
                self.history.held_beside();
            }
            (HolderAction::Report, Ok(answer)) => {
                standby.sensor.used(&answer.processes, answer.read_at);
            }
            (HolderAction::Raise { .. }, Ok(answer))
                if answer.call.is_some() && standby.holder.boosts() =>
            {
                standby.sensor.raised_as_advised(answer.at);
            }
            (_, Ok(_)) => {}
            (action, Err(error)) => {
                standby.sensor.disarmed(now);
                let tries = matches!(
                    error.kind,
                    GpuErrorKind::TimedOut | GpuErrorKind::ProcessEnded
                );
                let opens = matches!(action, HolderAction::Arm(_) | HolderAction::Hold(_));
                if opens && (!tries || standby.holder.failures() >= FAILURES) {
                    // Without the boost request there is nothing to refuse but the sensing itself.
                    let senses_only = matches!(action, HolderAction::Arm(arm) if !arm.boosts);
                    if senses_only {
                        standby.raising.refused(Strategy::PowerMizer);
                    } else {
                        standby.raising.refused(Strategy::Boost);
                        self.governor().refused(Strategy::Boost, &error);
                    }
                    if !self.auto && self.standby.raising.with().is_none() {
                        self.history.hold_refused(error, now);
                    }
                }
            }
        }
    }
}
