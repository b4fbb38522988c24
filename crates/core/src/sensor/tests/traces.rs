//! Real servers, recorded by `tests/fixtures/traces/record.py` on a machine with two cores.

use super::*;
use replay::{Driver, Outcome, Trace, replay};

mod replay;

macro_rules! trace {
    ($name:literal) => {
        Trace::parse(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../tests/fixtures/traces/",
            $name,
            ".trace"
        )))
    };
}

/// Polls begin then, and a minute later is learned what they cost.
const POLLED: u64 = 15_000;
const LEARNED: u64 = POLLED + 60_000;

/// The driver's two ways to report, and four places of an ask between two checks.
fn each_replay(trace: &Trace, check: impl Fn(&Outcome, &str)) {
    for driver in [Driver::ByProcess, Driver::Whole] {
        for phase in [0, 5, 10, 15] {
            let what = format!("{driver:?}, first look at {phase} ms");
            check(&replay(trace, driver, ms(phase)), &what);
        }
    }
}

fn assert_every_ask_is_sensed(trace: &Trace, outcome: &Outcome, what: &str) {
    assert_eq!(trace.asks.len(), 9);
    for ask in &trace.asks {
        // Two periods of 40 ms and the call: the first one may begin before the ask.
        let soon = ask.at + ms(90);
        assert!(
            outcome.is_up(ask.at, soon),
            "{what}: {} is not sensed",
            ask.at
        );
        assert!(
            outcome.is_up(ask.done, ask.done),
            "{what}: {} is left",
            ask.at
        );
    }
    let statistics = outcome.sensor.statistics();
    assert_eq!(statistics.missed, 0, "{what}");
    let useful = outcome
        .sensor
        .wakes()
        .filter(|w| w.verdict == Verdict::Useful);
    assert_eq!(useful.count(), trace.asks.len(), "{what}");
}

fn assert_it_learns(outcome: &Outcome, most_false: usize, what: &str) {
    let end = at(1_000_000);
    assert_eq!(
        outcome.false_wakes_between(at(0), at(POLLED)),
        0,
        "{what}: idle"
    );
    assert_eq!(
        outcome.false_wakes_between(at(LEARNED), end),
        0,
        "{what}: polled"
    );
    let all = outcome.false_wakes_between(at(0), end);
    assert!(all <= most_false, "{what}: {all} false wakes");
    assert_eq!(outcome.paused_at, None, "{what}");
}

#[test]
fn llama_cpps_server() {
    let trace = trace!("llama");
    each_replay(&trace, |outcome, what| {
        assert_it_learns(outcome, 2, what);
        assert_every_ask_is_sensed(&trace, outcome, what);
    });
}

#[test]
fn a_server_in_python() {
    let trace = trace!("python");
    each_replay(&trace, |outcome, what| {
        assert_it_learns(outcome, 2, what);
        assert_every_ask_is_sensed(&trace, outcome, what);
    });
}

#[test]
fn a_server_in_node() {
    let trace = trace!("node");
    each_replay(&trace, |outcome, what| {
        assert_it_learns(outcome, 4, what);
        assert_every_ask_is_sensed(&trace, outcome, what);
    });
}

#[test]
fn a_server_in_go() {
    let trace = trace!("go");
    each_replay(&trace, |outcome, what| {
        assert_it_learns(outcome, 3, what);
        assert_every_ask_is_sensed(&trace, outcome, what);
    });
}

/// A parent uses as much for a poll as for an ask; its runner distinguishes them.
#[test]
fn a_parent_with_a_runner() {
    let trace = trace!("runner");
    each_replay(&trace, |outcome, what| {
        assert_it_learns(outcome, 4, what);
        assert_every_ask_is_sensed(&trace, outcome, what);
        let by: Vec<_> = outcome.sensor.wakes().collect();
        let runner = by.iter().filter(|wake| wake.verdict == Verdict::Useful);
        assert!(
            runner.clone().all(|wake| wake.program == "runner"),
            "{what}"
        );
    });
}

/// Polls that cost as much as what is asked for cannot be distinguished from it. No request is
/// missed, and the GPU is awake for nothing for a minute at most.
#[test]
fn a_server_whose_polls_cost_as_much_as_requests() {
    let trace = trace!("costly");
    each_replay(&trace, |outcome, what| {
        let paused = outcome
            .paused_at
            .unwrap_or_else(|| panic!("{what}: no pause"));
        assert!(paused < trace.end, "{what}: {paused}");
        let is_false = |up| {
            let mut wakes = outcome.sensor.wakes();
            wakes.any(|wake| wake.at == up && wake.verdict == Verdict::False)
        };
        let lasted: Duration = outcome
            .raised
            .iter()
            .filter(|(up, _)| is_false(*up))
            .map(|(up, down)| down.since(*up))
            .sum();
        assert!(
            lasted < ms(62_000),
            "{what}: raised for nothing for {lasted:?}"
        );
        assert_eq!(outcome.sensor.statistics().missed, 0, "{what}");
    });
}

#[test]
fn a_server_that_always_computes() {
    let trace = trace!("busy");
    each_replay(&trace, |outcome, what| {
        let raises = outcome.raised.len() as u128;
        assert!(
            raises <= trace.end.since(at(0)).as_secs().into(),
            "{what}: {raises}"
        );
        for pair in outcome.raised.windows(2) {
            assert!(pair[1].0.since(pair[0].0) >= ms(1000), "{what}: {pair:?}");
        }
        let Sensed::Watch(processes) = outcome.sensor.sensed(trace.end) else {
            panic!("{what}: 28 s are no minute");
        };
        assert_eq!(processes[0].threshold, ms(10), "{what}: the highest");
    });
}
