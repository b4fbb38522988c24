//! The engine as a library, as a program of one's own meets it.

use std::time::Duration;

use gpu_keepalive_core::{
    protocol::{GpuStatus, Phase, Status},
    settings::{Mode, Strategy, StrategyChoice},
    units::Celsius,
};
use gpu_keepalive_engine::{Builder, Keepalive, StartError};

use crate::support::soon;

#[path = "../crates/engine/examples/inference.rs"]
#[allow(dead_code, reason = "its main is for those who run it")]
mod example;

/// An H200 holds its clocks by a context alone; these tests want to see pulses.
fn pulsing() -> Builder {
    Keepalive::builder()
        .simulate("h200")
        .strategy(StrategyChoice::Pulse)
}

async fn until(keepalive: &Keepalive, what: &str, is_so: impl Fn(&Status) -> bool) {
    let mut status = keepalive.handle().status();
    let waited = soon(what, status.wait_for(|status| is_so(status))).await;
    waited.expect("it lives");
}

async fn until_gpu(keepalive: &Keepalive, what: &str, is_so: impl Fn(&GpuStatus) -> bool) {
    until(keepalive, what, |status| is_so(&status.gpus[0])).await;
}

#[test]
fn the_example_runs() {
    let mut printed = Vec::new();
    example::infer(Some("rtx-3070-laptop".to_owned()), &mut printed).expect("it runs");
    let printed = String::from_utf8(printed).expect("UTF-8");
    let (first, rest) = printed.split_once('\n').expect("lines");
    assert!(
        first.starts_with("NVIDIA GeForce RTX 3070 Laptop GPU: "),
        "{first}"
    );
    assert_eq!(
        rest,
        "answer 1: 1\nanswer 2: 2\nanswer 3: 6\nlet go of the GPU\n"
    );
    let error = example::infer(Some("no-driver".to_owned()), &mut Vec::new()).unwrap_err();
    assert!(
        error.to_string().contains("Install the NVIDIA driver"),
        "{error}"
    );
}

#[test]
fn a_failed_start_is_reported_with_its_reason() {
    let any = || Keepalive::builder().simulate("two-gpus");
    let cases = [
        (any().interval(Duration::from_millis(99)), "100 ms to 60 s"),
        (any().interval(Duration::from_secs(61)), "100 ms to 60 s"),
        (any().max_temperature(Celsius(49)), "50 to 95 °C"),
        (any().max_temperature(Celsius(96)), "50 to 95 °C"),
        (any().matrix_size(8), "16 to 4096"),
        (any().device(2), "no GPU is called 2; there is 0 (GPU-"),
        (any().uuid("GPU-0dead"), "no GPU is called GPU-0dead"),
        (any().uuid("RTX 4090"), "“RTX 4090” is not a GPU; use"),
        (any().uuid("1"), "use device(1)"),
        (any().simulate("rtx-9090"), "rtx-3070-laptop"),
        (any().simulate("no-driver"), "Install the NVIDIA driver"),
    ];
    for (builder, part) in cases {
        let error = builder.start().map(drop).expect_err(part);
        assert!(error.to_string().contains(part), "{part}: {error}");
    }
    let error = any().device(7).start().map(drop).unwrap_err();
    assert!(matches!(error, StartError::Gpu(_)), "{error:?}");
    let error = any().matrix_size(1).start().map(drop).unwrap_err();
    assert!(matches!(error, StartError::InvalidValue(_)), "{error:?}");
}

#[tokio::test]
async fn it_is_warm_without_being_asked_and_has_a_status_at_once() {
    let keepalive = pulsing().start().expect("it starts");
    assert_eq!(
        keepalive.status().gpus.len(),
        1,
        "the first status is there"
    );
    assert!(keepalive.status().engine.simulated);
    until_gpu(&keepalive, "pulses", |gpu| gpu.pulses > 0).await;
    until_gpu(&keepalive, "a ready GPU", |gpu| gpu.ready == Some(true)).await;
    assert_eq!(keepalive.status().gpus[0].strategy, Some(Strategy::Pulse));
}

#[tokio::test]
async fn leases_hold_pulses_back_until_the_last_one_ends() {
    let keepalive = pulsing().start().expect("it starts");
    until_gpu(&keepalive, "pulses", |gpu| gpu.pulses > 0).await;
    let first = keepalive.inference();
    let second = keepalive.inference();
    until(&keepalive, "two leases", |status| {
        status.engine.leases == 2 && status.gpus[0].phase == Phase::Yielding
    })
    .await;
    drop(first);
    until(&keepalive, "one lease", |status| status.engine.leases == 1).await;
    assert_eq!(keepalive.status().gpus[0].phase, Phase::Yielding);
    drop(second);
    until(&keepalive, "no lease", |status| {
        status.engine.leases == 0 && status.gpus[0].phase == Phase::Warm
    })
    .await;
}

#[tokio::test]
async fn a_pause_holds_nothing_and_ends_with_resume() {
    let keepalive = pulsing().start().expect("it starts");
    until_gpu(&keepalive, "pulses", |gpu| gpu.pulses > 0).await;
    keepalive.pause();
    until_gpu(&keepalive, "a pause", |gpu| {
        gpu.phase == Phase::Paused && gpu.strategy.is_none()
    })
    .await;
    keepalive.resume();
    until_gpu(&keepalive, "warm again", |gpu| {
        gpu.phase == Phase::Warm && gpu.strategy.is_some()
    })
    .await;
}

#[tokio::test]
async fn on_demand_is_asleep_until_it_is_asked() {
    let keepalive = pulsing().mode(Mode::OnDemand).start().expect("it starts");
    until_gpu(&keepalive, "asleep", |gpu| gpu.phase == Phase::Asleep).await;
    keepalive.warm(Duration::from_secs(600));
    until_gpu(&keepalive, "warm", |gpu| gpu.strategy.is_some()).await;
}

#[tokio::test]
async fn stopped_or_dropped_it_is_over() {
    for dropped in [false, true] {
        let keepalive = pulsing().start().expect("it starts");
        let lease = keepalive.inference();
        let mut status = keepalive.handle().status();
        if dropped {
            drop(keepalive);
        } else {
            keepalive.stop();
        }
        // No sender is left, and the last published status holds nothing.
        soon("the end", status.wait_for(|_| false))
            .await
            .unwrap_err();
        assert_eq!(status.borrow().gpus[0].strategy, None, "dropped: {dropped}");
        // A lease that outlives it is harmless.
        drop(lease);
    }
}

#[tokio::test]
async fn two_of_them_do_not_meet() {
    let one = Keepalive::builder().simulate("two-gpus").device(0);
    let one = one.start().expect("it starts");
    let other = Keepalive::builder().simulate("two-gpus").device(1);
    let other = other.start().expect("it starts");
    let index = |keepalive: &Keepalive| keepalive.status().gpus[0].index;
    assert_eq!((index(&one), index(&other)), (0, 1));
    one.pause();
    let lease = other.inference();
    until_gpu(&one, "a pause", |gpu| gpu.phase == Phase::Paused).await;
    until(&other, "a lease", |status| status.engine.leases == 1).await;
    assert_eq!(one.status().engine.leases, 0);
    one.stop();
    drop(lease);
    until_gpu(&other, "warm", |gpu| gpu.phase == Phase::Warm).await;
}
