//! Standing by: which processes are watched, and what a look at them brings.

use std::time::Duration;

use super::{Holder, Mode, Seen};
use crate::{
    gpu::{
        GpuError, GpuErrorKind,
        holder::{
            HolderAnswer, HolderReport, MOST_SENSED, SensedProcess, Sensing, Unwatched,
            UnwatchedReason,
        },
    },
    sensor::Step,
};

impl Holder {
    pub(super) fn arm(
        &mut self,
        sensing: Sensing,
        answer: &mut HolderAnswer,
        seen: &mut Seen<'_>,
    ) -> Result<(), GpuError> {
        let count = sensing.processes.len();
        if count > MOST_SENSED {
            self.close(seen);
            return Err(GpuError::new(
                GpuErrorKind::NotSupported,
                format!("{count} processes to watch for requests; at most {MOST_SENSED} are"),
            ));
        }
        if matches!(self.mode, Mode::Holding { .. }) {
            answer.call = Some(seen.card.clear_boost(seen.now));
            self.call(answer.call, seen);
        }
        self.mode = Mode::Armed;
        if let Err(error) = self.open(answer, seen) {
            self.close(seen);
            return Err(error);
        }
        let mut watched = Vec::new();
        for process in &sensing.processes {
            match watchable(process, seen) {
                Ok(reading) => watched.push((*process, reading)),
                Err(reason) => answer.unwatched.push(Unwatched {
                    pid: process.pid,
                    reason,
                }),
            }
        }
        let (processes, readings): (Vec<_>, Vec<_>) = watched.into_iter().unzip();
        self.targets.clone_from(&processes);
        let sensing = Sensing {
            processes,
            ..sensing
        };
        self.watch.arm(sensing, &readings, seen.now);
        Ok(())
    }

    pub(super) fn look(&mut self, seen: &mut Seen<'_>) {
        let now = seen.now;
        if let Mode::Holding { renewal, .. } = self.mode {
            match self.boost(renewal.lasting, seen) {
                Ok(_) => {
                    let renew_at = now + renewal.every;
                    self.mode = Mode::Holding { renewal, renew_at };
                }
                Err(error) => {
                    self.close(seen);
                    self.refused(None, error, now);
                }
            }
            return;
        }
        self.pass(now);
        let targets = &self.targets;
        let step = self
            .watch
            .look(now, |index| reading(targets.get(index)?, seen));
        let lasting = self.watch.renewal().lasting;
        match step {
            None => {}
            Some(Step::Raise(cause)) => match self.boost(lasting, seen) {
                Ok(call) => {
                    let raised = self.watch.raised(cause, now, call, self.free_at);
                    self.report(HolderReport::Raised(raised), now);
                }
                Err(error) => self.refused(Some(cause), error, now),
            },
            Some(Step::Renew) => match self.boost(lasting, seen) {
                Ok(_) => self.watch.renewed(self.free_at),
                Err(error) => self.refused(None, error, now),
            },
            Some(Step::Release(reason)) => {
                self.release(reason, seen);
            }
        }
    }

    pub(super) fn ended(&mut self, process: SensedProcess, seen: &mut Seen<'_>) {
        let now = seen.now;
        let Some(index) = self.targets.iter().position(|t| t.is(&process)) else {
            return;
        };
        self.targets.remove(index);
        let step = self.watch.gone(index, now);
        let pid = process.pid;
        self.report(HolderReport::Gone { at: now, pid }, now);
        if let Some(Step::Release(reason)) = step {
            self.release(reason, seen);
        }
    }
}

pub(super) fn reading(process: &SensedProcess, seen: &Seen<'_>) -> Option<Duration> {
    let processor = seen.processors.iter().find(|p| p.is(process))?;
    Some(processor.reading(seen.now))
}

/// Its processor time, or why it cannot be watched.
fn watchable(process: &SensedProcess, seen: &Seen<'_>) -> Result<Duration, UnwatchedReason> {
    reading(process, seen).ok_or_else(|| {
        let reused = seen.processors.iter().any(|p| p.pid == process.pid);
        match reused {
            true => UnwatchedReason::Replaced,
            false => UnwatchedReason::Gone,
        }
    })
}
