//! The command under this process: signals, the terminal, and every end.
//!
//! The command stays in this process's group, so that a terminal treats both as the one job that the
//! user started: Ctrl-C, Ctrl-Z, a change of its size and its end reach the command without us.
//! Signals that another process sends to this one are passed on.

use std::{
    ffi::{CString, OsString},
    fs::File,
    io,
    os::unix::{ffi::OsStrExt, process::CommandExt},
    process::{Command, ExitCode},
    sync::OnceLock,
    thread,
};

use anyhow::Context;
use gpu_keepalive_core::quiet;
use nix::{
    errno::Errno,
    spawn::{PosixSpawnAttr, PosixSpawnFileActions, PosixSpawnFlags, posix_spawnp},
    sys::{
        signal::{SigSet, SigmaskHow, Signal, kill, raise},
        signalfd::{SfdFlags, SignalFd},
        wait::{WaitPidFlag, WaitStatus, waitpid},
    },
    unistd::Pid,
};
use tokio::{
    signal::unix::SignalKind,
    sync::{mpsc, oneshot},
};

use super::{link::Link, note};
use crate::inference::not_started;

/// The `si_code` of a signal that the kernel sent by itself: a terminal's goes to the whole group.
const SENT_BY_KERNEL: i32 = 0x80;

/// Signals waiting to be passed on.
const SIGNALS: usize = 16;

const PASSED_ON: [Signal; 10] = [
    Signal::SIGINT,
    Signal::SIGTERM,
    Signal::SIGHUP,
    Signal::SIGQUIT,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGWINCH,
    Signal::SIGTSTP,
    Signal::SIGTTIN,
    Signal::SIGTTOU,
];

fn signals() -> SigSet {
    let others = [Signal::SIGCONT, Signal::SIGCHLD];
    PASSED_ON.into_iter().chain(others).collect()
}

/// The signals that were blocked when this program was started, as they are for the command.
static BLOCKED_BEFORE: OnceLock<SigSet> = OnceLock::new();

/// Has every signal wait to be read, in every thread to come.
pub(super) fn block_signals() {
    match signals().thread_swap_mask(SigmaskHow::SIG_BLOCK) {
        Ok(before) => {
            let _ = BLOCKED_BEFORE.set(before);
        }
        Err(error) => note(&format!("Signals are not passed on: {error}")),
    }
}

fn blocked_before() -> SigSet {
    let before = BLOCKED_BEFORE.get();
    before.copied().unwrap_or_else(SigSet::empty)
}

/// Becomes the command.
pub(super) fn become_it(command: &[OsString]) -> ExitCode {
    let (program, arguments) = command.split_first().expect("it was checked");
    let restored = blocked_before().thread_set_mask();
    let error = match restored {
        Ok(()) => Command::new(program).args(arguments).exec(),
        Err(error) => error.into(),
    };
    not_started(program, &error)
}

/// Starts the command quiet, with the signals as they were for this program. (The standard library
/// hands the mask of this thread on.)
fn start(command: &[OsString]) -> io::Result<Pid> {
    let text = |text: &[u8]| CString::new(text).map_err(io::Error::other);
    let arguments = command.iter().map(|argument| text(argument.as_bytes()));
    let arguments = arguments.collect::<io::Result<Vec<_>>>()?;
    let variable = quiet::VARIABLE;
    let others = std::env::vars_os().filter(|(name, _)| name != variable);
    let environment = others.chain([(variable.into(), "1".into())]);
    let environment = environment.map(|(mut name, value)| {
        name.push("=");
        name.push(value);
        text(name.as_bytes())
    });
    let environment = environment.collect::<io::Result<Vec<_>>>()?;
    let mut attributes = PosixSpawnAttr::init()?;
    attributes.set_sigmask(&blocked_before())?;
    // Ignored by every program in Rust, and expected by the others.
    attributes.set_sigdefault(&SigSet::from(Signal::SIGPIPE))?;
    attributes.set_flags(
        PosixSpawnFlags::POSIX_SPAWN_SETSIGMASK | PosixSpawnFlags::POSIX_SPAWN_SETSIGDEF,
    )?;
    let actions = PosixSpawnFileActions::init()?;
    let program = &arguments[0];
    Ok(posix_spawnp(
        program,
        &actions,
        &attributes,
        &arguments,
        &environment,
    )?)
}

/// Runs the command quiet; its exit code.
pub(super) async fn run(command: &[OsString], link: Link) -> anyhow::Result<ExitCode> {
    // Processes that the command leaves behind when it ends stay below this process, and are found there.
    if let Err(error) = rustix::process::set_child_subreaper(Some(rustix::process::getpid())) {
        tracing::debug!("not a subreaper: {error}");
    }
    let mut arriving = follow_signals()?;
    // Where the parent has it ignored, the exit code would be lost.
    let _followed = tokio::signal::unix::signal(SignalKind::child())?;
    let child = match start(command) {
        Ok(child) => child,
        Err(error) => return Ok(not_started(&command[0], &error)),
    };
    leave_the_streams_to_it();
    let name = link.name.clone();
    // Small, since one question is asked at most.
    let (settle, asked) = mpsc::channel(1);
    let following = tokio::spawn(link.follow(asked));
    let code = supervise(child, &mut arriving).await?;
    if has_children() {
        let (known, reply) = oneshot::channel();
        let asked = settle.send(known).await.is_ok();
        let known = asked && reply.await.unwrap_or(false);
        note(&left_behind(&name, known));
    }
    following.abort();
    Ok(ExitCode::from(code))
}

/// A signal that arrived.
struct Arrived {
    signal: Signal,
    /// By the kernel itself, as a terminal's, and not by a process.
    by_kernel: bool,
}

/// Reads the signals on a thread of its own.
fn follow_signals() -> anyhow::Result<mpsc::Receiver<Arrived>> {
    let failed = "cannot follow signals";
    let waiting = SignalFd::with_flags(&signals(), SfdFlags::SFD_CLOEXEC).context(failed)?;
    let (sender, arriving) = mpsc::channel(SIGNALS);
    let read = move || {
        while let Ok(Some(info)) = waiting.read_signal() {
            let Ok(signal) = Signal::try_from(info.ssi_signo.cast_signed()) else {
                continue;
            };
            let by_kernel = info.ssi_code == SENT_BY_KERNEL;
            if sender.blocking_send(Arrived { signal, by_kernel }).is_err() {
                return;
            }
        }
    };
    let thread = thread::Builder::new().name("signals".into());
    thread.spawn(read).context(failed)?;
    Ok(arriving)
}

/// Passes signals on until the command ends.
async fn supervise(child: Pid, arriving: &mut mpsc::Receiver<Arrived>) -> anyhow::Result<u8> {
    loop {
        let Arrived { signal, by_kernel } = arriving.recv().await.context("no more signals")?;
        if signal == Signal::SIGCHLD {
            if let Some(code) = ended(child) {
                return Ok(code);
            }
        } else if !by_kernel || signal == Signal::SIGHUP {
            // A terminal's signals reach the command without us, except for its end, which is
            // signalled to the leader of its session alone.
            pass_on(signal, child);
        }
    }
}

fn pass_on(signal: Signal, child: Pid) {
    match kill(child, signal) {
        // It has just ended.
        Ok(()) | Err(Errno::ESRCH) => {}
        Err(error) => note(&format!("{signal} cannot be passed on: {error}")),
    }
}

/// Follows every child that ended or stopped; the command's exit code once it has ended.
fn ended(child: Pid) -> Option<u8> {
    let mut code = None;
    let flags = WaitPidFlag::WNOHANG | WaitPidFlag::WUNTRACED;
    loop {
        match waitpid(None, Some(flags)) {
            Ok(WaitStatus::Exited(pid, status)) if pid == child => {
                code = Some(u8::try_from(status).unwrap_or(1));
            }
            Ok(WaitStatus::Signaled(pid, signal, _)) if pid == child => {
                code = Some(128 + signal as u8);
            }
            Ok(WaitStatus::Stopped(pid, signal)) if pid == child => stop_along(signal),
            Ok(WaitStatus::StillAlive) | Err(_) => return code,
            Ok(_) => {}
        }
    }
}

/// Stops too, so that the shell sees its job stopped. Only where there is a terminal: elsewhere a
/// process that continues the command would leave this process stopped.
fn stop_along(signal: Signal) {
    let by_terminal = [Signal::SIGTSTP, Signal::SIGTTIN, Signal::SIGTTOU];
    if by_terminal.contains(&signal) && has_terminal() {
        // The next signal is SIGCONT, which is passed on.
        let _ = raise(Signal::SIGSTOP);
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "the terminal of this command, which is no engine"
)]
fn has_terminal() -> bool {
    File::open("/dev/tty").is_ok()
}

/// The command's standard input and output are its alone, so that a process at their other end
/// notices when it closes them.
#[allow(
    clippy::disallowed_methods,
    reason = "a device of this command, which is no engine"
)]
fn leave_the_streams_to_it() {
    let nothing = File::options().read(true).write(true).open("/dev/null");
    let left = nothing.and_then(|nothing| {
        rustix::stdio::dup2_stdin(&nothing)?;
        rustix::stdio::dup2_stdout(&nothing).map_err(io::Error::from)
    });
    if let Err(error) = left {
        tracing::debug!("standard input and output stay open: {error}");
    }
}

/// Returns true if something that the command started is still running.
fn has_children() -> bool {
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::StillAlive) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

fn left_behind(name: &str, known: bool) -> String {
    match known {
        true => format!(
            "{name} has left processes running. The GPU is woken for those that have it open, as \
             long as this GPU Keepalive runs."
        ),
        false => format!(
            "{name} has left processes running, and nothing wakes the GPU for them. Run the server \
             in the foreground instead."
        ),
    }
}
