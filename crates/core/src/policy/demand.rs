use std::{collections::BTreeSet, time::Duration};

use super::{GpuHistory, Observations, PolicyEvent};
use crate::{
    Moment,
    ai_processes::ProcessKind,
    gpu::{BUSY, PciBusId, Sample},
    host::{AiProcess, GpuUse, HostSample},
    settings::Mode,
};

/// A program that asked for the GPU to be held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldFor {
    /// The name it gave.
    pub application: String,
    /// Its reason, where it gave one.
    pub reason: Option<String>,
}

/// The reason for a ready GPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemandReason {
    /// Mode `always`.
    Always,
    /// A lease is held.
    Lease,
    /// A program asked for it.
    Held,
    /// The user asked for it.
    WarmUp,
    /// Another process computes now.
    Computing,
    /// An AI process has the GPU open (mode `while_loaded`).
    Loaded,
    /// The warm window after the last sign of demand.
    Window,
}

/// Returns whether another process computes, AI processes unknown; `None` when the driver reports
/// too little.
pub fn others_computing(sample: &Sample) -> Option<bool> {
    computing_among(sample, |_| false, false)
}

/// Returns whether another process computes, by the driver and by what the AI processes have open;
/// `None` when too little is known.
pub(super) fn computing(sample: &Sample, seen: &Observations<'_>) -> Option<bool> {
    let gpu = seen.gpu.pci_bus_id;
    let is_worker = |pid| is_worker(seen.host, pid);
    let unnamed = seen
        .host
        .ai_programs
        .iter()
        .any(|process| process.gpu.has_open(gpu) && !sample.names(process.pid));
    computing_among(sample, is_worker, unnamed)
}

fn is_worker(host: &HostSample, pid: u32) -> bool {
    let mut processes = host.ai_programs.iter();
    processes.any(|process| process.pid == pid && process.kind == ProcessKind::Worker)
}

/// `is_worker` recognises AI processes, which count even where they draw; `unnamed` is that one of
/// them has the GPU open and the driver does not name it.
///
/// Where the driver reports no utilization by process, the whole GPU's counts, unless every process
/// that it names merely draws: under Windows it takes each of them for a compute process. The first
/// sample's covers an unknown time, so it counts for nothing.
fn computing_among(
    sample: &Sample,
    is_worker: impl Fn(u32) -> bool,
    unnamed: bool,
) -> Option<bool> {
    let mut single = sample.process_utilization.iter().flatten();
    if single.any(|one| one.percent.0 > 0 && sample.draws(one.pid) && is_worker(one.pid)) {
        return Some(true);
    }
    if let Some(theirs) = sample.other_utilization {
        return Some(theirs.0 > 0);
    }
    let only_drawing = sample.compute_processes.as_ref().is_some_and(|listed| {
        let computes = |pid: u32| !sample.draws(pid) || is_worker(pid);
        let mut pids = listed.iter().map(|process| process.pid);
        !pids.any(computes) && !sample.drawing.iter().any(|pid| is_worker(*pid))
    });
    if only_drawing && sample.names_processes && !unnamed {
        return Some(false);
    }
    is_busy(sample).filter(|_| !sample.first)
}

/// Returns whether any process computes at this very moment, ours included; `None` when the driver
/// does not report it.
pub fn is_busy(sample: &Sample) -> Option<bool> {
    sample.utilization.map(|all| all >= BUSY)
}

/// Returns true if another process is known to have a context on this GPU: while it has, the GPU
/// does not suspend, so that sampling it keeps nothing awake (Olares#3803: with every thread of a
/// loaded llama-server stopped, the GPU of a laptop stayed active). A process that draws is in the
/// list of compute processes under Windows, whatever it does: there only AI processes count.
pub(super) fn holds_context(host: &HostSample, gpu: PciBusId, history: &GpuHistory) -> bool {
    let computes = |sample: &Sample| {
        let mut pids = sample.compute_processes.iter().flatten().map(|p| p.pid);
        pids.any(|pid| !sample.draws(pid) || is_worker(host, pid))
    };
    history.sample().is_some_and(computes)
        || host
            .ai_programs
            .iter()
            .any(|process| process.gpu.has_context_on(gpu))
}

/// Signs of demand seen so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Demand {
    last_sign: Option<Moment>,
    last_work: Option<Moment>,
    working: bool,
    was_kept_ready: bool,
    /// AI processes that have the GPU open.
    open: BTreeSet<u32>,
    /// AI processes that have the device open and, by the driver, do not use it.
    idle: BTreeSet<u32>,
}

impl Demand {
    /// Takes in what was seen. Returns the reason for a ready GPU now.
    pub(super) fn update(
        &mut self,
        seen: &Observations<'_>,
        history: &GpuHistory,
        kept_ready: bool,
        now: Moment,
        events: &mut Vec<PolicyEvent>,
    ) -> Option<DemandReason> {
        let computing = history.sample().and_then(|s| computing(s, seen)) == Some(true);
        self.note_request(computing || seen.leases > 0, kept_ready, now, events);

        let opened = self.note_open(seen.host, seen.gpu.pci_bus_id, history.sample());
        if computing || opened {
            self.last_sign = Some(now);
        }
        self.last_sign = self.last_sign.max(seen.lease_ended);
        self.reason(computing, seen, history, now)
    }

    /// The AI processes that have the GPU open.
    pub(super) fn clients<'a>(
        &self,
        host: &'a HostSample,
    ) -> impl Iterator<Item = &'a AiProcess> + use<'a, '_> {
        let open = &self.open;
        let running = host.ai_programs.iter();
        running.filter(move |process| open.contains(&process.pid))
    }

    /// Follows which AI processes have the GPU open; whether one of them opened it.
    fn note_open(&mut self, host: &HostSample, gpu: PciBusId, sample: Option<&Sample>) -> bool {
        let lists = sample.filter(|sample| sample.compute_processes.is_some());
        let (mut open, mut idle) = (BTreeSet::new(), BTreeSet::new());
        for process in &host.ai_programs {
            let pid = process.pid;
            if self.is_open(process, gpu, lists) {
                open.insert(pid);
            } else if process.gpu.has_open(gpu) && (lists.is_some() || self.idle.contains(&pid)) {
                idle.insert(pid);
            }
        }
        let opened = open.difference(&self.open).next().is_some();
        (self.open, self.idle) = (open, idle);
        opened
    }

    /// Returns true if it has the GPU open: by a context among its files, else by the driver's
    /// lists where there are any, else by its files. Files that cannot be read count as unchanged:
    /// a model that stays loaded must not appear newly opened each time the driver is asked again.
    fn is_open(&self, process: &AiProcess, gpu: PciBusId, lists: Option<&Sample>) -> bool {
        let pid = process.pid;
        if process.gpu.has_context_on(gpu) {
            return true;
        }
        match (lists, process.kind) {
            (Some(lists), ProcessKind::Worker) => lists.names(pid),
            // Drawing is all that a window or a script of any kind may do there.
            (Some(lists), _) => lists.computes(pid) && !lists.draws(pid),
            (None, _) if process.gpu == GpuUse::Unknown => self.open.contains(&pid),
            (None, ProcessKind::Worker) => process.gpu.has_open(gpu) && !self.idle.contains(&pid),
            (None, _) => false,
        }
    }

    fn reason(
        &self,
        computing: bool,
        seen: &Observations<'_>,
        history: &GpuHistory,
        now: Moment,
    ) -> Option<DemandReason> {
        let mode = seen.switches.mode;
        let loaded = !self.open.is_empty() || has_compute_processes(history);
        let in_window = self.window_ends(seen).is_some_and(|end| now < end);
        let candidates = [
            (mode == Mode::Always, DemandReason::Always),
            (seen.leases > 0, DemandReason::Lease),
            (seen.held_for.is_some(), DemandReason::Held),
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

    /// Returns true while an AI process has this GPU open.
    pub(super) fn is_loaded(&self) -> bool {
        !self.open.is_empty()
    }

    /// The last sign of demand no longer counts.
    pub(super) fn forget_sign(&mut self) {
        self.last_sign = None;
    }

    /// The AI process that has this GPU open, where it is one alone.
    pub(super) fn loaded_process(&self, seen: &Observations<'_>) -> Option<String> {
        let processes = seen.host.ai_programs.iter();
        let mut open = processes.filter(|process| self.open.contains(&process.pid));
        let first = &open.next()?.label;
        open.all(|process| process.label == *first)
            .then(|| first.clone())
    }

    /// The time when demand ends by itself, if it does.
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

    /// Reports the beginning of a request, with the rest before it and whether we had it ready.
    fn note_request(
        &mut self,
        working: bool,
        kept_ready: bool,
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
            self.was_kept_ready = kept_ready;
        }
        self.working = working;
    }
}

/// Returns true if a process that does not draw has a compute context.
fn has_compute_processes(history: &GpuHistory) -> bool {
    history.sample().is_some_and(|sample| {
        let mut listed = sample.compute_processes.iter().flatten();
        listed.any(|process| !sample.draws(process.pid))
    })
}
