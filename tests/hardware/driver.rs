//! The driver process on a real driver.

use std::{env, time::Duration};

use gpu_keepalive_core::{
    benchmark::{Workload, WorkloadAction},
    gpu::{Action, Outcome},
    settings::Strategy,
    units::Bytes,
};
use gpu_keepalive_engine::{
    driver::{PerfBoost, power_mizer},
    gpu::Gpu,
};
use serde_json::json;

use super::card::{
    Card, children, device_files, done, has_mapped, hold, is_alive, note, pause, sample, until,
    work,
};

#[tokio::test]
#[ignore = "needs a GPU"]
async fn the_gpu_is_listed_and_every_field_is_sampled() {
    let card = Card::find().await;
    note("gpu", &card.info);
    assert!(card.info.vram_total.is_some());
    assert!(card.info.sm_clock_max.is_some());
    let mut gpu = card.open();
    sample(&mut gpu).await;
    let sample = sample(&mut gpu).await;
    note("sample", &sample);
    for (field, is_reported) in [
        ("P-state", sample.pstate.is_some()),
        ("SM clock", sample.sm_clock.is_some()),
        ("temperature", sample.temperature.is_some()),
        ("power", sample.power.is_some()),
        ("free VRAM", sample.vram_free.is_some()),
        ("reasons", sample.clocks_event_reasons.is_some()),
    ] {
        assert!(is_reported, "no {field}");
    }
    done(&mut gpu, Action::Close).await;
}

#[tokio::test]
#[ignore = "needs a GPU"]
async fn a_context_raises_the_clocks_and_its_release_frees_everything() {
    let card = Card::find().await;
    let mut observer = card.observer();
    observer.at_rest().await;
    let before = observer.sample().await;
    let observers = children();

    let mut gpu = card.open();
    let Outcome::Held(report) = done(&mut gpu, hold(Strategy::Context)).await else {
        panic!("not held");
    };
    let rise_s = observer.until_ready(true).await;
    let held = observer.sample().await;
    let holder = *children()
        .iter()
        .find(|pid| !observers.contains(pid))
        .expect("a driver process");
    assert!(has_mapped(holder, "libcuda"));
    assert!(report.vram > Some(Bytes(0)), "{report:?}");
    let holding = json!({ "vram": report.vram, "device_files": device_files(holder) });

    done(&mut gpu, Action::Release).await;
    assert!(!is_alive(holder), "libcuda leaves with its process");
    let fall_s = observer.until_ready(false).await;
    let after = observer.sample().await;
    assert!(after.vram_free >= before.vram_free, "VRAM is given back");
    note("before", &before);
    note("held", &held);
    note("after", &after);
    note("holding", holding);
    note("seconds", json!({ "rise": rise_s, "fall": fall_s }));
}

#[tokio::test]
#[ignore = "needs a GPU"]
async fn a_pulse_takes_microseconds_to_milliseconds() {
    let card = Card::find().await;
    let mut gpu = card.open();
    let held = done(&mut gpu, hold(Strategy::Pulse)).await;
    let mut micros = Vec::new();
    for _ in 0..50 {
        let Outcome::Pulsed(report) = done(&mut gpu, Action::Pulse).await else {
            panic!("no pulse");
        };
        micros.push(report.elapsed.as_secs_f64() * 1e6);
        pause(Duration::from_millis(20)).await;
    }
    micros.sort_by(f64::total_cmp);
    note("held", &held);
    note(
        "pulse_us",
        json!({ "least": micros[0], "median": micros[25], "most": micros[49] }),
    );
    assert!(micros[25] < 20_000.0, "{micros:?}");
    done(&mut gpu, Action::Release).await;
}

#[tokio::test]
#[ignore = "needs a GPU"]
async fn our_context_takes_less_than_an_ordinary_one() {
    /// The memory that the workload allocates itself: its weights, at least.
    const WORKING_SET: Bytes = Bytes::from_mib(256);

    let card = Card::find().await;
    let mut observer = card.observer();
    let free = |sample: gpu_keepalive_core::gpu::Sample| sample.vram_free.expect("free VRAM");
    let empty = free(observer.sample().await);
    let mut gpu = card.open();
    done(&mut gpu, hold(Strategy::Context)).await;
    let ours = empty.0 - free(observer.sample().await).0;
    done(&mut gpu, Action::Release).await;

    let mut program = card.workload(PerfBoost::Allowed);
    work(&mut program, WorkloadAction::Load).await;
    let ordinary = empty.0 - free(observer.sample().await).0 - WORKING_SET.0;
    program.end().await.expect("it ends");
    note(
        "vram_mib",
        json!({ "ours": Bytes(ours).mib(), "ordinary_at_most": Bytes(ordinary).mib() }),
    );
    assert!(ours < ordinary, "{ours} is not less than {ordinary}");
}

#[tokio::test]
#[ignore = "needs a GPU"]
async fn asleep_only_nvml_is_open_and_closed_nothing_is() {
    let card = Card::find().await;
    let mut gpu = card.open();
    done(&mut gpu, hold(Strategy::Pulse)).await;
    done(&mut gpu, Action::Release).await;
    let asleep = sample(&mut gpu).await;
    assert_eq!(asleep.vram_ours, Some(Bytes(0)));
    let observing = children();
    assert_eq!(observing.len(), 1);
    assert!(has_mapped(observing[0], "libnvidia-ml"));
    // NVML of driver 580 maps libcuda by itself; what matters is that it is not initialised.
    note("nvml_maps_libcuda", has_mapped(observing[0], "libcuda"));
    note("device_files_while_observing", device_files(observing[0]));
    done(&mut gpu, Action::Close).await;
    assert_eq!(children(), [0_u32; 0]);
}

#[tokio::test]
#[ignore = "needs a GPU"]
async fn libcuda_stays_until_the_process_ends() {
    let card = Card::find().await;
    let mut program = card.workload(PerfBoost::Allowed);
    let pid = program.pid().expect("it lives");
    let mut files = vec![json!({ "before": device_files(pid) })];
    work(&mut program, WorkloadAction::Load).await;
    files.push(json!({ "with a context": device_files(pid) }));
    work(&mut program, WorkloadAction::Unload).await;
    files.push(json!({ "after it was destroyed": device_files(pid) }));
    note("device_files", files);
    // The reason for a process of its own: there is no opposite of cuInit.
    assert!(has_mapped(pid, "libcuda"));
    assert_ne!(device_files(pid), json!({}), "it kept its files open");
    program.end().await.expect("it ends");
    until("the process is gone", || !is_alive(pid)).await;
}

#[tokio::test]
#[ignore = "needs a GPU"]
async fn the_work_of_another_process_is_seen() {
    let card = Card::find().await;
    let mut observer = card.observer();
    let mut program = card.workload(PerfBoost::Allowed);
    let pid = program.pid().expect("it lives");
    work(&mut program, WorkloadAction::Load).await;
    observer.sample().await;
    let repeat = WorkloadAction::Repeat {
        workload: Workload::Prefill,
        lasting: Duration::from_secs(3),
    };
    let (_, busy) = tokio::join!(work(&mut program, repeat), async {
        pause(Duration::from_millis(2500)).await;
        observer.sample().await
    });
    note("busy", &busy);
    note("pid", pid);
    let has_context = busy
        .compute_processes
        .as_ref()
        .is_some_and(|all| !all.is_empty());
    assert!(has_context, "a compute process is listed");
    assert!(
        busy.other_utilization
            .or(busy.utilization)
            .is_some_and(|u| u.0 > 0),
        "its work is seen"
    );
    program.end().await.expect("it ends");
}

#[tokio::test]
#[ignore = "needs a GPU"]
async fn what_an_open_context_does_to_the_clocks_with_and_without_boost() {
    let card = Card::find().await;
    let mut observer = card.observer();
    for boost in [PerfBoost::Allowed, PerfBoost::Disabled] {
        observer.at_rest().await;
        let mut program = card.workload(boost);
        work(&mut program, WorkloadAction::Load).await;
        pause(Duration::from_secs(5)).await;
        let rest = observer.sample().await;
        note(&format!("5 s after loading, boost {boost:?}"), &rest);
        for workload in Workload::ALL {
            let ran = work(&mut program, WorkloadAction::Run(workload)).await;
            note(&format!("{workload}, boost {boost:?}"), ran);
        }
        program.end().await.expect("it ends");
    }
}

/// Reads only, unless the user of this machine allows to change the preference of a process.
#[tokio::test]
#[ignore = "needs a GPU"]
async fn the_performance_preference_is_read() {
    let card = Card::find().await;
    note(
        "preference",
        power_mizer(&card.info.uuid).map_err(|e| e.to_string()),
    );
    if env::var_os("HARDWARE_TRY_POWER_MIZER").is_none() {
        note(
            "tried",
            "no: it changes a setting, so it has to be asked for",
        );
        return;
    }
    let mut observer = card.observer();
    observer.at_rest().await;
    let mut gpu = card.open();
    let outcome = gpu.perform(hold(Strategy::PowerMizer)).await;
    pause(Duration::from_secs(3)).await;
    note("tried", outcome.map_err(|e| e.to_string()));
    note("clocks after 3 s", observer.sample().await);
    done(&mut gpu, Action::Release).await;
}
