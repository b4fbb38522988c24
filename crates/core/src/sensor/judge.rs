//! Judges a report of GPU work.

use std::time::Duration;

use super::{Advice, GpuWork, RaisedFor, Sensor, Verdict, threshold};
use crate::Moment;

impl Sensor {
    /// Returns whether the processes that are watched worked; `None` where the driver reports
    /// nothing.
    pub(super) fn is_work(&self, work: &GpuWork<'_>) -> Option<bool> {
        let ours = |pid| self.processes.iter().any(|p| p.candidate.pid == pid);
        match work.processes {
            Some(processes) => Some(processes.iter().any(|(pid, u)| u.0 > 0 && ours(*pid))),
            None => work.gpu.map(|utilisation| utilisation.0 > 0),
        }
    }

    pub(super) fn decide(&mut self, verdict: Verdict, now: Moment) -> Option<Advice> {
        let pending = self.pending.as_mut()?;
        let wake = pending.wake;
        pending.is_judged = true;
        self.history.judge(wake, verdict);
        // A useful wake was a good one only if the clocks are seen up in time.
        let waits = verdict == Verdict::Useful && !pending.has_clocks(now);
        let pending = match waits {
            true => pending.clone(),
            false => self.take_pending()?,
        };
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

    pub(super) fn learn(&mut self, pid: u32, law: impl FnOnce(Duration) -> Duration) {
        let found = self.processes.iter_mut().find(|p| p.candidate.pid == pid);
        if let Some(process) = found {
            process.threshold = law(process.threshold);
            self.learned
                .keep(&process.candidate.program, process.threshold);
        }
    }
}
