//! The ledger as the keeper feeds it, on simulated machines.

use jiff::civil::date;

use super::*;
use crate::{
    keeper::Kept,
    protocol::Phase,
    settings::{Mode, Settings},
    simulation::{Harness, Scenario},
};

const TODAY: Date = date(2026, 11, 28);

/// Half an hour of a preset; the day, and how long its first GPU was in phase `standby`.
fn half_an_hour(preset: &str, mode: Mode) -> (EnergyDay, Duration) {
    let scenario = Scenario::preset(preset).expect("a preset");
    let settings = Settings {
        mode,
        ..Settings::default()
    };
    let mut harness = Harness::new(scenario, &settings, Kept::default());
    let (mut standby, mut before) = (Duration::ZERO, None);
    harness.run_watched(Duration::from_secs(1800), |harness| {
        if let Some((Phase::Standby, since)) = before {
            standby += harness.now().since(since);
        }
        let decided = harness
            .keeper
            .gpus()
            .next()
            .and_then(|(_, _, decided)| decided);
        before = decided.map(|decision| (decision.phase, harness.now()));
    });
    let status = harness.keeper.status(harness.now());
    let saved = status.energy.saved_today_wh;
    let day = match harness.keeper.energy_report(1).days.as_slice() {
        [day] => day.clone(),
        other => panic!("one day, not {other:?}"),
    };
    assert_eq!(day.date, TODAY.to_string());
    assert_eq!(day.saved_wh, saved, "the status says the same");
    (day, standby)
}

#[test]
fn a_quiet_server_saves_what_holding_would_have_cost() {
    let (day, standby) = half_an_hour("h200-quiet", Mode::OnDemand);
    let standby_s = standby.as_secs_f64();
    // A request every 20 s, of which the clocks stay up for 4.
    assert!(standby_s > 1200.0, "{standby_s}");
    let counted = day.standby_s;
    // Known to the sample: the clocks are down from some moment between two of them on.
    let off = (counted - standby_s) / standby_s;
    assert!(off.abs() < 0.1, "{counted} s, not {standby_s} s");
    // 123 W held and 84 W at rest.
    let saved = day.saved_wh.expect("both are known") * 3600.0;
    let expected = 39.0 * counted;
    assert!(
        (saved - expected).abs() < 0.03 * expected,
        "{saved} J, not {expected}"
    );
}

#[test]
fn holding_all_the_time_saves_nothing() {
    let (day, standby) = half_an_hour("h200-quiet", Mode::Always);
    assert_eq!(standby, Duration::ZERO);
    assert_eq!((day.standby_s, day.saved_wh), (0.0, Some(0.0)));
}
