//! Judges the hold by a new sample.

use std::time::Duration;

use super::{GpuPolicy, Observations, demand, governor};
use crate::{
    Moment,
    gpu::{GpuError, GpuErrorKind},
    host::RuntimePm,
    protocol::Phase,
};

/// Time without a computing process after which a computation counts as over.
///
/// Tokens of one answer come at most a second or two apart, even on a model that is mostly on the
/// CPU; ten seconds keep one answer one computation.
const COMPUTATION_OVER: Duration = Duration::from_secs(10);

impl GpuPolicy {
    /// Follows the power source; each has a governor of its own, because drivers let the clocks
    /// fall at different times on battery.
    pub(super) fn take_source(&mut self, seen: &Observations<'_>, now: Moment) {
        if seen.host.power_source != self.host_source {
            self.host_source = seen.host.power_source;
            self.history.forget_power_source();
        }
        self.source = self.host_source.worse(self.history.power_source(now));
        self.governors.entry(self.source).or_default();
        let device = seen.gpu.pci_bus_id;
        let suspended = seen.host.runtime_pm(device) == RuntimePm::Suspended;
        self.history
            .note_runtime_suspend(suspended, seen.host.suspended_for(device));
        self.history.note_uvm(seen.host.uvm_open, now);
    }

    /// Shows a new sample to the governor, once.
    pub(super) fn judge(&mut self, seen: &Observations<'_>, now: Moment) {
        let Some((at, sample)) = self.history.timed_sample() else {
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
        let plan = self.plan(seen.settings);
        let sample = governor::HoldSample {
            at,
            ready,
            busy,
            gap,
            held: self
                .boosting()
                .or(self.history.held_as(plan.strategy))
                .filter(|_| !self.stands_by()),
            held_since: self
                .standby
                .holder
                .boosting_since()
                .or(self.history.held_since()),
            last_pulse: self.history.last_pulse(),
            fixed: seen.settings.strategy.fixed().is_some(),
            busy_fell: self.busy_fell,
        };
        self.governor().saw(&sample);
    }

    /// A computation during which the clocks fell is held with pulses to its end: a model that is
    /// partly on the CPU leaves the GPU waiting, and the driver takes that for rest.
    fn note_computation(&mut self, busy: bool, ready: Option<bool>, now: Moment) {
        let boosting = self.standby.holder.boosting_since();
        let ours = boosting.or(self.standby.holder.raised_at());
        let held_since = ours.or(self.history.held_since());
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

    /// No strategy raises the clocks of this GPU: a fault that is tried again later.
    pub(super) fn note_clocks_that_do_not_rise(
        &mut self,
        seen: &Observations<'_>,
        intended: Phase,
        now: Moment,
    ) {
        let wanted = matches!(intended, Phase::Warm | Phase::Yielding);
        let governor = self.governors.entry(self.source).or_default();
        if wanted && self.history.fault().is_none() && governor.does_not_raise(seen.settings, now) {
            governor.try_again();
            let message = "no strategy raises the clocks of this GPU";
            let error = GpuError::new(GpuErrorKind::ClocksDoNotRise, message);
            self.history.hold_refused(error, now);
        }
    }
}
