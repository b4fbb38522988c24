use super::*;
use crate::gpu::holder::{Renewal, Sensing};

fn sensed(pid: u32, threshold: Duration) -> SensedProcess {
    SensedProcess {
        pid,
        started: StartTime(1),
        threshold,
    }
}

fn sensing(processes: &[SensedProcess]) -> Sensing {
    Sensing {
        processes: processes.to_vec(),
        ..Sensing::default()
    }
}

/// Watches one process since the origin, its clock at 5 s.
fn watch() -> Watch {
    let mut watch = Watch::new(at(0));
    watch.arm(sensing(&[sensed(7, us(300))]), &[ms(5000)], at(0));
    watch
}

fn check(watch: &mut Watch, readings: &[Option<Duration>], now: Moment) -> Option<Step> {
    watch.check(now, |index| readings[index])
}

/// Checks when it is time to, with so much more processor time each; the first step.
fn check_until(
    watch: &mut Watch,
    clock: &mut Duration,
    each: Duration,
    end: Moment,
) -> Option<(Moment, Step)> {
    while let Some(now) = watch.next().filter(|due| *due <= end) {
        *clock += each;
        if let Some(step) = check(watch, &[Some(*clock)], now) {
            return Some((now, step));
        }
    }
    None
}

fn is_raise(step: Option<Step>) -> bool {
    matches!(step, Some(Step::Raise(_)))
}

#[test]
fn the_clocks_are_read_every_40_ms_and_every_20_after_a_request() {
    let mut watch = watch();
    let mut clock = ms(5000);
    assert_eq!(watch.next(), Some(at(40)));
    assert_eq!(check(&mut watch, &[Some(clock)], at(41)), None);
    assert_eq!(watch.next(), Some(at(80)), "a late reading shifts nothing");
    clock += us(301);
    let Some(Step::Raise(cause)) = check(&mut watch, &[Some(clock)], at(80)) else {
        panic!("no raise");
    };
    assert_eq!((cause.pid, cause.used, cause.period), (7, us(301), ms(39)));
    let raised = watch.raised(cause, at(80), ms(9), at(90));
    assert_eq!(
        (raised.call, raised.wake, raised.at),
        (ms(9), ms(10), at(90))
    );
    check(&mut watch, &[Some(clock)], at(120));
    assert_eq!(watch.next(), Some(at(140)));
    assert_eq!(
        check_until(&mut watch, &mut clock, Duration::ZERO, at(60_000)),
        Some((at(3100), Step::Release(ReleaseReason::Idle)))
    );
    let released = watch
        .released(ReleaseReason::Idle, at(3101))
        .expect("raised");
    assert_eq!(released.raised_for, ms(3011));
    assert_eq!(
        check_until(&mut watch, &mut clock, Duration::ZERO, at(60_080)),
        None
    );
    let last = watch.next().expect("it keeps checking");
    check(&mut watch, &[Some(clock)], last);
    let next = watch.next().expect("it keeps checking");
    check(&mut watch, &[Some(clock)], next);
    assert_eq!(
        watch.next().expect("it keeps checking").since(next),
        ms(40),
        "a minute later"
    );
}

#[test]
fn a_false_wake_does_not_count_as_a_request() {
    let mut watch = watch();
    let cause = RaiseCause {
        pid: 7,
        used: us(400),
        period: ms(40),
    };
    watch.raised(cause, at(40), ms(9), at(50));
    watch.released(ReleaseReason::Asked, at(1050));
    watch.take_back_request();
    check(&mut watch, &[Some(ms(5000))], at(1060));
    assert_eq!(watch.next(), Some(at(1100)), "40 ms again");
}

#[test]
fn what_equals_the_threshold_is_no_request() {
    let mut watch = watch();
    assert_eq!(check(&mut watch, &[Some(ms(5000) + us(300))], at(40)), None);
    assert!(is_raise(check(
        &mut watch,
        &[Some(ms(5000) + us(601))],
        at(80)
    )));
}

#[test]
fn at_most_one_raise_a_second() {
    let mut watch = watch();
    let mut clock = ms(5000);
    let mut raises = Vec::new();
    while let Some((now, step)) = check_until(&mut watch, &mut clock, ms(20), at(10_000)) {
        match step {
            Step::Raise(cause) => {
                raises.push(now);
                watch.raised(cause, now, ms(9), now);
                watch.released(ReleaseReason::Asked, now + ms(1));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(raises.len(), 10, "{raises:?}");
    for pair in raises.windows(2) {
        assert!(pair[1].since(pair[0]) >= ms(1000), "{raises:?}");
    }
}

#[test]
fn a_refusal_counts_as_a_raise() {
    let mut watch = watch();
    assert!(is_raise(check(&mut watch, &[Some(ms(5001))], at(40))));
    watch.refused(at(40));
    assert!(!watch.is_raised());
    assert_eq!(check(&mut watch, &[Some(ms(5002))], at(80)), None);
    assert!(is_raise(check(&mut watch, &[Some(ms(5003))], at(1040))));
}

#[test]
fn use_of_the_processor_extends_a_raise() {
    let mut watch = watch();
    let mut clock = ms(5001);
    let Some(Step::Raise(cause)) = check(&mut watch, &[Some(clock)], at(40)) else {
        panic!("no raise");
    };
    watch.raised(cause, at(40), ms(9), at(50));
    watch.confirm(at(2000));
    assert_eq!(check_until(&mut watch, &mut clock, ms(1), at(5000)), None);
    let (released, step) =
        check_until(&mut watch, &mut clock, us(10), at(60_000)).expect("a release");
    assert_eq!(step, Step::Release(ReleaseReason::Idle));
    assert_eq!(released, at(8000), "3 s after the last use");
}

#[test]
fn a_keeper_that_is_silent_is_not_raised_for() {
    let mut watch = watch();
    let mut clock = ms(5001);
    let Some(Step::Raise(cause)) = check(&mut watch, &[Some(clock)], at(40)) else {
        panic!("no raise");
    };
    watch.raised(cause, at(40), ms(9), at(50));
    let (now, step) = check_until(&mut watch, &mut clock, ms(20), at(60_000)).expect("a release");
    assert_eq!(step, Step::Release(ReleaseReason::Unconfirmed));
    assert_eq!(now, at(10_060), "10 s after the raise");
    watch.released(ReleaseReason::Unconfirmed, now);
    assert_eq!(
        check_until(&mut watch, &mut clock, ms(20), at(60_000)),
        None
    );
    watch.confirm(at(60_000));
    let step = check_until(&mut watch, &mut clock, ms(20), at(61_000));
    assert!(is_raise(step.map(|(_, step)| step)));
}

#[test]
fn raises_without_a_word_of_the_keeper_add_up() {
    let mut watch = watch();
    let mut clock = ms(5000);
    let mut reasons = Vec::new();
    for minute in 0..5 {
        let now = at(60_000 * minute + 40);
        clock += ms(1);
        check(&mut watch, &[Some(clock)], now - ms(20));
        clock += ms(1);
        let Some(Step::Raise(cause)) = check(&mut watch, &[Some(clock)], now) else {
            break;
        };
        watch.raised(cause, now, ms(9), now);
        let (now, step) =
            check_until(&mut watch, &mut clock, Duration::ZERO, now + ms(9000)).expect("a release");
        let Step::Release(reason) = step else {
            panic!("{step:?}");
        };
        watch.released(reason, now);
        reasons.push(reason);
    }
    use ReleaseReason::{Idle, Unconfirmed};
    assert_eq!(reasons, [Idle, Idle, Idle, Unconfirmed], "3 + 3 + 3 + 1 s");
}

#[test]
fn a_command_that_raises_accounts_for_its_time() {
    let mut watch = Watch::new(at(0));
    watch.arm(sensing(&[]), &[], at(0));
    watch.commanded(ms(40_000), at(0));
    let mut steps = Vec::new();
    while let Some(now) = watch.next() {
        match check(&mut watch, &[], now) {
            Some(Step::Renew) => watch.renewed(now),
            Some(Step::Release(reason)) => {
                watch.released(reason, now);
                steps.push((now, reason));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(steps, [(at(40_000), ReleaseReason::Idle)]);
}

#[test]
fn readings_far_apart_are_ignored() {
    let mut watch = watch();
    assert_eq!(
        check(&mut watch, &[Some(ms(6000))], at(1041)),
        None,
        "stopped or suspended"
    );
    assert_eq!(watch.next(), Some(at(1081)));
    assert!(is_raise(check(&mut watch, &[Some(ms(6001))], at(1081))));
}

#[test]
fn a_reading_that_failed_is_ignored() {
    let mut watch = watch();
    assert_eq!(check(&mut watch, &[None], at(40)), None);
    // Nor does a clock that went back: another process's, read in the moment of this one's end.
    assert_eq!(check(&mut watch, &[Some(ms(1))], at(80)), None);
}

#[test]
fn a_raise_is_renewed_before_it_expires() {
    let mut watch = Watch::new(at(0));
    let renewal = Renewal {
        lasting: ms(4000),
        every: ms(2000),
    };
    let sensing = Sensing {
        renewal,
        ..sensing(&[])
    };
    watch.arm(sensing, &[], at(0));
    assert_eq!(watch.next(), None, "nothing to look at");
    watch.commanded(ms(5000), at(1000));
    watch.confirm(at(1000));
    assert_eq!(watch.next(), Some(at(3000)));
    assert_eq!(check(&mut watch, &[], at(3000)), Some(Step::Renew));
    watch.renewed(at(3001));
    assert_eq!(watch.next(), Some(at(5001)));
    assert_eq!(check(&mut watch, &[], at(5001)), Some(Step::Renew));
    watch.renewed(at(5001));
    assert_eq!(watch.next(), Some(at(6000)));
    assert_eq!(
        check(&mut watch, &[], at(6000)),
        Some(Step::Release(ReleaseReason::Idle))
    );
}

#[test]
fn armed_anew_a_process_keeps_its_reading_and_a_new_one_begins() {
    let mut watch = watch();
    let processes = [sensed(8, us(300)), sensed(7, us(900))];
    watch.arm(sensing(&processes), &[ms(1), ms(9999)], at(10));
    assert_eq!(
        check(&mut watch, &[Some(ms(1)), Some(ms(5000) + us(900))], at(40)),
        None
    );
    let Some(Step::Raise(cause)) = check(&mut watch, &[Some(ms(1)), Some(ms(5002))], at(80)) else {
        panic!("no raise");
    };
    assert_eq!((cause.pid, cause.used), (7, us(1100)));
    let uses = watch.report();
    assert_eq!((uses[1].used, uses[1].most), (ms(2), us(1100)));
    assert_eq!(
        watch.report()[1].used,
        Duration::ZERO,
        "since the last report"
    );

    // The same id, another process.
    let other = SensedProcess {
        started: StartTime(2),
        ..sensed(7, us(900))
    };
    watch.arm(sensing(&[other]), &[ms(1)], at(90));
    assert_eq!(check(&mut watch, &[Some(ms(1) + us(10))], at(120)), None);
}

#[test]
fn the_last_process_takes_a_raise_with_it_unless_a_command_keeps_it() {
    for (commanded, expected) in [
        (false, Some(Step::Release(ReleaseReason::Gone))),
        (true, None),
    ] {
        let mut watch = Watch::new(at(0));
        let processes = [sensed(7, us(300)), sensed(8, us(300))];
        watch.arm(sensing(&processes), &[ms(1), ms(1)], at(0));
        let cause = RaiseCause {
            pid: 8,
            used: ms(1),
            period: ms(40),
        };
        watch.raised(cause, at(40), ms(9), at(50));
        if commanded {
            watch.commanded(ms(60_000), at(100));
        }
        assert_eq!(watch.gone(0, at(200)), None, "the other one is there");
        assert_eq!(watch.gone(0, at(300)), expected);
    }
}
