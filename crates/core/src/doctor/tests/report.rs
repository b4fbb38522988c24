use super::*;
use crate::protocol::Status;

const HOME: &str = "/home/alice.secret";
const SERIAL: &str = "GPU-5e2c1a34-0000-4000-8000-000000000000";

fn status() -> Status {
    serde_json::from_str(include_str!("../../../../../tests/fixtures/status.json"))
        .expect("a status")
}

fn private() -> Private {
    Private {
        home: Some(HOME.to_owned()),
        user: Some("alice".to_owned()),
        host: Some("alices-tower".to_owned()),
        programs: vec!["secretbot".to_owned()],
    }
}

fn written(log: &[&str]) -> String {
    let mut seen = healthy();
    seen.machine.ai_programs = vec![AiProgramEvidence {
        name: "secretbot".to_owned(),
        ..program(Some(true))
    }];
    seen.machine.clock_tools = vec!["hiddentool".to_owned()];
    on_a_laptop(&mut seen, RuntimePm::Active, "auto");
    seen.gpus[0].device.opened_by = Some(vec!["otherbot".to_owned()]);
    seen.app.login_entry.state = Some(LoginEntryState::Broken);
    seen.app.login_entry.broken = Some(format!("it starts {HOME}/bin/gpu-keepalive-app"));
    fault(&mut seen, GpuErrorKind::GpuLost);
    seen.gpus[0].fault.as_mut().expect("a fault").message = format!("{SERIAL} fell off the bus");
    let problems = [
        SettingsProblem {
            key: "ai_programs".to_owned(),
            message: "“mybot --token hunter2” is no program".to_owned(),
            ..problem(Severity::Warning)
        },
        SettingsProblem {
            key: "passwords.bank".to_owned(),
            message: "nobody knows passwords.bank".to_owned(),
            ..problem(Severity::Info)
        },
    ];
    seen.app.settings_problems = problems.to_vec();
    let mut status = status();
    status.gpus[0].phase_text = format!("Not working: {SERIAL} is lost");
    let log: Vec<_> = log.iter().map(|line| (*line).to_owned()).collect();
    let doctor = examine(&seen);
    super::super::report(&status, &doctor, &problems, &log, &private())
}

#[test]
fn a_report_holds_nothing_private() {
    let text = written(&[
        "2026-11-23T10:00:00Z  WARN gpu_keepalive: cannot keep /home/alice.secret/.local/x.json",
        "2026-11-23T10:00:01Z  WARN gpu_keepalive: /home/bob/y and /mnt/family/z and C:\\Users\\carol\\t",
        "2026-11-23T10:00:02Z  INFO gpu_keepalive: alice on alices-tower ran secretbot",
        "2026-11-23T10:00:03Z DEBUG gpu_keepalive: saw quietbot",
        "2026-11-23T10:00:04Z TRACE gpu_keepalive: saw quietbot",
    ]);
    for secret in [
        "alice",
        "tower",
        "bob",
        "carol",
        "family",
        "secret",
        "hiddentool",
        "otherbot",
        "quietbot",
        "mybot",
        "hunter2",
        "bank",
        "5e2c1a34",
        "/home",
    ] {
        assert!(!text.contains(secret), "{secret} in\n{text}");
    }
    insta::assert_snapshot!(text);
}

#[test]
fn the_log_is_reported_as_far_as_it_is_harmless() {
    let text = written(&["2026-11-23T10:00:00Z  WARN gpu_keepalive: the link is 8 GT/s"]);
    let last = text.lines().last();
    assert_eq!(
        last,
        Some("log: 2026-11-23T10:00:00Z  WARN gpu_keepalive: the link is 8 GT/s")
    );
}
