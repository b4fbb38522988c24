//! The driver process and the workload process: the only ones of ours that load the vendor's
//! libraries.

use std::{
    ffi::OsStr,
    io::{self, Write},
    panic::catch_unwind,
    process::ExitCode,
};

use gpu_keepalive_core::gpu::{GpuError, GpuList, GpuUuid};
use serde::{Serialize, de::DeserializeOwned};

#[cfg(windows)]
use super::library;
use super::{
    cuda::{ContextKind, panicked},
    nvml,
    served_workload::ServedWorkload,
    session::Session,
    wire::{Ask, HOLD_ROLE, LIST, LONGEST_LINE, ROLE, Reply, WORKLOAD_ROLE, read_line},
};

/// Runs as the driver process, the `hold` process or the workload process when the program's
/// arguments (without its name) ask for it, until the engine closes standard input; `None` when
/// this is an ordinary start.
///
/// A program that uses [`Backend::Process`](crate::gpu::nvidia::Backend::Process) with itself as
/// the program calls this first thing in `main`, before it starts a thread or opens anything.
pub fn serve(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Option<ExitCode> {
    let mut arguments = arguments.into_iter();
    let role = arguments.next()?;
    let role = [ROLE, WORKLOAD_ROLE, HOLD_ROLE]
        .into_iter()
        .find(|known| role.as_ref() == *known)?;
    #[cfg(windows)]
    if !library::only_from_system() {
        return Some(ExitCode::FAILURE);
    }
    let subject = arguments.next();
    let Some(subject) = subject.as_ref().and_then(|s| s.as_ref().to_str()) else {
        eprintln!(
            "{role} is started by GPU Keepalive itself, with a GPU's UUID or PCI address, or “{LIST}”"
        );
        return Some(ExitCode::from(2));
    };
    if role == HOLD_ROLE {
        return Some(hold(subject));
    }
    let uuid = || GpuUuid(subject.to_owned());
    if !die_with_the_engine() {
        return Some(ExitCode::FAILURE);
    }
    let served = if role == WORKLOAD_ROLE {
        let mut program = ServedWorkload::new(uuid());
        answer_asks(|action| program.perform(action))
    } else if subject == LIST {
        print(&Reply::new(0, list()))
    } else {
        let mut session = Session::new(uuid(), ContextKind::Own);
        answer_asks(|action| session.perform(action))
    };
    Some(match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the engine is gone, or writes what is no action: {error}");
            ExitCode::FAILURE
        }
    })
}

/// Runs as the `hold` process of the GPU at that PCI address.
fn hold(subject: &str) -> ExitCode {
    let gpu = match subject.parse() {
        Ok(gpu) => gpu,
        Err(error) => {
            eprintln!("{HOLD_ROLE} is started by GPU Keepalive itself: {error}");
            return ExitCode::from(2);
        }
    };
    if !die_with_the_engine() {
        return ExitCode::FAILURE;
    }
    match super::hold::run(gpu) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the hold process ends: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The GPUs, whatever the binding does.
pub(super) fn list() -> Result<GpuList, GpuError> {
    catch_unwind(nvml::list).unwrap_or_else(|payload| Err(panicked(&*payload)))
}

/// Answers until the end of input: the engine has released the GPU then, or is gone. Everything
/// that `perform` holds is released by dropping it.
fn answer_asks<A: DeserializeOwned, T: Serialize>(
    mut perform: impl FnMut(A) -> Result<T, GpuError>,
) -> io::Result<()> {
    let mut input = io::stdin().lock();
    let mut line = Vec::new();
    while read_line(&mut input, &mut line, LONGEST_LINE)? {
        let ask: Ask<A> = serde_json::from_slice(&line)?;
        print(&Reply::new(ask.id, perform(ask.action)))?;
    }
    Ok(())
}

fn print(answer: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    let mut out = io::stdout().lock();
    out.write_all(&line)?;
    out.flush()
}

/// Has the kernel end this process with the engine, even while it hangs in the driver and cannot
/// see the end of its input. False when the engine is gone already.
///
/// Linux sends the signal when the *thread* that started this process ends; the engine starts it
/// from a thread that lives as long as itself.
#[cfg(target_os = "linux")]
fn die_with_the_engine() -> bool {
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};

    let engine = getppid();
    if let Err(error) = set_parent_process_death_signal(Some(Signal::KILL)) {
        tracing::warn!("no parent-death signal: {error}");
    }
    // Between the two checks the engine may have died, and the signal with it.
    getppid() == engine
}

/// On Windows the engine puts this process into a job object that ends with it.
#[cfg(not(target_os = "linux"))]
fn die_with_the_engine() -> bool {
    true
}
