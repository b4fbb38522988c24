//! On a terminal of its own: `serve` and its command are one job.

use std::{
    fs::File,
    io::{Read, Write},
    process::Stdio,
    time::Instant,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};
use tokio::process::Child;

use super::*;
use crate::support::DEADLINE;

/// The terminal of a user: its screen and its keyboard. Closing it hangs up.
struct Terminal {
    keys: Option<File>,
    text: String,
    program: Child,
}

impl Terminal {
    /// Runs these arguments of a program of `user` in a session that has the terminal.
    fn start(user: &User, program: &[&str]) -> Self {
        let side = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)
            .expect("a terminal");
        grantpt(&side).expect("granted");
        unlockpt(&side).expect("unlocked");
        let name = ptsname(&side, Vec::new()).expect("its name");
        let name = name.into_string().expect("text");
        let other = File::options()
            .read(true)
            .write(true)
            .open(name)
            .expect("its other side");
        let same = || Stdio::from(other.try_clone().expect("its other side"));
        let mut template = user.command(&[]);
        template.env("PATH", path());
        let mut command = tokio::process::Command::new("setsid");
        for (key, value) in template.as_std().get_envs() {
            match value {
                Some(value) => command.env(key, value),
                None => command.env_remove(key),
            };
        }
        let program = command
            .args(["--ctty", "--wait"])
            .args(program)
            .env("PS1", "ready$ ")
            .env("TERM", "dumb")
            .stdin(same())
            .stdout(same())
            .stderr(same())
            .kill_on_drop(true)
            .spawn()
            .expect("it starts");
        Self {
            keys: Some(File::from(side)),
            text: String::new(),
            program,
        }
    }

    fn types(&mut self, keys: &str) {
        let mut terminal = self.keys.as_ref().expect("it is open");
        terminal.write_all(keys.as_bytes()).expect("it takes keys");
    }

    /// Waits until that is shown, and forgets everything up to it.
    fn shows(&mut self, what: &str) -> String {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(at) = self.text.find(what) {
                let rest = self.text.split_off(at + what.len());
                return std::mem::replace(&mut self.text, rest);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let left = Timespec::try_from(left).expect("a short time");
            let mut terminal = self.keys.as_ref().expect("it is open");
            let mut bytes = [0; 4096];
            let ready = poll(&mut [PollFd::new(terminal, PollFlags::IN)], Some(&left));
            let count = match ready {
                Ok(1..) => terminal.read(&mut bytes).unwrap_or(0),
                _ => 0,
            };
            assert!(count > 0, "in vain: {what}; it shows: {}", self.text);
            self.text += &String::from_utf8_lossy(&bytes[..count]);
        }
    }

    fn resize(&self, rows: u16) {
        let size = Winsize {
            ws_row: rows,
            ws_col: 80,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(self.keys.as_ref().expect("it is open"), size).expect("its size");
    }
}

/// With the program of this build before everything else.
fn path() -> String {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_gpu-keepalive"));
    let folder = program.parent().expect("a folder").display();
    let usual = std::env::var("PATH").unwrap_or_default();
    format!("{folder}:{usual}")
}

const TRAPS: &str = "for s in INT QUIT WINCH; do trap \"echo got $s\" $s; done; \
                     echo started; while kill -0 $PPID; do read line && echo \"read $line\"; done";

#[tokio::test]
async fn a_terminals_signals_reach_the_command_once() {
    let user = User::new();
    let _engine = engine(&user, &SIMULATED).await;
    let mut terminal = Terminal::start(&user, &["gpu-keepalive", "serve", "--", "sh", "-c", TRAPS]);
    terminal.shows("started");
    for (keys, signal) in [("\x03", "INT"), ("\x1c", "QUIT")] {
        terminal.types(keys);
        terminal.shows(&format!("got {signal}"));
        terminal.types("mark\n");
        let between = terminal.shows("read mark");
        assert!(!between.contains("got"), "{signal} came twice: {between}");
    }
    terminal.resize(30);
    terminal.shows("got WINCH");
    terminal.types("mark\n");
    let between = terminal.shows("read mark");
    assert!(!between.contains("got"), "WINCH came twice: {between}");
}

#[tokio::test]
async fn the_job_is_stopped_continued_and_interrupted_from_a_shell() {
    let user = User::new();
    let _engine = engine(&user, &SIMULATED).await;
    let mut terminal = Terminal::start(&user, &["bash", "--norc", "--noprofile", "-i"]);
    terminal.shows("ready$ ");
    terminal.types("gpu-keepalive serve -- sh -c 'echo up; exec cat'\n");
    terminal.shows("up\r\n");
    terminal.types("one\n");
    terminal.shows("one\r\none");
    terminal.types("\x1a");
    terminal.shows("Stopped");
    terminal.shows("ready$ ");
    terminal.types("echo $((40+2))\n");
    terminal.shows("42\r\n");
    terminal.types("fg\n");
    terminal.shows("gpu-keepalive serve -- sh");
    terminal.types("two\n");
    terminal.shows("two\r\ntwo");
    terminal.types("\x03");
    terminal.shows("ready$ ");
    terminal.types("echo code $?\n");
    terminal.shows("code 130\r\n");

    // In the background it is stopped as soon as it reads, and brought back.
    terminal.types("gpu-keepalive serve -- sh -c 'echo up; exec cat' &\n");
    terminal.shows("up\r\n");
    terminal.types("until jobs | grep -q Stopped; do :; done; echo code $((70+7))\n");
    terminal.shows("code 77\r\n");
    terminal.types("fg\n");
    terminal.shows("gpu-keepalive serve -- sh");
    terminal.types("three\n");
    terminal.shows("three\r\nthree");
    terminal.types("\x04");
    terminal.types("echo code $?\n");
    terminal.shows("code 0\r\n");
}

#[tokio::test]
async fn a_terminal_that_closes_ends_the_command() {
    let user = User::new();
    let _engine = engine(&user, &SIMULATED).await;
    let done = user.home().join("done");
    let script = format!(
        "trap 'echo hung up > {}; exit 9' HUP; echo started; while kill -0 $PPID; do read line; done",
        done.display()
    );
    let mut terminal = Terminal::start(
        &user,
        &["gpu-keepalive", "serve", "--", "sh", "-c", &script],
    );
    terminal.shows("started");
    terminal.keys = None;
    let status = soon("the end", terminal.program.wait())
        .await
        .expect("a status");
    assert_eq!(status.code(), Some(9));
    assert_eq!(
        std::fs::read_to_string(done).expect("it was told"),
        "hung up\n"
    );
}
