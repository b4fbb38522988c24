//! The `hold` process of a simulated card, in virtual time.
//!
//! It does what the real one does, by the same [`Watch`]. One thing after the other: while a call
//! of the driver's is under way it neither checks nor reads a command.

use std::{collections::VecDeque, time::Duration};

use super::{card::Card, processor::Processor};
use crate::{
    Moment,
    gpu::{
        GpuError,
        holder::{
            HolderCommand, HolderReply, HolderReport, RaiseCause, Refused, ReleaseReason, Released,
            SensedProcess,
        },
    },
    sensor::{Step, Watch},
};

mod commands;

/// The world as a `hold` process sees it.
pub(super) struct Seen<'a> {
    pub(super) card: &'a mut Card,
    pub(super) processors: &'a [Processor],
    pub(super) now: Moment,
}

#[derive(Clone, Debug)]
pub(super) struct Holder {
    mode: Mode,
    /// Makes the boost request; otherwise it only senses.
    boosts: bool,
    watch: Watch,
    targets: Vec<SensedProcess>,
    /// The next check while it watches.
    check: Option<Check>,
    /// The tasks to do as soon as it can, oldest first.
    tasks: VecDeque<Task>,
    /// The driver's call that is under way returns then.
    free_at: Moment,
    stopped: bool,
    /// Stopped for good.
    halted: bool,
    /// The reports that it wrote, with their times.
    reports: VecDeque<(Moment, HolderReport)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    Closed,
    Armed,
    Holding { since: Moment, until: Moment },
}

#[derive(Clone, Copy, Debug)]
struct Check {
    at: Moment,
    /// The checks before it find nothing new and are left out.
    skips: bool,
}

#[derive(Clone, Debug)]
enum Task {
    Perform(HolderCommand),
    Ended(SensedProcess),
}

impl Holder {
    pub(super) fn new(now: Moment) -> Self {
        Self {
            mode: Mode::Closed,
            boosts: true,
            watch: Watch::new(now),
            targets: Vec::new(),
            check: None,
            tasks: VecDeque::new(),
            free_at: now,
            stopped: false,
            halted: false,
            reports: VecDeque::new(),
        }
    }

    /// Nothing is done any more, and nothing is closed.
    pub(super) fn halt(&mut self) {
        self.halted = true;
    }

    pub(super) fn command(&mut self, command: HolderCommand) {
        self.tasks.push_back(Task::Perform(command));
    }

    /// The oldest report that is written by now.
    pub(super) fn take_report(&mut self, now: Moment) -> Option<HolderReport> {
        self.reports
            .pop_front_if(|(at, _)| *at <= now)
            .map(|(_, report)| report)
    }

    /// The time when its oldest report is written.
    pub(super) fn reports_at(&self) -> Option<Moment> {
        self.reports.front().map(|(at, _)| *at)
    }

    /// The time when it next does something by itself; `None` while it waits for what others do.
    pub(super) fn acts_at(&self, hangs: bool) -> Option<Moment> {
        if hangs || self.halted {
            return None;
        }
        let checks_at = match self.mode {
            _ if self.stopped => None,
            Mode::Closed => None,
            Mode::Armed => self.check.map(|check| check.at),
            Mode::Holding { until, .. } => Some(until),
        };
        let task = self.tasks.front().map(|_| self.free_at);
        let next = [task, checks_at].into_iter().flatten().min()?;
        Some(next.max(self.free_at))
    }

    /// Takes in a change of the world around it.
    pub(super) fn surround(&mut self, seen: &mut Seen<'_>) {
        let stopped = seen.card.hangs() || seen.card.is_asleep();
        if stopped != self.stopped {
            self.pass(seen.now);
            self.stopped = stopped;
        }
        let dead = |target: &&SensedProcess| !seen.processors.iter().any(|p| p.is(target));
        let ended = self.targets.iter().filter(dead).copied();
        let ended: Vec<_> = ended.filter(|target| !self.knows_end_of(target)).collect();
        self.tasks.extend(ended.into_iter().map(Task::Ended));
        self.pass(seen.now);
        self.plan(seen);
    }

    /// Does what is due now.
    pub(super) fn act(&mut self, seen: &mut Seen<'_>) {
        match self.tasks.pop_front() {
            Some(Task::Perform(command)) => {
                self.pass(seen.now);
                self.answer(command, seen);
            }
            Some(Task::Ended(process)) => {
                self.pass(seen.now);
                self.ended(process, seen);
            }
            None => self.check(seen),
        }
        self.plan(seen);
    }

    fn knows_end_of(&self, process: &SensedProcess) -> bool {
        let mut tasks = self.tasks.iter();
        tasks.any(|task| matches!(task, Task::Ended(ended) if ended.is(process)))
    }

    /// Marks the checks as done that were left out by now.
    fn pass(&mut self, now: Moment) {
        if !self.stopped && self.check.is_none_or(|check| check.skips) {
            let before = self.check.map_or(now, |check| check.at - NANOSECOND);
            self.watch.skip_until(now.min(before));
        }
    }

    /// Decides the time of the next check.
    fn plan(&mut self, seen: &Seen<'_>) {
        let readings = || self.targets.iter().map(|t| reading(t, seen)).enumerate();
        let changed = readings().any(|(index, reading)| {
            reading.is_some_and(|reading| !self.watch.has_seen(index, reading))
        });
        if changed || self.stopped {
            let at = self.watch.next();
            self.check = at.map(|at| Check { at, skips: false });
            return;
        }
        let uses = self.targets.iter().filter_map(|target| {
            let processor = seen.processors.iter().find(|p| p.is(target))?;
            processor.idle_until(seen.now)
        });
        let at = self.watch.next_after(uses.min());
        self.check = at.map(|at| Check { at, skips: true });
    }

    fn check(&mut self, seen: &mut Seen<'_>) {
        let now = seen.now;
        if let Mode::Holding { since, .. } = self.mode {
            self.close(seen);
            let released = Released {
                at: now,
                reason: ReleaseReason::Unconfirmed,
                raised_for: now.since(since),
            };
            return self.report(HolderReport::Released(released), now);
        }
        self.pass(now);
        let targets = &self.targets;
        let step = self
            .watch
            .check(now, |index| reading(targets.get(index)?, seen));
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

    fn ended(&mut self, process: SensedProcess, seen: &mut Seen<'_>) {
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

    /// Ends a raise; how long that takes.
    fn release(&mut self, reason: ReleaseReason, seen: &mut Seen<'_>) -> Option<Duration> {
        if !self.watch.is_raised() {
            return None;
        }
        let call = self.boosts.then(|| seen.card.clear_boost(seen.now));
        self.call(call, seen);
        if let Some(released) = self.watch.released(reason, self.free_at) {
            self.report(HolderReport::Released(released), seen.now);
        }
        call
    }

    fn refused(&mut self, cause: Option<RaiseCause>, error: GpuError, at: Moment) {
        self.watch.refused(at);
        self.report(HolderReport::Refused(Refused { at, cause, error }), at);
    }

    fn open(&mut self, answer: &mut HolderReply, seen: &mut Seen<'_>) -> Result<(), GpuError> {
        if !self.boosts {
            return Ok(());
        }
        answer.opening = seen.card.open_boost(seen.now)?;
        self.call(answer.opening, seen);
        Ok(())
    }

    /// Asks for the boost; how long the call takes.
    fn boost(&mut self, lasting: Duration, seen: &mut Seen<'_>) -> Result<Duration, GpuError> {
        let call = match self.boosts {
            true => seen.card.request_boost(lasting, seen.now)?,
            false => Duration::ZERO,
        };
        self.call(Some(call), seen);
        Ok(call)
    }

    /// A call of the driver's keeps it busy for so long.
    fn call(&mut self, lasting: Option<Duration>, seen: &Seen<'_>) {
        self.free_at = self.free_at.max(seen.now) + lasting.unwrap_or_default();
    }

    fn close(&mut self, seen: &mut Seen<'_>) {
        seen.card.close_boost(seen.now);
        self.targets.clear();
        self.watch = Watch::new(seen.now);
        self.mode = Mode::Closed;
    }

    /// Writes it once the call under way has returned.
    fn report(&mut self, report: HolderReport, now: Moment) {
        self.reports.push_back((self.free_at.max(now), report));
    }
}

const NANOSECOND: Duration = Duration::from_nanos(1);

fn reading(process: &SensedProcess, seen: &Seen<'_>) -> Option<Duration> {
    let processor = seen.processors.iter().find(|p| p.is(process))?;
    Some(processor.reading(seen.now))
}
