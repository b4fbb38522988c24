//! The commands of the keeper, carried out.

use std::time::Duration;

use super::{Holder, Mode, Seen, reading};
use crate::{
    gpu::{
        GpuError, GpuErrorKind,
        holder::{
            HolderAction, HolderCommand, HolderReply, HolderReport, MOST_SENSED, ReleaseReason,
            Renewal, SensedProcess, Sensing, Unwatched, UnwatchedReason,
        },
    },
    sensor::Watch,
};

impl Holder {
    pub(super) fn answer(&mut self, command: HolderCommand, seen: &mut Seen<'_>) {
        let now = seen.now;
        self.watch.confirm(now);
        let mut answer = HolderReply::default();
        let result = match command.action {
            HolderAction::Arm(sensing) => self.arm(sensing, &mut answer, seen),
            HolderAction::Hold(renewal) => self.hold(renewal, &mut answer, seen),
            HolderAction::Raise { lasting } => self.raise(lasting, &mut answer, seen),
            HolderAction::Stay { lasting } => {
                self.watch.stay(lasting, now);
                Ok(())
            }
            HolderAction::Release { false_wake } => {
                if false_wake {
                    self.watch.take_back_request();
                }
                answer.call = self.release(ReleaseReason::Asked, seen);
                Ok(())
            }
            HolderAction::Disarm => {
                answer.call = self.release(ReleaseReason::Asked, seen);
                self.close(seen);
                Ok(())
            }
            HolderAction::Report => {
                answer.processes = self.watch.report();
                answer.read_at = self.watch.read_at();
                Ok(())
            }
        };
        answer.at = self.free_at.max(now);
        answer.raised = matches!(self.mode, Mode::Holding { .. }) || self.watch.is_raised();
        let (id, result) = (command.id, result.map(|()| answer));
        self.report(HolderReport::Reply { id, result }, now);
    }

    fn arm(
        &mut self,
        sensing: Sensing,
        answer: &mut HolderReply,
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
        self.boosts = sensing.boosts;
        if !self.boosts {
            seen.card.close_boost(seen.now);
        }
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

    fn hold(
        &mut self,
        renewal: Renewal,
        answer: &mut HolderReply,
        seen: &mut Seen<'_>,
    ) -> Result<(), GpuError> {
        self.targets.clear();
        self.boosts = true;
        self.watch = Watch::new(seen.now);
        let boosted = self
            .open(answer, seen)
            .and_then(|()| self.boost(renewal.lasting, seen));
        match boosted {
            Ok(call) => {
                answer.call = Some(call);
                let since = match self.mode {
                    Mode::Holding { since, .. } => since,
                    Mode::Closed | Mode::Armed => self.free_at,
                };
                let until = self.free_at + renewal.lasting;
                self.mode = Mode::Holding { since, until };
                Ok(())
            }
            Err(error) => {
                self.close(seen);
                Err(error)
            }
        }
    }

    fn raise(
        &mut self,
        lasting: Duration,
        answer: &mut HolderReply,
        seen: &mut Seen<'_>,
    ) -> Result<(), GpuError> {
        if self.mode != Mode::Armed {
            return Err(GpuError::new(
                GpuErrorKind::Other,
                "nothing is armed, so there is nothing to raise the clocks for",
            ));
        }
        if !self.watch.is_raised() {
            self.open(answer, seen)?;
            answer.call = Some(self.boost(self.watch.renewal().lasting, seen)?);
        }
        self.watch.commanded(lasting, self.free_at.max(seen.now));
        Ok(())
    }
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
