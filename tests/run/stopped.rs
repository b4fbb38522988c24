//! An engine that is stopped and continued: by Ctrl-Z, and by a signal that cannot be caught.

use std::fs;

use rustix::process::Signal;

use super::engine::{Engine, on_fakes, without_times};
use crate::{
    ffi::driver::{FakeDriver, until},
    user::User,
};

async fn warm(user: &User, driver: &FakeDriver, strategy: &str) -> Engine {
    user.sets(format!("strategy = \"{strategy}\"\n"));
    let run = on_fakes(user, driver, &["run", "--mode", "always"]);
    let engine = Engine::start(user, run).await;
    engine.until_warm().await;
    engine
}

/// The state of it as the kernel reports it (proc_pid_stat(5)).
fn is_stopped(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("it lives");
    let state = stat.rsplit(") ").next().expect("a state");
    state.starts_with('T')
}

#[tokio::test]
async fn ctrl_z_releases_the_gpus_before_the_program_stops() {
    for strategy in ["context", "pulse"] {
        let (user, driver) = (User::new(), FakeDriver::new());
        let engine = warm(&user, &driver, strategy).await;
        for _ in 0..2 {
            assert_ne!(driver.left_open(), [], "{strategy} holds");
            engine.signal(Signal::TSTP);
            until("it is stopped", || is_stopped(engine.pid())).await;
            assert_eq!(driver.left_open(), [], "{strategy}");
            assert_eq!(driver.living_processes(), [0; 0], "{strategy}");
            engine.signal(Signal::CONT);
            engine.until_warm().await;
        }
        let ended = engine.interrupted().await;
        assert_eq!((ended.code, &*ended.err), (Some(0), ""), "{ended:?}");
        let output = without_times(&ended.out);
        for line in [
            "HH:MM:SS  The GPUs are released while this program is stopped\n",
            "HH:MM:SS  Running again\n",
        ] {
            assert_eq!(output.matches(line).count(), 2, "{output}");
        }
    }
}

#[tokio::test]
async fn a_stop_that_cannot_be_caught_keeps_a_context_as_the_help_states() {
    let (user, driver) = (User::new(), FakeDriver::new());
    let engine = warm(&user, &driver, "context").await;
    let held = driver.left_open();
    engine.signal(Signal::STOP);
    until("it is stopped", || is_stopped(engine.pid())).await;
    assert_eq!(driver.left_open(), held);
    engine.signal(Signal::CONT);
    engine.until_warm().await;
    let help = user.run(&["run", "--help"]).await.out;
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in ["Ctrl-Z releases", "SIGSTOP", "a context"] {
        assert!(help.contains(part), "{help}");
    }
}
