//! The savings of standing by.

use super::*;

/// Stands by with the clocks down.
fn standing_by(second: f64) -> Reading {
    Reading {
        standing_by: true,
        ..resting(second, 10.0)
    }
}

/// A server holds the clocks itself.
fn up_without_us(second: f64) -> Reading {
    Reading {
        resting: false,
        ..standing_by(second)
    }
}

/// The clocks are up by our doing, and no process computes.
fn holding(second: f64, watts: f64) -> Reading {
    Reading {
        holding: true,
        ..held(second, watts)
    }
}

fn busy(reading: Reading) -> Reading {
    Reading {
        others_busy: true,
        ..reading
    }
}

/// A minute of holding, before everything else.
pub(super) fn hold(ledger: &mut Ledger, name: &str, power_source: PowerSource, watts: f64) {
    for second in 0..60 {
        let reading = Reading {
            power_source,
            held: false,
            ..holding(f64::from(second), watts)
        };
        ledger.observe(&gpu(name), reading);
    }
    ledger.interrupt();
}

/// A ledger that knows the GPU `a` to rest at 10 W and to draw 30 W when held, on mains.
fn known() -> Ledger {
    let mut ledger = rested();
    hold(&mut ledger, "a", PowerSource::Ac, 30.0);
    ledger
}

fn saved_j(ledger: &Ledger) -> Option<f64> {
    Some(ledger.saved_watt_hours(DAY)? * 3600.0)
}

fn standby_s(ledger: &Ledger) -> f64 {
    ledger.report(1, DAY, None, "").days[0].standby_s
}

/// Every row begins with a GPU known to rest at 10 W and to draw 30 W when held.
#[test]
fn charges_what_holding_would_have_drawn() {
    let rows: [(&str, Vec<Reading>, f64, f64); 9] = [
        ("nothing", vec![], 0.0, 0.0),
        ("one reading", vec![standing_by(100.0)], 0.0, 0.0),
        (
            "stands by throughout",
            vec![standing_by(100.0), standing_by(105.0), standing_by(110.0)],
            200.0,
            10.0,
        ),
        (
            "to the request that ends it",
            vec![
                standing_by(100.0),
                busy(held(105.0, 300.0)),
                busy(held(110.0, 300.0)),
            ],
            100.0,
            5.0,
        ),
        (
            "after the release",
            vec![held(100.0, 30.0), standing_by(105.0), standing_by(110.0)],
            100.0,
            5.0,
        ),
        (
            "a server holds the clocks itself",
            vec![up_without_us(100.0), up_without_us(110.0)],
            0.0,
            10.0,
        ),
        (
            "a request that no wake preceded",
            vec![standing_by(100.0), busy(up_without_us(105.0))],
            0.0,
            5.0,
        ),
        (
            "held all the time",
            vec![held(100.0, 30.0), held(110.0, 30.0)],
            0.0,
            0.0,
        ),
        (
            "a suspended machine",
            vec![standing_by(100.0), standing_by(300.0), standing_by(301.0)],
            20.0,
            1.0,
        ),
    ];
    for (name, readings, expected_j, expected_s) in rows {
        let mut ledger = known();
        feed(&mut ledger, readings);
        let saved = saved_j(&ledger).expect(name);
        assert!((saved - expected_j).abs() < 1e-6, "{name}: {saved} J");
        assert_eq!(standby_s(&ledger), expected_s, "{name}");
    }
}

#[test]
fn is_unknown_until_both_powers_are_known_then_settles_what_was_open() {
    let mut ledger = Ledger::default();
    assert_eq!(saved_j(&ledger), Some(0.0), "no time, nothing saved");
    let resting_at = |second| Reading {
        power: None,
        ..standing_by(second)
    };
    feed(&mut ledger, [resting_at(0.0), resting_at(10.0)]);
    assert_eq!(saved_j(&ledger), None, "neither is known");
    ledger.interrupt();

    feed(&mut ledger, (20..80).map(|s| resting(f64::from(s), 10.0)));
    ledger.interrupt();
    assert_eq!(saved_j(&ledger), None, "never seen held");

    feed(&mut ledger, [holding(100.0, 40.0), holding(101.0, 32.0)]);
    assert_eq!(saved_j(&ledger), Some(220.0), "one reading is provisional");
    feed(&mut ledger, (102..120).map(|s| holding(f64::from(s), 30.0)));
    let settled = saved_j(&ledger).expect("settled");
    assert!((settled - 200.0).abs() < 1e-6, "{settled} J");
}

#[test]
fn what_is_read_soon_after_a_request_is_no_held_power() {
    let mut ledger = rested();
    let held_power = |ledger: &Ledger| ledger.held_power(&gpu("a"), PowerSource::Ac);
    let power_falls = [
        busy(holding(100.0, 300.0)),
        holding(100.5, 180.0),
        holding(101.2, 40.0),
        busy(holding(102.0, 300.0)),
        holding(103.0, 120.0),
    ];
    feed(&mut ledger, power_falls);
    assert_eq!(held_power(&ledger), None);
    feed(&mut ledger, [holding(104.0, 30.0)]);
    assert_eq!(held_power(&ledger), Some(Watts(30.0)));
}

#[test]
fn the_held_power_is_the_lower_quartile() {
    let mut ledger = rested();
    let watts = [90.0, 30.0, 80.0, 31.0, 70.0, 32.0, 60.0, 33.0];
    let readings = (100..).zip(watts);
    feed(&mut ledger, [holding(99.0, 500.0)]);
    feed(
        &mut ledger,
        readings.map(|(second, watts)| holding(f64::from(second), watts)),
    );
    let held = ledger.held_power(&gpu("a"), PowerSource::Ac);
    assert_eq!(held, Some(Watts(31.0)));
}

#[test]
fn holding_below_rest_saves_nothing_and_takes_nothing() {
    let mut ledger = rested();
    hold(&mut ledger, "a", PowerSource::Ac, 8.0);
    feed(&mut ledger, [standing_by(100.0), standing_by(110.0)]);
    assert_eq!(saved_j(&ledger), Some(0.0));
}

#[test]
fn another_driver_is_learned_anew_and_what_was_charged_stays() {
    let mut ledger = Ledger::default();
    ledger.set_driver(&gpu("a"), "570.1");
    rest(&mut ledger, "a", PowerSource::Ac, 10.0);
    hold(&mut ledger, "a", PowerSource::Ac, 30.0);
    feed(&mut ledger, [standing_by(100.0), standing_by(110.0)]);
    ledger.set_driver(&gpu("a"), "580.1");
    assert_eq!(ledger.held_power(&gpu("a"), PowerSource::Ac), None);
    feed(&mut ledger, [standing_by(115.0)]);
    assert_eq!(saved_j(&ledger), Some(200.0), "the rest waits");
    ledger.interrupt();
    hold(&mut ledger, "a", PowerSource::Ac, 20.0);
    assert_eq!(saved_j(&ledger), Some(200.0 + 50.0));
}

#[test]
fn gpus_and_power_sources_are_kept_apart() {
    let mut ledger = known();
    rest(&mut ledger, "b", PowerSource::Ac, 20.0);
    hold(&mut ledger, "b", PowerSource::Ac, 25.0);
    for second in [100.0, 110.0] {
        ledger.observe(&gpu("a"), standing_by(second));
        ledger.observe(&gpu("b"), standing_by(second));
        let elsewhere = Reading {
            power_source: PowerSource::Battery,
            ..standing_by(second)
        };
        ledger.observe(&gpu("c"), elsewhere);
    }
    assert_eq!(saved_j(&ledger), Some(200.0 + 50.0), "c is unknown");
    assert_eq!(standby_s(&ledger), 30.0);
}

#[test]
fn midnight_gets_a_half_each_of_the_savings() {
    let next = DAY.tomorrow().expect("a day");
    let mut ledger = known();
    let tomorrow = Reading {
        date: next,
        ..standing_by(110.0)
    };
    feed(&mut ledger, [standing_by(100.0), tomorrow]);
    let days = ledger.report(2, next, None, "").days;
    let saved: Vec<_> = days.iter().map(|d| (d.saved_wh, d.standby_s)).collect();
    assert_eq!(saved, [(Some(100.0 / 3600.0), 5.0); 2]);
}

#[test]
fn a_benchmark_makes_savings_known_until_readings_replace_it() {
    let measured = |ledger: &mut Ledger, held, resting| {
        let powers = (Some(Watts(held)), Some(Watts(resting)));
        ledger.take_benchmark(&gpu("a"), PowerSource::Ac, powers.0, powers.1);
    };
    let mut ledger = Ledger::default();
    measured(&mut ledger, 31.0, 9.0);
    feed(&mut ledger, [standing_by(100.0), standing_by(110.0)]);
    assert_eq!(saved_j(&ledger), Some(220.0));

    let mut ledger = known();
    measured(&mut ledger, 900.0, 1.0);
    feed(&mut ledger, [standing_by(100.0), standing_by(110.0)]);
    assert_eq!(saved_j(&ledger), Some(200.0), "what was learned stays");
}

#[test]
fn what_was_saved_under_a_clock_that_was_not_set_belongs_to_the_first_day() {
    let never_set = |reading: Reading| Reading {
        date: date(1970, 1, 1),
        ..reading
    };
    let mut ledger = known();
    let before = [never_set(standing_by(100.0)), never_set(standing_by(110.0))];
    feed(&mut ledger, before);
    feed(&mut ledger, [standing_by(120.0), standing_by(130.0)]);
    assert_eq!(saved_j(&ledger), Some(600.0));
    assert_eq!(standby_s(&ledger), 30.0);
}
