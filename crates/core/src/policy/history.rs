use std::time::Duration;

use crate::{
    Moment,
    gpu::{Action, GpuError, GpuErrorKind, Outcome, PowerSource, Sample},
    settings::Strategy,
    units::Bytes,
};

/// First wait after a failure that may pass by itself; doubles with each further one.
const FIRST_RETRY: Duration = Duration::from_secs(1);
/// Longest wait after such a failure.
const SLOWEST_RETRY: Duration = Duration::from_secs(30);
/// Wait after a failure that only the user can mend (no driver, version mismatch).
const HOPELESS_RETRY: Duration = Duration::from_secs(300);
/// A GPU that was closed because of its power source is not opened again before that to ask.
const POWER_SOURCE_KEPT: Duration = Duration::from_secs(60);

/// From the opening of the driver's files to the first context: `cuInit` and `cuCtxCreate` take 0.3 s
/// together where they were measured, a large program loads its libraries in between.
const BEGINS_TO_USE: Duration = Duration::from_secs(10);

/// A failure of the driver that stands until an attempt succeeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The driver's error.
    pub error: GpuError,
    /// The time when the next attempt is due.
    pub retry_at: Moment,
    /// Failures in a row.
    pub failures: u32,
    /// True if sampling works and only holding fails.
    pub only_holding: bool,
}

impl Fault {
    /// Returns true if it prevents holding: a GPU that cannot be held does not matter while no
    /// process needs it.
    pub fn blocks(&self, wanted: bool) -> bool {
        wanted || !self.only_holding
    }

    fn next(before: Option<&Self>, error: GpuError, only_holding: bool, now: Moment) -> Self {
        let failures = before.map_or(1, |fault| fault.failures.saturating_add(1));
        let wait = if error.kind.is_transient() {
            FIRST_RETRY
                .saturating_mul(1 << (failures - 1).min(16))
                .min(SLOWEST_RETRY)
        } else {
            HOPELESS_RETRY
        };
        Self {
            error,
            retry_at: now + wait,
            failures,
            only_holding,
        }
    }
}

/// The history of one GPU: the samples of it and the actions on it.
#[derive(Clone, Debug, Default)]
pub struct GpuHistory {
    sample: Option<(Moment, Sample)>,
    missed_temperatures: u32,
    open: bool,
    closed_at: Option<Moment>,
    held: Option<(Strategy, Moment)>,
    dirty: bool,
    released_at: Option<Moment>,
    context_vram: Option<Bytes>,
    last_pulse: Option<Moment>,
    pulses: u64,
    fault: Option<Fault>,
    /// The power source that the driver last reported, and the time of that.
    power_source: Option<(Moment, PowerSource)>,
    runtime_suspended: bool,
    suspended_for: Option<Duration>,
    woke: bool,
    uvm_open: Option<u32>,
    uvm_opened_at: Option<Moment>,
}

impl GpuHistory {
    /// The newest sample, while it is valid for the present.
    pub fn sample(&self) -> Option<&Sample> {
        self.sample.as_ref().map(|(_, sample)| sample)
    }

    /// The newest sample and its time.
    pub fn timed_sample(&self) -> Option<(Moment, &Sample)> {
        self.sample.as_ref().map(|(at, sample)| (*at, sample))
    }

    /// The strategy that is held.
    pub fn held(&self) -> Option<Strategy> {
        self.held.map(|(strategy, _)| strategy)
    }

    /// The strategy that is held, for a plan: pulses that are not sent leave the context alone.
    pub(super) fn held_as(&self, planned: Strategy) -> Option<Strategy> {
        match (self.held(), planned) {
            (Some(Strategy::Pulse), Strategy::Context) => Some(Strategy::Context),
            (held, _) => held,
        }
    }

    /// Since when it is held.
    pub fn held_since(&self) -> Option<Moment> {
        self.held.map(|(_, since)| since)
    }

    /// Returns true if a CUDA context of ours is open.
    pub fn holds_context(&self) -> bool {
        matches!(self.held(), Some(Strategy::Context | Strategy::Pulse))
    }

    /// Returns true if something of ours may have the GPU open.
    pub fn is_open(&self) -> bool {
        self.open || self.needs_release()
    }

    /// Returns true if something is held, or may be after a failure.
    pub fn needs_release(&self) -> bool {
        self.held.is_some() || self.dirty
    }

    /// The time when a hold was last released, if the GPU has not been sampled since.
    pub(super) fn unseen_release(&self) -> Option<Moment> {
        let sampled_at = self.sample.as_ref().map(|(at, _)| *at);
        self.released_at
            .filter(|released| sampled_at.is_some_and(|at| at <= *released))
    }

    /// The time when everything was last released.
    pub fn closed_at(&self) -> Option<Moment> {
        self.closed_at
    }

    /// The time when the last pulse of this hold was sent.
    pub fn last_pulse(&self) -> Option<Moment> {
        self.last_pulse
    }

    /// Pulses since the start.
    pub fn pulses(&self) -> u64 {
        self.pulses
    }

    /// VRAM that our context took when it was last opened.
    pub fn context_vram(&self) -> Option<Bytes> {
        self.context_vram
    }

    /// The failure that stands.
    pub fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// The time when the standing failure is to be tried again.
    pub fn retry_at(&self) -> Option<Moment> {
        self.fault.as_ref().map(|fault| fault.retry_at)
    }

    /// The power source that the driver reports, or last reported while the GPU was open; mains
    /// power where it does not report any.
    pub(super) fn power_source(&self, now: Moment) -> PowerSource {
        self.power_source
            .filter(|_| self.power_source_ends().is_none_or(|end| now < end))
            .map_or(PowerSource::Ac, |(_, source)| source)
    }

    /// The time when the driver's report from before the GPU was closed no longer counts.
    pub(super) fn power_source_ends(&self) -> Option<Moment> {
        let closed = self.sample.is_none();
        self.power_source
            .filter(|_| closed)
            .map(|(at, _)| at + POWER_SOURCE_KEPT)
    }

    /// The machine was plugged in or out: the driver's earlier report no longer counts.
    pub(super) fn forget_power_source(&mut self) {
        self.power_source = None;
    }

    pub(super) fn missed_temperatures(&self) -> u32 {
        self.missed_temperatures
    }

    /// Takes in what came of an action.
    pub(super) fn done(&mut self, action: Action, result: Result<Outcome, GpuError>, now: Moment) {
        match (action, result) {
            (_, Ok(Outcome::Sampled(sample))) => self.sampled(*sample, now),
            (Action::Hold { strategy, .. }, Ok(Outcome::Held(report))) => {
                self.held = Some((strategy, now));
                self.open = true;
                self.last_pulse = None;
                self.context_vram = report.vram.or(self.context_vram);
                self.clear_fault(true);
            }
            (_, Ok(Outcome::Pulsed(_))) => {
                self.last_pulse = Some(now);
                self.pulses += 1;
            }
            (Action::Release, _) => self.released(now),
            (Action::Close, _) => self.closed(now),
            (Action::Sample, Err(error)) => {
                self.failed(error, false, now);
                self.sample = None;
                self.dirty = true;
            }
            (_, Err(error)) => self.failed(error, true, now),
            (_, Ok(outcome)) => {
                let message = format!("the driver process answered {outcome:?} to {action:?}");
                self.failed(GpuError::new(GpuErrorKind::Other, message), true, now);
            }
        }
    }

    /// The `hold` process raised the clocks: what the driver process refused does not stand any more.
    pub(super) fn held_beside(&mut self) {
        self.clear_fault(true);
    }

    /// The `hold` process released the clocks.
    pub(super) fn released_beside(&mut self, now: Moment) {
        self.released_at = Some(now);
    }

    /// The one strategy that may be tried was refused, or none raises the clocks.
    pub(super) fn hold_refused(&mut self, error: GpuError, now: Moment) {
        self.failed(error, true, now);
    }

    /// A strategy was refused and another is tried: no fault, but everything that it left is
    /// released.
    pub(super) fn refused_without_fault(&mut self) {
        self.held = None;
        self.dirty = true;
    }

    /// Follows the device's runtime suspend. `suspended_for` is how long it was suspended in all,
    /// which shows a suspend that was over before it could be seen.
    pub(super) fn note_runtime_suspend(
        &mut self,
        suspended: bool,
        suspended_for: Option<Duration>,
    ) {
        let slept = self.suspended_for.is_some() && suspended_for > self.suspended_for;
        self.woke = !suspended && (self.woke || self.runtime_suspended || slept);
        self.runtime_suspended = suspended;
        self.suspended_for = suspended_for;
    }

    /// Returns true if another process woke the device since everything of ours was released.
    pub(super) fn woke(&self) -> bool {
        self.woke
    }

    /// Follows how often other processes have `/dev/nvidia-uvm` open.
    pub(super) fn note_uvm(&mut self, open: Option<u32>, now: Moment) {
        if open.unwrap_or(0) > self.uvm_open.unwrap_or(0) {
            self.uvm_opened_at = Some(now);
        }
        self.uvm_open = open;
    }

    /// Returns true if another process opened `/dev/nvidia-uvm` a moment ago and has it open still.
    pub(super) fn uvm_just_opened(&self, now: Moment) -> bool {
        let lately = self
            .uvm_opened_at
            .is_some_and(|at| now.since(at) <= BEGINS_TO_USE);
        lately && self.uvm_open.is_some_and(|open| open > 0)
    }

    fn sampled(&mut self, sample: Sample, now: Moment) {
        self.missed_temperatures = match sample.temperature {
            Some(_) => 0,
            None => self.missed_temperatures.saturating_add(1),
        };
        self.power_source = sample.power_source.map(|source| (now, source));
        self.sample = Some((now, sample));
        self.open = true;
        self.clear_fault(false);
    }

    fn clear_fault(&mut self, holding_works: bool) {
        self.fault
            .take_if(|fault| holding_works || !fault.only_holding);
    }

    fn released(&mut self, now: Moment) {
        self.released_at = Some(now);
        self.held = None;
        self.dirty = false;
        self.last_pulse = None;
    }

    fn closed(&mut self, now: Moment) {
        self.released(now);
        self.open = false;
        self.woke = false;
        self.closed_at = Some(now);
        self.sample = None;
    }

    fn failed(&mut self, error: GpuError, only_holding: bool, now: Moment) {
        self.held = None;
        self.dirty = true;
        let before = self
            .fault
            .as_ref()
            .filter(|fault| fault.only_holding == only_holding);
        self.fault = Some(Fault::next(before, error, only_holding, now));
    }
}
