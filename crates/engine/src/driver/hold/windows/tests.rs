//! The whole process, with real pipes and real processes.
//!
//! Run under wine 8 so far, which returns the caller's own processor time for every process. So the
//! server that computes is this process itself, which the tests run one after the other for
//! (`--test-threads=1`). That another process is read, and the ticks of 15.6 ms, can only be tried on
//! Windows.

use std::{
    io::Write,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread::scope,
    time::Duration,
};

use gpu_keepalive_core::gpu::{
    GpuErrorKind,
    holder::{
        HolderAction, HolderReport, LONGEST_LINE, Raised, ReleaseReason, Renewal, SensedProcess,
        Sensing, UnwatchedReason,
    },
};

use super::serve;
use crate::{driver::hold::harness::Hold, processes::process_started};

/// Between two readings: long enough for several ticks of the clock, wine's of 10 ms and Windows' of
/// 15.6 ms.
const PERIOD: Duration = Duration::from_millis(100);

/// More than a tick, of which one is charged to a process that rests now and then.
const THRESHOLD: Duration = Duration::from_millis(25);

impl Hold<()> {
    fn start() -> Self {
        Self::serving((), serve)
    }
}

/// A program that waits for its input.
struct Server(Child);

impl Server {
    fn start() -> Self {
        let mut command = Command::new("cmd.exe");
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        Self(command.spawn().expect("a program of Windows"))
    }

    fn end(&mut self) {
        self.0.kill().expect("it ends");
        self.0.wait().expect("its end");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn sensed(pid: u32) -> SensedProcess {
    SensedProcess {
        pid,
        started: process_started(pid).expect("it lives"),
        threshold: THRESHOLD,
    }
}

fn sensing(processes: Vec<SensedProcess>) -> Sensing {
    Sensing {
        processes,
        boosts: false,
        busy_period: PERIOD,
        idle_period: PERIOD,
        linger: 5 * PERIOD,
        between_raises: Duration::ZERO,
        ..Sensing::default()
    }
}

/// Computes until a request is sensed.
fn compute_until_raised(hold: &Hold<()>) -> Raised {
    let is_done = AtomicBool::new(false);
    scope(|scope| {
        scope.spawn(|| while !is_done.load(Relaxed) {});
        let raised = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| hold.raised()));
        is_done.store(true, Relaxed);
        raised.expect("a request is sensed")
    })
}

#[test]
fn a_process_that_computes_is_sensed_and_one_that_rests_is_not() {
    let mut hold = Hold::start();
    let own = std::process::id();
    let armed = hold.ask(HolderAction::Arm(sensing(vec![sensed(own)])));
    assert_eq!(armed.unwatched, []);
    assert!(hold.is_silent_for(5 * PERIOD));
    let rested = hold.ask(HolderAction::Report);
    assert!(rested.read_at > armed.at, "its clock was read meanwhile");
    assert!(rested.processes[0].most <= THRESHOLD, "{rested:?}");

    let raised = compute_until_raised(&hold);
    assert_eq!(raised.cause.pid, own);
    assert!(raised.cause.used > THRESHOLD, "{raised:?}");
    assert_eq!(hold.released().reason, ReleaseReason::Idle);
    let used = hold.ask(HolderAction::Report).processes[0].used;
    assert!(used >= raised.cause.used, "{used:?}");
    hold.end().expect("in order");
}

#[test]
fn a_process_that_ends_is_reported_as_gone_and_no_longer_watched() {
    let mut server = Server::start();
    let pid = server.0.id();
    let mut hold = Hold::start();
    let answer = hold.ask(HolderAction::Arm(sensing(vec![sensed(pid)])));
    assert_eq!(answer.unwatched, []);
    assert_eq!(hold.ask(HolderAction::Report).processes.len(), 1);
    server.end();
    let gone = hold.next();
    assert!(
        matches!(gone, HolderReport::Gone { pid: of, .. } if of == pid),
        "{gone:?}"
    );
    assert_eq!(hold.ask(HolderAction::Report).processes, []);
    hold.end().expect("in order");
}

#[test]
fn a_process_id_that_means_another_process_is_not_watched() {
    let server = Server::start();
    let mut earlier = sensed(server.0.id());
    earlier.started.0 -= 1;
    let mut kept = Server::start();
    let ended = sensed(kept.0.id());
    kept.end();
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
    assert_eq!(process_started(ended.pid), None);
    assert_eq!(hold.ask(HolderAction::Report).processes, []);
    hold.end().expect("in order");
}

#[test]
fn every_boost_is_refused_and_sensing_alone_is_not() {
    let mut hold = Hold::start();
    let own = vec![sensed(std::process::id())];
    for refused in [
        HolderAction::Hold(Renewal::default()),
        HolderAction::Arm(Sensing {
            boosts: true,
            ..sensing(own.clone())
        }),
    ] {
        let error = hold.refusal(refused);
        assert_eq!(error.kind, GpuErrorKind::NotSupported);
        assert_eq!(error.message, "the boost request is known on Linux alone");
        assert!(!hold.ask(HolderAction::Report).raised);
    }
    let answer = hold.ask(HolderAction::Arm(sensing(own)));
    assert_eq!((answer.opening, answer.unwatched), (None, Vec::new()));
    let lasting = Duration::from_secs(3600);
    assert!(hold.ask(HolderAction::Raise { lasting }).raised);
    let id = hold.send(HolderAction::Release { false_wake: false });
    assert_eq!(hold.released().reason, ReleaseReason::Asked);
    assert!(matches!(hold.next(), HolderReport::Reply { id: of, .. } if of == id));
    hold.end().expect("in order");
}

#[test]
fn a_line_that_is_no_command_ends_it() {
    for (line, expected) in [
        ("no JSON\n".to_owned(), "expected ident"),
        ("x".repeat(LONGEST_LINE + 1), "longer than 16384 bytes"),
    ] {
        let mut hold = Hold::start();
        // It may end before it has read all of a long line.
        let _ = hold.commands.write_all(line.as_bytes());
        let error = hold.thread.join().expect("no panic").expect_err("refused");
        assert!(error.to_string().contains(expected), "{error}");
    }
}
