use std::{collections::BTreeSet, fs};

use insta::assert_snapshot;
use serde_json::Value;

use crate::user::{Ended, User};

async fn doctor(user: &User, arguments: &[&str]) -> (Ended, Value) {
    let ended = user.run(&[&["doctor", "--json"], arguments].concat()).await;
    let report = serde_json::from_str(&ended.out).expect("one JSON object");
    (ended, report)
}

fn ids(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().expect("a list");
    findings
        .iter()
        .filter_map(|finding| finding["id"].as_str())
        .collect()
}

#[tokio::test]
async fn findings_are_reported_worst_first_and_marked_as_simulated() {
    let ended = User::new().run(&["doctor", "--simulate", "rtx-4090"]).await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    assert_snapshot!(ended.out);
}

#[tokio::test]
async fn json_has_the_shape_of_the_contract() {
    let (ended, report) = doctor(&User::new(), &["--simulate", "two-gpus"]).await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    assert_eq!(
        ids(&report),
        ["simulated", "driver-works", "gpu-at-rest", "gpu-at-rest"]
    );
    assert_eq!(report.as_object().expect("an object").len(), 1);
    for finding in report["findings"].as_array().expect("a list") {
        let keys = finding.as_object().expect("an object").keys();
        let keys: BTreeSet<_> = keys.map(String::as_str).collect();
        let expected = ["id", "severity", "title", "evidence", "advice"];
        assert_eq!(keys, BTreeSet::from(expected));
        assert!(
            finding
                .as_object()
                .is_some_and(|o| o.values().all(Value::is_string))
        );
        let severity = finding["severity"].as_str().unwrap_or_default();
        assert!(
            ["ok", "info", "warning", "error"].contains(&severity),
            "{finding}"
        );
    }
}

#[tokio::test]
async fn the_exit_code_is_1_only_when_something_is_worse_than_a_warning() {
    let user = User::new();
    let (ended, report) = doctor(&user, &["--simulate", "no-driver"]).await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(1), ""));
    assert_eq!(ids(&report)[0], "driver-missing");

    let path = user.run(&["settings", "path"]).await.out;
    let file = std::path::Path::new(path.trim());
    fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
    fs::write(file, "version = 1\nmode = \"turbo\"\n").expect("a file");
    let (ended, report) = doctor(&user, &["--simulate", "rtx-4090"]).await;
    assert_eq!(ended.code, Some(0), "a warning: {report}");
    assert_eq!(ids(&report)[0], "settings-defaulted");
    assert!(
        report["findings"][0]["evidence"]
            .as_str()
            .is_some_and(|e| e.contains("line 2"))
    );

    let (ended, report) = doctor(&user, &["--simulate", "rtx-3070-laptop"]).await;
    assert_eq!(ended.code, Some(0));
    assert!(ids(&report).contains(&"gpu-asleep"), "not woken: {report}");
}

#[tokio::test]
async fn a_wrong_scenario_is_wrong_usage() {
    let ended = User::new().run(&["doctor", "--simulate", "rtx-9090"]).await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
}

/// The findings of the running engine are shown as they are.
#[cfg(unix)]
#[tokio::test]
async fn a_running_engine_is_asked() {
    let running = super::running::Running::start();
    let (ended, report) = doctor(&running.user, &[]).await;
    assert_eq!(ended.code, Some(1), "the engine found an error");
    assert_eq!(ids(&report), ["gpu-lost"]);
}
