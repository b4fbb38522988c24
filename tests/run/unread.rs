//! Output that is not read, on a pipe or a terminal, never delays the engine or ends it.

use std::{fs::File, os::fd::OwnedFd, process::Stdio};

use gpu_keepalive_core::protocol::{Event, Phase, Reply, Request};
use gpu_keepalive_engine::socket::Client;
use rustix::{
    process::{Signal, kill_process},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Action, tcflow},
};
use tokio::process::{Child, Command};

use super::engine::pid_of;
use crate::{
    support::{DEADLINE, soon},
    user::User,
};

const RUN: [&str; 5] = ["run", "--mode", "always", "--simulate", "rtx-4090"];
/// Toggles whose lines fill a pipe of 64 KiB, with `--debug` a few times over.
const TOGGLES: usize = 230;

/// Waits for an engine, whose output the test has in hand.
async fn client(user: &User) -> Client {
    let mut ticks = tokio::time::interval(std::time::Duration::from_millis(5));
    soon("an engine", async {
        loop {
            match Client::connect(&user.socket()).await {
                Ok(client) => return client,
                Err(_) => ticks.tick().await,
            };
        }
    })
    .await
}

/// Toggles it many times, and sees each of them in the status.
async fn toggle(user: &User) {
    let mut switch = client(user).await;
    let mut changes = client(user).await.subscribe().await.expect("changes");
    for toggle in 0..TOGGLES {
        let on = toggle % 2 == 1;
        let request = if on { Request::On } else { Request::Off };
        let reply = soon("an answer", switch.ask(&request)).await;
        assert!(matches!(reply, Ok(Reply::Done)), "{reply:?}");
        soon("the change in the status", async {
            loop {
                if let Event::Status(status) = changes.next().await.expect("it lives")
                    && status.engine.enabled == on
                    && (status.gpus[0].phase == Phase::Off) != on
                {
                    return;
                }
            }
        })
        .await;
    }
}

/// Has it end as a service manager does. What it left unread stays so.
async fn assert_ends(mut engine: Child) {
    kill_process(pid_of(&engine), Signal::TERM).expect("it lives");
    let ended = soon("the end of the engine", engine.wait()).await;
    assert_eq!(ended.expect("its status").code(), Some(0));
}

fn debug(user: &User) -> Command {
    let mut command = user.command(&RUN);
    command.arg("--debug");
    command
}

#[tokio::test]
async fn unread_lines_do_not_stop_it() {
    let user = User::new();
    let engine = user.command(&RUN).spawn().expect("it starts");
    toggle(&user).await;
    assert_ends(engine).await;
}

#[tokio::test]
async fn nor_does_an_unread_log() {
    let user = User::new();
    let engine = debug(&user).spawn().expect("it starts");
    toggle(&user).await;
    assert_ends(engine).await;
}

#[tokio::test]
async fn nor_do_pipes_that_are_closed() {
    let user = User::new();
    let mut engine = debug(&user).spawn().expect("it starts");
    drop((engine.stdout.take(), engine.stderr.take()));
    toggle(&user).await;
    assert_ends(engine).await;
}

#[tokio::test]
async fn nor_does_a_full_disk() {
    let user = User::new();
    let full = || Stdio::from(File::options().write(true).open("/dev/full").expect("one"));
    let mut command = debug(&user);
    let engine = command.stdout(full()).stderr(full()).spawn();
    toggle(&user).await;
    assert_ends(engine.expect("it starts")).await;
}

#[tokio::test]
async fn nor_does_a_terminal_that_is_stopped() {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&ours).expect("granted");
    unlockpt(&ours).expect("unlocked");
    let path = ptsname(&ours, Vec::new()).expect("its name");
    let path = path.into_string().expect("UTF-8");
    let open = || {
        File::options()
            .read(true)
            .write(true)
            .open(&path)
            .expect("its other end")
    };
    let terminal: OwnedFd = open().into();
    // The effect of Ctrl-S.
    tcflow(&terminal, Action::OOff).expect("stopped");
    let user = User::new();
    let mut command = debug(&user);
    command.stdin(open()).stdout(open()).stderr(open());
    let engine = command.spawn().expect("it starts");
    toggle(&user).await;
    assert_ends(engine).await;
}

#[tokio::test]
async fn a_reader_that_comes_back_gets_the_number_of_missed_lines() {
    use tokio::io::{AsyncBufReadExt, BufReader};
    let user = User::new();
    let mut engine = debug(&user).spawn().expect("it starts");
    let mut lines = BufReader::new(engine.stderr.take().expect("piped")).lines();
    let mut toggles = 0;
    // A pipe's 64 KiB and a queue of 256 KiB, at more than 100 bytes a toggle.
    while toggles < 3500 {
        toggle(&user).await;
        toggles += TOGGLES;
    }
    let dropped = tokio::time::timeout(DEADLINE, async {
        while let Ok(Some(line)) = lines.next_line().await {
            if line.starts_with("(not written in time, so dropped: ") {
                return true;
            }
        }
        false
    });
    assert_eq!(dropped.await, Ok(true));
    assert_ends(engine).await;
}
