use std::time::Duration;

use serde::Deserialize;

use super::value::*;
use crate::{
    ai_processes::{self, CommandLine},
    gpu::{GpuErrorKind, PciBusId},
    host::{AiProcess, GpuUse, StartTime},
    settings::AiProgram,
    simulation::{RawValue, Reading},
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

/// The kind of an event.
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    /// `program`: another program runs.
    Process(SimulatedProcess),
    /// `request`: a program that runs is asked something.
    Request(Request),
    /// `battery`: the machine runs on its battery.
    Battery,
    /// `undersized_adapter`: the adapter cannot feed the GPU at full power.
    UndersizedAdapter,
    /// `power_saver`: the machine's power profile saves power.
    PowerSaver,
    /// `suspend`: the machine sleeps. Contexts are dead afterwards.
    Suspend,
    /// `fault`: the driver answers `error`, one of [`GpuErrorKind`]'s names. `out_of_memory`,
    /// `exclusive_mode` and `cuda_missing` refuse new contexts and `context_lost` kills the open
    /// one; any other fails every call and releases everything.
    Fault(GpuErrorKind),
    /// `boost_refused`: the driver refuses every boost request.
    BoostRefused,
    /// `hang`: no call is answered.
    Hang,
    /// `sensor_lost`: no temperature can be read.
    SensorLost,
    /// `reports`: the driver gives `value` for the `reading` of that name, in its own unit, true or
    /// not. It passes through the gate of a real driver, [`plausible`](crate::gpu::plausible).
    Reports(Reading, RawValue),
    /// `heat`: the air at the card's intake has this temperature, `ambient_c`.
    Heat(f64),
}

/// Another program on the simulated machine.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default)]
pub struct SimulatedProcess {
    /// `program`: how it was started, such as `ollama runner`.
    #[serde(rename = "program", deserialize_with = "command")]
    pub command: String,
    /// `pid`.
    pub pid: u32,
    /// `gpu_open`: it has a compute context. False for a service that only waits.
    pub gpu_open: bool,
    /// `vram_mib`.
    #[serde(rename = "vram_mib", deserialize_with = "mib")]
    pub vram: Bytes,
    /// `utilization_percent` of the GPU; 0 is a program that computes nothing.
    #[serde(rename = "utilization_percent", deserialize_with = "percent")]
    pub utilization: Percent,
    /// `holds_clocks`: its work keeps the clocks up. False for a model that is partly offloaded:
    /// the GPU waits for the CPU so long that its clocks fall while it computes.
    pub holds_clocks: bool,
    /// `boosts`: its open context raises the clocks where one holds them. False for a program that
    /// was started with `CUDA_DISABLE_PERF_BOOST=1`.
    pub boosts: bool,
    /// `started`: in clock ticks since boot; follows from when it begins where absent.
    pub started: Option<StartTime>,
    /// Its use of the processor.
    #[serde(skip)]
    pub processor: ProcessorTimes,
}

/// The processor time that a program uses.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(default)]
pub struct ProcessorTimes {
    /// `processor_rest_ms`: at once in every second, by a timer of its own.
    #[serde(rename = "processor_rest_ms", deserialize_with = "second_ms")]
    pub rest: Duration,
    /// `poll_every_s`: from one poll by a monitor to the next; never polled where absent.
    #[serde(rename = "poll_every_s", deserialize_with = "seconds")]
    pub poll_every: Option<Duration>,
    /// `processor_poll_ms`: for one poll.
    #[serde(rename = "processor_poll_ms", deserialize_with = "second_ms")]
    pub poll: Duration,
    /// `processor_busy_percent`: of one core, as a share of 1, while it computes or answers a
    /// request.
    #[serde(rename = "processor_busy_percent", deserialize_with = "cores")]
    pub busy_cores: f64,
}

/// One request to a program: the processor works from its beginning to its end, the GPU from the
/// first kernel on.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct Request {
    /// `pid`: the program; without it nothing happens.
    pub pid: u32,
    /// `utilization_percent` of the GPU.
    #[serde(rename = "utilization_percent", deserialize_with = "percent")]
    pub utilization: Percent,
    /// `lead_ms`: from the first use of the processor to the first kernel.
    #[serde(rename = "lead_ms", deserialize_with = "hour_ms")]
    pub lead: Duration,
}

impl Default for ProcessorTimes {
    /// llama.cpp's server on an H200: 40 µs a second at rest, 0.5 to 0.7 ms for a poll of `/health`,
    /// one core while it computes.
    fn default() -> Self {
        Self {
            rest: Duration::from_micros(40),
            poll_every: None,
            poll: Duration::from_micros(600),
            busy_cores: 1.0,
        }
    }
}

impl Default for SimulatedProcess {
    /// A nameless program that has a context open and computes nothing.
    fn default() -> Self {
        Self {
            command: String::new(),
            pid: 0,
            gpu_open: true,
            vram: Bytes(0),
            utilization: Percent(0),
            holds_clocks: true,
            boosts: true,
            started: None,
            processor: ProcessorTimes::default(),
        }
    }
}

impl SimulatedProcess {
    /// The AI process that it is, seen as a real one would be; `gpus` are those that it opens.
    pub(super) fn recognised(
        &self,
        started: StartTime,
        ai_programs: &[AiProgram],
        gpus: impl Iterator<Item = PciBusId>,
    ) -> Option<AiProcess> {
        let argv: Vec<&str> = self.command.split_whitespace().collect();
        let line = CommandLine::new(argv.first()?, &argv, None);
        let recognised = ai_processes::recognise(&line, ai_programs)?;
        let gpu = match self.gpu_open {
            true => GpuUse::Context(gpus.collect()),
            false => GpuUse::Nothing,
        };
        recognised.kind.is_ai_process(&gpu).then(|| AiProcess {
            pid: self.pid,
            started: Some(started),
            parent: None,
            name: recognised.name,
            label: ai_processes::label(&line, []),
            kind: recognised.kind,
            gpu,
            quiet: Some(!self.boosts),
        })
    }
}

impl Event {
    /// Returns true if it is active `elapsed` after the start.
    pub(super) fn is_active(&self, elapsed: Duration) -> bool {
        self.active_for(elapsed).is_some()
    }

    /// Time since its latest beginning `elapsed` after the start; `None` when it is not active.
    pub(super) fn active_for(&self, elapsed: Duration) -> Option<Duration> {
        let since = elapsed.checked_sub(self.at)?;
        let phase = self.phase(since);
        self.lasts
            .is_none_or(|lasts| phase < lasts)
            .then_some(phase)
    }

    /// The time when the GPU begins to work for it, from its beginning.
    fn lead(&self) -> Duration {
        match &self.kind {
            EventKind::Request(request) => request.lead,
            _ => Duration::ZERO,
        }
    }

    /// The time when it next begins, turns to the GPU, or ends, strictly after `elapsed`.
    pub(super) fn next_change(&self, elapsed: Duration) -> Option<Duration> {
        let Some(since) = elapsed.checked_sub(self.at) else {
            return Some(self.at);
        };
        let phase = self.phase(since);
        let round = [Some(self.lead()), self.lasts, self.repeat_every];
        let next = round.into_iter().flatten().find(|at| phase < *at)?;
        Some(elapsed - phase + next)
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
