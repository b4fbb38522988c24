//! Tests that need a process of their own around the engine: this binary starts itself again, with
//! one of the ignored tests below as its whole program.

use std::{env, process::Stdio};

use gpu_keepalive_core::{
    gpu::{Action, GpuErrorKind, HoldReport, Outcome},
    settings::Strategy,
    units::Bytes,
};
use gpu_keepalive_engine::gpu::{
    Gpu, GpuSource,
    nvidia::{Backend, NvidiaSource},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
};

use super::{
    driver::{FakeDriver, done, hold, refused, sample},
    faults::kill,
};
use crate::support::soon;

#[tokio::test]
async fn nothing_survives_the_engine_not_even_a_process_that_hangs() {
    for hanging in [false, true] {
        let driver = FakeDriver::new();
        if hanging {
            driver.block("cuEventSynchronize");
        }
        let mut engine = inside(&driver, "holds_until_killed")
            .spawn()
            .expect("an engine");
        super::driver::until("the engine holds, or hangs", || {
            !driver.events("launch").is_empty() && (!hanging || !driver.events("block").is_empty())
        })
        .await;
        assert_eq!(driver.living_processes().len(), 1);
        kill(engine.id().expect("it lives"));
        engine.wait().await.expect("it is dead");
        driver.until_no_process_lives().await;
    }
}

#[tokio::test]
#[ignore = "the engine of nothing_survives_the_engine"]
async fn holds_until_killed() {
    let mut gpu = source_of_parent().await;
    // Hangs or succeeds; either way this process is killed.
    let _ = gpu.perform(hold(Strategy::Pulse)).await;
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_switched_off_boost_does_not_reach_the_driver_process() {
    let driver = FakeDriver::new();
    let mut engine = inside(&driver, "holds_and_ends");
    engine
        .env("CUDA_DISABLE_PERF_BOOST", "1")
        .env("CUDA_VISIBLE_DEVICES", "");
    succeed(engine).await;
    assert_eq!(
        driver.events("env CUDA_DISABLE_PERF_BOOST"),
        ["env CUDA_DISABLE_PERF_BOOST (absent)"]
    );
}

#[tokio::test]
#[ignore = "the engine of a_switched_off_boost_does_not_reach_the_driver_process"]
async fn holds_and_ends() {
    let mut gpu = source_of_parent().await;
    done(&mut gpu, hold(Strategy::Context)).await;
}

#[tokio::test]
async fn on_a_thread_the_primary_context_is_shared_and_left_as_it_is() {
    let driver = FakeDriver::new();
    succeed(inside(&driver, "works_on_a_thread")).await;
    // The retain and the release balance, and nothing was imposed on the rest of the program.
    assert_eq!(driver.left_open(), []);
    assert_eq!(driver.events("limit"), [""; 0]);
    assert_eq!(driver.events("context_flags"), [""; 0]);
    assert_eq!(driver.events("event flags"), ["event flags=3"]);
}

#[tokio::test]
#[ignore = "the program of on_a_thread_the_primary_context_is_shared_and_left_as_it_is"]
async fn works_on_a_thread() {
    let mut source = NvidiaSource::new(Backend::Thread);
    let gpus = source.discover().await.expect("a list").gpus;
    let mut gpu = source.open(&gpus[0]);
    done(&mut gpu, Action::Release).await;
    sample(&mut gpu).await;
    let report = HoldReport {
        vram: Some(Bytes(Bytes::from_mib(267).0 + (128 << 10))),
    };
    assert_eq!(
        done(&mut gpu, hold(Strategy::Pulse)).await,
        Outcome::Held(report)
    );
    done(&mut gpu, Action::Pulse).await;
    done(&mut gpu, Action::Release).await;
    done(&mut gpu, Action::Close).await;
}

#[tokio::test]
async fn a_thread_that_hangs_is_given_up() {
    let driver = FakeDriver::new();
    driver.block("cuDevicePrimaryCtxRelease_v2");
    succeed(inside(&driver, "gives_up_a_thread")).await;
}

#[tokio::test]
#[ignore = "the program of a_thread_that_hangs_is_given_up"]
async fn gives_up_a_thread() {
    let mut source = NvidiaSource::new(Backend::Thread);
    let gpus = source.discover().await.expect("a list").gpus;
    let mut gpu = source.open(&gpus[0]);
    done(&mut gpu, hold(Strategy::Pulse)).await;
    let kind = refused(&mut gpu, Action::Release).await.0;
    assert_eq!(kind, GpuErrorKind::TimedOut);
    done(&mut gpu, hold(Strategy::Pulse)).await;
    done(&mut gpu, Action::Pulse).await;
}

/// This binary again, to run one test that lives in the driver's folder.
fn inside(driver: &FakeDriver, test: &str) -> Command {
    let mut command = Command::new(env::current_exe().expect("this test has a path"));
    command
        .args(["--exact", "--ignored", "--nocapture"])
        .arg(format!("ffi::inside::{test}"))
        .env("FAKE_GPU_DIR", driver.path())
        .env("LD_LIBRARY_PATH", driver.path().join("lib"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    command
}

async fn succeed(mut command: Command) {
    let mut child = command.spawn().expect("the test binary starts");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let mut output = Vec::new();
    while let Some(line) = soon("a line", lines.next_line()).await.expect("text") {
        output.push(line);
    }
    let status = soon("its end", child.wait()).await.expect("a status");
    let output = output.join("\n");
    assert!(
        status.success() && output.contains("1 passed"),
        "{status}\n{output}"
    );
}

async fn source_of_parent() -> gpu_keepalive_engine::gpu::nvidia::NvidiaGpu {
    let folder = env::var_os("FAKE_GPU_DIR").expect("the parent's folder");
    let program = std::path::PathBuf::from(folder).join("driver-process");
    let mut source = NvidiaSource::new(Backend::Process { program });
    let gpus = source.discover().await.expect("a list").gpus;
    source.open(&gpus[0])
}
