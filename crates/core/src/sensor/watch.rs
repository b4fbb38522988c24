//! Everything the `hold` process decides between two commands, without its system calls.

use std::time::Duration;

use crate::{
    Moment,
    gpu::holder::{
        ProcessorUse, RaiseCause, Raised, ReleaseReason, Released, Renewal, SensedProcess, Sensing,
    },
    time::nanoseconds,
};

mod skip;

/// Readings further apart than this show nothing of a request: the process was stopped or the
/// machine suspended. A late reading on a loaded machine stays well below it.
const TOO_FAR_APART: Duration = Duration::from_secs(1);

/// The processes that are watched on one GPU, and whether its clocks are raised.
///
/// [`Watch::check`] allocates nothing.
#[derive(Clone, Debug)]
pub struct Watch {
    sensing: Sensing,
    processes: Vec<Process>,
    checked: Moment,
    due: Moment,
    busy_until: Moment,
    /// `busy_until` before the last raise.
    busy_before: Moment,
    raise: Option<Raise>,
    last_raise: Option<Moment>,
    /// The time of the last command.
    confirmed: Moment,
    /// The time for which the clocks were raised since then, in raises that are over.
    unconfirmed: Duration,
    /// No raise before the next command.
    silent: bool,
}

/// One process, with its times in nanoseconds: a check of it is a few instructions.
#[derive(Clone, Debug)]
struct Process {
    sensed: SensedProcess,
    threshold: u64,
    /// The last reading of its processor time.
    last: u64,
    /// Since the last report.
    used: u64,
    /// The most in one period since the last report.
    most: u64,
}

#[derive(Clone, Copy, Debug)]
struct Raise {
    at: Moment,
    until: Moment,
    /// The time until which a command keeps it up, even without a process.
    commanded_until: Moment,
    renew_at: Moment,
}

/// The step to take now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Raise the clocks: a request has begun.
    Raise(RaiseCause),
    /// Ask for the boost again.
    Renew,
    /// Release the clocks.
    Release(ReleaseReason),
}

impl Watch {
    /// Watches nothing yet.
    pub fn new(now: Moment) -> Self {
        Self {
            sensing: Sensing::default(),
            processes: Vec::new(),
            checked: now,
            due: now,
            busy_until: now,
            busy_before: now,
            raise: None,
            last_raise: None,
            confirmed: now,
            unconfirmed: Duration::ZERO,
            silent: false,
        }
    }

    /// Watches these from now on. `readings` holds the processor time of each, in the same order.
    /// A process that was watched before keeps its last reading, so that nothing is overlooked.
    pub fn arm(&mut self, sensing: Sensing, readings: &[Duration], now: Moment) {
        let before = std::mem::take(&mut self.processes);
        self.processes = sensing
            .processes
            .iter()
            .zip(readings)
            .map(|(sensed, reading)| {
                let known = before.iter().find(|process| process.sensed.is(sensed));
                match known {
                    Some(known) => Process {
                        sensed: *sensed,
                        threshold: nanoseconds(sensed.threshold),
                        ..known.clone()
                    },
                    None => Process {
                        sensed: *sensed,
                        threshold: nanoseconds(sensed.threshold),
                        last: nanoseconds(*reading),
                        used: 0,
                        most: 0,
                    },
                }
            })
            .collect();
        self.sensing = sensing;
        if before.is_empty() {
            self.checked = now;
            self.due = now + self.period(now);
        }
    }

    /// A command arrived, so the keeper is there.
    pub fn confirm(&mut self, now: Moment) {
        self.confirmed = now;
        self.unconfirmed = Duration::ZERO;
        self.silent = false;
    }

    /// The time of the next check; `None` when there is nothing to wait for.
    #[inline(always)]
    pub fn next(&self) -> Option<Moment> {
        if !self.processes.is_empty() {
            return Some(self.due);
        }
        self.raise_changes_at()
    }

    /// The time when a raise ends, or is to be renewed.
    fn raise_changes_at(&self) -> Option<Moment> {
        let raise = self.raise?;
        let left = self.sensing.unconfirmed.saturating_sub(self.unconfirmed);
        let unconfirmed = raise.confirmed(self.confirmed) + left;
        Some(raise.until.min(raise.renew_at).min(unconfirmed))
    }

    /// Takes in a reading of each process, by its place in [`Watch::arm`]; `None` where it failed.
    #[inline(always)]
    pub fn check(
        &mut self,
        now: Moment,
        mut read: impl FnMut(usize) -> Option<Duration>,
    ) -> Option<Step> {
        let before = std::mem::replace(&mut self.checked, now);
        self.due = self.due + self.period(now);
        if self.due <= now {
            self.due = now + self.period(now);
        }
        let mut begun = None;
        for (index, process) in self.processes.iter_mut().enumerate() {
            let used = process.take(read(index));
            if used > process.threshold && begun.is_none() {
                begun = Some((index, used));
            }
        }
        match (begun, self.raise) {
            (None, None) => None,
            _ => self.decide(begun, before, now),
        }
    }

    #[cold]
    #[inline(never)]
    fn decide(&mut self, begun: Option<(usize, u64)>, before: Moment, now: Moment) -> Option<Step> {
        let period = now.since(before);
        let cause = begun.filter(|_| period <= TOO_FAR_APART);
        let cause = cause.map(|(index, used)| RaiseCause {
            pid: self.processes[index].sensed.pid,
            used: Duration::from_nanos(used),
            period,
        });
        let Some(raise) = &mut self.raise else {
            let soon = |last| now.since(last) < self.sensing.between_raises;
            let may = !self.silent && !self.last_raise.is_some_and(soon);
            return cause.filter(|_| may).map(Step::Raise);
        };
        if cause.is_some() {
            raise.until = raise.until.max(now + self.sensing.linger);
        }
        let unconfirmed = self.unconfirmed + now.since(raise.confirmed(self.confirmed));
        if unconfirmed >= self.sensing.unconfirmed {
            self.silent = true;
            return Some(Step::Release(ReleaseReason::Unconfirmed));
        }
        if now >= raise.until {
            return Some(Step::Release(ReleaseReason::Idle));
        }
        (now >= raise.renew_at).then_some(Step::Renew)
    }

    /// The clocks were raised for a request: `sensed` when it was seen, `call` the driver's part.
    pub fn raised(
        &mut self,
        cause: RaiseCause,
        sensed: Moment,
        call: Duration,
        now: Moment,
    ) -> Raised {
        self.busy_before = self.busy_until;
        self.busy_until = now + self.sensing.busy_for;
        self.last_raise = Some(now);
        let until = now + self.sensing.linger;
        self.begin(until, Moment::ORIGIN, now);
        Raised {
            at: now,
            cause,
            call,
            wake: now.since(sensed),
        }
    }

    /// The clocks were raised by a command, or are to stay raised for it.
    pub fn commanded(&mut self, lasting: Duration, now: Moment) {
        if self.raise.is_none() {
            self.begin(now, now, now);
        }
        self.stay(lasting, now);
        if let Some(raise) = &mut self.raise {
            raise.commanded_until = raise.commanded_until.max(now + lasting);
        }
    }

    fn begin(&mut self, until: Moment, commanded_until: Moment, now: Moment) {
        self.raise = Some(Raise {
            at: now,
            until,
            commanded_until,
            renew_at: now + self.sensing.renewal.every,
        });
    }

    /// Keeps a raise for at least this long.
    pub fn stay(&mut self, lasting: Duration, now: Moment) {
        if let Some(raise) = &mut self.raise {
            raise.until = raise.until.max(now + lasting);
        }
    }

    /// The boost was asked for again.
    pub fn renewed(&mut self, now: Moment) {
        if let Some(raise) = &mut self.raise {
            raise.renew_at = now + self.sensing.renewal.every;
        }
    }

    /// The driver refused to raise or to renew.
    pub fn refused(&mut self, now: Moment) {
        self.raise = None;
        self.last_raise = Some(now);
    }

    /// The clocks were released; `None` when they were not raised.
    pub fn released(&mut self, reason: ReleaseReason, now: Moment) -> Option<Released> {
        let raise = self.raise.take()?;
        self.unconfirmed += now.since(raise.confirmed(self.confirmed));
        Some(Released {
            at: now,
            reason,
            raised_for: now.since(raise.at),
        })
    }

    /// The last wake was false: it does not count as a request.
    pub fn take_back_request(&mut self) {
        self.busy_until = self.busy_before;
    }

    /// The process at that place has ended; the others move up.
    pub fn gone(&mut self, index: usize, now: Moment) -> Option<Step> {
        self.processes.remove(index);
        let raise = self.raise?;
        let alone = self.processes.is_empty() && raise.commanded_until <= now;
        alone.then_some(Step::Release(ReleaseReason::Gone))
    }

    /// Returns true if the clocks are raised.
    pub fn is_raised(&self) -> bool {
        self.raise.is_some()
    }

    /// The renewal of a raise.
    pub fn renewal(&self) -> Renewal {
        self.sensing.renewal
    }

    /// The time when the processes' clocks were last read.
    pub fn read_at(&self) -> Moment {
        self.checked
    }

    /// Processor time of each process since the last report.
    pub fn report(&mut self) -> Vec<ProcessorUse> {
        let report = |process: &mut Process| ProcessorUse {
            pid: process.sensed.pid,
            used: Duration::from_nanos(std::mem::take(&mut process.used)),
            most: Duration::from_nanos(std::mem::take(&mut process.most)),
        };
        self.processes.iter_mut().map(report).collect()
    }

    #[inline(always)]
    fn period(&self, now: Moment) -> Duration {
        if now < self.busy_until {
            self.sensing.busy_period
        } else {
            self.sensing.idle_period
        }
    }
}

impl Raise {
    /// The time until which a command accounts for it; the last one came at `commanded`.
    fn confirmed(&self, commanded: Moment) -> Moment {
        self.at.max(commanded).max(self.commanded_until)
    }
}

impl Process {
    /// Processor time since the reading before.
    #[inline(always)]
    fn take(&mut self, reading: Option<Duration>) -> u64 {
        let Some(reading) = reading.map(nanoseconds) else {
            return 0;
        };
        let used = reading.saturating_sub(self.last);
        self.last = reading;
        self.used = self.used.saturating_add(used);
        self.most = self.most.max(used);
        used
    }
}
