//! The ledger's file: what comes back, and what is recognised as damaged.

use super::*;

fn full() -> Ledger {
    let mut ledger = rested();
    rest(&mut ledger, "b", PowerSource::Battery, 4.25);
    feed(
        &mut ledger,
        [
            held(100.0, 46.0),
            counted(110.0, 7.0),
            counted(120.0, 700.5),
        ],
    );
    ledger.observe(&gpu("c"), held(100.0, 50.0));
    ledger.observe(&gpu("c"), held(110.0, 50.0));
    ledger.cold_start_avoided(DAY.tomorrow().expect("a day"));
    ledger.interrupt();
    ledger.wall_clock = WallClock::default();
    ledger
}

#[test]
fn comes_back_as_it_was() {
    let json = serde_json::to_string(&full()).expect("json");
    let back: Ledger = serde_json::from_str(&json).expect("ledger");
    assert_eq!(back, full());
}

#[test]
fn starts_anew_after_a_restart() {
    let mut ledger = rested();
    feed(&mut ledger, [held(100.0, 46.0), held(110.0, 46.0)]);
    let json = serde_json::to_string(&ledger).expect("json");
    let mut back: Ledger = serde_json::from_str(&json).expect("ledger");
    // Another boot, so another clock: the next reading has nothing to be measured against.
    feed(&mut back, [held(111.0, 46.0), held(121.0, 46.0)]);
    assert_joules(&back, 720.0);
}

#[test]
fn a_file_cut_off_anywhere_is_seen_to_be_damaged() {
    let json = serde_json::to_string_pretty(&full()).expect("json") + "\n";
    for length in 0..json.len() {
        let read = serde_json::from_slice::<Ledger>(&json.as_bytes()[..length]);
        match read {
            Err(_) => {}
            Ok(ledger) => {
                assert_eq!(
                    length,
                    json.len() - 1,
                    "only the last newline may be missing"
                );
                assert_eq!(ledger, full());
            }
        }
    }
}

/// Never edited: what version 1 wrote must load for ever.
const VERSION_1: &str = r#"{"version":1,"days":{"2026-11-23":{"warm_s":20.0,"cold_starts_avoided":3,
    "accounts":[{"gpu":"GPU-a","power_source":"ac","settled_s":20.0,"settled_j":920.0,
    "rest_j":200.0,"open_s":0.0,"open_j":0.0}]}},"baselines":[{"gpu":"GPU-a","power_source":"ac",
    "blocks_w":[10.0,10.0],"first_look":null}]}"#;

#[test]
fn version_1_loads() {
    let ledger: Ledger = serde_json::from_str(VERSION_1).expect("ledger");
    assert_eq!(ledger.watt_hours(DAY), Some(0.2));
    assert_eq!(ledger.today(DAY, None).cold_starts_avoided_today, 3);
    let rest = ledger.resting_power(&gpu("a"), PowerSource::Ac);
    assert_eq!(rest, Some(Watts(10.0)));
}

/// Never edited: what version 0.2 wrote must load for ever.
const WITH_SAVINGS: &str = r#"{"version":1,"days":{"2026-11-23":{"warm_s":20.0,
    "cold_starts_avoided":3,"standby_s":360.0,"savings":[{"gpu":"GPU-a","power_source":"ac",
    "charged_s":180.0,"charged_j":3600.0,"open_s":180.0}],"accounts":[]}},"baselines":[{"gpu":
    "GPU-a","power_source":"ac","blocks_w":[10.0],"first_look":null}],"held":[{"gpu":"GPU-a",
    "power_source":"ac","driver":"580.159.04","looks_w":[30.0,30.0]}]}"#;

#[test]
fn what_standing_by_saved_loads() {
    let mut ledger: Ledger = serde_json::from_str(WITH_SAVINGS).expect("ledger");
    let day = &ledger.report(1, DAY, None, "").days[0];
    assert_eq!((day.saved_wh, day.standby_s), (Some(2.0), 360.0));
    ledger.set_driver(&gpu("a"), "580.159.04");
    let held = ledger.held_power(&gpu("a"), PowerSource::Ac);
    assert_eq!(held, Some(Watts(30.0)));
}

#[test]
fn a_file_from_before_standby_saved_nothing() {
    let ledger: Ledger = serde_json::from_str(VERSION_1).expect("ledger");
    let day = &ledger.report(1, DAY, None, "").days[0];
    assert_eq!((day.saved_wh, day.standby_s), (Some(0.0), 0.0));
}

#[test]
fn less_and_more_than_it_knows_is_tolerated() {
    let empty: Ledger = serde_json::from_str("{}").expect("ledger");
    assert_eq!(empty, Ledger::default());
    let more = VERSION_1.replace(r#""warm_s""#, r#""mood":"good","warm_s""#);
    let more: Ledger = serde_json::from_str(&more).expect("ledger");
    assert_eq!(more, serde_json::from_str(VERSION_1).expect("ledger"));
}

#[test]
fn what_cannot_be_true_is_refused() {
    let rows = [
        (r#""version":1"#, r#""version":2"#),
        (r#""warm_s":20.0"#, r#""warm_s":-20.0"#),
        (r#""settled_j":920.0"#, r#""settled_j":1e400"#),
        ("[10.0,10.0]", "[10.0,-10.0]"),
        ("2026-11-23", "2026-13-23"),
    ];
    let mut messages = String::new();
    for (right, wrong) in rows {
        let json = VERSION_1.replacen(right, wrong, 1);
        let error = serde_json::from_str::<Ledger>(&json).expect_err(wrong);
        messages += &format!("{error}\n");
    }
    insta::assert_snapshot!(messages);
}

#[test]
fn sums_that_no_machine_reaches_stay_numbers() {
    let most = format!("{:e}", f64::MAX);
    let json = VERSION_1
        .replace(r#""settled_j":920.0"#, &format!(r#""settled_j":{most}"#))
        .replace(r#""warm_s":20.0"#, &format!(r#""warm_s":{most}"#))
        .replace(r#""first_look":null"#, r#""first_look":1e300"#)
        .replace(
            r#""cold_starts_avoided":3"#,
            r#""cold_starts_avoided":18446744073709551615"#,
        );
    let mut ledger: Ledger = serde_json::from_str(&json).expect("ledger");
    feed(&mut ledger, [held(100.0, 46.0), held(110.0, 46.0)]);
    ledger.cold_start_avoided(DAY);
    let today = ledger.today(DAY, Some(0.3));
    assert_eq!(today.cold_starts_avoided_today, u64::MAX);
    assert!(today.today_wh.is_some_and(f64::is_finite), "{today:?}");
    // Otherwise it would be set aside at the next start.
    let json = serde_json::to_string(&ledger).expect("json");
    serde_json::from_str::<Ledger>(&json).expect("ledger");
}
