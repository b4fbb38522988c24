//! The program that plays the user's AI.

use std::time::Duration;

use gpu_keepalive_core::{
    benchmark::{Workload, WorkloadAction, WorkloadOutcome},
    gpu::GpuErrorKind as Kind,
};
use gpu_keepalive_engine::driver::{PerfBoost, WorkloadProcess};

use super::driver::{FakeDriver, has_mapped, is_alive};
use crate::support::soon;

/// 32 reads of 64 slices; 32 layers.
const DECODE: &str = "ran decode=2048 prefill=0";
const PREFILL: &str = "ran decode=0 prefill=32";

async fn start(driver: &FakeDriver, boost: PerfBoost) -> WorkloadProcess {
    let gpus = driver.list().await.expect("a list");
    WorkloadProcess::start(&driver.program(), &gpus[0].uuid, boost).expect("it starts")
}

async fn work(
    program: &mut WorkloadProcess,
    action: WorkloadAction,
) -> Result<WorkloadOutcome, Kind> {
    let result = soon("an answer", program.perform(action)).await;
    result.map_err(|error| error.kind)
}

#[tokio::test]
async fn requests_are_answered_and_everything_is_given_back() {
    let driver = FakeDriver::new();
    let mut program = start(&driver, PerfBoost::Allowed).await;
    let pid = program.pid().expect("it lives");
    assert_eq!(
        work(&mut program, WorkloadAction::Load).await,
        Ok(WorkloadOutcome::Loaded)
    );
    assert_eq!(driver.events("ran"), [DECODE, PREFILL], "one of each");
    for (workload, ran) in [(Workload::Prefill, PREFILL), (Workload::Decode, DECODE)] {
        let outcome = work(&mut program, WorkloadAction::Run(workload)).await;
        assert!(
            matches!(outcome, Ok(WorkloadOutcome::Ran { requests: 1, elapsed }) if !elapsed.is_zero()),
            "{outcome:?}"
        );
        assert_eq!(driver.events("ran").last().expect("it ran"), ran);
    }
    work(&mut program, WorkloadAction::Unload)
        .await
        .expect("it unloads");
    assert_eq!(driver.left_open(), []);
    assert!(has_mapped(pid, "libcuda"), "there is no opposite of cuInit");
    let nothing = work(&mut program, WorkloadAction::Run(Workload::Decode)).await;
    assert_eq!(nothing, Err(Kind::Other));
    work(&mut program, WorkloadAction::Load)
        .await
        .expect("it loads again");
    soon("its end", program.end()).await.expect("it ends");
    assert!(!is_alive(pid));
    assert_eq!(driver.left_open(), []);
}

#[tokio::test]
async fn requests_are_repeated_for_as_long_as_was_asked() {
    let driver = FakeDriver::new();
    let mut program = start(&driver, PerfBoost::Allowed).await;
    work(&mut program, WorkloadAction::Load)
        .await
        .expect("it loads");
    let lasting = Duration::from_millis(50);
    let workload = Workload::Prefill;
    let outcome = work(&mut program, WorkloadAction::Repeat { workload, lasting }).await;
    let Ok(WorkloadOutcome::Ran { requests, elapsed }) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(elapsed >= lasting);
    assert_eq!(driver.events("ran").len(), 2 + requests as usize);
}

#[tokio::test]
async fn the_boost_is_allowed_or_not_whatever_we_inherit() {
    for (boost, event) in [
        (PerfBoost::Allowed, "env CUDA_DISABLE_PERF_BOOST (absent)"),
        (PerfBoost::Disabled, "env CUDA_DISABLE_PERF_BOOST 1"),
    ] {
        let driver = FakeDriver::new();
        let mut program = start(&driver, boost).await;
        work(&mut program, WorkloadAction::Load)
            .await
            .expect("it loads");
        assert_eq!(driver.events("env CUDA_DISABLE_PERF_BOOST"), [event]);
    }
}

#[tokio::test]
async fn a_refusal_leaves_nothing_and_names_itself() {
    for (function, code, kind) in [
        ("cuMemAlloc_v2", 2, Kind::OutOfMemory),
        ("cuMemsetD32_v2", 719, Kind::ContextLost),
        ("cuModuleLoadData", 218, Kind::NotSupported),
        ("cuStreamCreate", 999, Kind::ContextLost),
        ("cuStreamSynchronize", 719, Kind::ContextLost),
    ] {
        let driver = FakeDriver::new();
        driver.fail(function, code);
        let mut program = start(&driver, PerfBoost::Allowed).await;
        let refused = work(&mut program, WorkloadAction::Load).await;
        assert_eq!(refused, Err(kind), "{function}");
        assert_eq!(driver.left_open(), [], "{function}");
        driver.work_again(function);
        work(&mut program, WorkloadAction::Load)
            .await
            .expect("it loads");
    }
}

#[tokio::test]
async fn a_dead_workload_is_reported_and_dropping_a_living_one_kills_it() {
    let driver = FakeDriver::new();
    let mut program = start(&driver, PerfBoost::Allowed).await;
    work(&mut program, WorkloadAction::Load)
        .await
        .expect("it loads");
    super::faults::kill(program.pid().expect("it lives"));
    for _ in 0..2 {
        let gone = work(&mut program, WorkloadAction::Run(Workload::Decode)).await;
        assert_eq!(gone, Err(Kind::ProcessEnded));
        assert_eq!(program.pid(), None);
    }

    let mut program = start(&driver, PerfBoost::Allowed).await;
    work(&mut program, WorkloadAction::Load)
        .await
        .expect("it loads");
    drop(program);
    driver.until_no_process_lives().await;
}
