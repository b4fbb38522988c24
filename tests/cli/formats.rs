//! The status for bars and for Prometheus.

use std::{fs, path::Path, process::Stdio, sync::Arc};

use gpu_keepalive_core::{protocol::State, status_text::present};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::Command,
};

use super::{User, running::Running};
use crate::support::soon;

#[tokio::test]
async fn a_bar_gets_a_line_of_json_for_each_change() {
    let running = Running::start();
    let mut command = running.user.command(&["status", "--format", "waybar"]);
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = async || {
        let line = soon("a line", lines.next_line()).await.unwrap().unwrap();
        serde_json::from_str::<serde_json::Value>(&line).expect("JSON")
    };
    assert_eq!(next().await["text"], "[simulated] Ready 31 W");
    running.engine.status.send_modify(|status| {
        let status = Arc::make_mut(status);
        status.gpus[0].message.state = State::Busy;
        present(status);
    });
    assert_eq!(next().await["text"], "[simulated] Busy 31 W");
    running.server.abort();
    let ended = soon("the end", child.wait()).await.unwrap();
    assert_eq!(ended.code(), Some(1));
}

#[tokio::test]
async fn without_an_engine_a_bar_is_empty() {
    let ended = User::new().run(&["status", "--format", "waybar"]).await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(3), ""));
}

/// Debian's, where `cargo xtask test` put it, or an installed one.
fn promtool() -> Command {
    let unpacked =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/debian/usr/bin/promtool");
    let found = unpacked.exists().then_some(unpacked);
    Command::new(found.unwrap_or_else(|| "promtool".into()))
}

#[tokio::test]
async fn prometheus_finds_no_fault_with_the_metrics() {
    let running = Running::start();
    let ended = running
        .user
        .run(&["status", "--format", "prometheus"])
        .await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    let mut check = promtool()
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool, which “cargo xtask test” fetches");
    let mut input = check.stdin.take().unwrap();
    input.write_all(ended.out.as_bytes()).await.unwrap();
    drop(input);
    let checked = soon("its verdict", check.wait_with_output()).await.unwrap();
    let remarks = String::from_utf8_lossy(&checked.stderr);
    assert_eq!((checked.status.code(), &*remarks), (Some(0), ""));
}

#[tokio::test]
async fn the_file_of_metrics_is_whole_readable_and_never_stale() {
    let running = Running::start();
    let file = running.user.home().join("gpu.prom");
    let path = file.to_str().unwrap();
    let mut child = running
        .user
        .command(&[
            "status",
            "--format",
            "prometheus",
            "--output",
            path,
            "--every",
            "1",
        ])
        .spawn()
        .unwrap();
    let holds = async |wanted: &str| {
        soon(wanted, async {
            while !fs::read_to_string(&file).is_ok_and(|text| text.contains(wanted)) {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        })
        .await;
    };
    holds("gpu_keepalive_ready{gpu=\"0\"} 1\n").await;
    let mode = std::os::unix::fs::MetadataExt::mode(&fs::metadata(&file).unwrap());
    assert_eq!(mode & 0o777, 0o644);
    running.server.abort();
    holds("gpu_keepalive_up 0\n").await;
    assert!(
        child.try_wait().unwrap().is_none(),
        "an engine may come back"
    );
    child.kill().await.unwrap();

    let once = ["status", "--format", "prometheus", "--output", path];
    let ended = running.user.run(&once).await;
    assert_eq!(ended.code, Some(3), "{ended:?}");
    let left: Vec<_> = fs::read_dir(running.user.home())
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter(|name| name.contains(".new"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_named() {
    let running = Running::start();
    let file = running.user.home().join("missing/gpu.prom");
    let path = file.to_str().unwrap();
    let ended = running
        .user
        .run(&["status", "--format", "prometheus", "--output", path])
        .await;
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("missing/gpu.prom"), "{}", ended.err);
}

#[tokio::test]
async fn options_that_do_not_go_together_are_wrong_usage() {
    for line in [
        "status --format waybar --json",
        "status --format waybar --output x",
        "status --format polybar",
        "status --output x",
        "status --format prometheus --every 5",
        "status --format prometheus --output x --every 0",
    ] {
        let arguments: Vec<_> = line.split_whitespace().collect();
        let ended = User::new().run(&arguments).await;
        assert_eq!(ended.code, Some(2), "{line}: {ended:?}");
    }
}

#[tokio::test]
async fn the_dashboard_asks_for_metrics_that_are_there() {
    let dashboard = include_str!("../../docs/examples/grafana.json");
    let dashboard: serde_json::Value = serde_json::from_str(dashboard).expect("JSON");
    let targets = dashboard["panels"].as_array().unwrap().iter();
    let queries: Vec<_> = targets
        .flat_map(|panel| panel["targets"].as_array().unwrap())
        .map(|target| target["expr"].as_str().unwrap().replace("$instance", ".*"))
        .collect();
    let known = Running::start();
    known.engine.status.send_modify(|status| {
        Arc::make_mut(status).energy.saved_today_wh = Some(1.0);
    });
    let ended = known.user.run(&["status", "--format", "prometheus"]).await;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    for query in &queries {
        let words = query.split(|c| !is_name(c));
        for name in words.filter(|word| word.starts_with("gpu_keepalive_")) {
            let help = format!("# HELP {name} ");
            assert!(ended.out.contains(&help), "no such metric: {name}");
        }
    }
    let rules: Vec<_> = queries
        .iter()
        .map(|query| serde_json::json!({"record": "checked", "expr": query}))
        .collect();
    let rules = serde_json::json!({"groups": [{"name": "dashboard", "rules": rules}]});
    let file = known.user.home().join("rules.yml");
    fs::write(&file, rules.to_string()).unwrap();
    let mut check = promtool();
    check.args(["check", "rules", "--lint=none"]).arg(&file);
    let checked = soon("its verdict", check.output()).await.expect("promtool");
    assert!(checked.status.success(), "{checked:?}");
}
