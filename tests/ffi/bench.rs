//! `gpu-keepalive bench` on a driver, interrupted.

use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::{
    io::AsyncReadExt,
    process::{Child, Command},
};

use super::driver::{FakeDriver, until};
use crate::support::soon;

fn bench(driver: &FakeDriver, home: &TempDir) -> Child {
    let mut command = Command::new(driver.program());
    command.args(["bench", "--json"]);
    for variable in [
        "HOME",
        "GPU_KEEPALIVE_RUNTIME_DIR",
        "XDG_CONFIG_HOME",
        "XDG_STATE_HOME",
    ] {
        command.env(variable, home.path());
    }
    command
        .env_remove("GPU_KEEPALIVE_SIMULATE")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts")
}

/// Its end after a signal: exit code, output and messages.
async fn interrupt(mut bench: Child, signal: Signal) -> (Option<i32>, String, String) {
    let pid = bench.id().expect("it lives").cast_signed();
    kill_process(Pid::from_raw(pid).expect("a pid"), signal).expect("a signal");
    let status = soon("its end", bench.wait()).await.expect("a status");
    let (mut out, mut err) = (String::new(), String::new());
    let (mut stdout, mut stderr) = (
        bench.stdout.take().expect("piped"),
        bench.stderr.take().expect("piped"),
    );
    soon("its output", stdout.read_to_string(&mut out))
        .await
        .expect("text");
    soon("its messages", stderr.read_to_string(&mut err))
        .await
        .expect("text");
    (status.code(), out, err)
}

#[tokio::test]
async fn interrupted_it_leaves_nothing_behind() {
    for signal in [Signal::INT, Signal::TERM] {
        let (driver, home) = (FakeDriver::new(), TempDir::new().expect("a folder"));
        let bench = bench(&driver, &home);
        until("a request is answered", || !driver.events("ran").is_empty()).await;
        let (code, out, err) = interrupt(bench, signal).await;
        assert_eq!(code, Some(1), "{err}");
        let object: serde_json::Value = serde_json::from_str(&out).expect("the error");
        assert_eq!(object["error"]["code"], "failed", "{out}");
        assert!(err.contains("nothing is held any more"), "{err}");
        driver.until_no_process_lives().await;
        assert!(!home.path().join("gpu-keepalive/proofs.json").exists());
    }
}
