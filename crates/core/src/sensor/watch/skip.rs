//! Leaves out checks of which the result is known: a simulation checks every 20 ms, and a day has
//! four million of these.

use std::time::Duration;

use super::Watch;
use crate::{Moment, time::nanoseconds};

#[cfg(test)]
mod tests;

impl Watch {
    /// The first check that may change anything, where no process uses the processor up to and
    /// including `quiet_until` (`None`: from now on) and [`Watch::has_seen`] every reading.
    pub(crate) fn next_after(&self, quiet_until: Option<Moment>) -> Option<Moment> {
        if self.processes.is_empty() {
            return self.next();
        }
        // A raise ends, or is renewed, with the first check from then on.
        let raise = self.raise_changes_at();
        let raise = raise.map(|at| at - Duration::from_nanos(1));
        let idle_until = [quiet_until, raise].into_iter().flatten().min()?;
        Some(self.checks_until(idle_until).1)
    }

    /// Advances as if every check up to and including `moment` had found nothing new.
    pub(crate) fn skip_until(&mut self, moment: Moment) {
        if self.processes.is_empty() {
            return;
        }
        if let (Some(last), next) = self.checks_until(moment) {
            self.checked = last;
            self.due = next;
        }
    }

    /// Returns true if that is the last reading of the process at that place.
    pub(crate) fn has_seen(&self, index: usize, reading: Duration) -> bool {
        let mut processes = self.processes.iter();
        processes
            .nth(index)
            .is_none_or(|p| p.last == nanoseconds(reading))
    }

    /// The last check up to and including `moment`, and the one after it.
    fn checks_until(&self, moment: Moment) -> (Option<Moment>, Moment) {
        if self.due > moment {
            return (None, self.due);
        }
        // The period changes with the first check that finds requests to be no longer frequent.
        let idle_from = first_from(self.due, self.sensing.busy_period, self.busy_until);
        let (from, period) = if moment < idle_from {
            (self.due, self.sensing.busy_period)
        } else {
            (idle_from, self.sensing.idle_period)
        };
        let next = first_from(from, period, moment + Duration::from_nanos(1));
        (Some(next - period), next)
    }
}

/// The first of the moments `start`, `start + period`, ... that is not before `moment`.
fn first_from(start: Moment, period: Duration, moment: Moment) -> Moment {
    let period = period.as_nanos().max(1);
    let periods = moment.since(start).as_nanos().div_ceil(period);
    start + Duration::from_nanos(u64::try_from(periods * period).unwrap_or(u64::MAX))
}
