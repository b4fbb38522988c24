use super::WindowsEvidence;
use crate::{
    gpu::{GpuError, GpuInfo, Inspection, LeftOutGpu, PciBusId, PowerSource, Sample},
    host::{AiProcess, HostSample, RuntimePm},
    protocol::{LoginEntryState, LoudStatus, Message, Phase, SettingsProblem},
    settings::Settings,
    units::Bytes,
};

/// Everything that was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// True if the GPUs are simulated; then nothing was read of the real machine.
    pub simulated: bool,
    /// The engine that runs; `None` when none does.
    pub engine: Option<Engine>,
    /// The error because of which no GPU could be listed.
    pub discovery_error: Option<GpuError>,
    /// GPUs that the driver lists and that are not used.
    pub left_out: Vec<LeftOutGpu>,
    /// Number of NVIDIA GPUs that the system itself lists, with or without a driver.
    pub nvidia_devices: Option<usize>,
    /// The GPUs that the driver lists.
    pub gpus: Vec<GpuEvidence>,
    /// Suspended devices that the driver was not asked about, because that would wake them.
    pub left_asleep: Vec<PciBusId>,
    /// The machine around them.
    pub machine: MachineEvidence,
    /// The application itself.
    pub app: AppEvidence,
    /// The AI programs that run, as the host sample lists them.
    pub running: Vec<AiProcess>,
}

impl Evidence {
    /// Adds the settings.
    pub fn add_settings(&mut self, settings: &Settings, problems: Vec<SettingsProblem>) {
        self.app.settings_problems = problems;
        self.app.vram_reserve = settings.vram_reserve;
        self.app.battery_pauses = settings.battery_pause;
        self.app.login_entry.wanted = settings.app.start_at_login;
    }

    /// Adds a host sample.
    pub fn add_host(&mut self, host: &HostSample) {
        self.machine.power_source = host.power_source;
        self.running.clone_from(&host.ai_programs);
        for gpu in &mut self.gpus {
            gpu.device.runtime_pm = host.runtime_pm(gpu.info.pci_bus_id);
        }
    }
}

/// A running engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Engine {
    /// True if the keepalive is switched on.
    pub enabled: bool,
}

/// One GPU.
#[derive(Clone, Debug, PartialEq)]
pub struct GpuEvidence {
    /// Its properties.
    pub info: GpuInfo,
    /// One sample of it; `None` while it is left alone.
    pub sample: Option<Sample>,
    /// Its set-up.
    pub inspection: Option<Inspection>,
    /// Its phase in the engine; `None` without an engine.
    pub phase: Option<Phase>,
    /// Its state and causes, by the engine.
    pub message: Message,
    /// The error of the driver.
    pub fault: Option<GpuError>,
    /// Servers that keep it at full speed by themselves, by the engine.
    pub loud: Option<LoudStatus>,
    /// The system's view of the device.
    pub device: DeviceEvidence,
}

impl GpuEvidence {
    /// A GPU of which nothing else is known.
    pub fn new(info: GpuInfo) -> Self {
        Self {
            info,
            sample: None,
            inspection: None,
            phase: None,
            message: Message::default(),
            fault: None,
            loud: None,
            device: DeviceEvidence::default(),
        }
    }

    /// Returns whether the next request finds it at full speed.
    pub(super) fn ready(&self) -> Option<bool> {
        self.sample.as_ref()?.ready(self.info.sm_clock_max)
    }
}

/// A GPU as the system sees it, without the driver.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeviceEvidence {
    /// Its state of runtime power management.
    pub runtime_pm: RuntimePm,
    /// Its permission to suspend by itself.
    pub runtime_d3: Option<RuntimeD3>,
    /// Its link to the machine.
    pub link: Option<PcieLink>,
    /// The programs that have its device file open, ours left out; those of other users cannot be
    /// seen. `None` when this was not read.
    pub opened_by: Option<Vec<String>>,
}

/// The permission of a GPU to suspend by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuntimeD3 {
    /// The kernel's switch, `power/control`: `auto` or `on`.
    pub control: String,
    /// The driver's word, such as `Enabled (fine-grained)`.
    pub driver_status: Option<String>,
}

/// A PCI Express link now and at its best.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PcieLink {
    /// Gigatransfers a second on one lane.
    pub speed_gt: f64,
    /// Lanes.
    pub width: u32,
    /// Gigatransfers a second on one lane that the GPU is capable of.
    pub max_speed_gt: f64,
    /// Lanes that the GPU has.
    pub max_width: u32,
}

/// The machine around the GPUs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MachineEvidence {
    /// Its source of power.
    pub power_source: PowerSource,
    /// True if it has a battery of its own.
    pub is_laptop: Option<bool>,
    /// True if a graphical session or a connected screen was seen.
    pub has_screen: Option<bool>,
    /// The firmware's profile (`/sys/firmware/acpi/platform_profile`), such as `balanced`.
    pub platform_profile: Option<String>,
    /// The profile of power-profiles-daemon, such as `power-saver`.
    pub power_profile: Option<String>,
    /// NVIDIA's Dynamic Boost daemon.
    pub power_daemon: Option<PowerDaemon>,
    /// Running programs that are known to set clocks.
    pub clock_tools: Vec<String>,
    /// True if `CUDA_DISABLE_PERF_BOOST` is set in our own environment.
    pub perf_boost_disabled: Option<bool>,
    /// The AI programs that run.
    pub ai_programs: Vec<AiProgramEvidence>,
    /// What only Windows has; `None` elsewhere.
    pub windows: Option<WindowsEvidence>,
}

/// `nvidia-powerd`, which moves power between processor and GPU on laptops (Dynamic Boost).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PowerDaemon {
    /// Not installed.
    Absent,
    /// Installed, but no such process is there.
    Stopped,
    /// Running.
    Running,
}

/// An AI process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AiProgramEvidence {
    /// Its process id.
    pub pid: u32,
    /// Its name for people.
    pub name: String,
    /// True if `CUDA_DISABLE_PERF_BOOST` is set in its environment; `None` when that cannot be
    /// read, as for another user's process.
    pub perf_boost_disabled: Option<bool>,
}

/// The application itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AppEvidence {
    /// The problems of the settings file.
    pub settings_problems: Vec<SettingsProblem>,
    /// VRAM kept free for the user's models (`vram.reserve_mib`).
    pub vram_reserve: Bytes,
    /// True if being on battery pauses (`battery.pause`).
    pub battery_pauses: bool,
    /// True if the desktop has a place for tray icons; `None` without a desktop session.
    pub tray_host: Option<bool>,
    /// The entry that starts the application at login.
    pub login_entry: LoginEntry,
}

/// The entry that starts the application at login.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoginEntry {
    /// True if the user wants one (`app.start_at_login`).
    pub wanted: bool,
    /// Its state; `None` where it cannot be read.
    pub state: Option<LoginEntryState>,
    /// What is wrong with it, where it is broken.
    pub broken: Option<String>,
}
