use rustix::process::Signal;

use super::*;
use crate::{
    ffi::driver::{state, until},
    run::engine::kill,
};

/// Writes its own pid and each signal that arrives, and ends with its input.
const TRAPS: &str = "for s in INT TERM HUP QUIT USR1 USR2 WINCH; do trap \"echo $s\" $s; done; \
                     echo $$; while kill -0 $PPID; do read line && exit 5; done";

#[tokio::test]
async fn signals_are_passed_on() {
    let user = User::new();
    let _engine = engine(&user, &SIMULATED).await;
    let mut served = Served::script(&user, TRAPS);
    served.number().await;
    for (signal, name) in [
        (Signal::USR1, "USR1"),
        (Signal::USR2, "USR2"),
        (Signal::WINCH, "WINCH"),
        (Signal::INT, "INT"),
        (Signal::HUP, "HUP"),
        (Signal::QUIT, "QUIT"),
        (Signal::TERM, "TERM"),
        // A second time too.
        (Signal::INT, "INT"),
    ] {
        kill(served.pid(), signal);
        assert_eq!(served.line().await, name);
    }
    served.write("end\n").await;
    assert_eq!(served.ended().await.code, Some(5));
}

#[tokio::test]
async fn a_signal_that_ends_the_command_ends_serve_with_its_number() {
    for (signal, code) in [
        (Signal::INT, 130),
        (Signal::QUIT, 131),
        (Signal::TERM, 143),
        (Signal::USR1, 138),
    ] {
        let user = User::new();
        let _engine = engine(&user, &SIMULATED).await;
        let mut served = Served::script(&user, "echo $$; exec cat");
        served.number().await;
        kill(served.pid(), signal);
        assert_eq!(served.ended().await.code, Some(code), "{signal:?}");
    }
}

#[tokio::test]
async fn a_command_without_a_terminal_is_stopped_and_continued() {
    let user = User::new();
    let _engine = engine(&user, &SIMULATED).await;
    // In a session of its own, as a service is.
    let mut served = Served::start(&user, &["setsid", "-w", "sh", "-c", "echo $$; exec cat"]);
    let pid = served.number().await;
    kill(pid, Signal::STOP);
    until("it is stopped", || state(pid) == Some('T')).await;
    kill(pid, Signal::CONT);
    served.write("still there\n").await;
    assert_eq!(served.line().await, "still there");
    served.stdin = None;
    assert_eq!(served.ended().await.code, Some(0));
}
