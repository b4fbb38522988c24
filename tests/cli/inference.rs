use std::{os::unix::fs::PermissionsExt, process::Stdio};

use gpu_keepalive_core::protocol::Request;
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Child,
};

use super::running::Running;
use crate::support::soon;

#[tokio::test]
async fn the_exit_code_is_the_commands() {
    let running = Running::start();
    let script = running.user.home().join("not-a-program");
    std::fs::write(&script, "data").unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o600)).unwrap();
    let not_a_program = script.to_str().unwrap();
    for (command, code) in [
        (&["true"] as &[&str], 0),
        (&["sh", "-c", "exit 7"], 7),
        (&["sh", "-c", "exit 255"], 255),
        (&["sh", "-c", "kill -9 $$"], 137),
        (&["sh", "-c", "kill -TERM $$"], 143),
        (&["gpu-keepalive-no-such-command"], 127),
        (&[not_a_program], 126),
    ] {
        let arguments: Vec<_> = ["inference", "--"].iter().chain(command).copied().collect();
        let ended = running.user.run(&arguments).await;
        assert_eq!(ended.code, Some(code), "{command:?}: {}", ended.err);
    }
}

#[tokio::test]
async fn the_command_has_its_arguments_and_output_for_itself() {
    let running = Running::start();
    let ended = running
        .user
        .run(&["inference", "--", "printf", "%s|", "--for", "-x", "a b", ""])
        .await;
    assert_eq!(ended.out, "--for|-x|a b||");
    assert_eq!(ended.err, "");
}

#[tokio::test]
async fn the_lease_lasts_as_long_as_the_command() {
    let mut running = Running::start();
    let ended = running.user.run(&["inference", "--", "true"]).await;
    assert_eq!(ended.code, Some(0));
    assert_eq!(
        running.engine.asked.recv().await,
        Some(Request::BeginLease { wait: true })
    );
    assert_eq!(running.engine.asked.recv().await, Some(Request::EndLease));
    assert_eq!(
        soon("the end", running.engine.leases_ended.recv()).await,
        Some(false)
    );
}

#[tokio::test]
async fn a_killed_wrapper_leaves_no_lease_behind() {
    let mut running = Running::start();
    let mut child = started(&running, "echo ready; read line").await;
    child.start_kill().unwrap();
    let gone = soon("the end of the lease", running.engine.leases_ended.recv()).await;
    assert_eq!(gone, Some(true));
}

#[tokio::test]
async fn signals_are_passed_on() {
    for (name, signal, code) in [
        ("INT", Signal::INT, 40),
        ("TERM", Signal::TERM, 41),
        ("HUP", Signal::HUP, 42),
    ] {
        let running = Running::start();
        let script = format!("trap 'exit {code}' {name}; echo ready; while :; do read x; done");
        let mut child = started(&running, &script).await;
        let pid = Pid::from_raw(child.id().unwrap().cast_signed()).unwrap();
        kill_process(pid, signal).unwrap();
        let status = soon("the end", child.wait()).await.unwrap();
        assert_eq!(status.code(), Some(code), "{name}");
    }
}

#[tokio::test]
async fn the_command_keeps_running_when_the_engine_ends() {
    let running = Running::start();
    let mut child = started(&running, "echo ready; read line; exit 5").await;
    running.server.abort();
    drop(child.stdin.take());
    let status = soon("the end", child.wait()).await.unwrap();
    assert_eq!(status.code(), Some(5));
}

/// The script under a lease, once it has written its first line. It reads from a pipe that stays
/// open, in a session of its own, as if there were no terminal.
async fn started(running: &Running, script: &str) -> Child {
    let mut command = running
        .user
        .command(&["inference", "--", "sh", "-c", script]);
    command.stdin(Stdio::piped()).process_group(0);
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    let out = child.stdout.as_mut().unwrap();
    soon("the first line", BufReader::new(out).read_line(&mut line))
        .await
        .unwrap();
    assert_eq!(line, "ready\n");
    child
}
