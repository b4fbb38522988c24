//! Which day is written to, and which days are dropped, whatever the wall clock shows.
//!
//! A wall clock can be wrong: a machine without a battery begins at 1970 until its network is
//! there, a program or a user may set it ahead or back. What the ledger has is not thrown away for
//! that:
//!
//! - Days before [`FIRST_DAY`] are no days but a clock that was never set. What is counted then
//!   waits, and belongs to the first day that is one.
//! - A day is dropped when [`KEPT_DAYS`] days on which something was counted lie between it and
//!   today, today included, never because of its date alone. A day after today does not push out
//!   an earlier one.
//! - Nothing is dropped until the clock has gone on for [`SETTLED_AFTER`] as the engine's own clock
//!   did, without a jump. Until then [`MOST_DAYS`] bound the file.

use std::time::Duration;

use jiff::civil::{Date, date};

use super::{KEPT_DAYS, Ledger, day::Day};
use crate::Moment;

/// The first day that can be. GPU Keepalive is of 2026; the years before are for clocks that are
/// merely wrong.
pub const FIRST_DAY: Date = date(2020, 1, 1);

/// Longer than any usual time between two corrections of a clock over the network: 34 minutes at
/// most with systemd-timesyncd (`PollIntervalMaxSec=` in timesyncd.conf(5)), 17 with ntpd.
pub const SETTLED_AFTER: Duration = Duration::from_secs(60 * 60);

/// Days that are kept while the clock jumps: twice what is kept else.
const MOST_DAYS: usize = 2 * KEPT_DAYS as usize;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Checks that the wall clock advances as the engine's own does.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct WallClock {
    /// The time of the first reading, or of the first after a jump, and its date.
    since: Option<(Moment, Date)>,
}

impl WallClock {
    /// Takes in what it shows.
    pub(super) fn shows(&mut self, date: Date, at: Moment) {
        let continues = |(since, first): (Moment, Date)| {
            let full_days = (at.since(since).as_secs() / DAY.as_secs()).cast_signed();
            let seen = i64::from((date - first).get_days());
            // One midnight more or fewer, by the time of day and by the time zone.
            (full_days - 1..=full_days + 2).contains(&seen)
        };
        if !self.since.is_some_and(continues) {
            self.since = Some((at, date));
        }
    }

    fn is_settled(&self, at: Moment) -> bool {
        self.since
            .is_some_and(|(since, _)| at.since(since) >= SETTLED_AFTER)
    }
}

impl Ledger {
    /// The record of that day.
    pub(super) fn day(&self, date: Date) -> Option<&Day> {
        if date < FIRST_DAY {
            return Some(&self.undated).filter(|day| !day.is_empty());
        }
        self.days.get(&date)
    }

    /// The record of that day, to write to.
    pub(super) fn day_mut(&mut self, date: Date) -> &mut Day {
        if date < FIRST_DAY {
            return &mut self.undated;
        }
        self.days.entry(date).or_default()
    }

    /// The wall clock shows that day: what waits for one belongs to it, and days are dropped.
    pub(super) fn enter(&mut self, today: Date, at: Moment) {
        self.wall_clock.shows(today, at);
        if today < FIRST_DAY {
            return;
        }
        let waiting = std::mem::take(&mut self.undated);
        self.day_mut(today).add(waiting);
        if self.days.len() <= KEPT_DAYS as usize {
            return;
        }
        let mut kept = if self.wall_clock.is_settled(at) {
            Kept::up_to(today, KEPT_DAYS as usize)
        } else {
            Kept::up_to(Date::MAX, MOST_DAYS)
        };
        let newest_first: Vec<_> = self.days.iter().rev().collect();
        let dropped: Vec<Date> = newest_first
            .into_iter()
            .filter(|(date, day)| !kept.keeps(**date, day))
            .map(|(date, _)| *date)
            .collect();
        for date in dropped {
            self.days.remove(&date);
        }
    }

    /// The last day of a report: a clock that was never set hides nothing.
    pub(super) fn last_day(&self, today: Date) -> Date {
        let newest = self.days.keys().next_back();
        newest
            .copied()
            .filter(|_| today < FIRST_DAY)
            .unwrap_or(today)
    }
}

/// Counts days, the newest first.
struct Kept {
    today: Date,
    most: usize,
    days: usize,
    with_something: usize,
}

impl Kept {
    fn up_to(today: Date, most: usize) -> Self {
        Self {
            today,
            most,
            days: 0,
            with_something: 0,
        }
    }

    fn keeps(&mut self, date: Date, day: &Day) -> bool {
        if date > self.today {
            return true;
        }
        // A day without anything takes no other's place.
        let count = if day.is_empty() {
            self.days
        } else {
            self.with_something += 1;
            self.with_something - 1
        };
        self.days += 1;
        count < self.most
    }
}
