//! Days while the wall clock jumps.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// A machine that holds its GPU, or lets it rest, at 46 W while a wall clock shows what it likes.
#[derive(Default)]
struct Machine {
    ledger: Ledger,
    seconds: f64,
}

impl Machine {
    /// A ledger of that many days, each with ten seconds held, the last being [`DAY`].
    fn with_days(count: i64) -> Self {
        let mut machine = Self::default();
        for back in (0..count).rev() {
            machine.seconds += 86_400.0;
            machine.hold(10.0, DAY.saturating_sub(back.days()));
        }
        // Another engine: it has yet to see that the clock advances.
        let json = serde_json::to_string(&machine.ledger).unwrap();
        machine.ledger = serde_json::from_str(&json).unwrap();
        machine
    }

    fn hold(&mut self, seconds: f64, date: Date) {
        self.read(date, true);
        self.seconds += seconds;
        self.read(date, false);
    }

    fn read(&mut self, date: Date, held: bool) {
        let reading = Reading {
            date,
            held,
            ..held_at(self.seconds)
        };
        self.ledger.observe(&gpu("a"), reading);
    }

    /// The days with something on them, and its seconds.
    fn days(&self) -> BTreeMap<Date, f64> {
        let days = self.ledger.days.iter();
        let days = days.filter(|(_, day)| !day.is_empty());
        days.map(|(date, day)| (*date, day.warm_s)).collect()
    }
}

fn held_at(second: f64) -> Reading {
    held(second, 46.0)
}

fn later(days: i64) -> Date {
    DAY.saturating_add(days.days())
}

#[test]
fn a_clock_far_ahead_for_one_reading_costs_no_day() {
    for count in [1, 80, 90] {
        for ahead in [1, 100, 400, 30_000, -100, -400] {
            let mut machine = Machine::with_days(count);
            let before = machine.days();
            machine.seconds += 100.0;
            machine.read(later(ahead), true);
            machine.seconds += 4.0;
            machine.hold(5.0, DAY);
            let days = machine.days();
            for (date, seconds) in &before {
                assert!(
                    days[date] >= *seconds,
                    "{count} days, {ahead} ahead: {date}"
                );
            }
            let report = machine.ledger.report(90, DAY, None, "").days;
            let with_something = report.iter().filter(|day| day.warm_s > 0.0).count();
            let at_least = usize::try_from(count).unwrap();
            assert!(with_something >= at_least, "{count} days, {ahead} ahead");
        }
    }
}

#[test]
fn a_clock_that_stays_ahead_pushes_out_one_day_for_each_of_its_own() {
    let mut machine = Machine::with_days(90);
    for day in 0..3 {
        for _ in 0..24 {
            machine.seconds += 3600.0;
            machine.hold(10.0, later(100 + day));
        }
    }
    let days = machine.days();
    assert_eq!(days.len(), 90);
    assert_eq!(days.keys().filter(|date| **date <= DAY).count(), 87);
    // Set right, it pushes out nothing with days that have not come.
    for day in 1..=3 {
        for _ in 0..24 {
            machine.seconds += 3600.0;
            machine.hold(10.0, later(day));
        }
    }
    let days = machine.days();
    assert_eq!(days.keys().filter(|date| **date <= later(3)).count(), 90);
    assert_eq!(days.len(), 93);
}

#[test]
fn ninety_days_are_kept_however_far_apart() {
    for step in [1, 30] {
        let mut machine = Machine::default();
        for day in 0..200 {
            machine.seconds += 86_400.0 * f64::from(step);
            machine.hold(10.0, later(i64::from(day * step)));
            // Days without anything take no place.
            machine.read(later(i64::from(day * step)).tomorrow().unwrap(), false);
        }
        let days = machine.days();
        assert_eq!(days.len(), 90, "every {step} days");
        assert_eq!(days.keys().next(), Some(&later(i64::from(110 * step))));
        assert!(machine.ledger.days.len() <= 180);
    }
}

#[test]
fn what_is_counted_before_the_clock_is_set_belongs_to_the_first_day_that_is_one() {
    for unset in [date(1970, 1, 1), date(1980, 1, 1), date(2019, 12, 31)] {
        let mut machine = Machine::with_days(90);
        let before = machine.days();
        machine.seconds += 60.0;
        machine.hold(20.0, unset);
        assert_eq!(machine.days(), before, "{unset}");
        // The history is there all the same, and what it costs now as well.
        let report = machine.ledger.report(90, unset, None, "").days;
        assert_eq!(report.len(), 90, "{unset}");
        assert_eq!(report[89].date, DAY.to_string());
        assert_eq!(machine.ledger.entry(unset, None).warm_s, 20.0);

        // Kept over a restart, such as a power cut before the network was there.
        let json = serde_json::to_string(&machine.ledger).unwrap();
        machine.ledger = serde_json::from_str(&json).unwrap();
        machine.seconds += 60.0;
        machine.hold(5.0, later(1));
        let days = machine.days();
        assert_eq!(days[&later(1)], 25.0, "{unset}");
        assert_eq!(days.len(), 91, "{unset}");
    }
}

#[test]
fn a_clock_that_is_set_back_adds_to_the_days_that_were() {
    let mut machine = Machine::with_days(80);
    let mut expected = machine.days();
    machine.seconds += 60.0;
    machine.hold(7.0, later(-40));
    *expected.get_mut(&later(-40)).unwrap() += 7.0;
    assert_eq!(machine.days(), expected);
}

/// Up to two days go by, and the clock may show anything then.
fn step() -> impl Strategy<Value = (u32, Option<i64>, bool)> {
    let jump = prop_oneof![
        6 => Just(None),
        1 => (-3..4i64).prop_map(Some),
        1 => (-200..200i64).prop_map(Some),
        1 => Just(Some(-20_000)),
        1 => Just(Some(40_000)),
    ];
    (0..172_800u32, jump, any::<bool>())
}

proptest! {
    #[test]
    fn no_day_within_ninety_recorded_days_is_ever_lost(
        before in 0..100i64,
        steps in proptest::collection::vec(step(), 1..100),
    ) {
        let mut machine = Machine::with_days(before);
        let mut recorded: BTreeSet<Date> = machine.days().into_keys().collect();
        let mut offset = 0;
        let start = machine.seconds;
        let mut counted: f64 = machine.days().values().sum();
        for (seconds, jump, stays) in steps {
            machine.seconds += f64::from(seconds);
            let midnights = ((machine.seconds - start) / 86_400.0) as i64;
            let date = later(midnights + jump.unwrap_or(0) + offset);
            machine.hold(10.0, date);
            counted += 10.0;
            if stays {
                offset += jump.unwrap_or(0);
            }
            if date >= FIRST_DAY {
                recorded.insert(date);
            }
            let days = machine.days();
            for (newer, date) in recorded.iter().rev().enumerate() {
                prop_assert!(newer >= 90 || days.contains_key(date), "{} is gone", date);
            }
            prop_assert!(machine.ledger.days.len() <= 2 * 180);
        }
        // Nor is what was counted, as long as no day was dropped.
        let kept: f64 = machine.days().values().sum();
        let waiting = machine.ledger.undated.warm_s;
        if recorded.len() <= 90 {
            prop_assert!((kept + waiting - counted).abs() < 1e-6, "{} s of {} s", kept, counted);
        }
    }
}
