//! Checks that are left out change nothing.

use proptest::prelude::{any, prop_assert_eq, proptest};

use super::*;
use crate::{
    gpu::holder::{SensedProcess, Sensing},
    host::StartTime,
    sensor::Step,
};

/// A watch of one process, as it is after that many checks of which the one in the middle found a
/// request, and what it read last.
fn watched(checks: u32, raise: bool) -> (Watch, Duration, Moment) {
    let mut now = Moment::from_origin(Duration::from_secs(5));
    let mut watch = Watch::new(now);
    let sensing = Sensing {
        processes: vec![SensedProcess {
            pid: 7,
            started: StartTime(1),
            threshold: Duration::from_micros(300),
        }],
        ..Sensing::default()
    };
    watch.arm(sensing, &[Duration::ZERO], now);
    let mut reading = Duration::ZERO;
    for number in 0..checks {
        now = watch.next().unwrap();
        if raise && number == checks / 2 {
            reading += Duration::from_millis(5);
        }
        if let Some(Step::Raise(cause)) = watch.check(now, |_| Some(reading)) {
            watch.raised(cause, now, Duration::from_millis(10), now);
        }
    }
    (watch, reading, now)
}

proptest! {
    #[test]
    fn the_same_as_checking_each_time(
        checks in 1u32..200,
        raise in any::<bool>(),
        quiet_ms in 0u64..200_000,
    ) {
        let (mut stepping, reading, now) = watched(checks, raise);
        let mut skipping = stepping.clone();
        let quiet_until = now + Duration::from_millis(quiet_ms);

        let next = skipping.next_after(Some(quiet_until)).unwrap();
        skipping.skip_until(next - Duration::from_nanos(1));

        while stepping.next().unwrap() < next {
            let at = stepping.next().unwrap();
            prop_assert_eq!(stepping.check(at, |_| Some(reading)), None);
        }
        prop_assert_eq!(format!("{stepping:?}"), format!("{skipping:?}"));
        prop_assert_eq!(stepping.next(), Some(next));
        // It was no check too early either: this one does something, or comes after the quiet time.
        let does = stepping.check(next, |_| Some(reading)).is_some();
        prop_assert_eq!(does || next > quiet_until, true);
    }
}

#[test]
fn a_watch_of_processes_that_never_do_anything_never_samples() {
    let (watch, reading, _) = watched(3, false);
    assert_eq!(watch.next_after(None), None);
    assert!(watch.has_seen(0, reading));
    assert!(!watch.has_seen(0, reading + Duration::from_nanos(1)));
}
