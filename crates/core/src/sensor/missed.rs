//! GPU work that no wake preceded: suspected at first, missed once that is certain.
//!
//! A sample can show the work of a request before the report of its wake arrives: the `hold`
//! process may be about to read the processor's clock, or in the driver's call. So the first sight
//! raises the clocks and counts nothing. The readings up to two periods later decide: if one
//! exceeds the threshold, the request was sensed, otherwise it was missed.

use std::time::Duration;

use super::{Advice, GpuWork, Process, RaisedFor, Sensor, UTILISATION_PERIOD, Verdict, threshold};
use crate::Moment;

/// Two sensing periods of 40 ms. A request that begins right before a reading shows in the next one.
const SENSED_WITHIN: Duration = Duration::from_millis(80);

/// The knowledge of GPU work without a wake.
#[derive(Clone, Debug, Default)]
pub(super) enum Unpreceded {
    /// There is none.
    #[default]
    None,
    /// The readings that decide are not known yet.
    Suspected(Suspicion),
    /// Counted as missed. Its work is one request until it ends.
    Missed,
}

/// Work that may be a missed request.
#[derive(Clone, Debug)]
pub(super) struct Suspicion {
    /// The period in which the GPU worked.
    from: Moment,
    to: Moment,
    /// The time when the clocks were raised for it; `None` before that is reported.
    raised_at: Option<Moment>,
    /// The processes that may have worked.
    pids: Vec<u32>,
}

impl Sensor {
    /// GPU work while nothing was raised, for longer than the driver's reports lag.
    pub(super) fn suspect(&mut self, work: &GpuWork<'_>, worked: bool) -> Option<Advice> {
        match self.unpreceded {
            Unpreceded::Missed if !worked => self.unpreceded = Unpreceded::None,
            Unpreceded::None if worked => {}
            _ => return None,
        }
        let since = self.sensing_since.filter(|_| worked)?;
        let after = self
            .released_at
            .map_or(since, |at| since.max(at + UTILISATION_PERIOD));
        let pids = self.workers(work);
        if work.from < after || pids.is_empty() {
            return None;
        }
        self.unpreceded = Unpreceded::Suspected(Suspicion {
            from: work.from,
            to: work.to,
            raised_at: None,
            pids,
        });
        self.raised = Some(RaisedFor::Request { worked: work.to });
        Some(Advice::Raise)
    }

    /// Returns true if work without a wake waits for a reading that decides.
    pub(super) fn is_suspecting(&self) -> bool {
        matches!(self.unpreceded, Unpreceded::Suspected(_))
    }

    /// Returns true if work of that process was seen for which no wake is reported yet.
    pub(super) fn suspects(&self, pid: u32) -> bool {
        matches!(&self.unpreceded, Unpreceded::Suspected(suspicion) if suspicion.pids.contains(&pid))
    }

    /// The clocks were raised on [`Advice::Raise`].
    pub fn raised_as_advised(&mut self, at: Moment) {
        if let Unpreceded::Suspected(suspicion) = &mut self.unpreceded {
            suspicion.raised_at.get_or_insert(at);
        }
    }

    /// Decides about a suspicion once the clocks were read long enough after the work was seen.
    pub(super) fn settle_suspicion(&mut self, read_at: Moment) {
        let Some(suspicion) = self.unpreceded.take_settled(read_at) else {
            return;
        };
        let most = |process: &Process| process.most_since(suspicion.from);
        let named = |process: &&Process| suspicion.pids.contains(&process.candidate.pid);
        let processes = || self.processes.iter().filter(named);
        let sensed = processes().find(|process| most(process) > process.threshold);
        let worker = processes().max_by_key(|process| most(process));
        let Some(process) = sensed.or(worker) else {
            return;
        };
        let (pid, program) = (process.candidate.pid, process.candidate.program.clone());
        if sensed.is_none() {
            let most = most(process);
            self.unpreceded = Unpreceded::Missed;
            self.history.missed(suspicion.to, pid, program, most);
            self.learn(pid, |threshold| threshold::after_missed(threshold, most));
        } else if let Some(at) = suspicion.raised_at {
            let took = at.since(suspicion.to);
            let wake = self.history.begin(at, pid, program, took, most(process));
            self.history.judge(wake, Verdict::Useful);
        }
    }

    /// The processes that may have done the work: those that the driver names, else all.
    fn workers(&self, work: &GpuWork<'_>) -> Vec<u32> {
        let named = |pid: &u32| {
            work.processes
                .is_none_or(|all| all.iter().any(|(of, u)| of == pid && u.0 > 0))
        };
        let pids = self.processes.iter().map(|process| process.candidate.pid);
        pids.filter(named).collect()
    }
}

impl Unpreceded {
    fn take_settled(&mut self, read_at: Moment) -> Option<Suspicion> {
        match std::mem::take(self) {
            Self::Suspected(suspicion) if suspicion.to + SENSED_WITHIN <= read_at => {
                Some(suspicion)
            }
            other => {
                *self = other;
                None
            }
        }
    }
}

impl Process {
    /// The most processor time in one period that belongs to GPU work since that moment.
    fn most_since(&self, from: Moment) -> Duration {
        let recent = self.reports.iter();
        let recent = recent.filter(|(at, _)| *at + UTILISATION_PERIOD >= from);
        recent.map(|(_, most)| *most).max().unwrap_or_default()
    }
}
