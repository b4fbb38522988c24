use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::units::{Joules, Watts};

mod baseline_law;
mod calendar;
mod file;
mod properties;
mod savings;
mod simulated;

const DAY: Date = date(2026, 11, 23);

fn gpu(name: &str) -> GpuUuid {
    GpuUuid(format!("GPU-{name}"))
}

/// A reading at `second` of [`DAY`] without activity.
fn at(second: f64) -> Reading {
    Reading {
        at: Moment::from_origin(Duration::from_secs_f64(second)),
        date: DAY,
        energy: None,
        power: None,
        power_source: PowerSource::Ac,
        held: false,
        resting: false,
        others_busy: false,
        standing_by: false,
        holding: false,
    }
}

fn resting(second: f64, watts: f64) -> Reading {
    Reading {
        power: Some(Watts(watts)),
        resting: true,
        ..at(second)
    }
}

fn held(second: f64, watts: f64) -> Reading {
    Reading {
        power: Some(Watts(watts)),
        held: true,
        ..at(second)
    }
}

fn counted(second: f64, joules: f64) -> Reading {
    Reading {
        energy: Some(Joules(joules)),
        held: true,
        ..at(second)
    }
}

/// A ledger that knows the GPU `a` to rest at 10 W on mains.
fn rested() -> Ledger {
    let mut ledger = Ledger::default();
    rest(&mut ledger, "a", PowerSource::Ac, 10.0);
    ledger
}

/// A minute of rest, at the very beginning.
fn rest(ledger: &mut Ledger, name: &str, power_source: PowerSource, watts: f64) {
    for second in 0..=60 {
        let reading = Reading {
            power_source,
            ..resting(f64::from(second), watts)
        };
        ledger.observe(&gpu(name), reading);
    }
    ledger.interrupt();
}

fn feed(ledger: &mut Ledger, readings: impl IntoIterator<Item = Reading>) {
    for reading in readings {
        ledger.observe(&gpu("a"), reading);
    }
}

fn joules(ledger: &Ledger) -> Option<f64> {
    Some(ledger.watt_hours(DAY)? * 3600.0)
}

#[track_caller]
fn assert_joules(ledger: &Ledger, expected: f64) {
    let actual = joules(ledger).expect("known");
    assert!(
        (actual - expected).abs() < 1e-6,
        "{actual} J instead of {expected} J"
    );
}

/// Every row begins with a GPU known to rest at 10 W.
#[test]
fn charges_what_was_drawn_above_rest() {
    let busy = |reading: Reading| Reading {
        others_busy: true,
        ..reading
    };
    let with_counter = |reading: Reading, joules| Reading {
        energy: Some(Joules(joules)),
        ..reading
    };
    let rows: [(&str, Vec<Reading>, f64, f64); 17] = [
        ("nothing", vec![], 0.0, 0.0),
        ("one reading", vec![held(100.0, 30.0)], 0.0, 0.0),
        (
            "integral of power",
            vec![held(100.0, 30.0), held(110.0, 50.0)],
            300.0,
            10.0,
        ),
        (
            "counter",
            vec![counted(100.0, 5000.0), counted(110.0, 5250.0)],
            150.0,
            10.0,
        ),
        (
            "the counter goes before power",
            vec![
                with_counter(held(100.0, 900.0), 5000.0),
                with_counter(held(110.0, 900.0), 5250.0),
            ],
            150.0,
            10.0,
        ),
        (
            "a counter that comes and goes",
            vec![
                with_counter(held(100.0, 30.0), 5000.0),
                held(110.0, 30.0),
                with_counter(held(120.0, 30.0), 5700.0),
                with_counter(held(130.0, 30.0), 5900.0),
            ],
            500.0 + 100.0,
            30.0,
        ),
        (
            "a counter that says less than power did",
            vec![
                with_counter(held(100.0, 30.0), 5000.0),
                held(110.0, 50.0),
                with_counter(held(120.0, 30.0), 5300.0),
            ],
            100.0,
            20.0,
        ),
        (
            "no correction by what another program drew",
            vec![
                with_counter(held(100.0, 30.0), 5000.0),
                held(110.0, 30.0),
                busy(held(120.0, 300.0)),
                held(130.0, 30.0),
                with_counter(held(140.0, 30.0), 9000.0),
            ],
            200.0 + 200.0,
            40.0,
        ),
        (
            "no correction over a counter that began anew",
            vec![
                with_counter(held(100.0, 30.0), 5000.0),
                held(110.0, 30.0),
                with_counter(held(120.0, 30.0), 3.0),
            ],
            200.0 + 200.0,
            20.0,
        ),
        (
            "the counter begins anew",
            vec![
                counted(100.0, 5000.0),
                counted(110.0, 5200.0),
                counted(120.0, 3.0),
                counted(130.0, 203.0),
            ],
            200.0,
            20.0,
        ),
        (
            "as long as a gap may be",
            vec![held(100.0, 20.0), held(220.0, 20.0)],
            1200.0,
            120.0,
        ),
        (
            "a longer gap",
            vec![
                counted(100.0, 0.0),
                counted(220.1, 9000.0),
                counted(230.1, 9200.0),
            ],
            100.0,
            10.0,
        ),
        (
            "another process computes at either end",
            vec![
                held(100.0, 30.0),
                busy(held(110.0, 300.0)),
                busy(held(120.0, 300.0)),
                held(130.0, 30.0),
                held(140.0, 30.0),
            ],
            200.0,
            40.0,
        ),
        (
            "held from its first reading to the one that ends it",
            vec![
                at(90.0),
                held(100.0, 30.0),
                resting(110.0, 30.0),
                resting(120.0, 30.0),
            ],
            200.0,
            10.0,
        ),
        (
            "noise around rest cancels out",
            vec![
                held(100.0, 5.0),
                held(110.0, 5.0),
                held(120.0, 15.0),
                held(130.0, 15.0),
            ],
            0.0,
            30.0,
        ),
        (
            "below rest is nothing",
            vec![held(100.0, 2.0), held(110.0, 2.0)],
            0.0,
            10.0,
        ),
        (
            "no meter shows such values",
            vec![
                counted(100.0, f64::NAN),
                counted(110.0, f64::INFINITY),
                held(120.0, -4.0),
                held(130.0, 30.0),
                held(140.0, 30.0),
            ],
            200.0,
            40.0,
        ),
    ];
    for (name, readings, expected_j, expected_s) in rows {
        let mut ledger = rested();
        feed(&mut ledger, readings);
        let actual = joules(&ledger).expect(name);
        assert!((actual - expected_j).abs() < 1e-6, "{name}: {actual} J");
        let warm_s = ledger.report(1, DAY, None, "").days[0].warm_s;
        assert!((warm_s - expected_s).abs() < 1e-6, "{name}: {warm_s} s");
    }
}

#[test]
fn a_late_reading_is_ignored() {
    let mut ledger = rested();
    feed(
        &mut ledger,
        [
            held(100.0, 30.0),
            held(110.0, 30.0),
            held(105.0, 900.0),
            held(120.0, 30.0),
        ],
    );
    assert_joules(&ledger, 400.0);
}

#[test]
fn a_second_reading_of_the_same_moment_changes_only_the_hold() {
    let mut ledger = rested();
    feed(
        &mut ledger,
        [resting(100.0, 30.0), held(100.0, 900.0), held(110.0, 30.0)],
    );
    assert_joules(&ledger, 200.0);
}

#[test]
fn nothing_is_counted_across_an_interruption() {
    let mut ledger = rested();
    feed(&mut ledger, [held(100.0, 30.0), held(110.0, 30.0)]);
    ledger.interrupt();
    feed(&mut ledger, [held(120.0, 30.0), held(130.0, 30.0)]);
    assert_joules(&ledger, 400.0);
}

#[test]
fn midnight_gets_a_half_each() {
    let next = DAY.tomorrow().expect("a day");
    let tomorrow = |reading: Reading| Reading {
        date: next,
        ..reading
    };
    let mut ledger = rested();
    feed(
        &mut ledger,
        [
            held(100.0, 46.0),
            held(110.0, 46.0),
            tomorrow(held(120.0, 46.0)),
            tomorrow(held(130.0, 46.0)),
            tomorrow(held(140.0, 46.0)),
        ],
    );
    let report = ledger.report(2, next, None, "");
    let seconds: Vec<f64> = report.days.iter().map(|day| day.warm_s).collect();
    let wh: Vec<Option<f64>> = report.days.iter().map(|day| day.warm_wh).collect();
    assert_eq!(seconds, [15.0, 25.0]);
    assert_eq!(wh, [Some(0.15), Some(0.25)]);
}

#[test]
fn two_gpus_are_added_up_each_above_its_own_rest() {
    let mut ledger = rested();
    rest(&mut ledger, "b", PowerSource::Ac, 20.0);
    for second in [100.0, 110.0] {
        ledger.observe(&gpu("a"), held(second, 30.0));
        ledger.observe(&gpu("b"), held(second, 25.0));
    }
    assert_joules(&ledger, 200.0 + 50.0);
    assert_eq!(ledger.report(1, DAY, None, "").days[0].warm_s, 20.0);
}

#[test]
fn one_gpu_below_its_rest_takes_nothing_from_another() {
    let mut ledger = rested();
    rest(&mut ledger, "b", PowerSource::Ac, 20.0);
    for second in [100.0, 110.0] {
        ledger.observe(&gpu("a"), held(second, 30.0));
        ledger.observe(&gpu("b"), held(second, 5.0));
    }
    assert_joules(&ledger, 200.0);
}

#[test]
fn each_power_source_has_its_own_baseline() {
    let mut ledger = rested();
    rest(&mut ledger, "a", PowerSource::Battery, 4.0);
    let on_battery = |reading: Reading| Reading {
        power_source: PowerSource::Battery,
        ..reading
    };
    feed(
        &mut ledger,
        [
            held(100.0, 30.0),
            on_battery(held(110.0, 30.0)),
            on_battery(held(120.0, 30.0)),
        ],
    );
    assert_joules(&ledger, 200.0 + 260.0);
}

#[test]
fn energy_waits_for_a_baseline_then_is_exact() {
    let mut ledger = Ledger::default();
    assert_eq!(joules(&ledger), Some(0.0), "nothing held costs nothing");
    feed(&mut ledger, [held(0.0, 30.0), held(10.0, 30.0)]);
    assert_eq!(joules(&ledger), None, "held, and rest never seen");
    assert!(!ledger.budget_spent(DAY, 0.01));

    // A first sample makes it a number; the first half minute settles it.
    feed(&mut ledger, [at(60.0), resting(70.0, 12.0)]);
    assert_joules(&ledger, 180.0);
    ledger.interrupt();
    feed(
        &mut ledger,
        (71..=130).map(|second| resting(f64::from(second), 10.0)),
    );
    assert_joules(&ledger, 200.0);
    feed(&mut ledger, [held(131.0, 30.0), held(141.0, 30.0)]);
    assert_joules(&ledger, 400.0);
}

#[test]
fn a_first_sample_before_the_hold_is_enough_for_a_number() {
    let mut ledger = Ledger::default();
    let first = Reading {
        held: true,
        ..resting(0.0, 10.0)
    };
    feed(&mut ledger, [first, held(10.0, 30.0), held(20.0, 30.0)]);
    assert_joules(&ledger, 100.0 + 200.0);
}

#[test]
fn without_any_meter_the_day_is_unknown_and_the_time_is_not() {
    let mut ledger = rested();
    feed(
        &mut ledger,
        [100.0, 110.0].map(|second| Reading {
            held: true,
            ..at(second)
        }),
    );
    let day = &ledger.report(1, DAY, Some(0.3), "EUR").days[0];
    assert_eq!((day.warm_wh, day.cost, day.warm_s), (None, None, 10.0));
    feed(&mut ledger, [held(111.0, 46.0), held(121.0, 46.0)]);
    assert_joules(&ledger, 360.0);
}

#[test]
fn the_report_has_no_holes_and_nothing_before_the_first_day() {
    let mut ledger = rested();
    let later = date(2026, 11, 26);
    ledger.cold_start_avoided(later);
    let report = ledger.report(30, later, Some(0.4), "EUR");
    let dates: Vec<&str> = report.days.iter().map(|d| d.date.as_str()).collect();
    assert_eq!(
        dates,
        ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26"]
    );
    assert!(
        report
            .days
            .iter()
            .all(|day| day.warm_wh == Some(0.0) && day.cost == Some(0.0))
    );
    assert_eq!(report.days[3].cold_starts_avoided, 1);
    assert_eq!(ledger.report(2, later, None, "").days[0].date, "2026-11-25");
    assert!(ledger.report(0, later, None, "").days.is_empty());
    assert!(
        Ledger::default()
            .report(30, later, None, "")
            .days
            .is_empty()
    );
}

#[test]
fn the_budget_is_spent_when_it_is_reached() {
    let mut ledger = rested();
    // 36 W above rest for 100 s: one watt-hour.
    feed(&mut ledger, [held(100.0, 46.0), held(200.0, 46.0)]);
    assert_eq!(ledger.watt_hours(DAY), Some(1.0));
    for (budget_wh, spent) in [(0.0, true), (0.999, true), (1.0, true), (1.001, false)] {
        assert_eq!(ledger.budget_spent(DAY, budget_wh), spent, "{budget_wh} Wh");
    }
    assert!(!ledger.budget_spent(DAY.tomorrow().expect("a day"), 0.5));
}

#[test]
fn today_has_a_cost_only_with_a_price() {
    let mut ledger = rested();
    feed(&mut ledger, [held(100.0, 46.0), held(200.0, 46.0)]);
    ledger.cold_start_avoided(DAY);
    let today = |cost| EnergyToday {
        today_wh: Some(1.0),
        today_cost: cost,
        cold_starts_avoided_today: 1,
        saved_today_wh: Some(0.0),
        text: EnergyText::default(),
    };
    assert_eq!(ledger.today(DAY, None), today(None));
    assert_eq!(ledger.today(DAY, Some(0.5)), today(Some(0.0005)));
}
