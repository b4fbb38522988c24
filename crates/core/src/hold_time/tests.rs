use proptest::prelude::*;

use super::*;

fn at(seconds: f64) -> Moment {
    Moment::from_origin(Duration::from_secs_f64(seconds))
}

/// Seconds, ready, working or held.
type Reading = (f64, Option<bool>, bool);

fn learn(readings: &[Reading]) -> Option<f64> {
    let mut watch = HoldTimeWatch::default();
    for &(seconds, ready, working_or_held) in readings {
        watch.observe(at(seconds), ready, working_or_held);
    }
    watch.estimate().map(|time| time.as_secs_f64())
}

const UP: Option<bool> = Some(true);
const DOWN: Option<bool> = Some(false);

#[test]
fn learns_only_from_whole_falls() {
    let rows: &[(&str, &[Reading], Option<f64>)] = &[
        ("nothing seen", &[], None),
        (
            "a fall",
            &[(0.0, UP, true), (17.0, UP, false), (18.0, DOWN, false)],
            Some(17.5),
        ),
        (
            "the rest begins with the last work",
            &[
                (0.0, UP, true),
                (9.0, UP, true),
                (10.0, UP, false),
                (11.0, DOWN, false),
            ],
            Some(1.5),
        ),
        (
            "down at the first look after work",
            &[(0.0, UP, true), (1.0, DOWN, false)],
            Some(0.5),
        ),
        (
            "work before the fall",
            &[(0.0, UP, true), (5.0, UP, false), (6.0, UP, true)],
            None,
        ),
        (
            "down under the work already",
            &[(0.0, DOWN, true), (1.0, DOWN, false)],
            None,
        ),
        (
            "never seen at work",
            &[(0.0, UP, false), (5.0, DOWN, false)],
            None,
        ),
        (
            "not sampled when it fell",
            &[(0.0, UP, true), (5.0, UP, false), (60.0, DOWN, false)],
            None,
        ),
        (
            "the driver did not tell when it fell",
            &[
                (0.0, UP, true),
                (5.0, UP, false),
                (6.0, None, false),
                (60.0, DOWN, false),
            ],
            None,
        ),
        (
            "a look without an answer just before",
            &[
                (0.0, UP, true),
                (16.0, UP, false),
                (17.0, None, false),
                (18.0, DOWN, false),
            ],
            Some(17.0),
        ),
        (
            "up again by itself counts as still up only before the fall",
            &[
                (0.0, UP, true),
                (1.0, DOWN, false),
                (2.0, UP, false),
                (3.0, DOWN, false),
            ],
            Some(0.5),
        ),
    ];
    for (name, readings, expected) in rows {
        assert_eq!(learn(readings), *expected, "{name}");
    }
}

#[test]
fn an_interruption_drops_what_is_under_way() {
    let mut watch = HoldTimeWatch::default();
    watch.observe(at(0.0), UP, true);
    watch.interrupt();
    watch.observe(at(1.0), DOWN, false);
    assert_eq!(watch.estimate(), None);
}

/// Feeds one fall of that hold time, sampled four times a second.
fn fall(watch: &mut HoldTimeWatch, start_s: f64, hold_s: f64) {
    watch.observe(at(start_s), UP, true);
    for quarter in 1.. {
        let rest_s = f64::from(quarter) / 4.0;
        watch.observe(at(start_s + rest_s), Some(rest_s < hold_s), false);
        if rest_s >= hold_s {
            return;
        }
    }
}

#[test]
fn odd_falls_do_not_move_it_and_a_lasting_change_does() {
    let mut watch = HoldTimeWatch::default();
    let mut start_s = 0.0;
    let mut falls = |holds: &[f64]| {
        for hold_s in holds {
            fall(&mut watch, start_s, *hold_s);
            start_s += 100.0;
        }
        watch.estimate().map(|time| time.as_secs_f64())
    };
    assert_eq!(falls(&[18.0, 2.0, 18.0, 60.0, 18.0]), Some(17.875));
    assert_eq!(falls(&[4.0, 4.0, 4.0, 4.0]), Some(3.875));
}

#[test]
fn of_two_the_longer_counts() {
    let mut watch = HoldTimeWatch::default();
    fall(&mut watch, 0.0, 4.0);
    fall(&mut watch, 100.0, 18.0);
    assert_eq!(watch.estimate(), Some(Duration::from_secs_f64(17.875)));
}

#[test]
fn survives_a_restart_without_what_was_under_way() {
    let mut watch = HoldTimeWatch::default();
    fall(&mut watch, 0.0, 4.0);
    watch.observe(at(50.0), UP, true);
    let json = serde_json::to_string(&watch).expect("json");
    let mut back: HoldTimeWatch = serde_json::from_str(&json).expect("watch");
    assert_eq!(back.estimate(), watch.estimate());
    back.observe(at(51.0), DOWN, false);
    assert_eq!(back.estimate(), watch.estimate());
}

proptest! {
    /// The estimate is wrong by one sample at most, whatever the hold time and the pace of
    /// sampling.
    #[test]
    fn finds_the_hold_time(hold_ms in 200..60_000u64, pace_ms in 50..1_000u64) {
        let mut watch = HoldTimeWatch::default();
        watch.observe(Moment::ORIGIN, UP, true);
        for count in 1..=hold_ms / pace_ms + 1 {
            let rest = Duration::from_millis(count * pace_ms);
            let ready = rest < Duration::from_millis(hold_ms);
            watch.observe(Moment::from_origin(rest), Some(ready), false);
        }
        let found = watch.estimate().expect("a fall was seen");
        prop_assert!(found.abs_diff(Duration::from_millis(hold_ms)) <= Duration::from_millis(pace_ms));
    }
}
