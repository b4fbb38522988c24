use std::sync::Arc;

use gpu_keepalive_core::{
    protocol::{Request, State},
    settings::Mode,
    status_text::present,
};
use gpu_keepalive_engine::socket::Server;
use insta::assert_snapshot;
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    task::JoinHandle,
};

use super::User;
use crate::support::{FakeEngine, soon, status};

/// A user with an engine that is running.
pub(super) struct Running {
    pub(super) user: User,
    pub(super) engine: FakeEngine,
    pub(super) server: JoinHandle<()>,
}

impl Running {
    pub(super) fn start() -> Self {
        let user = User::new();
        let engine = FakeEngine::start();
        let server = Server::bind(&user.socket()).expect("free");
        let handle = engine.handle.clone();
        let server = tokio::spawn(async move {
            server.serve(handle).await;
        });
        Self {
            user,
            engine,
            server,
        }
    }
}

#[tokio::test]
async fn the_status_is_published_and_marked_as_simulated() {
    let running = Running::start();
    let ended = running.user.run(&["status"]).await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    assert_snapshot!(ended.out);
}

#[tokio::test]
async fn json_is_one_object_and_the_status_itself() {
    let running = Running::start();
    let ended = running.user.run(&["status", "--json"]).await;
    let printed: serde_json::Value = serde_json::from_str(&ended.out).expect("one JSON object");
    assert_eq!(printed, serde_json::to_value(status()).unwrap());
}

#[tokio::test]
async fn colours_are_for_terminals_and_on_request() {
    let running = Running::start();
    assert!(!running.user.run(&["status"]).await.out.contains('\u{1b}'));
    let mut command = running.user.command(&["status"]);
    command.env("CLICOLOR_FORCE", "1");
    assert!(super::ended(command).await.out.contains('\u{1b}'));
    let mut command = running.user.command(&["status"]);
    command.env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1");
    assert!(!super::ended(command).await.out.contains('\u{1b}'));
}

#[tokio::test]
async fn every_switch_sends_the_request_of_its_name() {
    let mut running = Running::start();
    let mode = Mode::WhileLoaded;
    let cases = [
        ("on", Request::On),
        ("off", Request::Off),
        ("pause", Request::Pause { for_s: None }),
        (
            "pause --for 1h30m",
            Request::Pause {
                for_s: Some(5400.0),
            },
        ),
        ("resume", Request::Resume),
        ("mode while_loaded", Request::Mode { mode }),
        ("warm", Request::Warm { for_s: None }),
        ("warm --for 90s", Request::Warm { for_s: Some(90.0) }),
    ];
    for (line, expected) in cases {
        let arguments: Vec<_> = line.split_whitespace().collect();
        let ended = running.user.run(&arguments).await;
        assert_eq!(ended.code, Some(0), "{line}: {}", ended.err);
        assert!(
            ended.out.contains("(simulated GPUs)"),
            "{line}: {}",
            ended.out
        );
        let asked = soon("the request", running.engine.asked.recv()).await;
        assert_eq!(asked, Some(expected), "{line}");
        // The confirmation reads the status.
        assert_eq!(running.engine.asked.recv().await, Some(Request::Status));
    }
}

#[tokio::test]
async fn watching_writes_a_line_for_each_change_of_what_is_shown() {
    let running = Running::start();
    let mut command = running.user.command(&["status", "--watch"]);
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = async || soon("a line", lines.next_line()).await.unwrap().unwrap();
    assert!(next().await.contains("Ready · P0"));
    let change = |change: &dyn Fn(&mut gpu_keepalive_core::protocol::Status)| {
        running
            .engine
            .status
            .send_modify(|status| change(Arc::make_mut(status)));
    };
    change(&|status| status.engine.uptime_s += 1.0);
    change(&|status| {
        status.gpus[0].message.state = State::Busy;
        present(status);
    });
    let line = next().await;
    assert!(
        line.contains("Busy · P0"),
        "a line for a change that is not shown: {line}"
    );
    running.server.abort();
    let ended = soon("the end", child.wait_with_output()).await.unwrap();
    assert_eq!(ended.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&ended.stderr).contains("has ended"));
}

#[tokio::test]
async fn watching_ends_well_with_an_interrupt() {
    let running = Running::start();
    let mut child = running
        .user
        .command(&["status", "--watch", "--json"])
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = soon("a line", lines.next_line()).await.unwrap().unwrap();
    let printed: serde_json::Value = serde_json::from_str(&line).expect("one object a line");
    assert_eq!(printed["engine"]["pid"], 4242);
    let pid = Pid::from_raw(child.id().unwrap().cast_signed()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    let status = soon("the end", child.wait()).await.unwrap();
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn a_reader_that_has_seen_enough_is_no_failure() {
    let running = Running::start();
    let mut child = running
        .user
        .command(&["status", "--watch"])
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    running.engine.status.send_modify(|status| {
        let status = Arc::make_mut(status);
        status.gpus[0].message.state = State::Off;
        present(status);
    });
    let ended = soon("the end", child.wait_with_output()).await.unwrap();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert_eq!(ended.stderr, b"");
}

#[tokio::test]
async fn the_running_engine_is_asked_for_gpus_and_settings() {
    let running = Running::start();
    let mut printed = String::new();
    for (line, code) in [
        ("gpus", 0),
        ("settings path", 0),
        ("settings show", 0),
        ("settings get mode", 0),
        ("settings set mode always", 0),
        ("settings set mode --default", 0),
        ("settings get mood", 2),
        ("settings set mood good", 2),
    ] {
        let arguments: Vec<_> = line.split_whitespace().collect();
        let ended = running.user.run(&arguments).await;
        assert_eq!(ended.code, Some(code), "{line}: {}", ended.err);
        printed += &format!("$ gpu-keepalive {line}\n{}{}\n", ended.out, ended.err);
    }
    assert_snapshot!(printed);
}
