//! What is seen of the machine around the GPUs, without touching a GPU.

use serde::{Deserialize, Serialize};

use crate::gpu::{PciBusId, PowerSource};

/// Runtime power management of one PCI device, as Linux tells it in sysfs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuntimePm {
    /// The GPU cannot suspend by itself (a desktop card, Windows, or switched off): looking at it
    /// costs nothing.
    #[default]
    Unsupported,
    /// It can suspend (runtime D3) and is awake now: somebody uses it, or did seconds ago.
    Active,
    /// It is suspended, or on its way there or back: any NVML call would wake it.
    Suspended,
}

/// A running program from the list of AI programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AiProgramUse {
    /// Its process id.
    pub pid: u32,
    /// The entry of the list that it matched.
    pub name: String,
    /// When it started, as [`SensedProcess::started`](crate::gpu::holder::SensedProcess::started);
    /// `None` when that cannot be read.
    pub started: Option<u64>,
    /// Whether it has CUDA's device files open; `None` when that cannot be seen (another user's
    /// process, or not Linux).
    pub gpu_open: Option<bool>,
}

/// One look at the machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HostSample {
    /// What feeds the machine.
    pub power_source: PowerSource,
    /// Running programs from the list, in the order of their process ids.
    pub ai_programs: Vec<AiProgramUse>,
    /// Devices that can suspend by themselves; a device that is absent cannot.
    pub runtime_pm: Vec<(PciBusId, RuntimePm)>,
}

impl HostSample {
    /// Runtime power management of that device.
    pub fn runtime_pm(&self, device: PciBusId) -> RuntimePm {
        self.runtime_pm
            .iter()
            .find(|(id, _)| *id == device)
            .map_or(RuntimePm::Unsupported, |(_, state)| *state)
    }
}

/// Something about the machine that cannot wait for the next look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostEvent {
    /// The machine is about to suspend: let go of every GPU.
    Suspending,
    /// The machine is back: contexts are dead, everything is to be rebuilt.
    Resumed,
    /// Plugged in or out.
    PowerSourceChanged,
}
