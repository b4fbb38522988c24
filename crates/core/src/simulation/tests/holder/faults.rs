//! A driver that refuses, hangs or sleeps.

use super::*;

#[test]
fn a_card_without_boost_refuses_to_be_armed() {
    let mut machine = machine("[[gpus]]\nlike = \"h200\"\nboost = \"none\"");
    for action in [arm(&[]), HOLD] {
        let refused = ask(&mut machine, action, 1.0);
        assert_eq!(refused, Err(GpuErrorKind::NotSupported));
    }
    let nothing_armed = HolderAction::Raise { lasting: MS };
    let refused = ask(&mut machine, nothing_armed, 2.0);
    assert_eq!(refused, Err(GpuErrorKind::Other));
}

#[test]
fn a_renewal_that_is_refused_is_reported_and_the_boost_is_over() {
    let mut machine = preset("h200");
    ask(&mut machine, HOLD, 1.0).unwrap();
    machine.happen(None, EventKind::BoostRefused, None, at(15.0));
    assert_eq!(
        ask(&mut machine, HOLD, 16.0),
        Err(GpuErrorKind::NotSupported)
    );
    assert_eq!(clock(&mut machine, 17.0), 345);
}

#[test]
fn a_refused_raise_is_reported_and_the_process_still_watched() {
    let mut machine = asked("h200");
    let lasts = Some(Duration::from_secs(1));
    machine.happen(None, EventKind::BoostRefused, lasts, at(9.9));
    ask(&mut machine, arm(&[server()]), 10.0 - 0.06).unwrap();
    let all = reports(&mut machine, 11.2);
    let HolderReport::Refused(refused) = &all[0].1 else {
        panic!("{:?}", names(&all));
    };
    assert_eq!(refused.cause.unwrap().pid, PID);
    // Tried again after a second, when the driver grants it.
    assert!(
        matches!(all[1].1, HolderReport::Raised(_)),
        "{:?}",
        names(&all)
    );
}

#[test]
fn a_lost_gpu_ends_the_boost_and_refuses_another() {
    let mut machine = preset("gpu-lost");
    ask(&mut machine, HOLD, 1.0).unwrap();
    assert_eq!(
        ask(&mut machine, arm(&[]), 11.0),
        Err(GpuErrorKind::GpuLost)
    );
    assert!(ask(&mut machine, HOLD, 25.0).unwrap().raised);
}

#[test]
fn a_sleeping_machine_ends_the_boost_and_senses_nothing() {
    let mut machine = asked("h200");
    ask(&mut machine, arm(&[server()]), 1.0).unwrap();
    let lasting = Duration::from_secs(60);
    ask(&mut machine, HolderAction::Raise { lasting }, 2.0).unwrap();
    let suspend = Some(Duration::from_secs(5));
    machine.happen(None, EventKind::Suspend, suspend, at(9.0));
    // The server sleeps, too, while it is asked from 10 s to 12 s.
    assert!(reports(&mut machine, 13.0).is_empty());
    assert!(!machine.counters(0, at(13.0)).unwrap().boosted);
    let refused = ask(&mut machine, HOLD, 13.5);
    assert_eq!(refused, Err(GpuErrorKind::NotSupported));
}

#[test]
fn a_hanging_driver_leaves_commands_unanswered_until_it_answers_again() {
    let mut machine = preset("h200");
    let lasts = Some(Duration::from_secs(30));
    machine.happen(None, EventKind::Hang, lasts, at(1.0));
    command(&mut machine, HOLD, 2.0);
    assert!(reports(&mut machine, 30.9).is_empty());
    assert_eq!(names(&reports(&mut machine, 32.0)), ["31.011 s answer"]);
    // Killed meanwhile it never answers.
    machine.happen(None, EventKind::Hang, lasts, at(40.0));
    command(&mut machine, HolderAction::Disarm, 41.0);
    machine.end_hold(0, at(46.0));
    assert!(reports(&mut machine, 100.0).is_empty());
}

#[test]
fn commands_wait_for_the_call_under_way() {
    let mut machine = preset("h200");
    command(&mut machine, HOLD, 1.0);
    command(&mut machine, HolderAction::Report, 1.001);
    command(&mut machine, HolderAction::Disarm, 1.002);
    let all = names(&reports(&mut machine, 2.0));
    assert_eq!(all, ["1.011 s answer", "1.011 s answer", "1.011 s answer"]);
}
