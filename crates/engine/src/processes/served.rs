use std::collections::{HashMap, HashSet};

use gpu_keepalive_core::{
    ai_processes::{self, CommandLine, ProcessKind, Recognised},
    host::Served,
    settings::AiProgram,
};
use sysinfo::{Pid, Process, ProcessStatus, System};

use super::{Known, is_ours, open, parts, recognise, start_time_of};

/// Number of ancestors of a process among which the root of its tree is searched for.
const DEEPEST: usize = 64;

/// The process trees that `gpu-keepalive serve` announced.
///
/// A process that was found in one stays in it until it ends, also when its parents ended before it
/// and when the tree is announced no more: it was started to be quiet, so its requests have to be
/// sensed.
#[derive(Debug, Default)]
pub(super) struct ServedTrees {
    wanted: Served,
    members: HashMap<Pid, Known>,
}

impl ServedTrees {
    pub(super) fn follow(&mut self, wanted: Served) {
        self.wanted = wanted;
    }

    pub(super) fn round(&self) -> u64 {
        self.wanted.round
    }

    pub(super) fn contains(&self, pid: Pid) -> bool {
        self.members.contains_key(&pid)
    }

    pub(super) fn members(&self) -> impl Iterator<Item = (Pid, &Known)> {
        self.members.iter().map(|(pid, known)| (*pid, known))
    }

    /// Finds the members in the process table, of which `read` was read anew.
    pub(super) fn read(&mut self, system: &System, read: &HashSet<Pid>, listed: &[AiProgram]) {
        if self.wanted.roots.is_empty() && self.members.is_empty() {
            return;
        }
        self.members.retain(|pid, member| {
            let process = system.process(*pid);
            process.is_some_and(|process| {
                start_time_of(process) == member.started
                    && process.status() != ProcessStatus::Zombie
            })
        });
        for (pid, process) in system.processes() {
            let known = self.members.contains_key(pid);
            let ended = process.status() == ProcessStatus::Zombie;
            if (known && !read.contains(pid)) || ended || is_ours(process) {
                continue;
            }
            if known || self.is_below(system, process) {
                self.members.insert(*pid, describe(system, process, listed));
            }
        }
    }

    /// Returns true if it is a root, or has one or a member above it.
    fn is_below(&self, system: &System, process: &Process) -> bool {
        let roots = &self.wanted.roots;
        let mut above = Some(process.pid());
        let climbed = std::iter::from_fn(|| {
            let pid = above?;
            above = system.process(pid).and_then(Process::parent);
            Some(pid)
        });
        let mut climbed = climbed.take(DEEPEST);
        climbed.any(|pid| roots.contains(&pid.as_u32()) || self.members.contains_key(&pid))
    }
}

/// Describes a process by the rule that recognises it or by its executable. It counts wherever it
/// has the GPU open, unless it is a window, which draws.
fn describe(system: &System, process: &Process, listed: &[AiProgram]) -> Known {
    let known = recognise(system, process, listed).unwrap_or_else(|| {
        let (executable, argv, folder) = parts(process);
        let started = CommandLine::new(&executable, &argv, folder.as_deref());
        let label = ai_processes::label(&started, []);
        Known {
            recognised: Recognised {
                name: label.clone(),
                kind: ProcessKind::Worker,
            },
            label,
            parent: process.parent(),
            started: start_time_of(process),
            quiet: open::quiet(process.pid().as_u32()),
        }
    });
    let kind = match known.recognised.kind {
        ProcessKind::Window => ProcessKind::Window,
        ProcessKind::Worker | ProcessKind::Service | ProcessKind::Ordinary => ProcessKind::Worker,
    };
    Known {
        recognised: Recognised {
            kind,
            ..known.recognised
        },
        ..known
    }
}
