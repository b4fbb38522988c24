use std::os::unix::process::ExitStatusExt;

use super::*;

/// A program that plays the driver process with that fault.
fn start(fault: &str) -> Running {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = folder.join("src/driver/tests/fake.sh");
    Running::start(driver_process(&program, fault)).expect("it starts")
}

#[tokio::test]
async fn a_line_without_end_or_of_no_text_is_an_error_and_ends_the_process() {
    for (fault, why) in [
        ("endless", "max line length exceeded"),
        ("binary", "Unable to decode input as UTF8"),
    ] {
        let mut running = start(fault);
        let sample = running.ask::<Outcome>(Action::Sample, Action::Sample.deadline());
        let error = sample.await.expect_err("no answer");
        assert_eq!(error.kind, GpuErrorKind::ProcessEnded);
        let message = format!("the driver process wrote what is no answer: {why}");
        assert_eq!(error.message, message);
        let status = running.child.wait().await.expect("its end");
        assert_eq!(status.signal(), Some(9), "{status}");
    }
}

#[tokio::test]
async fn a_line_without_end_in_the_log_is_left_out() {
    let error = start("talkative").answer::<Outcome>(0).await;
    let message = "the driver process ended (exit status: 3): some last words";
    assert_eq!(error.expect_err("it is dead").message, message);
}
