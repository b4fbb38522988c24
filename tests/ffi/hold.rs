//! Holding, pulsing and releasing.

use gpu_keepalive_core::{
    gpu::{Action, GpuErrorKind, HoldReport, Outcome, PState},
    settings::Strategy,
    units::{Bytes, Megahertz},
};
use gpu_keepalive_engine::gpu::GpuSource;

use super::driver::{FakeDriver, done, has_mapped, hold, is_alive, refused, sample, state, until};

/// The memory of a fake context, and the working set of a pulse of 256 squared halves.
const CONTEXT: Bytes = Bytes::from_mib(267);
const WORKING_SET: u64 = 128 << 10;

#[tokio::test]
async fn while_a_context_is_held_nothing_of_its_process_runs() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    sample(&mut gpu).await;
    let is_stopped = |pid| state(pid) == Some('T');
    assert!(!is_stopped(driver.latest_process()), "it only observes");
    done(&mut gpu, hold(Strategy::Pulse)).await;
    let holder = driver.latest_process();
    until("it is stopped", || is_stopped(holder)).await;
    done(&mut gpu, Action::Pulse).await;
    sample(&mut gpu).await;
    until("it is stopped again", || is_stopped(holder)).await;
    assert_eq!(driver.latest_process(), holder);
    done(&mut gpu, Action::Release).await;
    assert!(!is_alive(holder), "it released in order");
    assert_eq!(driver.left_open(), []);
}

#[tokio::test]
async fn a_stopped_process_dies_with_its_owner() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    done(&mut gpu, hold(Strategy::Context)).await;
    let holder = driver.latest_process();
    drop(gpu);
    until("it is gone", || !is_alive(holder)).await;
}

#[tokio::test]
async fn a_context_holds_the_clocks_and_nothing_else() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    let report = HoldReport {
        vram: Some(CONTEXT),
    };
    assert_eq!(
        done(&mut gpu, hold(Strategy::Context)).await,
        Outcome::Held(report)
    );
    let holder = driver.latest_process();
    assert!(has_mapped(holder, "libcuda"));
    let kinds: Vec<_> = driver.left_open().into_iter().map(|(_, k)| k).collect();
    assert_eq!(
        kinds,
        ["nvml", "context"],
        "no module, no stream, no buffer"
    );
    // CU_CTX_SCHED_BLOCKING_SYNC; stack 16 B, printf 0, heap 0, one pending launch.
    assert_eq!(driver.events("context_flags"), ["context_flags 4"]);
    let limits = ["limit 0 16", "limit 1 0", "limit 2 0", "limit 4 1"];
    assert_eq!(driver.events("limit"), limits);

    let held = sample(&mut gpu).await;
    assert_eq!(held.pstate, PState::new(0));
    assert_eq!(held.sm_clock, Some(Megahertz(1980)));
    assert_eq!(held.vram_ours, Some(CONTEXT));
    assert_eq!(held.compute_processes, Some(vec![]), "we are no other");

    done(&mut gpu, Action::Release).await;
    assert!(!is_alive(holder), "libcuda leaves with its process");
    assert_eq!(driver.left_open(), []);
    assert_eq!(sample(&mut gpu).await.pstate, PState::new(8));
    let observer = driver.latest_process();
    assert_ne!(observer, holder);
    assert!(!has_mapped(observer, "libcuda"));
    done(&mut gpu, Action::Close).await;
    assert_eq!(
        (driver.living_processes(), driver.left_open()),
        (vec![], vec![])
    );
}

#[tokio::test]
async fn a_pulse_runs_on_a_quiet_stream_over_its_working_set() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    done(&mut gpu, hold(Strategy::Pulse)).await;
    // CU_STREAM_NON_BLOCKING at the least priority; CU_EVENT_BLOCKING_SYNC without timing.
    assert_eq!(driver.events("stream"), ["stream flags=1 priority=0"]);
    assert_eq!(driver.events("event"), ["event flags=3"]);
    let buffers = driver.events("open buffer");
    assert!(
        buffers[0].ends_with(&format!(" {WORKING_SET}")),
        "{buffers:?}"
    );

    let warm_up = driver.events("launch").len();
    for _ in 0..3 {
        let Outcome::Pulsed(_) = done(&mut gpu, Action::Pulse).await else {
            panic!("no pulse");
        };
    }
    assert_eq!(driver.events("launch").len(), warm_up + 3);
    assert_eq!(driver.events("open buffer").len(), 1, "allocated once");
    let held = sample(&mut gpu).await.vram_ours;
    assert_eq!(held, Some(Bytes(CONTEXT.0 + WORKING_SET)));
    done(&mut gpu, Action::Release).await;
    assert_eq!(driver.left_open(), []);
}

#[tokio::test]
async fn strategies_replace_each_other() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    done(&mut gpu, hold(Strategy::PowerMizer)).await;
    assert_eq!(driver.events("power_mizer"), ["power_mizer 1"]);
    let kinds = || -> Vec<_> { driver.left_open().into_iter().map(|(_, k)| k).collect() };
    assert_eq!(kinds(), ["nvml"], "no context, no VRAM");

    done(&mut gpu, hold(Strategy::Context)).await;
    assert_eq!(
        driver.events("power_mizer"),
        ["power_mizer 1", "power_mizer 2"]
    );
    done(&mut gpu, hold(Strategy::Pulse)).await;
    assert_eq!(
        kinds(),
        ["nvml", "context", "module", "buffer", "stream", "event"]
    );
    done(&mut gpu, hold(Strategy::Context)).await;
    assert_eq!(kinds(), ["nvml", "context"]);
    assert_eq!(driver.events("open context").len(), 1, "the same all along");

    let holder = driver.latest_process();
    done(&mut gpu, hold(Strategy::PowerMizer)).await;
    assert!(!is_alive(holder), "libcuda is gone");
    assert_eq!(kinds(), ["nvml"]);
    done(&mut gpu, Action::Release).await;
    let restored = driver.events("power_mizer");
    assert_eq!(restored.last().map(String::as_str), Some("power_mizer 2"));
}

#[tokio::test]
async fn a_preference_that_does_not_take_is_not_supported() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    for (values, why) in [
        ("power_mizer=5", "no mode that prefers maximum performance"),
        ("power_mizer_ignored=1", "did not change"),
    ] {
        driver.change(values);
        let (kind, message) = refused(&mut gpu, hold(Strategy::PowerMizer)).await;
        assert_eq!(kind, GpuErrorKind::NotSupported);
        assert!(message.contains(why), "{message}");
    }
}

#[tokio::test]
async fn only_the_chosen_gpu_is_visible() {
    let driver = FakeDriver::new();
    driver.change("gpus=2");
    let second = driver.list().await.expect("a list").remove(1);
    let mut gpu = driver.source().open(&second);
    done(&mut gpu, hold(Strategy::Context)).await;
    let visible = format!("env CUDA_VISIBLE_DEVICES {}", second.uuid);
    assert_eq!(driver.events("env CUDA_VISIBLE"), [visible]);
}

#[tokio::test]
async fn in_a_container_our_own_context_is_recognised() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    // The driver lists us under a pid that we do not have.
    driver.change("container=1\ncompute=4242:104857600");
    let report = HoldReport {
        vram: Some(CONTEXT),
    };
    assert_eq!(
        done(&mut gpu, hold(Strategy::Context)).await,
        Outcome::Held(report)
    );
    let seen = sample(&mut gpu).await;
    assert_eq!(seen.vram_ours, Some(CONTEXT));
    let others = seen.compute_processes.expect("a list");
    assert_eq!(others.iter().map(|p| p.pid).collect::<Vec<_>>(), [4242]);
}

#[tokio::test]
async fn without_a_list_of_processes_the_free_memory_decides() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    driver.fail("nvmlDeviceGetComputeRunningProcesses_v3", 3);
    let report = HoldReport {
        vram: Some(CONTEXT),
    };
    assert_eq!(
        done(&mut gpu, hold(Strategy::Context)).await,
        Outcome::Held(report)
    );
    assert_eq!(sample(&mut gpu).await.vram_ours, None);
}

#[tokio::test]
async fn a_limit_that_is_refused_is_lived_with() {
    let driver = FakeDriver::new();
    let mut gpu = driver.gpu().await;
    driver.fail("cuCtxSetLimit", 215);
    done(&mut gpu, hold(Strategy::Pulse)).await;
    done(&mut gpu, Action::Pulse).await;
}
