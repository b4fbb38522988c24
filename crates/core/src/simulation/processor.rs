//! Processor time of the programs of a simulated machine.

use std::time::Duration;

use super::ProcessorTimes;
use crate::{Moment, gpu::holder::SensedProcess, host::StartTime};

/// A program at rest wakes up this often for a moment, as llama.cpp's server does.
const REST_EVERY: Duration = Duration::from_secs(1);

/// The processor clock of one running program.
///
/// What it does once in a while follows from how long it has run, what it does all the time from
/// when it began to, so a reading is the same however often others were taken before.
#[derive(Clone, Debug)]
pub(super) struct Processor {
    pub(super) pid: u32,
    pub(super) started: StartTime,
    times: ProcessorTimes,
    since: Moment,
    /// At `since`: how long it has run, without the time in which the machine slept.
    ran: Duration,
    /// At `since`: what its computing has used.
    computed: Duration,
    does: Activity,
    /// The time that it was reported to have used beside that.
    outside: Duration,
}

/// The activity of a program until an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Activity {
    /// The machine sleeps.
    Asleep,
    /// It waits.
    Idle,
    /// It computes or answers a request.
    Busy,
}

impl Processor {
    pub(super) fn new(pid: u32, started: StartTime, times: ProcessorTimes, now: Moment) -> Self {
        Self {
            pid,
            started,
            times,
            since: now,
            ran: Duration::ZERO,
            computed: Duration::ZERO,
            does: Activity::Idle,
            outside: Duration::ZERO,
        }
    }

    pub(super) fn set_outside(&mut self, used: Duration) {
        self.outside = self.outside.max(used);
    }

    /// Returns true if it is the process that is meant, not a later one with the same id.
    pub(super) fn is(&self, sensed: &SensedProcess) -> bool {
        (self.pid, self.started) == (sensed.pid, sensed.started)
    }

    /// Does something else from now on.
    pub(super) fn turn(&mut self, does: Activity, now: Moment) {
        if does != self.does {
            (self.ran, self.computed) = (self.ran_at(now), self.computed_at(now));
            (self.since, self.does) = (now, does);
        }
    }

    /// All processor time that it has used.
    pub(super) fn reading(&self, now: Moment) -> Duration {
        let ran = self.ran_at(now);
        let moments = self.moments().into_iter().flatten();
        let once_in_a_while: Duration = moments.map(|moment| moment.used(ran)).sum();
        self.computed_at(now) + once_in_a_while + self.outside
    }

    /// The time until which it uses no processor time, unless something happens; `None` when it
    /// never does.
    pub(super) fn idle_until(&self, now: Moment) -> Option<Moment> {
        match self.does {
            Activity::Asleep => None,
            Activity::Busy => Some(now),
            Activity::Idle => {
                let ran = self.ran_at(now);
                let moments = self.moments().into_iter().flatten();
                moments.map(|moment| now + moment.next(ran)).min()
            }
        }
    }

    fn moments(&self) -> [Option<Moments>; 2] {
        let moments = |every: Duration, lasting: Duration| {
            (!lasting.is_zero()).then_some(Moments { every, lasting })
        };
        let polls = self.times.poll_every;
        [
            moments(REST_EVERY, self.times.rest),
            polls.and_then(|every| moments(every, self.times.poll)),
        ]
    }

    fn ran_at(&self, now: Moment) -> Duration {
        match self.does {
            Activity::Asleep => self.ran,
            _ => self.ran + now.since(self.since),
        }
    }

    fn computed_at(&self, now: Moment) -> Duration {
        match self.does {
            Activity::Busy => self.computed + now.since(self.since).mul_f64(self.times.busy_cores),
            _ => self.computed,
        }
    }
}

/// Use of one core for a moment, again and again; the first time after one interval.
#[derive(Clone, Copy)]
struct Moments {
    every: Duration,
    lasting: Duration,
}

impl Moments {
    /// Number of requests that began, and the time since the last one did.
    fn at(self, ran: Duration) -> (u64, Duration) {
        let (ran, every) = (nanos(ran), nanos(self.every).max(1));
        (ran / every, Duration::from_nanos(ran % every))
    }

    fn used(self, ran: Duration) -> Duration {
        match self.at(ran) {
            (0, _) => Duration::ZERO,
            (began, since) => {
                let whole = nanos(self.lasting).saturating_mul(began - 1);
                Duration::from_nanos(whole) + since.min(self.lasting)
            }
        }
    }

    /// Time until it uses the processor again; zero while it does.
    fn next(self, ran: Duration) -> Duration {
        match self.at(ran) {
            (1.., since) if since < self.lasting => Duration::ZERO,
            (_, since) => self.every.saturating_sub(since),
        }
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
