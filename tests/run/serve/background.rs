use rustix::process::{Signal, test_kill_process};

use super::*;
use crate::run::engine::kill;

/// A server in the background that has left its group, its parent and every stream of the command.
/// It ends when the named pipe that it reads is closed.
fn daemon(user: &User) -> String {
    let pipe = user.home().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo runs").success());
    let pipe = pipe.display();
    format!("(setsid sh -c 'echo $$ >&3; exec 3>&-; read x < {pipe}' >&- 2>&- & ) 3>&1; exit 7")
}

async fn until_gone(engine: &Engine, pid: u32) {
    engine
        .until_gpu("its end", |gpu| {
            gpu.clients.iter().all(|client| client.pid != pid)
        })
        .await;
}

#[tokio::test]
async fn a_command_that_goes_into_the_background_is_sensed_until_it_ends() {
    let user = User::new();
    let engine = engine(&user, &SIMULATED).await;
    let mut served = Served::script(&user, &daemon(&user));
    let pid = served.number().await;
    let ended = served.ended().await;
    assert_eq!(ended.code, Some(7));
    assert!(
        ended
            .err
            .contains("“sh” has left processes running. The GPU is woken for those"),
        "{}",
        ended.err
    );
    engine
        .until_gpu("the client", |gpu| {
            gpu.clients.iter().any(|client| client.pid == pid)
        })
        .await;
    kill(pid, Signal::KILL);
    until_gone(&engine, pid).await;
}

#[tokio::test]
async fn without_an_engine_by_then_it_reports_that_nothing_wakes_the_gpu() {
    let user = User::new();
    let first = engine(&user, &SIMULATED).await;
    let script = format!("echo $$; read line; {}", daemon(&user));
    let mut served = Served::script(&user, &script);
    served.number().await;
    first.interrupted().await;
    served.wait_for("has ended").await;
    served.write("go\n").await;
    let pid = served.number().await;
    let ended = served.ended().await;
    assert_eq!(ended.code, Some(7));
    let text = "“sh” has left processes running, and nothing wakes the GPU for them";
    assert!(ended.err.contains(text), "{}", ended.err);
    kill(pid, Signal::KILL);
}

#[tokio::test]
async fn a_killed_serve_leaves_the_server_running_and_sensed() {
    let user = User::new();
    let engine = engine(&user, &SIMULATED).await;
    let mut served = Served::script(&user, SERVER);
    let pid = served.number().await;
    engine
        .until_gpu("the client", |gpu| {
            gpu.clients.iter().any(|client| client.pid == pid)
        })
        .await;
    kill(served.pid(), Signal::KILL);
    soon("its end", served.child.wait())
        .await
        .expect("a status");
    let raw = rustix::process::Pid::from_raw(pid.cast_signed()).expect("a pid");
    test_kill_process(raw).expect("the server lives");
    // Another announcement has the process table read again.
    assert_eq!(serve(&user, &["true"]).await.code, Some(0));
    assert!(
        engine.status().await.gpus[0]
            .clients
            .iter()
            .any(|one| one.pid == pid)
    );
    served.stdin = None;
    until_gone(&engine, pid).await;
}
