use gpu_keepalive_core::protocol::Request;
use rustix::process::Signal;

use super::*;
use crate::{ffi::driver::FakeDriver, run::engine::on_fakes};

const SHOWS_THE_VARIABLE: [&str; 3] = ["sh", "-c", "echo \"v=$CUDA_DISABLE_PERF_BOOST\""];

#[tokio::test]
async fn without_an_engine_the_command_runs_unchanged_and_reports_it() {
    let user = User::new();
    let ended = serve(&user, &SHOWS_THE_VARIABLE).await;
    assert_eq!((ended.code, &*ended.out), (Some(0), "v=\n"));
    assert!(ended.err.contains("is not running"), "{}", ended.err);
    assert!(ended.err.contains("“sh” runs unchanged") || ended.err.contains("it runs unchanged"));

    let mut served = Served::script(&user, "echo $$; read line; exit 4");
    assert_eq!(served.number().await, served.pid(), "it is the command");
    served.stdin = None;
    assert_eq!(served.ended().await.code, Some(4));
}

#[tokio::test]
async fn with_the_keepalive_switched_off_it_runs_unchanged() {
    let user = User::new();
    let engine = engine(&user, &SIMULATED).await;
    engine.ask(Request::Off).await;
    let ended = serve(&user, &SHOWS_THE_VARIABLE).await;
    assert_eq!((ended.code, &*ended.out), (Some(0), "v=\n"));
    assert!(ended.err.contains("is switched off"), "{}", ended.err);
}

#[tokio::test]
async fn while_it_is_paused_the_command_is_quiet_and_its_user_informed() {
    let user = User::new();
    let engine = engine(&user, &SIMULATED).await;
    engine.ask(Request::Pause { for_s: None }).await;
    let ended = serve(&user, &SHOWS_THE_VARIABLE).await;
    assert_eq!((ended.code, &*ended.out), (Some(0), "v=1\n"));
    assert!(ended.err.contains("is paused"), "{}", ended.err);
}

#[tokio::test]
async fn with_an_old_driver_it_reports_that_nothing_changes() {
    let user = User::new();
    let _engine = engine(&user, &["run", "--simulate", "rtx-3070-laptop"]).await;
    let ended = serve(&user, &SHOWS_THE_VARIABLE).await;
    assert_eq!(ended.code, Some(0));
    let text = "CUDA_DISABLE_PERF_BOOST changes nothing with your driver 570.195.03: that takes \
                580.105.08 or later";
    assert!(ended.err.contains(text), "{}", ended.err);
}

#[tokio::test]
async fn the_clocks_are_held_while_there_is_no_engine_and_handed_over_to_the_next() {
    let (user, driver) = (User::new(), FakeDriver::new());
    let start = || Engine::start(&user, on_fakes(&user, &driver, &["run"]));
    let mut engine = start().await;
    let mut served = Served::script(&user, SERVER);
    served.number().await;
    assert_eq!(served.line().await, "v=1");
    for _ in 0..2 {
        engine.signal(Signal::KILL);
        engine.ended().await;
        served
            .wait_for("The GPU is held at full speed for “sh”")
            .await;
        // It keeps running meanwhile.
        served.write("a question\n").await;
        assert_eq!(served.line().await, "answer to a question");
        engine = start().await;
        served.wait_for("is back and wakes the GPU for “sh”").await;
    }
    served.stdin = None;
    assert_eq!(served.ended().await.code, Some(0));
}

#[tokio::test]
async fn the_next_engine_senses_it_too() {
    let user = User::new();
    let first = engine(&user, &SIMULATED).await;
    let mut served = Served::script(&user, SERVER);
    let pid = served.number().await;
    first.interrupted().await;
    served
        .wait_for("nothing is held for “sh” until it is back")
        .await;
    let second = engine(&user, &SIMULATED).await;
    served.wait_for("is back").await;
    second
        .until_gpu("the client", |gpu| {
            gpu.clients.iter().any(|client| client.pid == pid)
        })
        .await;
    second.ask(Request::Off).await;
    second.signal(Signal::KILL);
    second.ended().await;
    served.wait_for("has ended").await;
    served.stdin = None;
    assert_eq!(served.ended().await.code, Some(0));
}
