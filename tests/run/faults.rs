//! Failures while it runs: each is reported with advice, and mends itself when it can.

use gpu_keepalive_core::{
    gpu::GpuErrorKind as Kind,
    protocol::{Phase, Request},
    settings::Strategy,
};

use super::engine::{Engine, on_fakes};
use crate::{
    ffi::driver::{FakeDriver, is_alive, until},
    user::User,
};

struct Machine {
    user: User,
    driver: FakeDriver,
}

impl Machine {
    fn with(settings: &str) -> Self {
        let (user, driver) = (User::new(), FakeDriver::new());
        user.sets(settings);
        Self { user, driver }
    }

    async fn start(&self) -> Engine {
        let run = ["run", "--mode", "always"];
        Engine::start(&self.user, on_fakes(&self.user, &self.driver, &run)).await
    }
}

/// Waits for that fault, and its advice.
async fn until_fault(machine: &Machine, engine: &Engine, kind: Kind) {
    engine
        .until_gpu(&format!("{kind:?}"), |gpu| {
            gpu.phase == Phase::Fault && gpu.fault.as_ref().is_some_and(|f| f.kind == kind)
        })
        .await;
    let text = machine.user.run(&["status"]).await.out;
    assert!(text.contains(&kind.advice()), "{text}");
    assert!(text.contains("Next try     in "), "{text}");
}

#[tokio::test]
async fn a_context_that_is_refused_is_tried_again() {
    for (code, kind) in [(2, Kind::OutOfMemory), (46, Kind::ExclusiveMode)] {
        let machine = Machine::with("strategy = \"context\"\n");
        machine.driver.fail("cuCtxCreate_v2", code);
        let engine = machine.start().await;
        until_fault(&machine, &engine, kind).await;
        let gpu = &engine.status().await.gpus[0];
        assert_eq!(gpu.strategy, None);
        assert!(gpu.pstate.is_some(), "it can still be sampled");
        machine.driver.work_again("cuCtxCreate_v2");
        engine.until_warm().await;
        let ended = engine.interrupted().await;
        assert!(ended.out.contains(&kind.advice()), "{}", ended.out);
        assert_eq!(ended.err.matches("WARN").count(), 1, "once: {}", ended.err);
        assert_eq!(machine.driver.living_processes(), [0; 0]);
    }
}

#[tokio::test]
async fn a_gpu_that_is_lost_while_warm_comes_back() {
    let machine = Machine::with("strategy = \"pulse\"\n");
    let engine = machine.start().await;
    engine.until_warm().await;
    let lost = ["nvmlDeviceGetPerformanceState", "nvmlDeviceGetHandleByUUID"];
    for function in lost {
        machine.driver.fail(function, 15);
    }
    until_fault(&machine, &engine, Kind::GpuLost).await;
    let gpu = &engine.status().await.gpus[0];
    assert_eq!(
        (gpu.pstate, gpu.ready),
        (None, None),
        "nothing is known of it"
    );
    for function in lost {
        machine.driver.work_again(function);
    }
    engine.until_warm().await;
    assert!(engine.status().await.gpus[0].fault.is_none());
}

#[tokio::test]
async fn a_hung_call_never_hangs_the_engine() {
    let machine = Machine::with("strategy = \"pulse\"\n");
    let engine = machine.start().await;
    engine.until_warm().await;
    machine.driver.block("cuLaunchKernel");
    until("a hung call", || !machine.driver.events("block").is_empty()).await;
    let hung = machine.driver.latest_process();
    // All of this is answered while the driver does not answer.
    engine.status().await;
    engine
        .ask(Request::Mode {
            mode: gpu_keepalive_core::settings::Mode::OnDemand,
        })
        .await;
    engine.ask(Request::Warm { for_s: Some(600.0) }).await;
    assert!(is_alive(hung), "the answers came too late to say anything");
    until_fault(&machine, &engine, Kind::TimedOut).await;
    until("the hung process is killed", || !is_alive(hung)).await;
    machine.driver.work_again("cuLaunchKernel");
    engine.until_warm().await;
    assert_eq!(engine.interrupted().await.code, Some(0));
    assert_eq!(machine.driver.living_processes(), [0; 0]);
}

#[tokio::test]
async fn a_driver_that_hangs_at_the_end_does_not_keep_the_engine() {
    let machine = Machine::with("strategy = \"pulse\"\n");
    let engine = machine.start().await;
    engine.until_warm().await;
    machine.driver.block("cuCtxDestroy_v2");
    let ended = engine.interrupted().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    machine.driver.until_no_process_lives().await;
}

#[tokio::test]
async fn without_libcuda_the_gpu_is_observed_and_the_fault_reported() {
    let machine = Machine::with("strategy = \"context\"\n");
    machine.driver.without_library("libcuda.so.1");
    let engine = machine.start().await;
    until_fault(&machine, &engine, Kind::CudaMissing).await;
    assert!(engine.status().await.gpus[0].pstate.is_some());
    // No process asks for it: then it is no fault.
    engine
        .ask(Request::Mode {
            mode: gpu_keepalive_core::settings::Mode::OnDemand,
        })
        .await;
    engine.until_phase(Phase::Asleep).await;
}

#[tokio::test]
async fn without_libcuda_the_drivers_own_preference_still_holds() {
    let machine = Machine::with("");
    machine.driver.without_library("libcuda.so.1");
    machine.driver.change("pstate=0\nsm_clock=1980");
    let engine = machine.start().await;
    engine.until_warm().await;
    let gpu = &engine.status().await.gpus[0];
    assert_eq!(gpu.strategy, Some(Strategy::PowerMizer));
    assert_eq!(gpu.vram.ours_bytes.map(|bytes| bytes.0), Some(0));
}

#[tokio::test]
async fn a_driver_that_is_updated_while_it_is_used_asks_for_a_restart() {
    let machine = Machine::with("strategy = \"pulse\"\n");
    let engine = machine.start().await;
    engine.until_warm().await;
    // Loaded libraries keep working; those loaded anew do not fit the kernel.
    machine.driver.fail("nvmlInit_v2", 18);
    engine.ask(Request::Off).await;
    engine
        .until_gpu("a released GPU", |gpu| gpu.strategy.is_none())
        .await;
    engine.ask(Request::On).await;
    until_fault(&machine, &engine, Kind::VersionMismatch).await;
}
