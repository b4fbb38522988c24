//! Asleep means asleep: no context, and libcuda in none of our processes.

use gpu_keepalive_core::protocol::{Phase, Request};

use super::engine::{Engine, on_fakes};
use crate::{
    ffi::driver::{FakeDriver, has_mapped, until},
    user::User,
};

/// Nothing holds the GPU: neither the engine nor any driver process that lives.
async fn holds_nothing(engine: &Engine, driver: &FakeDriver) {
    engine
        .until_gpu("a released GPU", |gpu| gpu.strategy.is_none())
        .await;
    let open: Vec<_> = driver.left_open();
    assert!(open.iter().all(|(_, kind)| kind == "nvml"), "{open:?}");
    let ours = driver.living_processes().into_iter().chain([engine.pid()]);
    for pid in ours {
        assert!(!has_mapped(pid, "libcuda"), "{pid} has libcuda");
    }
    assert!(
        !has_mapped(engine.pid(), "libnvidia-ml"),
        "the engine itself loads nothing"
    );
}

#[tokio::test]
async fn on_demand_holds_nothing_before_and_after_what_was_asked_for() {
    let (user, driver) = (User::new(), FakeDriver::new());
    user.sets("strategy = \"pulse\"\n");
    let engine = Engine::start(&user, on_fakes(&user, &driver, &["run"])).await;
    engine
        .until_gpu("a look at it", |gpu| {
            gpu.phase == Phase::Asleep && gpu.pstate.is_some()
        })
        .await;
    holds_nothing(&engine, &driver).await;
    assert_eq!(driver.events("open context"), [""; 0]);

    for ends in [Request::Off, Request::Pause { for_s: None }] {
        engine.ask(Request::Warm { for_s: Some(600.0) }).await;
        engine.until_warm().await;
        let holder = driver.latest_process();
        assert!(has_mapped(holder, "libcuda"));
        engine.ask(ends).await;
        holds_nothing(&engine, &driver).await;
        engine.ask(Request::On).await;
        engine.ask(Request::Resume).await;
    }
    engine.ask(Request::Warm { for_s: Some(600.0) }).await;
    engine.until_warm().await;
    assert_eq!(engine.interrupted().await.code, Some(0));
    assert_eq!(driver.living_processes(), [0; 0]);
    assert_eq!(driver.left_open(), []);
}

#[tokio::test]
async fn a_warm_up_that_is_over_leaves_nothing() {
    let (user, driver) = (User::new(), FakeDriver::new());
    user.sets("strategy = \"context\"\n");
    let engine = Engine::start(&user, on_fakes(&user, &driver, &["run"])).await;
    engine.ask(Request::Warm { for_s: Some(1.0) }).await;
    until("a context", || !driver.events("open context").is_empty()).await;
    engine.until_phase(Phase::Asleep).await;
    holds_nothing(&engine, &driver).await;
}
