//! A running engine measures its GPU itself, when a client asks for it.

use gpu_keepalive_core::{
    gpu::GpuUuid,
    protocol::{Phase, Request, Status},
};
use rustix::process::Signal;
use tokio::process::Child;

use super::engine::{Engine, kill, on_fakes};
use crate::{
    ffi::driver::{FakeDriver, until},
    support::soon,
    user::User,
};

async fn warm(user: &User, driver: &FakeDriver) -> Engine {
    user.sets("strategy = \"pulse\"\n");
    let run = on_fakes(user, driver, &["run", "--mode", "always"]);
    let engine = Engine::start(user, run).await;
    engine.until_warm().await;
    engine
}

/// `bench` of the command line, as far as its first request.
async fn bench(user: &User, engine: &Engine, driver: &FakeDriver) -> Child {
    let mut command = user.command(&["bench", "--quick", "--json"]);
    let bench = command.spawn().expect("it starts");
    engine.until("a measurement", measured).await;
    until("a request is answered", || !driver.events("ran").is_empty()).await;
    bench
}

fn measured(status: &Status) -> bool {
    let gpu = status.measuring.as_ref().map(|measuring| &measuring.gpu);
    let first: Option<&GpuUuid> = status.gpus.first().map(|gpu| &gpu.uuid);
    gpu.is_some() && gpu == first
}

/// The engine holds the GPU as before, and no program computes beside it.
async fn holds_again(engine: &Engine, driver: &FakeDriver) {
    engine
        .until("no measurement", |status| status.measuring.is_none())
        .await;
    engine.until_warm().await;
    until("one process", || driver.living_processes().len() == 1).await;
}

#[tokio::test]
async fn the_command_line_asks_it_and_interrupted_it_continues_as_before() {
    let (user, driver) = (User::new(), FakeDriver::new());
    let engine = warm(&user, &driver).await;
    for signal in [Signal::INT, Signal::KILL] {
        let mut bench = bench(&user, &engine, &driver).await;
        engine.until_phase(Phase::Paused).await;
        kill(bench.id().expect("it lives"), signal);
        soon("its end", bench.wait()).await.expect("a status");
        holds_again(&engine, &driver).await;
    }
    assert!(!user.home().join("state/gpu-keepalive/proofs.json").exists());
    assert_eq!(engine.interrupted().await.code, Some(0));
    driver.until_no_process_lives().await;
}

#[tokio::test]
async fn a_second_client_is_refused_and_can_cancel() {
    let (user, driver) = (User::new(), FakeDriver::new());
    let engine = warm(&user, &driver).await;
    let mut first = bench(&user, &engine, &driver).await;
    let second = user.run(&["bench", "--quick"]).await;
    assert_eq!((second.code, second.out.as_str()), (Some(1), ""));
    assert!(
        second.err.contains("is being measured already"),
        "{}",
        second.err
    );
    engine.ask(Request::CancelBench).await;
    let ended = soon("its end", first.wait()).await.expect("a status");
    assert_eq!(ended.code(), Some(1));
    holds_again(&engine, &driver).await;
}
