//! What a report of GPU work means.

use std::time::Duration;

use super::{Advice, GpuWork, Process, RaisedFor, Sensor, UTILISATION_PERIOD, Verdict, threshold};
use crate::Moment;

impl Sensor {
    /// Whether the processes that are watched worked; `None` where the driver reports nothing.
    pub(super) fn is_work(&self, work: &GpuWork<'_>) -> Option<bool> {
        let ours = |pid| self.processes.iter().any(|p| p.candidate.pid == pid);
        match work.processes {
            Some(processes) => Some(processes.iter().any(|(pid, u)| u.0 > 0 && ours(*pid))),
            None => work.gpu.map(|utilisation| utilisation.0 > 0),
        }
    }

    pub(super) fn decide(&mut self, verdict: Verdict, now: Moment) -> Option<Advice> {
        let pending = self.take_pending()?;
        self.history.judge(pending.wake, verdict);
        match verdict {
            Verdict::Useful => {
                self.limits.useful();
                self.raised.as_mut().map(|raised| {
                    if let RaisedFor::Request { worked } = raised {
                        *worked = now;
                    }
                    Advice::Stay
                })
            }
            Verdict::False => {
                self.learn(pending.pid, |threshold| {
                    threshold::after_false(threshold, pending.trigger)
                });
                let until = pending.released_at.unwrap_or(now);
                self.limits
                    .falsely_raised(until.since(pending.raised_at), now);
                let for_it = matches!(self.raised, Some(RaisedFor::Request { .. }));
                for_it.then_some(Advice::ReleaseFalse)
            }
            Verdict::Missed | Verdict::Undecided => None,
        }
    }

    /// GPU work while nothing was raised, for longer than the driver's reports lag.
    pub(super) fn find_missed(&mut self, work: &GpuWork<'_>, worked: bool) -> Option<Advice> {
        if !worked {
            self.missing = false;
            return None;
        }
        let since = self.sensing_since?;
        let after = self
            .released_at
            .map_or(since, |at| since.max(at + UTILISATION_PERIOD));
        if self.missing || work.from < after {
            return None;
        }
        let (pid, most) = self.worker(work)?;
        self.missing = true;
        self.raised = Some(RaisedFor::Request { worked: work.to });
        let program = self.program(pid);
        self.history.missed(work.to, pid, program);
        self.learn(pid, |threshold| threshold::after_missed(threshold, most));
        Some(Advice::Raise)
    }

    /// The process whose request was missed, and the most it used of the processor in one period:
    /// the one that the driver names, else the one that used the processor most.
    fn worker(&self, work: &GpuWork<'_>) -> Option<(u32, Duration)> {
        let most = |process: &Process| {
            let recent = process.reports.iter();
            let recent = recent.filter(|(at, _)| *at + UTILISATION_PERIOD >= work.from);
            recent.map(|(_, most)| *most).max().unwrap_or_default()
        };
        let named = |process: &&Process| {
            let pid = process.candidate.pid;
            work.processes
                .is_none_or(|all| all.iter().any(|(of, u)| *of == pid && u.0 > 0))
        };
        let candidates = self.processes.iter().filter(named);
        let worker = candidates.max_by_key(|process| most(process))?;
        Some((worker.candidate.pid, most(worker)))
    }

    fn learn(&mut self, pid: u32, law: impl FnOnce(Duration) -> Duration) {
        let found = self.processes.iter_mut().find(|p| p.candidate.pid == pid);
        if let Some(process) = found {
            process.threshold = law(process.threshold);
            self.learned
                .keep(&process.candidate.program, process.threshold);
        }
    }
}
