//! The GPUs that the window's tests show, with the texts that the engine would send.

use std::{env, fs, path::Path};

use serde_json::{Map, Value};

use super::{READY, hot, program, vram};
use crate::{
    gpu::{GpuErrorKind, PState},
    protocol::{
        Cause, FaultStatus, GpuStatus, Message, PauseReason, Phase, State, Status, VramStatus,
    },
    settings::Strategy,
    status_text::{cannot_benchmark, present},
    units::{Bytes, Celsius, Megahertz, Percent, Watts},
};

const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/src/testing/recorded");
const WRITE: &str = "GPU_KEEPALIVE_WRITE_TYPES";

#[test]
fn export_states() {
    let folder = Path::new(RECORDED);
    let recorded = fs::read_to_string(folder.join("status.json")).expect("a recording");
    let recorded: Status = serde_json::from_str(&recorded).expect("a status");
    let base = fields(&recorded.gpus[0]);
    let mut states = Map::new();
    for (name, gpu) in states_of(&recorded.gpus[0]) {
        let mut status = recorded.clone();
        status.gpus = vec![gpu];
        present(&mut status);
        let mut gpu = fields(&status.gpus[0]);
        gpu.retain(|field, value| base.get(field) != Some(value));
        states.insert(name.to_owned(), gpu.into());
    }
    let wanted = Value::from(states);
    let file = folder.join("states.json");
    if env::var_os(WRITE).is_some() {
        fs::write(&file, format!("{wanted:#}\n")).expect("the file is written");
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        serde_json::from_str(&found).ok() == Some(wanted),
        "ui/src/testing/recorded/states.json is not what the engine says; set {WRITE}=1 to write \
         it again"
    );
}

fn fields(gpu: &GpuStatus) -> Map<String, Value> {
    match serde_json::to_value(gpu) {
        Ok(Value::Object(fields)) => fields,
        other => panic!("no object: {other:?}"),
    }
}

/// One GPU in every phase and for every reason.
fn states_of(gpu: &GpuStatus) -> Vec<(&'static str, GpuStatus)> {
    let is = |phase, state, causes: &[Cause]| {
        let mut gpu = gpu.clone();
        gpu.phase = phase;
        gpu.message = Message {
            state,
            causes: causes.to_vec(),
        };
        gpu
    };
    let paused = |reason, cause: Cause| {
        let mut gpu = idle(is(
            Phase::Paused,
            State::Paused,
            std::slice::from_ref(&cause),
        ));
        gpu.reasons = vec![reason];
        gpu.cannot_measure = (reason != PauseReason::User).then(|| cannot_benchmark(&cause));
        gpu
    };
    let asleep = || is(Phase::Asleep, State::Asleep, &[Cause::NothingUsesIt]);
    let armed = Cause::Armed {
        program: program("ollama"),
        wake_ms: Some(12),
    };
    let mut warming = is(
        Phase::Warm,
        State::GettingReady { always: false },
        &[Cause::AsYouAsked { minutes: 15 }],
    );
    warming.pstate = PState::new(5);
    warming.ready = Some(false);

    let mut warm = is(Phase::Warm, READY, &[Cause::UntilUnused { minutes: 12 }]);
    (warm.strategy, warm.pulse_interval_ms) = (Some(Strategy::Pulse), Some(4000));
    warm.pulses = 128;
    warm.attempts = vec![
        "The driver's performance mode does not raise the clocks. The next strategy is tried."
            .to_owned(),
        "An open CUDA context alone does not raise the clocks. The next strategy is tried."
            .to_owned(),
    ];

    let answering = Cause::Computing {
        program: program("ollama"),
    };
    let mut yielding = is(
        Phase::Yielding,
        State::Busy,
        std::slice::from_ref(&answering),
    );
    yielding.cannot_measure = Some(cannot_benchmark(&answering));
    yielding.strategy = Some(Strategy::Pulse);
    yielding.utilization_percent = Some(Percent(96));
    yielding.pstate = PState::new(0);

    let mut standby = idle(is(Phase::Standby, State::Standby, &[armed]));
    standby.ready = Some(true);
    let mut served = is(
        Phase::Standby,
        READY,
        &[Cause::HeldByServer {
            program: program("lm-studio"),
            power_w: Some(Watts(31.0)),
            idle_w: Some(Watts(9.0)),
        }],
    );
    (served.strategy, served.power_w) = (None, Some(Watts(31.0)));

    let mut thermal = paused(PauseReason::Thermal, hot(Some(84), true, false));
    (thermal.temperature_c, thermal.pstate) = (Some(Celsius(84)), PState::new(3));
    let mut sensor = paused(PauseReason::Sensor, Cause::NoTemperature);
    sensor.temperature_c = None;
    let short = vram(Some(Bytes::from_mib(310)));
    let budget = Cause::BudgetSpent {
        budget_wh: Some(50.0),
    };
    vec![
        ("off", idle(is(Phase::Off, State::Off, &[]))),
        ("asleep", idle(asleep())),
        ("unseen", unread(asleep())),
        ("standby", standby),
        ("served", served),
        ("warming", warming),
        ("warm", warm),
        ("yielding", yielding),
        (
            "user",
            paused(PauseReason::User, Cause::User { minutes: None }),
        ),
        ("thermal", thermal),
        ("sensor", sensor),
        ("battery", paused(PauseReason::Battery, Cause::OnBattery)),
        ("adapter", paused(PauseReason::Battery, Cause::WeakAdapter)),
        ("saver", paused(PauseReason::PowerSaver, Cause::PowerSaver)),
        ("vram", paused(PauseReason::Vram, short)),
        ("budget", paused(PauseReason::Budget, budget)),
        ("fault", lost(is(Phase::Fault, State::Fault, &[]))),
    ]
}

/// With its clocks down and nothing held.
fn idle(gpu: GpuStatus) -> GpuStatus {
    GpuStatus {
        pstate: PState::new(8),
        sm_clock_mhz: Some(Megahertz(210)),
        power_w: Some(Watts(12.4)),
        ready: Some(false),
        strategy: None,
        pulse_interval_ms: None,
        ..gpu
    }
}

/// Left alone, so that nothing is known of it.
fn unread(gpu: GpuStatus) -> GpuStatus {
    GpuStatus {
        pstate: None,
        sm_clock_mhz: None,
        memory_clock_mhz: None,
        temperature_c: None,
        power_w: None,
        utilization_percent: None,
        ready: None,
        strategy: None,
        ..gpu
    }
}

fn lost(gpu: GpuStatus) -> GpuStatus {
    let kind = GpuErrorKind::GpuLost;
    let cause = Cause::Fault { kind };
    let message = "nvmlDeviceGetPerformanceState: GPU is lost (NVML_ERROR_GPU_IS_LOST)";
    let mut gpu = unread(gpu);
    gpu.cannot_measure = Some(cannot_benchmark(&cause));
    gpu.message.causes = vec![cause];
    gpu.vram = VramStatus {
        free_bytes: None,
        ours_bytes: None,
        ..gpu.vram
    };
    gpu.fault = Some(FaultStatus {
        kind,
        message: message.to_owned(),
        advice: kind.advice(),
        retry_in_s: 7.4,
    });
    gpu
}
