//! The strategies by which standing by raises the clocks.
//!
//! The `hold` process makes the boost request itself. Where that does not raise the clocks in time it
//! only senses, and the driver process of the GPU sets the performance mode once the keeper has
//! learned of the request.

use super::{GpuPolicy, governor::Plan, holder::Duty};
use crate::{
    Moment,
    gpu::{GpuError, Outcome, holder::Raised},
    sensor::{HoldInstead, Sensed},
    settings::{Settings, Strategy},
};

/// The strategies that are left, and the request that waits for its raise.
#[derive(Clone, Debug, Default)]
pub(super) struct Raising {
    excluded: Vec<Strategy>,
    /// The driver refused them.
    refused: Vec<Strategy>,
    /// They did not raise the clocks in time under the settings in force.
    late: Vec<Strategy>,
    /// Reported by the `hold` process, not raised yet; whether the clocks were down then.
    sensed: Option<(Raised, bool)>,
}

impl Raising {
    pub(super) fn take_settings(&mut self, settings: &Settings) {
        self.excluded.clone_from(&settings.strategy_exclude);
    }

    /// The first strategy that is left.
    pub(super) fn with(&self) -> Option<Strategy> {
        let gone = [&self.excluded, &self.refused, &self.late];
        let is_left = |strategy: &Strategy| !gone.iter().any(|left| left.contains(strategy));
        Strategy::RAISING.into_iter().find(is_left)
    }

    /// Leaves a strategy that the driver refused.
    pub(super) fn refused(&mut self, strategy: Strategy) {
        self.refused.push(strategy);
    }

    /// Leaves the strategy in use, which was late to raise the clocks, if another is left. Returns
    /// the one that was left.
    pub(super) fn fall_back(&mut self) -> Option<Strategy> {
        let strategy = self.with()?;
        self.late.push(strategy);
        if self.with().is_none() {
            self.late.pop();
            return None;
        }
        Some(strategy)
    }

    /// Tries those again that were late.
    pub(super) fn try_again(&mut self) {
        self.late.clear();
    }

    /// A request that the keeper has to raise the clocks for.
    pub(super) fn sensed(&mut self, raised: Raised, first: bool) {
        self.sensed = Some((raised, first));
    }

    /// Returns true if a request waits for its raise.
    pub(super) fn is_waiting(&self) -> bool {
        self.sensed.is_some()
    }

    /// The request is over.
    pub(super) fn forget_sensed(&mut self) {
        self.sensed = None;
    }
}

impl GpuPolicy {
    /// Takes the next strategy to raise the clocks after one that did not do so in time.
    pub(super) fn leave_late_strategy(&mut self, now: Moment) {
        let standby = &mut self.standby;
        let Sensed::Hold(reason) = standby.sensor.sensed(now) else {
            return;
        };
        if matches!(reason, HoldInstead::TooManyProcesses(_)) {
            return;
        }
        if let Some(strategy) = standby.raising.fall_back() {
            standby.sensor.raised_differently();
            self.governor().raises_late(strategy, reason);
        }
    }

    /// The strategy that raises the clocks where the `hold` process only senses.
    pub(super) fn raise_beside(&self, plan: Plan) -> Option<Plan> {
        let raises = self.raises_with() == Some(Strategy::PowerMizer) && self.standby.is_raised();
        raises.then_some(Plan {
            strategy: Strategy::PowerMizer,
            ..plan
        })
    }

    /// Returns true if the hold was raised for a request, so that sensing continues beside it.
    pub(super) fn holds_beside(&self) -> bool {
        let with = self.standby.raising.with();
        with == Some(Strategy::PowerMizer) && self.history.held() == with
    }

    /// Takes in the result of setting the performance mode: the wake of the request that it was set
    /// for.
    pub(super) fn raised_beside(&mut self, result: &Result<Outcome, GpuError>, now: Moment) {
        let senses = matches!(self.standby.holder.duty(), Duty::Sense { .. });
        let standby = &mut self.standby;
        let sensed = standby.raising.sensed.take();
        match (result, sensed) {
            (Err(error), sensed) => {
                if !error.kind.is_transient() {
                    standby.raising.refused(Strategy::PowerMizer);
                }
                if let Some((raised, _)) = sensed {
                    standby.sensor.refused(now, Some(raised.cause.pid));
                }
            }
            (Ok(_), Some((raised, first))) => {
                let call = now.since(raised.at);
                let raised = Raised {
                    at: now,
                    cause: raised.cause,
                    call,
                    wake: raised.wake + call,
                };
                standby.sensor.raised(&raised, first);
            }
            (Ok(_), None) if senses => standby.sensor.raised_as_advised(now),
            (Ok(_), None) => {}
        }
    }
}
