//! Nothing outlives the engine, and the engine outlives its driver process.

use gpu_keepalive_core::protocol::Phase;
use rustix::process::Signal;

use super::engine::{Engine, kill, on_fakes};
use crate::{
    ffi::driver::{FakeDriver, is_alive, until},
    user::User,
};

const RUN: [&str; 3] = ["run", "--mode", "always"];

async fn warm(user: &User, driver: &FakeDriver) -> Engine {
    let engine = Engine::start(user, on_fakes(user, driver, &RUN)).await;
    engine.until_warm().await;
    engine
}

fn holder(driver: &FakeDriver) -> Option<u32> {
    let open = driver.left_open();
    open.iter()
        .find(|(pid, kind)| kind == "context" && is_alive(*pid))
        .map(|(pid, _)| *pid)
}

#[tokio::test]
async fn a_killed_engine_takes_its_driver_process_along() {
    let (user, driver) = (User::new(), FakeDriver::new());
    user.sets("strategy = \"pulse\"\n");
    let engine = warm(&user, &driver).await;
    let held_by = holder(&driver).expect("a context");
    engine.signal(Signal::KILL);
    engine.ended().await;
    driver.until_no_process_lives().await;
    assert!(!is_alive(held_by));
    assert_eq!(holder(&driver), None);

    let engine = warm(&user, &driver).await;
    assert!(holder(&driver).is_some());
    assert_eq!(engine.interrupted().await.code, Some(0));
    assert_eq!(holder(&driver), None);
}

#[tokio::test]
async fn a_killed_engine_takes_even_a_hung_driver_process_along() {
    let (user, driver) = (User::new(), FakeDriver::new());
    user.sets("strategy = \"context\"\n");
    driver.block("cuCtxCreate_v2");
    let engine = Engine::start(&user, on_fakes(&user, &driver, &RUN)).await;
    until("a hung call", || !driver.events("block").is_empty()).await;
    engine.signal(Signal::KILL);
    engine.ended().await;
    driver.until_no_process_lives().await;
}

#[tokio::test]
async fn a_killed_driver_process_is_replaced() {
    let (user, driver) = (User::new(), FakeDriver::new());
    user.sets("strategy = \"pulse\"\n");
    let engine = warm(&user, &driver).await;
    let first = holder(&driver).expect("a context");
    kill(first, Signal::KILL);
    until("another context", || {
        holder(&driver).is_some_and(|second| second != first)
    })
    .await;
    engine
        .until_gpu("warm again", |gpu| {
            gpu.phase == Phase::Warm && gpu.ready == Some(true) && gpu.fault.is_none()
        })
        .await;
    let ended = engine.interrupted().await;
    assert!(
        ended.out.contains("the driver process ended"),
        "{}",
        ended.out
    );
    assert_eq!(driver.living_processes(), [0; 0]);
}
