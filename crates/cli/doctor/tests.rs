use insta::assert_snapshot;

use super::*;

fn finding(id: &str, severity: Severity, title: &str, evidence: &str, advice: &str) -> Finding {
    Finding {
        id: id.to_owned(),
        severity,
        title: title.to_owned(),
        evidence: evidence.to_owned(),
        advice: advice.to_owned(),
    }
}

fn plain(findings: Vec<Finding>) -> String {
    let text = render(&Doctor { findings });
    anstream::adapter::strip_str(&text).to_string()
}

#[test]
fn a_healthy_machine_is_reported_in_a_few_lines() {
    assert_snapshot!(plain(vec![
        finding(
            "driver-works",
            Severity::Ok,
            "The NVIDIA driver works",
            "NVIDIA GeForce RTX 4090 with driver 580.159.04",
            "",
        ),
        finding("gpu-ready", Severity::Ok, "The GPU is ready", "P2, 2520 MHz of 2625 MHz", ""),
    ]), @r"
    ✓ ok: The NVIDIA driver works [driver-works]
        NVIDIA GeForce RTX 4090 with driver 580.159.04

    ✓ ok: The GPU is ready [gpu-ready]
        P2, 2520 MHz of 2625 MHz
    ");
}

#[test]
fn a_sick_machine_is_reported_with_advice() {
    assert_snapshot!(plain(vec![
        finding(
            "gpu-lost",
            Severity::Error,
            "The GPU stopped answering",
            "nvmlDeviceGetHandleByIndex: the GPU has fallen off the bus or has otherwise become \
             inaccessible",
            "If it does not come back by itself, restart the computer; an external GPU may need \
             to be plugged in again.",
        ),
        finding(
            "on-battery",
            Severity::Warning,
            "The computer runs on battery, so the GPU is slower",
            "the system or the driver reports battery power",
            "Plug it in for full speed.",
        ),
        finding(
            "not-running",
            Severity::Info,
            "GPU Keepalive is not running",
            "",
            "Start it."
        ),
    ]));
}

#[test]
fn without_findings_it_advises_to_ask_again() {
    assert!(plain(Vec::new()).contains("ask again"));
}

#[test]
fn no_line_is_wider_than_a_terminal() {
    let long = "a few words ".repeat(40);
    let text = plain(vec![finding("x", Severity::Info, "Title", &long, &long)]);
    let widest = text.lines().map(|line| line.chars().count()).max();
    assert!(
        widest.is_some_and(|widest| (70..=WIDTH + 4).contains(&widest)),
        "{text}"
    );
}
