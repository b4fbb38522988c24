use std::{
    ffi::{OsStr, OsString},
    io::{self, ErrorKind},
    process::ExitCode,
};

use anyhow::Context;
use gpu_keepalive_core::protocol::{ErrorCode, Request};
use gpu_keepalive_engine::socket::ClientError;
use tokio::process::{Child, Command};
use tracing::warn;

use crate::{exit::End, output, reach};

mod program;

/// As shells have it: the command was found but cannot be run, or was not found.
const CANNOT_RUN: u8 = 126;
const NOT_FOUND: u8 = 127;

/// Runs a command under a lease and passes its exit code on.
///
/// The lease belongs to this process's connection, so it ends with the process whatever happens.
pub(crate) async fn inference(command: &[OsString]) -> anyhow::Result<End> {
    let mut client = reach::engine().await.context("the command was not run")?;
    match client.ask(&Request::BeginLease { wait: true }).await {
        // Slower than it could be is better than not run.
        Err(ClientError::Refused(refused)) if refused.code == ErrorCode::NotRaised => {}
        begun => drop(begun?),
    }
    let code = run(command).await?;
    if let Err(error) = client.ask(&Request::EndLease).await {
        warn!(%error, "the lease ended before the command did");
    }
    Ok(code)
}

/// Runs a command to its end; its exit code.
pub(crate) async fn run(command: &[OsString]) -> anyhow::Result<End> {
    let mut forwarding = signals::Forwarding::new()?;
    let (name, arguments) = command.split_first().context("no command was given")?;
    let mut child = match Command::new(program::found(name)).args(arguments).spawn() {
        Ok(child) => child,
        Err(error) => return Ok(not_started(name, &error).into()),
    };
    let code = exit_code(&mut child, &mut forwarding).await?;
    Ok(End::OfCommand(code))
}

/// Reports why a command was not started. Returns the exit code for it, as shells define it.
pub(crate) fn not_started(program: &OsStr, error: &io::Error) -> ExitCode {
    let code = match error.kind() {
        ErrorKind::NotFound => NOT_FOUND,
        _ => CANNOT_RUN,
    };
    let program = program.to_string_lossy();
    output::note(format_args!("gpu-keepalive: {program}: {error}"));
    ExitCode::from(code)
}

/// Waits for the command, passing signals on meanwhile.
async fn exit_code(child: &mut Child, forwarding: &mut signals::Forwarding) -> anyhow::Result<i32> {
    let pid = child.id();
    let status = loop {
        tokio::select! {
            status = child.wait() => break status.context("cannot wait for the command")?,
            signal = forwarding.next() => signals::forward(signal, pid),
        }
    };
    Ok(signals::code(status))
}

#[cfg(unix)]
mod signals {
    use std::{fs::File, io, os::unix::process::ExitStatusExt, process::ExitStatus};

    use rustix::process::{Pid, Signal, getpgrp, kill_process};
    use tokio::signal::unix::{self, SignalKind};
    use tracing::warn;

    /// The signals that are passed on.
    pub(super) struct Forwarding {
        interrupt: unix::Signal,
        terminate: unix::Signal,
        hang_up: unix::Signal,
    }

    impl Forwarding {
        pub(super) fn new() -> io::Result<Self> {
            Ok(Self {
                interrupt: unix::signal(SignalKind::interrupt())?,
                terminate: unix::signal(SignalKind::terminate())?,
                hang_up: unix::signal(SignalKind::hangup())?,
            })
        }

        /// The next signal to pass on. Cancel safe.
        pub(super) async fn next(&mut self) -> Signal {
            loop {
                tokio::select! {
                    Some(()) = self.terminate.recv() => return Signal::TERM,
                    Some(()) = self.hang_up.recv() => return Signal::HUP,
                    Some(()) = self.interrupt.recv() => {
                        // Ctrl-C reaches the command by itself; a second one would make many
                        // programs quit without cleaning up.
                        if !in_terminal_foreground() {
                            return Signal::INT;
                        }
                    }
                }
            }
        }
    }

    #[allow(
        clippy::disallowed_methods,
        reason = "the terminal of this command, which is no engine"
    )]
    fn in_terminal_foreground() -> bool {
        File::open("/dev/tty")
            .ok()
            .and_then(|terminal| rustix::termios::tcgetpgrp(terminal).ok())
            .is_some_and(|foreground| foreground == getpgrp())
    }

    pub(super) fn forward(signal: Signal, pid: Option<u32>) {
        let Some(pid) = pid.and_then(|pid| Pid::from_raw(pid.cast_signed())) else {
            return;
        };
        if let Err(error) = kill_process(pid, signal) {
            warn!(%error, ?signal, "cannot pass a signal on to the command");
        }
    }

    /// The exit code, or as shells have it 128 and the signal that killed it.
    pub(super) fn code(status: ExitStatus) -> i32 {
        let code = status.code().or(status.signal().map(|signal| 128 + signal));
        code.unwrap_or(1)
    }
}

#[cfg(not(unix))]
mod signals {
    use std::{convert::Infallible, io, process::ExitStatus};

    use tokio::signal::windows::{CtrlBreak, CtrlC, CtrlClose, ctrl_break, ctrl_c, ctrl_close};

    /// The events of a console reach every program of it by themselves, the command as well; here
    /// they only must not end this one before the command.
    pub(super) struct Forwarding {
        ctrl_c: CtrlC,
        ctrl_break: CtrlBreak,
        ctrl_close: CtrlClose,
    }

    impl Forwarding {
        pub(super) fn new() -> io::Result<Self> {
            Ok(Self {
                ctrl_c: ctrl_c()?,
                ctrl_break: ctrl_break()?,
                ctrl_close: ctrl_close()?,
            })
        }

        pub(super) async fn next(&mut self) -> Infallible {
            loop {
                tokio::select! {
                    _ = self.ctrl_c.recv() => {}
                    _ = self.ctrl_break.recv() => {}
                    _ = self.ctrl_close.recv() => {}
                }
            }
        }
    }

    pub(super) fn forward(signal: Infallible, _pid: Option<u32>) {
        match signal {}
    }

    /// The exit code, of 32 bits.
    pub(super) fn code(status: ExitStatus) -> i32 {
        status.code().unwrap_or(1)
    }
}
