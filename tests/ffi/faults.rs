//! Failures of drivers, and that the next action works when they are over.

use std::process::Command;

use gpu_keepalive_core::{
    gpu::{Action, GpuErrorKind as Kind, PState},
    settings::Strategy,
};

use super::driver::{FakeDriver, done, hold, is_alive, refused, sample, until};

#[tokio::test]
async fn nvml_failures_are_distinguished() {
    for (function, code, kind) in [
        ("nvmlInit_v2", 9, Kind::DriverNotLoaded),
        ("nvmlInit_v2", 18, Kind::VersionMismatch),
        ("nvmlInit_v2", 4, Kind::NoPermission),
        ("nvmlInit_v2", 12, Kind::NvmlMissing),
        ("nvmlInit_v2", 999, Kind::Other),
        ("nvmlDeviceGetHandleByIndex_v2", 4, Kind::NoPermission),
        ("nvmlDeviceGetHandleByIndex_v2", 15, Kind::GpuLost),
        ("nvmlDeviceGetHandleByIndex_v2", 17, Kind::NoPermission),
        ("nvmlDeviceGetName", 16, Kind::GpuLost),
    ] {
        let driver = FakeDriver::new();
        driver.fail(function, code);
        let error = driver.list().await.expect_err("it fails");
        assert_eq!(error.kind, kind, "{function} returned {code}: {error}");
        let name = function.trim_end_matches("_v2");
        assert!(error.message.starts_with(name), "{error}");
    }
}

#[tokio::test]
async fn cuda_failures_are_distinguished_and_leave_nothing() {
    for (function, code, kind) in [
        ("cuInit", 100, Kind::NoGpu),
        ("cuInit", 803, Kind::VersionMismatch),
        ("cuInit", 34, Kind::CudaMissing),
        ("cuInit", 999, Kind::Other),
        ("cuCtxCreate_v2", 2, Kind::OutOfMemory),
        ("cuCtxCreate_v2", 46, Kind::ExclusiveMode),
        ("cuCtxCreate_v2", 800, Kind::NoPermission),
        ("cuCtxCreate_v2", 999, Kind::ContextLost),
        ("cuModuleLoadData", 218, Kind::NotSupported),
        ("cuModuleLoadData", 221, Kind::CudaMissing),
        ("cuModuleLoadData", 222, Kind::DriverTooOld),
        ("cuMemAlloc_v2", 2, Kind::OutOfMemory),
        ("cuStreamCreateWithPriority", 304, Kind::Other),
        ("cuLaunchKernel", 719, Kind::ContextLost),
        ("cuEventSynchronize", 700, Kind::ContextLost),
    ] {
        let driver = FakeDriver::new();
        let mut gpu = driver.gpu().await;
        driver.fail(function, code);
        let (refused_kind, message) = refused(&mut gpu, hold(Strategy::Pulse)).await;
        assert_eq!(refused_kind, kind, "{function} returned {code}: {message}");
        let name = function.trim_end_matches("_v2");
        assert!(message.starts_with(name), "{message}");
        assert!(message.contains("words of the driver"), "{message}");
        // A refusal takes its process along, or libcuda would keep a laptop's GPU awake.
        driver.until_no_process_lives().await;
        driver.work_again(function);
        done(&mut gpu, hold(Strategy::Pulse)).await;
        done(&mut gpu, Action::Close).await;
    }
}

#[tokio::test]
async fn nvml_can_be_absent_where_cuda_is_present() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    driver.without_library("libnvidia-ml.so.1");
    let error = driver.list().await.expect_err("no NVML");
    assert_eq!(error.kind, Kind::NvmlMissing);
    assert!(error.message.contains("libnvidia-ml.so.1"), "{error}");
    assert_eq!(refused(&mut gpu, Action::Sample).await.0, Kind::NvmlMissing);
    done(&mut gpu, hold(Strategy::Pulse)).await;
    done(&mut gpu, Action::Pulse).await;
}

#[tokio::test]
async fn cuda_can_be_absent_where_nvml_is_present() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    driver.without_library("libcuda.so.1");
    let (kind, _) = refused(&mut gpu, hold(Strategy::Context)).await;
    assert_eq!(kind, Kind::CudaMissing);
    assert_eq!(sample(&mut gpu).await.pstate, PState::new(8));
    done(&mut gpu, hold(Strategy::PowerMizer)).await;
}

#[tokio::test]
async fn a_function_that_is_missing_means_an_old_driver() {
    for function in ["cuInit", "cuCtxCreate_v2", "cuLaunchKernel"] {
        let driver = FakeDriver::new();
        let mut gpu = driver.gpu().await;
        driver.without_function("libcuda.so.1", function);
        let (kind, message) = refused(&mut gpu, hold(Strategy::Pulse)).await;
        assert_eq!(kind, Kind::DriverTooOld, "{message}");
        assert!(message.contains(function), "{message}");
        driver.until_no_process_lives().await;
        assert_eq!(sample(&mut gpu).await.pstate, PState::new(8), "it lives");
    }
    let driver = FakeDriver::new();
    driver.without_function("libnvidia-ml.so.1", "nvmlDeviceGetCount_v2");
    let error = driver.list().await.expect_err("too old");
    assert_eq!(error.kind, Kind::DriverTooOld);
}

#[tokio::test]
async fn an_unsuitable_gpu_is_refused_before_a_context_is_asked_for() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    driver.change("compute_capability=37");
    let (kind, message) = refused(&mut gpu, hold(Strategy::Context)).await;
    assert_eq!(kind, Kind::NotSupported);
    assert!(message.contains("3.7"), "{message}");
    // CU_COMPUTEMODE_PROHIBITED
    driver.change("compute_mode=2");
    let (kind, _) = refused(&mut gpu, hold(Strategy::Context)).await;
    assert_eq!(kind, Kind::ExclusiveMode);
    assert_eq!(driver.events("open context"), [""; 0]);
}

#[tokio::test]
async fn a_gpu_that_is_lost_while_warm_comes_back() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    done(&mut gpu, hold(Strategy::Context)).await;
    driver.fail("nvmlDeviceGetHandleByIndex_v2", 15);
    assert_eq!(refused(&mut gpu, Action::Sample).await.0, Kind::GpuLost);
    assert_eq!(refused(&mut gpu, Action::Sample).await.0, Kind::GpuLost);
    driver.until_no_process_lives().await;
    driver.work_again("nvmlDeviceGetHandleByIndex_v2");
    done(&mut gpu, hold(Strategy::Context)).await;
    assert_eq!(sample(&mut gpu).await.pstate, PState::new(0));
}

#[tokio::test]
async fn a_context_that_died_in_suspend_is_rebuilt() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    done(&mut gpu, hold(Strategy::Pulse)).await;
    driver.fail("cuLaunchKernel", 999);
    assert_eq!(refused(&mut gpu, Action::Pulse).await.0, Kind::ContextLost);
    driver.until_no_process_lives().await;
    driver.work_again("cuLaunchKernel");
    let (kind, message) = refused(&mut gpu, Action::Pulse).await;
    assert_eq!(kind, Kind::Other, "nothing is held any more: {message}");
    done(&mut gpu, hold(Strategy::Pulse)).await;
    done(&mut gpu, Action::Pulse).await;
}

#[tokio::test]
async fn a_hung_call_costs_its_process_and_nothing_else() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    done(&mut gpu, hold(Strategy::Pulse)).await;
    driver.block("cuEventSynchronize");
    assert_eq!(refused(&mut gpu, Action::Pulse).await.0, Kind::TimedOut);
    driver.until_no_process_lives().await;
    driver.work_again("cuEventSynchronize");
    done(&mut gpu, hold(Strategy::Pulse)).await;
    done(&mut gpu, Action::Pulse).await;

    // One that hangs while releasing is ended all the same.
    driver.block("cuCtxDestroy_v2");
    done(&mut gpu, Action::Release).await;
    assert_eq!(driver.living_processes(), [0; 0]);
}

#[tokio::test]
async fn giving_up_half_way_ends_the_process() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    driver.block("cuCtxCreate_v2");
    {
        let holding = gpu_keepalive_engine::gpu::Gpu::perform(&mut gpu, hold(Strategy::Context));
        tokio::select! {
            outcome = holding => panic!("it hangs, and yet: {outcome:?}"),
            () = until("it hangs", || !driver.events("block").is_empty()) => {}
        }
    }
    driver.until_no_process_lives().await;
    assert_eq!(sample(&mut gpu).await.pstate, PState::new(8));
}

#[tokio::test]
async fn a_killed_driver_process_is_reported_and_replaced() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    done(&mut gpu, hold(Strategy::Pulse)).await;
    let holder = driver.latest_process();
    kill(holder);
    until("it is dead", || !is_alive(holder)).await;
    let (kind, message) = refused(&mut gpu, Action::Pulse).await;
    assert_eq!(kind, Kind::ProcessEnded);
    assert!(message.contains("signal: 9"), "{message}");
    assert_eq!(sample(&mut gpu).await.pstate, PState::new(8));
    done(&mut gpu, hold(Strategy::Pulse)).await;
    // One that is dead holds nothing: releasing it succeeds.
    kill(driver.latest_process());
    done(&mut gpu, Action::Release).await;
}

#[tokio::test]
async fn a_program_that_does_not_start_is_named() {
    let driver = FakeDriver::new();
    std::fs::remove_file(driver.program()).expect("it was there");
    let error = driver.list().await.expect_err("no program");
    assert_eq!(error.kind, Kind::ProcessEnded);
    let name = driver.program().display().to_string();
    assert!(error.message.contains(&name), "{error}");
}

#[tokio::test]
async fn dropping_a_gpu_releases_it() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    done(&mut gpu, hold(Strategy::Pulse)).await;
    drop(gpu);
    driver.until_no_process_lives().await;
}

pub(super) fn kill(pid: u32) {
    let killed = Command::new("kill")
        .args(["-KILL", &pid.to_string()])
        .status();
    assert!(killed.expect("kill runs").success());
}
