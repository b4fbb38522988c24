//! Standing by: each situation of the product's table, and what ends it.

use super::*;

/// What a standing-by GPU goes through, one line per change.
fn situations(harness: &mut Harness, time: Duration) -> String {
    let mut lines = String::new();
    let mut last = String::new();
    harness.run_decided(time, |seen| {
        let policy = seen.policy();
        let state = format!(
            "{:?} ready {:?} strategy {:?} raises with {:?}: {}",
            seen.phase(),
            seen.ready(),
            policy.strategy(),
            policy.raises_with(),
            seen.decision().message,
        );
        if state != last {
            let at = seen.now().since_origin().as_secs_f64();
            writeln!(lines, "{at:7.2} s  {state}").expect("to a string");
            last = state;
        }
    });
    lines
}

#[test]
fn a_quiet_server_is_woken_for_each_request_and_rests_between() {
    let mut harness = run("h200-quiet", Mode::OnDemand);
    let lines = situations(&mut harness, 70 * SECOND);
    assert_snapshot!(lines);
}
