#![cfg(target_os = "linux")]

use std::{os::unix::process::ExitStatusExt, path::Path, time::Duration};

use gpu_keepalive_core::{
    gpu::{
        GpuErrorKind,
        holder::{HolderAction, HolderReport, Renewal, SensedProcess, Sensing},
    },
    host::StartTime,
};

use super::HoldProcess;
use crate::gpu::Holder;

/// A program that plays the `hold` process, in the way that belongs to the GPU's number.
fn start(gpu: &str) -> HoldProcess {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = folder.join("src/driver/hold_process/fake.sh");
    HoldProcess::start(&program, gpu.parse().expect("an address")).expect("it starts")
}

/// Checks that it was killed, and not left running.
async fn assert_killed(process: &mut HoldProcess) {
    let status = process.child.wait().await.expect("its end");
    assert_eq!(status.signal(), Some(9), "{status}");
}

#[tokio::test]
async fn every_command_is_answered_by_its_number() {
    let mut process = start("0000:01:00.0");
    for action in [HolderAction::Hold(Renewal::default()), HolderAction::Report] {
        let id = process.send(action).await.expect("sent");
        match process.next().await.expect("a report") {
            HolderReport::Reply { id: of, result } => {
                assert_eq!(of, id);
                assert!(result.expect("done").raised);
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(process.waiting.is_empty());
    process.end().await.expect("in order");
}

#[tokio::test]
async fn its_death_is_noticed_at_once_with_its_last_output() {
    let mut process = start("0000:02:00.0");
    process.send(HolderAction::Report).await.expect("sent");
    let error = process.next().await.expect_err("it is dead");
    assert_eq!(error.kind, GpuErrorKind::ProcessEnded);
    assert_eq!(
        error.message,
        "the hold process ended (exit status: 3): some last words"
    );
}

#[tokio::test(start_paused = true)]
async fn one_that_does_not_answer_is_killed() {
    let mut process = start("0000:03:00.0");
    process.send(HolderAction::Report).await.expect("sent");
    let error = process.next().await.expect_err("late");
    assert_eq!(error.kind, GpuErrorKind::TimedOut);
    assert_killed(&mut process).await;
}

#[tokio::test(start_paused = true)]
async fn one_that_reads_nothing_is_late() {
    let mut process = start("0000:06:00.0");
    let threshold = Duration::from_millis(1);
    let sensed = SensedProcess {
        pid: 1,
        started: StartTime(1),
        threshold,
    };
    let processes = vec![sensed; 100];
    let error = loop {
        let sensing = Sensing {
            processes: processes.clone(),
            ..Sensing::default()
        };
        if let Err(error) = process.send(HolderAction::Arm(sensing)).await {
            break error;
        }
    };
    assert_eq!(error.kind, GpuErrorKind::TimedOut);
}

#[tokio::test]
async fn one_that_writes_no_reports_is_killed() {
    for gpu in ["0000:04:00.0", "0000:05:00.0"] {
        let mut process = start(gpu);
        let error = process.next().await.expect_err("nonsense");
        assert_eq!(error.kind, GpuErrorKind::Other, "{error}");
        assert!(error.message.contains("no report"), "{error}");
        assert_killed(&mut process).await;
    }
}

#[tokio::test]
async fn one_that_does_not_end_is_killed() {
    let process = start("0000:06:00.0");
    let pid = process.pid().expect("it lives");
    process.end().await.expect("by force");
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
}

#[tokio::test]
async fn a_command_that_no_line_holds_is_not_sent() {
    let mut process = start("0000:01:00.0");
    let sensed = SensedProcess {
        pid: 1,
        started: StartTime(1),
        threshold: Duration::ZERO,
    };
    let sensing = Sensing {
        processes: vec![sensed; 1000],
        ..Sensing::default()
    };
    let error = process.send(HolderAction::Arm(sensing)).await;
    let error = error.expect_err("too long");
    assert!(
        error.message.contains("the hold process takes 16384"),
        "{error}"
    );
    assert!(process.waiting.is_empty());
    process.end().await.expect("in order");
}

#[tokio::test]
async fn a_program_that_is_not_there_is_named() {
    let gpu = "0000:01:00.0".parse().expect("an address");
    let error = HoldProcess::start(Path::new("/no/such/program"), gpu).expect_err("no program");
    assert_eq!(error.kind, GpuErrorKind::ProcessEnded);
    assert!(error.message.contains("/no/such/program"), "{error}");
}
