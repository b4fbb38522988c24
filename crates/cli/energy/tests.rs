use super::*;

fn day(number: u32, warm_wh: Option<f64>) -> EnergyDay {
    EnergyDay {
        date: format!("2026-11-{number:02}"),
        warm_wh,
        cost: warm_wh.map(|wh| wh * 0.0003),
        warm_s: warm_wh.unwrap_or(1.0) * 400.0,
        saved_wh: Some(0.0),
        standby_s: 0.0,
        cold_starts_avoided: u64::from(number % 7),
    }
}

fn report(days: Vec<EnergyDay>) -> EnergyReport {
    EnergyReport {
        days,
        currency: "EUR".to_owned(),
    }
}

#[test]
fn empty() {
    insta::assert_snapshot!(render(&report(vec![])));
}

#[test]
fn one_day_without_a_price() {
    let day = EnergyDay {
        cost: None,
        ..day(23, Some(4.2))
    };
    insta::assert_snapshot!(render(&report(vec![day])));
}

#[test]
fn one_day_unknown() {
    insta::assert_snapshot!(render(&report(vec![day(23, None)])));
}

#[test]
fn thirty_days() {
    let days = (1..=30).map(|number| match number {
        3 => day(number, None),
        6 | 7 | 13 | 14 => day(number, Some(0.0)),
        20 => day(number, Some(0.04)),
        _ => day(number, Some(f64::from(number * 37 % 50))),
    });
    insta::assert_snapshot!(render(&report(days.collect())));
}

#[test]
fn days_in_standby() {
    let days = (20..=23).map(|number| EnergyDay {
        saved_wh: (number != 21).then(|| f64::from(number) * 14.5),
        standby_s: f64::from(number) * 1700.0,
        ..day(number, Some(1.25))
    });
    insta::assert_snapshot!(render(&report(days.collect())));
}
