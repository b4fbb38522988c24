//! Damaged lines from our own processes, and damaged memories: the keeper takes what parses.

use fuzzing::{assert_shows, config, damaged, slow};
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};
use serde::{Serialize, de::DeserializeOwned};

use super::*;
use crate::{
    Moment,
    gpu::{
        ClocksEventReasons, ComputeProcess, GpuError, GpuErrorKind, HoldReport, Outcome,
        PowerSource, ProcessLoad, PulseReport, Sample,
        holder::{
            HolderAction, HolderCommand, HolderReply, HolderReport, ProcessorUse, RaiseCause,
            Raised, Refused, ReleaseReason, Released, Renewal, SensedProcess, Sensing, Unwatched,
            UnwatchedReason,
        },
    },
    host::StartTime,
    keeper::{GpuId, LearnedGpu},
    units::{Celsius, Joules, Megahertz, Watts},
};

/// The process that the preset `h200-quiet` serves.
const SERVER: u32 = 4242;

fn lines<T: Serialize>(of: impl IntoIterator<Item = T>) -> Vec<Vec<u8>> {
    of.into_iter()
        .map(|value| serde_json::to_vec(&value).expect("JSON"))
        .collect()
}

/// What the line says; a line that says nothing is named in a message to show.
fn understood<T: Serialize + DeserializeOwned>(line: &[u8]) -> Option<T> {
    let value: T = match serde_json::from_slice(line) {
        Ok(value) => value,
        Err(error) => {
            assert_shows(&crate::models::one_line(&error.to_string(), 200));
            return None;
        }
    };
    let again = serde_json::to_vec(&value).expect("JSON");
    let back: T = serde_json::from_slice(&again).expect("the same");
    let back = serde_json::to_vec(&back).expect("JSON");
    assert!(
        back == again,
        "{} became {}",
        again.escape_ascii(),
        back.escape_ascii()
    );
    assert!(!again.contains(&b'\n'));
    Some(value)
}

fn commands() -> Vec<Vec<u8>> {
    let lasting = Duration::from_secs(3);
    let process = SensedProcess {
        pid: SERVER,
        started: StartTime(360_000),
        threshold: Duration::from_micros(300),
    };
    let sensing = Sensing {
        processes: vec![process; 3],
        ..Sensing::default()
    };
    let actions = [
        HolderAction::Arm(sensing),
        HolderAction::Disarm,
        HolderAction::Hold(Renewal::default()),
        HolderAction::Raise { lasting },
        HolderAction::Stay { lasting },
        HolderAction::Release { false_wake: true },
        HolderAction::Report,
    ];
    lines(actions.map(|action| HolderCommand { id: 3, action }))
}

fn reports() -> Vec<Vec<u8>> {
    let at = Moment::from_origin(70 * SECOND);
    let time = Duration::from_millis(9);
    let cause = RaiseCause {
        pid: SERVER,
        used: time,
        period: 2 * time,
    };
    let error = GpuError::new(GpuErrorKind::NotSupported, "status 0x56");
    let uses = ProcessorUse {
        pid: SERVER,
        used: time,
        most: time,
    };
    let reply = HolderReply {
        at,
        opening: Some(time),
        call: Some(time),
        raised: true,
        unwatched: vec![Unwatched {
            pid: SERVER,
            reason: UnwatchedReason::Gone,
        }],
        processes: vec![uses; 2],
        read_at: at,
    };
    let mut all: Vec<_> = (1..6)
        .map(|id| HolderReport::Reply {
            id,
            result: Ok(reply.clone()),
        })
        .collect();
    all.extend([
        HolderReport::Reply {
            id: 3,
            result: Err(error.clone()),
        },
        HolderReport::Raised(Raised {
            at,
            cause,
            call: time,
            wake: time,
        }),
        HolderReport::Released(Released {
            at,
            reason: ReleaseReason::Idle,
            raised_for: 3 * SECOND,
        }),
        HolderReport::Refused(Refused {
            at,
            cause: Some(cause),
            error,
        }),
        HolderReport::Gone { at, pid: SERVER },
    ]);
    lines(all)
}

fn outcomes() -> Vec<Vec<u8>> {
    let sample = Sample {
        pstate: crate::gpu::PState::new(0),
        sm_clock: Some(Megahertz(1980)),
        memory_clock: Some(Megahertz(2619)),
        temperature: Some(Celsius(34)),
        power: Some(Watts(121.5)),
        energy: Some(Joules(5_000.25)),
        utilization: Some(Percent(3)),
        other_utilization: Some(Percent(3)),
        process_utilization: Some(vec![ProcessLoad {
            pid: SERVER,
            percent: Percent(7),
        }]),
        compute_processes: Some(vec![ComputeProcess {
            pid: SERVER,
            vram: Some(Bytes::from_mib(512)),
        }]),
        drawing: vec![7],
        names_processes: true,
        clocks_event_reasons: Some(ClocksEventReasons(1)),
        vram_free: Some(Bytes::from_mib(14242)),
        vram_ours: Some(Bytes(0)),
        power_source: Some(PowerSource::Ac),
        ..Sample::default()
    };
    let held = HoldReport {
        vram: Some(Bytes::from_mib(267)),
    };
    lines([
        Outcome::Sampled(Box::new(sample)),
        Outcome::Held(held),
        Outcome::Pulsed(PulseReport { elapsed: SECOND }),
        Outcome::Released,
        Outcome::Closed,
    ])
}

fn learned() -> Vec<Vec<u8>> {
    let mut harness = run("rtx-3070-laptop", Mode::Always);
    harness.run_for(5 * MINUTE);
    let (source, learned) = harness.policy().learned().next().expect("learned");
    let thresholds = r#"{"thresholds_us":{"llama-server":450,"python":900}}"#;
    lines([LearnedGpu {
        governors: vec![(source, learned), (PowerSource::Battery, learned)],
        hold_time: serde_json::from_str(r#"{"observations":[{"secs":18,"nanos":500}]}"#)
            .expect("a hold time"),
        thresholds: serde_json::from_str(thresholds).expect("thresholds"),
    }])
}

/// One GPU that stands by, and one that is pulsed.
fn busy() -> [Harness; 2] {
    let mut standing_by = run("h200-quiet", Mode::OnDemand);
    standing_by.run_for(66 * SECOND);
    let mut pulsing = run("rtx-4090", Mode::Always);
    pulsing.run_for(MINUTE);
    [standing_by, pulsing]
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn commands_of_the_hold_process(line in damaged(commands())) {
        if let Some(command) = understood::<HolderCommand>(&line) {
            assert_shows(&command.action.to_string());
            prop_assert!(command.action.deadline() > Duration::ZERO);
        }
    }

    #[test]
    fn outcomes_of_the_driver_process(line in damaged(outcomes())) {
        understood::<Outcome>(&line);
    }

    #[test]
    fn reports_of_the_hold_process(line in damaged(reports())) {
        understood::<HolderReport>(&line);
    }
}

thread_local! {
    static BUSY: [Harness; 2] = busy();
}

proptest! {
    #![proptest_config(slow(20))]

    #[test]
    fn no_line_stops_the_keeper(
        lines in proptest::collection::vec((damaged(reports()), damaged(outcomes())), 1..4),
        which in 0..2usize,
    ) {
        let mut harness = BUSY.with(|busy| busy[which].clone());
        let gpu: GpuId = harness.keeper.gpu_ids().next().expect("a GPU");
        for (report, outcome) in lines {
            if let Some(report) = understood(&report) {
                harness.handle(Input::Holder { gpu, report });
            }
            if let Some(outcome) = understood(&outcome) {
                let (action, result) = (Action::Sample, Ok(outcome));
                harness.handle(Input::Performed { gpu, action, result });
            }
            harness.run_for(SECOND);
        }
        harness.handle(Input::Stop);
        harness.run_for(20 * SECOND);
        prop_assert!(harness.keeper.is_stopped());
    }

    #[test]
    fn no_memory_of_a_gpu_stops_the_keeper(kept in damaged(learned())) {
        let Some(learned) = understood::<LearnedGpu>(&kept) else { return Ok(()) };
        let scenario = Scenario::preset("rtx-3070-laptop").expect("a preset");
        let info = &scenario.cards[0].info;
        let key = format!("{} {}", info.uuid, info.driver_version);
        let kept = Kept { learned: [(key, learned)].into(), ..Kept::default() };
        let settings = Settings { mode: Mode::Always, ..Settings::default() };
        let mut harness = Harness::new(scenario, &settings, kept);
        harness.run_for(MINUTE);
        prop_assert_eq!(harness.phase(), Phase::Warm);
    }
}
