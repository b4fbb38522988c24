//! The whole process but for the driver: real pipes, real processes, a fake kernel.

use std::{
    io::{self, Write, pipe},
    thread::spawn,
    time::Duration,
};

use gpu_keepalive_core::gpu::{
    GpuErrorKind,
    holder::{
        HolderAction, HolderCommand, HolderReport, LONGEST_LINE, ProcessorUse, ReleaseReason,
        Renewal, SensedProcess, Sensing, UnwatchedReason,
    },
};

use super::serve;
use crate::driver::rm::{
    Node,
    fake::{Event, Failure, FakeKernel, Form, Step},
};
use harness::{Burner, Hold, sensing};

mod fuzz;
mod harness;

const MILLISECOND: Duration = Duration::from_millis(1);

#[test]
fn a_burst_raises_the_clocks_and_they_are_released_after_it() {
    let mut server = Burner::resting();
    let mut hold = Hold::start();
    let answer = hold.ask(HolderAction::Arm(sensing(vec![server.sensed(MILLISECOND)])));
    assert!(answer.opening.is_some() && !answer.raised, "{answer:?}");
    assert_eq!(answer.unwatched, []);

    server.burn(100_000);
    let raised = hold.raised();
    assert_eq!(raised.cause.pid, server.pid());
    assert!(raised.cause.used > MILLISECOND, "{raised:?}");
    assert!(raised.wake >= raised.call, "{raised:?}");
    let released = hold.released();
    assert_eq!(released.reason, ReleaseReason::Idle);
    assert!(released.raised_for >= Duration::from_millis(500));

    let uses = hold.ask(HolderAction::Report).processes;
    assert_eq!(uses.len(), 1);
    assert!(uses[0].used >= raised.cause.used, "{uses:?}");
    assert!(uses[0].most <= uses[0].used, "{uses:?}");
    let (control, card) = (Node::Control, Node::Card(1));
    let kernel = hold.kernel.clone();
    hold.end().expect("in order");
    assert_eq!(
        kernel.events(),
        [
            Event::Opened(control),
            Event::Opened(card),
            Event::Boost(30),
            Event::Cleared,
            Event::Freed,
            Event::Closed(control),
            Event::Closed(card),
        ]
    );
}

#[test]
fn sensing_alone_reports_raises_and_asks_the_driver_for_nothing() {
    let mut server = Burner::resting();
    let mut hold = Hold::start();
    let alone = Sensing {
        boosts: false,
        ..sensing(vec![server.sensed(MILLISECOND)])
    };
    let answer = hold.ask(HolderAction::Arm(alone.clone()));
    assert_eq!(answer.opening, None);

    server.burn(100_000);
    assert_eq!(hold.raised().cause.pid, server.pid());
    assert_eq!(hold.released().reason, ReleaseReason::Idle);
    let answer = hold.ask(HolderAction::Raise {
        lasting: Duration::from_secs(3600),
    });
    assert!(answer.raised);
    assert_eq!(hold.kernel.events(), []);

    // Nor does it keep what was open before.
    hold.ask(HolderAction::Arm(sensing(vec![server.sensed(MILLISECOND)])));
    let opened = hold.kernel.events().len();
    hold.ask(HolderAction::Arm(alone));
    assert!(hold.kernel.events()[opened..].contains(&Event::Freed));
    hold.end().expect("in order");
}

#[test]
fn what_stays_below_its_threshold_raises_nothing() {
    let mut server = Burner::resting();
    let mut hold = Hold::start();
    let above = server.sensed(Duration::from_secs(3600));
    hold.ask(HolderAction::Arm(sensing(vec![above])));
    server.burn(100_000);
    let mut used = Duration::ZERO;
    while used < MILLISECOND {
        // `ask` fails on any report but the answer.
        used += hold.ask(HolderAction::Report).processes[0].used;
    }
    // With another threshold the same process is watched on.
    hold.ask(HolderAction::Arm(sensing(vec![server.sensed(MILLISECOND)])));
    server.burn(100_000);
    assert_eq!(hold.raised().cause.pid, server.pid());
}

#[test]
fn disarmed_nothing_is_open() {
    let mut server = Burner::resting();
    let mut hold = Hold::start();
    assert_eq!(
        hold.kernel.events(),
        [],
        "nothing is opened before a command"
    );
    let mut lingering = sensing(vec![server.sensed(MILLISECOND)]);
    lingering.linger = Duration::from_secs(3600);
    hold.ask(HolderAction::Arm(lingering));
    server.burn(100_000);
    hold.raised();
    let id = hold.send(HolderAction::Disarm);
    assert_eq!(hold.released().reason, ReleaseReason::Asked);
    assert!(matches!(hold.next(), HolderReport::Reply { id: of, result: Ok(_) } if of == id));
    let events = hold.kernel.events();
    assert_eq!(
        events[events.len() - 4..],
        [
            Event::Cleared,
            Event::Freed,
            Event::Closed(Node::Control),
            Event::Closed(Node::Card(1))
        ]
    );
    hold.end().expect("in order");
}

#[test]
fn a_server_that_dies_while_raised_releases_the_clocks() {
    let mut server = Burner::resting();
    let mut hold = Hold::start();
    let mut lingering = sensing(vec![server.sensed(MILLISECOND)]);
    lingering.linger = Duration::from_secs(3600);
    hold.ask(HolderAction::Arm(lingering));
    server.burn(100_000);
    hold.raised();
    let pid = server.pid();
    drop(server);
    assert!(matches!(hold.next(), HolderReport::Gone { pid: of, .. } if of == pid));
    assert_eq!(hold.released().reason, ReleaseReason::Gone);
    assert!(hold.ask(HolderAction::Report).processes.is_empty());
    hold.end().expect("in order");
}

#[test]
fn the_end_of_the_engine_ends_the_boost() {
    let mut server = Burner::resting();
    let mut hold = Hold::start();
    let mut lingering = sensing(vec![server.sensed(MILLISECOND)]);
    lingering.linger = Duration::from_secs(3600);
    hold.ask(HolderAction::Arm(lingering));
    server.burn(100_000);
    hold.raised();
    let kernel = hold.kernel.clone();
    hold.end().expect("in order");
    let events = kernel.events();
    assert_eq!(events[2], Event::Boost(30));
    assert!(events.contains(&Event::Freed), "{events:?}");
}

#[test]
fn a_process_id_that_means_another_process_is_not_watched() {
    let server = Burner::resting();
    let mut earlier = server.sensed(MILLISECOND);
    earlier.started.0 -= 1;
    let ended = Burner::resting().sensed(MILLISECOND);
    let absent = SensedProcess {
        pid: u32::MAX,
        ..ended
    };
    let mut hold = Hold::start();
    let answer = hold.ask(HolderAction::Arm(sensing(vec![earlier, ended, absent])));
    let reasons: Vec<_> = answer.unwatched.iter().map(|u| (u.pid, u.reason)).collect();
    assert_eq!(
        reasons,
        [
            (earlier.pid, UnwatchedReason::Replaced),
            (ended.pid, UnwatchedReason::Gone),
            (u32::MAX, UnwatchedReason::Gone)
        ]
    );
    assert_eq!(hold.ask(HolderAction::Report).processes, []);
    hold.end().expect("in order");
}

#[test]
fn too_many_processes_are_refused_and_leave_nothing_open() {
    let server = Burner::resting();
    let mut hold = Hold::start();
    hold.ask(HolderAction::Arm(sensing(vec![server.sensed(MILLISECOND)])));
    let many = vec![server.sensed(MILLISECOND); 200];
    let error = hold.refusal(HolderAction::Arm(sensing(many)));
    assert_eq!(error.kind, GpuErrorKind::NotSupported);
    assert_eq!(
        error.message,
        "200 processes to watch for requests; at most 32 are"
    );
    assert_eq!(
        hold.kernel.events().last(),
        Some(&Event::Closed(Node::Card(1)))
    );
    hold.end().expect("in order");
}

#[test]
fn a_process_that_is_always_busy_raises_once_in_a_while() {
    let busy = Burner::start("while :; do :; done");
    let mut hold = Hold::start();
    let mut slowly = sensing(vec![busy.sensed(Duration::from_micros(1))]);
    slowly.between_raises = Duration::from_millis(300);
    hold.ask(HolderAction::Arm(slowly));
    let mut before = None;
    for _ in 0..3 {
        let raised = hold.raised();
        if let Some(before) = before {
            let between = raised.at.since(before);
            assert!(between >= Duration::from_millis(300), "{between:?}");
        }
        before = Some(raised.at);
        let id = hold.send(HolderAction::Release { false_wake: true });
        assert_eq!(hold.released().reason, ReleaseReason::Asked);
        assert!(matches!(hold.next(), HolderReport::Reply { id: of, .. } if of == id));
    }
}

#[test]
fn a_hold_that_is_ordered_again_is_renewed_until_the_driver_refuses() {
    let mut hold = Hold::start();
    let order = || HolderAction::Hold(Renewal::default());
    for _ in 0..4 {
        let answer = hold.ask(order());
        assert!(answer.raised && answer.call.is_some(), "{answer:?}");
    }
    let events = hold.kernel.events();
    let boosts = events.iter().filter(|e| **e == Event::Boost(30));
    assert_eq!(boosts.count(), 4);
    hold.kernel.fail(Some((Step::Boost, Failure::Status(0x65))));
    let refused = hold.refusal(order());
    assert!(refused.message.ends_with("0x65"), "{refused:?}");
    assert!(!hold.ask(HolderAction::Report).raised);
    assert_eq!(
        hold.kernel.events().last(),
        Some(&Event::Closed(Node::Card(1)))
    );
    hold.end().expect("in order");
}

#[test]
fn a_hold_that_is_not_renewed_ends_with_its_boost() {
    let mut hold = Hold::start();
    let lasting = Duration::from_secs(1);
    let order = HolderAction::Hold(Renewal {
        lasting,
        every: Duration::from_millis(500),
    });
    hold.ask(order.clone());
    let HolderReport::Released(released) = hold.next() else {
        panic!("the change is reported");
    };
    assert_eq!(released.reason, ReleaseReason::Unconfirmed);
    assert!(released.raised_for >= lasting, "{released:?}");
    let events = hold.kernel.events();
    let boosts = events.iter().filter(|e| **e == Event::Boost(1)).count();
    assert_eq!(boosts, 1, "it was not renewed");
    assert_eq!(events.last(), Some(&Event::Closed(Node::Card(1))));
    assert!(hold.ask(order).raised, "ordered again, it holds again");
    hold.end().expect("in order");
}

#[test]
fn a_refused_raise_is_reported_and_the_next_request_is_sensed() {
    let mut server = Burner::resting();
    let mut hold = Hold::start();
    hold.ask(HolderAction::Arm(sensing(vec![server.sensed(MILLISECOND)])));
    hold.kernel.fail(Some((Step::Boost, Failure::Errno(5))));
    server.burn(100_000);
    let HolderReport::Refused(refused) = hold.next() else {
        panic!("not refused");
    };
    assert_eq!(refused.cause.map(|cause| cause.pid), Some(server.pid()));
    hold.kernel.fail(None);
    server.burn(100_000);
    let raised = loop {
        match hold.next() {
            // The call under way when the driver recovered.
            HolderReport::Refused(_) => {}
            HolderReport::Raised(raised) => break raised,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(raised.cause.pid, server.pid());
}

#[test]
fn a_lease_raises_without_a_process_and_is_extended() {
    let mut hold = Hold::start();
    let lasting = Duration::from_millis(20);
    let error = hold.refusal(HolderAction::Raise { lasting });
    assert_eq!(error.kind, GpuErrorKind::Other);
    hold.ask(HolderAction::Arm(sensing(Vec::new())));
    let answer = hold.ask(HolderAction::Raise {
        lasting: Duration::from_secs(3600),
    });
    assert!(answer.raised && answer.call.is_some(), "{answer:?}");
    let again = hold.ask(HolderAction::Raise { lasting });
    assert!(again.raised && again.call.is_none(), "raised already");
    let id = hold.send(HolderAction::Release { false_wake: false });
    assert_eq!(hold.released().reason, ReleaseReason::Asked);
    assert!(matches!(hold.next(), HolderReport::Reply { id: of, .. } if of == id));

    hold.send(HolderAction::Raise { lasting });
    assert!(matches!(
        hold.next(),
        HolderReport::Reply { result: Ok(_), .. }
    ));
    let released = hold.released();
    assert_eq!(released.reason, ReleaseReason::Idle);
    assert!(released.raised_for >= lasting);
    hold.end().expect("in order");
}

#[test]
fn a_release_that_the_driver_refuses_closes_the_client() {
    let mut hold = Hold::start();
    hold.ask(HolderAction::Arm(sensing(Vec::new())));
    let lasting = Duration::from_secs(3600);
    hold.ask(HolderAction::Raise { lasting });
    hold.kernel.fail(Some((Step::Boost, Failure::Status(0x65))));
    hold.send(HolderAction::Release { false_wake: false });
    assert_eq!(hold.released().reason, ReleaseReason::Asked);
    assert!(hold.kernel.events().contains(&Event::Freed));
    hold.kernel.fail(None);
    assert!(matches!(
        hold.next(),
        HolderReport::Reply { result: Ok(_), .. }
    ));
    let again = hold.ask(HolderAction::Raise { lasting });
    assert!(again.raised && again.opening.is_some(), "opened anew");
    hold.end().expect("in order");
}

#[test]
fn what_cannot_be_opened_is_refused_with_the_reason() {
    let mut hold = Hold::start();
    hold.kernel
        .fail(Some((Step::OpenControl, Failure::Errno(2))));
    for action in [
        HolderAction::Arm(sensing(Vec::new())),
        HolderAction::Hold(Renewal::default()),
    ] {
        let error = hold.refusal(action);
        assert_eq!(error.kind, GpuErrorKind::NotSupported);
        assert_eq!(
            error.message,
            "cannot open /dev/nvidiactl: \
             No such file or directory (os error 2)"
        );
    }
    hold.kernel.fail(None);
    assert!(hold.ask(HolderAction::Hold(Renewal::default())).raised);
    hold.end().expect("in order");
}

#[test]
fn a_line_that_is_no_command_ends_it() {
    for (line, expected) in [
        ("no JSON\n".to_owned(), "expected ident"),
        (
            "{\"id\":1,\"action\":\"burn\"}\n".to_owned(),
            "unknown variant `burn`",
        ),
        ("x".repeat(LONGEST_LINE + 1), "longer than 16384 bytes"),
    ] {
        let mut hold = Hold::start();
        hold.ask(HolderAction::Hold(Renewal::default()));
        // It may end before it has read all of a long line.
        let _ = hold.commands.write_all(line.as_bytes());
        let kernel = hold.kernel.clone();
        let error = hold.thread.join().expect("no panic").expect_err("refused");
        assert!(error.to_string().contains(expected), "{error}");
        assert!(kernel.events().contains(&Event::Freed), "nothing is held");
    }
}

#[test]
fn an_engine_that_reads_no_reports_ends_it() {
    let (input, mut commands) = pipe().expect("a pipe");
    let (reading, output) = pipe().expect("a pipe");
    let kernel = FakeKernel::new(Form::Since535);
    let its_kernel = kernel.clone();
    let gpu = "0000:01:00.0".parse().expect("an address");
    let thread = spawn(move || serve(gpu, its_kernel, input, output));
    for id in 0.. {
        let action = HolderAction::Hold(Renewal::default());
        let mut line = serde_json::to_vec(&HolderCommand { id, action }).expect("JSON");
        line.push(b'\n');
        if commands.write_all(&line).is_err() {
            break;
        }
    }
    let error = thread.join().expect("no panic").expect_err("it ends");
    assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
    assert!(kernel.events().contains(&Event::Freed), "nothing is held");
    drop(reading);
}

#[test]
fn the_report_of_a_process_begins_anew_each_time() {
    let mut server = Burner::resting();
    let mut hold = Hold::start();
    let quiet = server.sensed(Duration::from_secs(3600));
    hold.ask(HolderAction::Arm(sensing(vec![quiet])));
    server.burn(100_000);
    let mut sum = Duration::ZERO;
    while sum < MILLISECOND {
        sum += hold.ask(HolderAction::Report).processes[0].used;
    }
    let expected = ProcessorUse {
        pid: server.pid(),
        ..ProcessorUse::default()
    };
    // The work of the shell after its answer ends at some point.
    while hold.ask(HolderAction::Report).processes != [expected] {}
    hold.end().expect("in order");
}
