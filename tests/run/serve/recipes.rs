//! The commands of `docs/servers.md`.

use std::{fs, os::unix::fs::PermissionsExt};

use rustix::process::Signal;

use super::*;
use crate::run::engine::kill;

/// What llama-swap runs for a model, as its configuration in the documentation says.
fn command_of_llama_swap() -> Vec<String> {
    let page = include_str!("../../../docs/servers.md");
    let mut lines = page.lines().map(str::trim);
    let command = lines.find_map(|line| line.strip_prefix("cmd: "));
    let words = command.expect("a command").replace("${PORT}", "5800");
    words.split_whitespace().map(str::to_owned).collect()
}

#[tokio::test]
async fn the_command_for_llama_swap_is_quiet_and_ends_with_the_signal_that_llama_swap_sends() {
    let user = User::new();
    let _engine = engine(&user, &SIMULATED).await;
    let command = command_of_llama_swap();
    let (serve, server) = command.split_at(3);
    assert_eq!(serve, ["gpu-keepalive", "serve", "--"]);
    assert_eq!(server[0], "llama-server");
    let program = user.home().join("llama-server");
    let script = "#!/bin/sh\necho \"v=$CUDA_DISABLE_PERF_BOOST\"\necho \"$@\"\nexec cat\n";
    fs::write(&program, script).expect("a script");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("it may run");
    let program = program.display().to_string();
    let mut started = vec![program.as_str()];
    started.extend(server[1..].iter().map(String::as_str));
    let mut served = Served::start(&user, &started);
    assert_eq!(served.line().await, "v=1");
    assert_eq!(served.line().await, server[1..].join(" "));
    kill(served.pid(), Signal::TERM);
    assert_eq!(served.ended().await.code, Some(143));
}
