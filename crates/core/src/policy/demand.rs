use std::{collections::BTreeSet, time::Duration};

use super::{GpuRecord, Observations, PolicyEvent};
use crate::{Moment, gpu::Sample, settings::Mode, units::Percent};

/// What calls for a warm GPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemandReason {
    /// Mode `always`.
    Always,
    /// A lease is held.
    Lease,
    /// The user asked for it.
    WarmUp,
    /// Another process computes now.
    Computing,
    /// A program has the GPU open (mode `while_loaded`).
    Loaded,
    /// The warm window after the last sign of demand.
    Window,
}

/// GPU-wide utilisation that counts as computing where the driver does not tell by process.
///
/// A desktop's compositor and our own pulses stay well below it; any inference is far above.
const COMPUTING_FROM: Percent = Percent(10);

/// Whether another process computes; `None` when the driver tells too little.
pub fn others_computing(sample: &Sample) -> Option<bool> {
    if let Some(theirs) = sample.other_utilization {
        return Some(theirs.0 > 0);
    }
    if sample.compute_processes.as_ref().is_some_and(Vec::is_empty) {
        return Some(false);
    }
    somebody_computing(sample)
}

/// Whether anybody computes at this very moment, whoever it is; `None` when the driver does not
/// tell.
pub fn somebody_computing(sample: &Sample) -> Option<bool> {
    sample.utilization.map(|all| all.0 >= COMPUTING_FROM.0)
}

/// Signs of demand seen so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Demand {
    last_sign: Option<Moment>,
    last_work: Option<Moment>,
    working: bool,
    was_kept_ready: bool,
    open: BTreeSet<u32>,
}

impl Demand {
    /// Takes in what was seen and says what calls for a warm GPU now.
    pub(super) fn update(
        &mut self,
        seen: &Observations<'_>,
        record: &GpuRecord,
        now: Moment,
        events: &mut Vec<PolicyEvent>,
    ) -> Option<DemandReason> {
        let computing = record.sample().and_then(others_computing).unwrap_or(false);
        self.note_request(computing || seen.leases > 0, seen, record, now, events);

        let open = ai_programs_with_gpu_open(&self.open, seen, record);
        let opened = open.difference(&self.open).next().is_some();
        self.open = open;
        if computing || opened {
            self.last_sign = Some(now);
        }
        self.last_sign = self.last_sign.max(seen.lease_ended);
        self.reason(computing, seen, record, now)
    }

    fn reason(
        &self,
        computing: bool,
        seen: &Observations<'_>,
        record: &GpuRecord,
        now: Moment,
    ) -> Option<DemandReason> {
        let mode = seen.switches.mode;
        let loaded = !self.open.is_empty() || has_compute_processes(record);
        let in_window = self.window_ends(seen).is_some_and(|end| now < end);
        let candidates = [
            (mode == Mode::Always, DemandReason::Always),
            (seen.leases > 0, DemandReason::Lease),
            (computing, DemandReason::Computing),
            (mode == Mode::WhileLoaded && loaded, DemandReason::Loaded),
            (
                seen.warm_until.is_some_and(|until| now < until),
                DemandReason::WarmUp,
            ),
            (mode == Mode::OnDemand && in_window, DemandReason::Window),
        ];
        candidates
            .into_iter()
            .find(|(applies, _)| *applies)
            .map(|(_, reason)| reason)
    }

    /// Returns true while an AI program has this GPU open.
    pub(super) fn is_loaded(&self) -> bool {
        !self.open.is_empty()
    }

    /// The AI program that has this GPU open, where it is one alone.
    pub(super) fn loaded_program(&self, seen: &Observations<'_>) -> Option<String> {
        let programs = seen.host.ai_programs.iter();
        let mut open = programs.filter(|program| self.open.contains(&program.pid));
        let first = &open.next()?.name;
        open.all(|program| program.name == *first)
            .then(|| first.clone())
    }

    /// When demand ends by itself, if it does.
    pub(super) fn expires(&self, seen: &Observations<'_>, now: Moment) -> Option<Moment> {
        let window = self
            .window_ends(seen)
            .filter(|_| seen.switches.mode == Mode::OnDemand);
        [window, seen.warm_until]
            .into_iter()
            .flatten()
            .filter(|end| *end > now)
            .max()
    }

    fn window_ends(&self, seen: &Observations<'_>) -> Option<Moment> {
        self.last_sign.map(|sign| sign + seen.settings.warm_window)
    }

    /// Tells of the beginning of a request, with the rest before it and whether we had it ready.
    fn note_request(
        &mut self,
        working: bool,
        seen: &Observations<'_>,
        record: &GpuRecord,
        now: Moment,
        events: &mut Vec<PolicyEvent>,
    ) {
        if working && !self.working {
            let rest = self
                .last_work
                .map_or(Duration::ZERO, |last| now.since(last));
            events.push(PolicyEvent::RequestArrived {
                rest,
                kept_ready: self.was_kept_ready,
            });
        }
        if working {
            self.last_work = Some(now);
        } else {
            let ready = record
                .sample()
                .and_then(|sample| sample.ready(seen.gpu.sm_clock_max));
            self.was_kept_ready = record.held().is_some() && ready == Some(true);
        }
        self.working = working;
    }
}

fn has_compute_processes(record: &GpuRecord) -> bool {
    record
        .sample()
        .and_then(|sample| sample.compute_processes.as_ref())
        .is_some_and(|processes| !processes.is_empty())
}

/// The AI programs that have this GPU open: by the driver's list where there is one, otherwise by
/// the device files they have open. What cannot be seen now is taken to be as it was: a model
/// that stays loaded must not look newly opened each time the driver is asked again.
fn ai_programs_with_gpu_open(
    before: &BTreeSet<u32>,
    seen: &Observations<'_>,
    record: &GpuRecord,
) -> BTreeSet<u32> {
    let listed = record
        .sample()
        .and_then(|sample| sample.compute_processes.as_ref());
    seen.host
        .ai_programs
        .iter()
        .filter(|program| match (listed, program.gpu_open) {
            (Some(processes), _) => processes.iter().any(|process| process.pid == program.pid),
            (None, Some(open)) => open,
            (None, None) => before.contains(&program.pid),
        })
        .map(|program| program.pid)
        .collect()
}
