use super::*;
use crate::gpu::GpuErrorKind;

fn process(pid: u32) -> SensedProcess {
    SensedProcess {
        pid,
        started: StartTime(u64::MAX),
        threshold: Duration::new(u64::MAX, 999_999_999),
    }
}

#[test]
fn every_message_survives_the_line() {
    let cause = RaiseCause {
        pid: 7,
        used: Duration::from_micros(5100),
        period: Duration::from_millis(20),
    };
    let actions = [
        HolderAction::Arm(Sensing {
            processes: vec![process(7)],
            ..Sensing::default()
        }),
        HolderAction::Disarm,
        HolderAction::Hold(Renewal::default()),
        HolderAction::Raise {
            lasting: Duration::from_secs(3),
        },
        HolderAction::Stay {
            lasting: Duration::from_secs(3),
        },
        HolderAction::Release { false_wake: true },
        HolderAction::Report,
    ];
    for action in actions {
        let command = HolderCommand { id: 3, action };
        let line = serde_json::to_string(&command).expect("JSON");
        assert!(!line.contains('\n'));
        assert_eq!(
            serde_json::from_str::<HolderCommand>(&line).expect("the same"),
            command
        );
    }
    let error = GpuError::new(GpuErrorKind::NotSupported, "a line\nand another");
    let at = Moment::from_origin(Duration::from_millis(1234));
    let answer = HolderReply {
        at,
        raised: true,
        ..HolderReply::default()
    };
    let reports = [
        HolderReport::Reply {
            id: 3,
            result: Ok(answer),
        },
        HolderReport::Reply {
            id: 3,
            result: Err(error.clone()),
        },
        HolderReport::Raised(Raised {
            at,
            cause,
            call: Duration::from_millis(9),
            wake: Duration::from_millis(10),
        }),
        HolderReport::Released(Released {
            at,
            reason: ReleaseReason::Idle,
            raised_for: Duration::from_secs(3),
        }),
        HolderReport::Refused(Refused {
            at,
            cause: Some(cause),
            error,
        }),
        HolderReport::Gone { at, pid: 7 },
    ];
    for report in reports {
        let line = serde_json::to_string(&report).expect("JSON");
        assert!(!line.contains('\n'));
        assert_eq!(
            serde_json::from_str::<HolderReport>(&line).expect("the same"),
            report
        );
    }
}

#[test]
fn the_most_processes_fit_on_a_line_each_way() {
    let sensing = Sensing {
        processes: vec![process(u32::MAX); MOST_SENSED],
        ..Sensing::default()
    };
    let command = HolderCommand {
        id: u64::MAX,
        action: HolderAction::Arm(sensing),
    };
    assert!(serde_json::to_vec(&command).expect("JSON").len() < LONGEST_LINE);

    let uses = ProcessorUse {
        pid: u32::MAX,
        used: Duration::new(u64::MAX, 999_999_999),
        most: Duration::new(u64::MAX, 999_999_999),
    };
    let reason = UnwatchedReason::Replaced;
    let answer = HolderReply {
        processes: vec![uses; MOST_SENSED],
        unwatched: vec![
            Unwatched {
                pid: u32::MAX,
                reason
            };
            MOST_SENSED
        ],
        ..HolderReply::default()
    };
    let report = HolderReport::Reply {
        id: u64::MAX,
        result: Ok(answer),
    };
    assert!(serde_json::to_vec(&report).expect("JSON").len() < LONGEST_LINE);
}
