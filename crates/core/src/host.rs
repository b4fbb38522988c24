//! The host sample: the machine around the GPUs, read without touching a GPU.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    ai_processes::ProcessKind,
    gpu::{GpuInfo, PciBusId, PowerSource, Sample},
};

/// Runtime power management of one PCI device, as Linux reports it in sysfs and Windows in its
/// records of devices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuntimePm {
    /// The GPU cannot suspend by itself (a desktop card, or switched off): sampling it costs nothing.
    #[default]
    Unsupported,
    /// It can suspend (D3) and is awake now: a process uses it, or did seconds ago.
    Active,
    /// It is suspended, or on its way there or back: any NVML call would wake it.
    Suspended,
}

/// The start time of a process, as its system counts: clock ticks since boot on Linux, 100 ns since
/// 1601 on Windows. It distinguishes a process from an earlier one with the same id, so only
/// equality has a meaning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StartTime(pub u64);

/// An AI process: a running program that the rules or the user's list recognise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AiProcess {
    /// Its process id.
    pub pid: u32,
    /// Its start time, where that is known.
    pub started: Option<StartTime>,
    /// The process that started it, where that is known.
    pub parent: Option<u32>,
    /// The name it was started by, harmless to show: `llama-server`, `main.py`, `vllm`.
    pub name: String,
    /// Its name for people, harmless to show: `Ollama`, `ComfyUI`.
    pub label: String,
    /// Its use of the GPU.
    pub kind: ProcessKind,
    /// The GPUs that it has open.
    pub gpu: GpuUse,
    /// True if it was started with `CUDA_DISABLE_PERF_BOOST` set, so that its CUDA context does not
    /// raise the clocks; `None` where its environment cannot be read.
    #[serde(default)]
    pub quiet: Option<bool>,
}

/// The process trees whose requests are sensed whatever their programs are called, because
/// `gpu-keepalive serve` announced them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Served {
    /// The process ids of their roots.
    pub roots: Vec<u32>,
    /// Counts the announcements; [`HostSample::served_round`] returns it.
    pub round: u64,
}

/// The GPUs that a process has open, by its open files.
///
/// A list of devices is empty where the files do not show which GPUs they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GpuUse {
    /// It cannot be seen: another user's process, or not Linux.
    #[default]
    Unknown,
    /// Nothing.
    Nothing,
    /// The files that drawing needs, and no NVIDIA GPU itself.
    Graphics,
    /// These GPUs, without a CUDA context: it draws, computes with Vulkan, observes, or has only
    /// initialised CUDA.
    Device(Vec<PciBusId>),
    /// A CUDA context on each of these GPUs.
    Context(Vec<PciBusId>),
}

impl GpuUse {
    /// Returns whether it has a CUDA context on that GPU, as far as its files show.
    pub fn has_context_on(&self, gpu: PciBusId) -> bool {
        matches!(self, Self::Context(gpus) if gpus.is_empty() || gpus.contains(&gpu))
    }

    /// Returns true if it has that GPU open, with or without a context.
    pub fn has_open(&self, gpu: PciBusId) -> bool {
        let (Self::Device(gpus) | Self::Context(gpus)) = self else {
            return false;
        };
        gpus.is_empty() || gpus.contains(&gpu)
    }
}

impl ProcessKind {
    /// Returns true if a recognised process with this open is an AI process.
    pub fn is_ai_process(self, gpu: &GpuUse) -> bool {
        match self {
            Self::Worker | Self::Window => true,
            Self::Service => false,
            Self::Ordinary => matches!(gpu, GpuUse::Context(_)),
        }
    }
}

/// One sample of the machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HostSample {
    /// The machine's source of power.
    pub power_source: PowerSource,
    /// True if the power profile that the user chose for the machine saves power.
    #[serde(default)]
    pub power_saver: bool,
    /// AI processes, in the order of their process ids.
    pub ai_programs: Vec<AiProcess>,
    /// Devices that can suspend by themselves; a device that is absent cannot.
    pub runtime_pm: Vec<(PciBusId, RuntimePm)>,
    /// The time for which each of them was suspended in all, where the kernel reports it: shows a
    /// suspend that began and ended between two samples.
    pub suspended_for: Vec<(PciBusId, Duration)>,
    /// Number of times that processes other than ours, of any user, have `/dev/nvidia-uvm` open;
    /// `None` where the kernel does not report it. CUDA opens it, and NVML of newer drivers does
    /// too, so more than before means that another process begins to use a GPU. On Windows the number
    /// of AI programs that run stands for it.
    pub uvm_open: Option<u32>,
    /// The announcements of [`Served`] trees up to this one have been followed.
    #[serde(default)]
    pub served_round: u64,
}

/// Time between two host samples where the driver reports each process that opens a GPU: such a
/// change is followed up at once.
const RARELY: Duration = Duration::from_secs(30);
/// The same where the process table and the power state are all that shows demand.
const OFTEN: Duration = Duration::from_secs(2);

impl HostSample {
    /// Returns true if a GPU is suspended now: listing the GPUs would wake it.
    pub fn any_gpu_suspended(&self) -> bool {
        let mut states = self.runtime_pm.iter().map(|(_, state)| *state);
        states.any(|state| state == RuntimePm::Suspended)
    }

    /// Runtime power management of that device.
    pub fn runtime_pm(&self, device: PciBusId) -> RuntimePm {
        self.runtime_pm
            .iter()
            .find(|(id, _)| *id == device)
            .map_or(RuntimePm::Unsupported, |(_, state)| *state)
    }

    /// The time for which that device was suspended in all.
    pub fn suspended_for(&self, device: PciBusId) -> Option<Duration> {
        let mut known = self.suspended_for.iter();
        known.find(|(id, _)| *id == device).map(|(_, time)| *time)
    }

    /// The time until the machine is to be sampled again, given the newest sample of every GPU that
    /// has one: every 2 s where a GPU can suspend or its driver does not report which processes use
    /// it, else every 30 s.
    pub fn sample_again_after<'a>(
        &self,
        samples: impl IntoIterator<Item = (&'a GpuInfo, &'a Sample)>,
    ) -> Duration {
        let untold = samples
            .into_iter()
            .any(|(gpu, sample)| !sample.reports_processes(gpu));
        if untold || !self.runtime_pm.is_empty() {
            OFTEN
        } else {
            RARELY
        }
    }
}

/// A host event, which cannot wait for the next host sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostEvent {
    /// The machine is about to suspend: release every GPU.
    Suspending,
    /// The machine is back: contexts are dead, everything is to be rebuilt.
    Resumed,
    /// Plugged in or out, or another power profile.
    PowerSourceChanged,
}

#[cfg(test)]
mod tests;
