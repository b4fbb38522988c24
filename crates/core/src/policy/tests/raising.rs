//! Standing by with the driver's performance mode, where the boost request is refused or too late.

use super::{standby::situations, *};
use crate::settings::StrategyChoice;

/// The boost request is refused, and the performance mode works within 10 ms.
const REFUSED: &str =
    "ramp_ms = 60\nboost = \"none\"\npower_mizer = \"works\"\npower_mizer_call_ms = 10";

/// A quiet server, asked every 20 s, on a card with these keys.
fn quiet(keys: &str) -> Scenario {
    card(keys, "boosts = false")
}

fn card(keys: &str, server: &str) -> Scenario {
    scenario(&format!(
        "[[gpus]]\nlike = \"h200\"\n{keys}\n\n[[events]]\nkind = \"program\"\n\
         program = \"llama-server\"\npid = 4242\nvram_mib = 4096\nutilization_percent = 0\n{server}\n\
         \n[[events]]\nkind = \"request\"\npid = 4242\nat_s = 20\nfor_s = 1\nrepeat_every_s = 20\n\
         lead_ms = 5\nutilization_percent = 90\n",
    ))
}

fn settings(strategy: &str, excluded: &[Strategy], mode: Mode) -> Settings {
    Settings {
        mode,
        strategy: strategy.parse::<StrategyChoice>().expect("a strategy"),
        strategy_exclude: excluded.to_vec(),
        ..Settings::default()
    }
}

fn run_with(keys: &str, settings: &Settings) -> Harness {
    Harness::new(quiet(keys), settings, Kept::default())
}

/// Standing by before the first request, at 15 s.
fn armed() -> Harness {
    let mut harness = run_scenario(quiet(REFUSED), Mode::OnDemand);
    harness.run_for(15 * SECOND);
    assert_eq!(harness.phase(), Phase::Standby);
    assert_eq!(harness.policy().raises_with(), Some(Strategy::PowerMizer));
    harness
}

/// The same with the clocks raised for a request, at 20.5 s.
fn raised() -> Harness {
    let mut harness = armed();
    harness.run_for(5 * SECOND + SECOND / 2);
    assert!(harness.policy().is_raised());
    harness
}

fn attempts(harness: &Harness) -> Vec<String> {
    let attempts = harness.policy().attempts().iter();
    attempts.map(ToString::to_string).collect()
}

#[test]
fn it_raises_where_the_boost_request_is_refused() {
    let mut harness = run_scenario(quiet(REFUSED), Mode::OnDemand);
    assert_snapshot!(situations(&mut harness, 65 * SECOND));
    let wakes = harness.policy().sensor().statistics();
    assert_eq!((wakes.sensed, wakes.missed, wakes.false_wakes), (3, 0, 0));
    assert_eq!((wakes.median_ms, wakes.worst_ms), (Some(10.0), Some(10.0)));
    let tried = attempts(&harness);
    assert_eq!(tried.len(), 1, "{tried:?}");
    assert!(tried[0].starts_with("The driver's boost request is not possible here"));
}

#[test]
fn ready_is_unknown_before_the_first_good_wake_and_nothing_is_held_between() {
    let mut harness = armed();
    assert_eq!(harness.ready(), None);
    assert_eq!(harness.policy().held(), None);
    harness.run_for(MINUTE + 3 * SECOND);
    assert_eq!(harness.phase(), Phase::Standby);
    assert_eq!(harness.ready(), Some(true));
    assert_eq!(harness.policy().held(), None);
    assert_eq!(harness.policy().strategy(), Some(Strategy::Standby));
}

#[test]
fn a_request_with_the_clocks_up_is_yielded_to() {
    let harness = raised();
    assert_eq!(harness.phase(), Phase::Yielding);
    assert_eq!(harness.ready(), Some(true));
    assert_eq!(harness.policy().strategy(), Some(Strategy::Standby));
    assert_eq!(harness.policy().raises_with(), Some(Strategy::PowerMizer));
}

#[test]
fn a_lease_raises_the_clocks_and_its_end_releases_them() {
    let mut harness = armed();
    harness.request(Request::BeginLease { wait: true });
    harness.run_for(SECOND);
    assert_eq!(harness.phase(), Phase::Yielding);
    assert_eq!(harness.ready(), Some(true));
    assert!(harness.policy().is_raised());
    harness.request(Request::EndLease);
    harness.run_for(3 * SECOND);
    assert_eq!(harness.phase(), Phase::Standby);
    assert!(!harness.policy().is_raised());
    assert_eq!(harness.policy().held(), None);
    assert_eq!(harness.policy().sensor().wakes().len(), 0, "no request");
}

#[test]
fn a_server_that_holds_the_clocks_itself_is_left_to_it() {
    let mut harness = run_scenario(card(REFUSED, "boosts = true"), Mode::OnDemand);
    harness.run_for(15 * SECOND);
    assert_eq!(harness.phase(), Phase::Standby);
    assert_eq!(harness.ready(), Some(true));
    assert_eq!(harness.policy().raises_with(), None, "nothing is sensed");
}

#[test]
fn a_warm_up_and_mode_always_hold() {
    let mut harness = armed();
    harness.request(Request::Warm { for_s: Some(60.0) });
    harness.run_for(10 * SECOND);
    assert_eq!(harness.policy().strategy(), Some(Strategy::PowerMizer));
    assert_eq!(harness.policy().raises_with(), None);
    for strategy in ["auto", "standby"] {
        let mut always = run_with(REFUSED, &settings(strategy, &[], Mode::Always));
        always.run_for(MINUTE);
        assert_eq!(always.phase(), Phase::Warm, "{strategy}");
        let held = always.policy().strategy();
        assert_eq!(held, Some(Strategy::PowerMizer), "{strategy}");
    }
}

#[test]
fn a_pause_releases_at_once() {
    for mut harness in [armed(), raised()] {
        harness.request(Request::Pause { for_s: None });
        harness.run_for(SECOND / 10);
        assert!(harness.policy().holder_is_closed());
        assert_eq!(harness.policy().held(), None);
    }
}

#[test]
fn a_boost_request_that_comes_too_late_is_left_after_three_wakes() {
    let late = "ramp_ms = 60\nboost_call_ms = 60\npower_mizer = \"works\"";
    let mut harness = run_scenario(quiet(late), Mode::OnDemand);
    harness.run_for(75 * SECOND);
    assert_eq!(harness.policy().raises_with(), Some(Strategy::PowerMizer));
    assert_eq!(harness.ready(), None, "it has not proved itself yet");
    assert_eq!(
        attempts(&harness),
        [
            "The driver's boost request is not used to wake on request: 3 wakes in a row failed or \
             took longer than 50 ms, the last 60 ms. The next strategy is tried."
        ]
    );
    harness.run_for(35 * SECOND);
    assert_eq!(harness.policy().strategy(), Some(Strategy::Standby));
    assert_eq!(harness.ready(), Some(true));
}

#[test]
fn a_performance_mode_that_comes_too_late_means_holding() {
    let slow = REFUSED.replace("call_ms = 10", "call_ms = 60");
    let idle = "ramp_ms = 900\nboost = \"none\"\npower_mizer = \"no_effect\"";
    for (keys, reason) in [
        (&*slow, "the last 60 ms"),
        (idle, "the clocks were not up 250 ms after the call"),
    ] {
        let mut harness = run_scenario(quiet(keys), Mode::WhileLoaded);
        harness.run_for(2 * MINUTE);
        assert_eq!(harness.policy().raises_with(), None, "{keys}");
        assert_ne!(harness.policy().strategy(), Some(Strategy::Standby));
        let tried = attempts(&harness);
        assert!(tried[1].starts_with("Waking on request is not used"));
        assert!(tried[1].contains(reason), "{tried:?}");
    }
}

#[test]
fn an_excluded_strategy_is_not_tried() {
    let without_boost = settings("auto", &[Strategy::Boost], Mode::OnDemand);
    let works = "ramp_ms = 60\npower_mizer = \"works\"";
    let mut harness = run_with(works, &without_boost);
    harness.run_for(15 * SECOND);
    assert_eq!(harness.policy().raises_with(), Some(Strategy::PowerMizer));
    assert_eq!(attempts(&harness), [""; 0]);

    let without_mizer = settings("auto", &[Strategy::PowerMizer], Mode::WhileLoaded);
    let mut harness = run_with(REFUSED, &without_mizer);
    harness.run_for(MINUTE);
    assert_eq!(harness.policy().strategy(), Some(Strategy::Context));
    let mut tried = attempts(&harness);
    tried.retain(|attempt| attempt.contains("performance mode"));
    assert_eq!(tried, [""; 0]);
}

#[test]
fn standby_alone_is_a_fault_only_where_neither_strategy_is_left() {
    let fixed = settings("standby", &[], Mode::OnDemand);
    let mut harness = run_with(REFUSED, &fixed);
    harness.run_for(45 * SECOND);
    assert_eq!(harness.policy().strategy(), Some(Strategy::Standby));
    assert_eq!(harness.policy().sensor().statistics().sensed, 2);

    let mut neither = run_with("boost = \"none\"\npower_mizer = \"unsupported\"", &fixed);
    neither.run_for(45 * SECOND);
    assert_eq!(neither.phase(), Phase::Fault);
}
