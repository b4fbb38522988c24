//! Properties of every sequence of readings.

use super::*;

/// A step of up to three minutes, with anything a driver might report and at any meter.
fn reading() -> impl Strategy<Value = (u32, Option<u32>, Option<u32>, [bool; 7])> {
    let watts = proptest::option::weighted(0.8, 0..400u32);
    let joules = proptest::option::weighted(0.5, 0..20_000u32);
    (0..180_000u32, watts, joules, any::<[bool; 7]>())
}

/// Turns steps into readings; one in 32 is on a later day, and the counter may begin anew.
fn readings() -> impl Strategy<Value = Vec<Reading>> {
    proptest::collection::vec(reading(), 1..60).prop_map(|steps| {
        let (mut ms, mut counter, mut day) = (0, 0, DAY);
        let next = |(step, watts, joules, flags): (u32, Option<u32>, Option<u32>, [bool; 7])| {
            let [
                held,
                resting,
                others_busy,
                battery,
                next_day,
                standing_by,
                holding,
            ] = flags;
            ms += u64::from(step);
            counter += joules.unwrap_or(0);
            if joules.is_some_and(|joules| joules < 500) {
                counter = 0;
            }
            if next_day && held && resting {
                day = day.tomorrow().expect("a day");
            }
            Reading {
                at: Moment::from_origin(Duration::from_millis(ms)),
                date: day,
                energy: joules.map(|_| Joules(f64::from(counter))),
                power: watts.map(|watts| Watts(f64::from(watts))),
                power_source: match battery {
                    true => PowerSource::Battery,
                    false => PowerSource::Ac,
                },
                held,
                resting,
                others_busy,
                standing_by,
                holding,
            }
        };
        steps.into_iter().map(next).collect()
    })
}

fn last_day(readings: &[Reading]) -> Date {
    readings.last().map_or(DAY, |reading| reading.date)
}

fn total_wh(ledger: &Ledger, today: Date) -> f64 {
    let days = ledger.report(KEPT_DAYS, today, None, "").days;
    days.iter().filter_map(|day| day.warm_wh).sum()
}

/// All that was drawn, rest and other people's computing included.
fn drawn_j(readings: &[Reading]) -> f64 {
    let pairs = readings.windows(2);
    pairs
        .filter_map(|pair| Interval::between(&pair[0], &pair[1])?.drawn)
        .map(|drawn| drawn.0)
        .sum()
}

/// All that the counter counted, between readings of it that are not neighbours too.
fn counted_j(readings: &[Reading]) -> f64 {
    let counters: Vec<_> = readings.iter().filter_map(|r| Some(r.energy?.0)).collect();
    let pairs = counters.windows(2);
    pairs.map(|pair| (pair[1] - pair[0]).max(0.0)).sum()
}

/// The time it ran: the time between two readings, as far as it is counted at all.
fn ran_s(readings: &[Reading]) -> f64 {
    let pairs = readings.windows(2);
    pairs
        .filter_map(|pair| Interval::between(&pair[0], &pair[1]))
        .map(|interval| interval.seconds)
        .sum()
}

proptest! {
    #[test]
    fn nothing_is_saved_but_in_time_spent_standing_by(readings in readings()) {
        let mut ledger = Ledger::default();
        for reading in &readings {
            feed(&mut ledger, [*reading]);
            let saved = ledger.saved_watt_hours(reading.date);
            prop_assert!(saved.is_none_or(|wh| wh >= 0.0), "{saved:?} Wh");
        }
        let days = ledger.report(KEPT_DAYS, last_day(&readings), None, "").days;
        let standby_s: f64 = days.iter().map(|day| day.standby_s).sum();
        prop_assert!(standby_s <= ran_s(&readings) + 1e-6, "{standby_s} s");
        let most = readings.iter().filter_map(|r| r.power).fold(0.0, |most, w| w.0.max(most));
        for day in days {
            let saved_j = day.saved_wh.unwrap_or(0.0) * 3600.0;
            prop_assert!(saved_j <= most * day.standby_s + 1e-6, "{saved_j} J of {day:?}");
        }
    }

    #[test]
    fn savings_by_day_add_up_to_what_one_long_day_would_have_saved(readings in readings()) {
        // Both powers known for good, so that each stretch is charged alike whenever it is.
        let known = || {
            let mut ledger = Ledger::default();
            for source in [PowerSource::Ac, PowerSource::Battery] {
                rest(&mut ledger, "a", source, 10.0);
                savings::hold(&mut ledger, "a", source, 30.0);
            }
            ledger
        };
        let plain = readings.iter().map(|reading| Reading { holding: false, power: None, energy: None, ..*reading });
        let (mut by_day, mut in_one) = (known(), known());
        feed(&mut by_day, plain.clone());
        feed(&mut in_one, plain.map(|reading| Reading { date: DAY, ..reading }));
        let days = by_day.report(KEPT_DAYS, last_day(&readings), None, "").days;
        let sum: f64 = days.iter().filter_map(|day| day.saved_wh).sum();
        let whole = in_one.saved_watt_hours(DAY).unwrap_or(0.0);
        prop_assert!((sum - whole).abs() < 1e-9, "{sum} Wh and {whole} Wh");
    }

    #[test]
    fn never_negative_and_never_more_than_was_drawn(readings in readings()) {
        let mut ledger = Ledger::default();
        for reading in &readings {
            feed(&mut ledger, [*reading]);
            let wh = ledger.watt_hours(reading.date);
            prop_assert!(wh.is_none_or(|wh| wh >= 0.0), "{wh:?} Wh");
        }
        let total = total_wh(&ledger, last_day(&readings)) * 3600.0;
        let most = drawn_j(&readings) + counted_j(&readings);
        prop_assert!(total <= most + 1e-6, "{total} J");
    }

    #[test]
    fn the_days_add_up_to_what_one_long_day_would_be(readings in readings()) {
        // Rest at 0 W, so that no day is cut off at zero by itself.
        let known = || {
            let mut ledger = Ledger::default();
            rest(&mut ledger, "a", PowerSource::Ac, 0.0);
            rest(&mut ledger, "a", PowerSource::Battery, 0.0);
            ledger
        };
        // The counter does not correct over midnight.
        let awake = readings.iter().map(|reading| Reading { resting: false, energy: None, ..*reading });
        let (mut by_day, mut in_one) = (known(), known());
        feed(&mut by_day, awake.clone());
        feed(&mut in_one, awake.map(|reading| Reading { date: DAY, ..reading }));
        let by_day = total_wh(&by_day, last_day(&readings));
        let in_one = total_wh(&in_one, DAY);
        prop_assert!((by_day - in_one).abs() < 1e-9, "{by_day} Wh and {in_one} Wh");
    }

    #[test]
    fn a_repeated_reading_counts_once(readings in readings()) {
        let (mut once, mut twice) = (Ledger::default(), Ledger::default());
        feed(&mut once, readings.iter().copied());
        feed(&mut twice, readings.iter().flat_map(|reading| [*reading; 2]));
        prop_assert_eq!(once.report(90, last_day(&readings), None, ""),
            twice.report(90, last_day(&readings), None, ""));
    }

    #[test]
    fn which_gpu_comes_first_does_not_matter(a in readings(), b in readings()) {
        let run = |order: [usize; 2]| {
            let mut ledger = Ledger::default();
            for (a, b) in a.iter().zip(&b) {
                // Both at the same moment of the same day.
                let pair = [("a", *a), ("b", Reading { at: a.at, date: a.date, ..*b })];
                for index in order {
                    let (name, reading) = pair[index];
                    ledger.observe(&gpu(name), reading);
                }
            }
            ledger
        };
        prop_assert_eq!(run([0, 1]), run([1, 0]));
    }

    #[test]
    fn the_file_has_the_same(readings in readings()) {
        let mut ledger = Ledger::default();
        feed(&mut ledger, readings.iter().copied());
        let json = serde_json::to_string(&ledger).expect("json");
        let back: Ledger = serde_json::from_str(&json).expect("ledger");
        let days = |ledger: &Ledger| ledger.report(90, last_day(&readings), None, "").days;
        for (back, day) in days(&back).iter().zip(days(&ledger)) {
            // The last bit of a number may be lost on the way through its decimal form; what is left
            // of two numbers that cancel out is nothing but such bits.
            let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.max(1.0);
            prop_assert!(close(back.warm_s, day.warm_s));
            prop_assert!(close(back.standby_s, day.standby_s));
            prop_assert_eq!(back.saved_wh.is_some(), day.saved_wh.is_some());
            prop_assert!(close(back.saved_wh.unwrap_or(0.0), day.saved_wh.unwrap_or(0.0)));
            prop_assert_eq!(back.warm_wh.is_some(), day.warm_wh.is_some());
            prop_assert!(close(back.warm_wh.unwrap_or(0.0), day.warm_wh.unwrap_or(0.0)));
        }
        prop_assert_eq!(days(&back).len(), days(&ledger).len());
    }
}
