use std::time::Duration;

use crate::{
    gpu::{GpuErrorKind, PciBusId},
    host::{AiProcess, GpuUse},
    programs::{self, CommandLine},
    settings::AiProgram,
    units::{Bytes, Percent},
};

/// Something that happens by itself: an `[[events]]` table.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// `at_s`: when it begins, from the start.
    pub at: Duration,
    /// `for_s`, or `until_s` less `at_s`; for ever when neither is there.
    pub lasts: Option<Duration>,
    /// `repeat_every_s`: from one beginning to the next, such as 86 400 for every day.
    pub repeat_every: Option<Duration>,
    /// `gpu`: the card it happens to; to the machine and all its cards when absent.
    pub gpu: Option<u32>,
    /// `kind` and the keys that belong to it.
    pub kind: EventKind,
}

/// What happens.
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    /// `program`: another program runs.
    Program(Program),
    /// `battery`: the machine runs on its battery.
    Battery,
    /// `undersized_adapter`: the adapter cannot feed the GPU at full power.
    UndersizedAdapter,
    /// `suspend`: the machine sleeps. Contexts are dead afterwards.
    Suspend,
    /// `fault`: the driver answers `error`, one of [`GpuErrorKind`]'s names. `out_of_memory`,
    /// `exclusive_mode` and `cuda_missing` refuse new contexts and `context_lost` kills the open
    /// one; any other is met by every call and lets go of everything.
    Fault(GpuErrorKind),
    /// `hang`: no call is answered.
    Hang,
    /// `sensor_lost`: no temperature can be read.
    SensorLost,
    /// `heat`: the air at the card's intake has this temperature, `ambient_c`.
    Heat(f64),
}

/// Another program on the simulated machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    /// `program`: how it was started, such as `ollama runner`.
    pub command: String,
    /// `pid`.
    pub pid: u32,
    /// `gpu_open`: it has a compute context. False for a service that only waits.
    pub gpu_open: bool,
    /// `vram_mib`.
    pub vram: Bytes,
    /// `utilization_percent` of the GPU; 0 is a program that computes nothing.
    pub utilization: Percent,
    /// `holds_clocks`: its work keeps the clocks up. False for a model that is partly offloaded:
    /// the GPU waits for the CPU so long that its clocks fall while it computes.
    pub holds_clocks: bool,
}

impl Program {
    /// The AI process that it is, seen as a real one would be; `gpus` are those that it opens.
    pub(super) fn recognised(
        &self,
        ai_programs: &[AiProgram],
        gpus: impl Iterator<Item = PciBusId>,
    ) -> Option<AiProcess> {
        let argv: Vec<&str> = self.command.split_whitespace().collect();
        let started = CommandLine::new(argv.first()?, &argv, None);
        let recognised = programs::recognise(&started, ai_programs)?;
        let gpu = match self.gpu_open {
            true => GpuUse::Context(gpus.collect()),
            false => GpuUse::Nothing,
        };
        recognised.kind.is_ai_process(&gpu).then(|| AiProcess {
            pid: self.pid,
            started: None,
            parent: None,
            name: recognised.name,
            label: programs::label(&started, []),
            kind: recognised.kind,
            gpu,
        })
    }
}

impl Event {
    /// Whether it is going on `elapsed` after the start.
    pub(super) fn is_active(&self, elapsed: Duration) -> bool {
        match (elapsed.checked_sub(self.at), self.lasts) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(since), Some(lasts)) => self.phase(since) < lasts,
        }
    }

    /// When it next begins or ends, strictly after `elapsed`.
    pub(super) fn next_change(&self, elapsed: Duration) -> Option<Duration> {
        let Some(since) = elapsed.checked_sub(self.at) else {
            return Some(self.at);
        };
        let lasts = self.lasts?;
        let phase = self.phase(since);
        let round_began = elapsed - phase;
        if phase < lasts {
            return Some(round_began + lasts);
        }
        Some(round_began + self.repeat_every?)
    }

    /// Time since its latest beginning.
    fn phase(&self, since_first: Duration) -> Duration {
        let Some(every) = self.repeat_every else {
            return since_first;
        };
        let nanos = since_first.as_nanos() % every.as_nanos().max(1);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}
