//! Reads the machine's files.

use std::{fs, path::Path};

use gpu_keepalive_core::{
    doctor::{AiProgramEvidence, DeviceEvidence, LoginEntry, MachineEvidence, PowerDaemon},
    gpu::PciBusId,
    host::{AiProcess, RuntimePm},
};

use super::{Places, processes::ProcessTable};
use crate::runtime_pm::PciGpus;

/// NVIDIA's Dynamic Boost daemon, and where distributions put it.
const POWER_DAEMON: &str = "nvidia-powerd";
const PROGRAM_FOLDERS: [&str; 4] = ["usr/bin", "usr/sbin", "bin", "opt/bin"];

/// Programs for Linux that set the clocks or P-states of NVIDIA GPUs.
const CLOCK_TOOLS: [&str; 6] = [
    "gwe",
    "lact",
    "nvidia-pstated",
    "nvidia_oc",
    "tuxclocker",
    "tuxclockerd",
];

/// The content of the files.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) machine: MachineEvidence,
    pub(super) nvidia_devices: Option<usize>,
    /// In the order of the addresses that were asked about.
    pub(super) devices: Vec<DeviceEvidence>,
    pub(super) login_entry: LoginEntry,
}

/// On Windows it is no file.
#[cfg(windows)]
fn login_entry(_: Option<&Path>) -> LoginEntry {
    LoginEntry::default()
}

/// As the application reads it; nothing is asked of the place where its plugin writes.
#[cfg(not(windows))]
fn login_entry(config: Option<&Path>) -> LoginEntry {
    let entries = config.map(|config| crate::login_entry::LoginEntry::new(config, config));
    let found = entries.and_then(|entries| entries.read().ok());
    LoginEntry {
        wanted: false,
        state: found.as_ref().map(|found| found.state),
        broken: found.and_then(|found| found.broken),
    }
}

/// Reads them. Blocks for as long as the kernel takes.
pub(super) fn read(places: &Places, gpus: &[PciBusId], ai_processes: Vec<AiProcess>) -> Files {
    #[cfg_attr(not(windows), allow(unused_mut, reason = "there is no more to add"))]
    let mut files = read_files(places, gpus, ai_processes);
    #[cfg(windows)]
    super::windows::add_to(&mut files);
    files
}

fn read_files(places: &Places, gpus: &[PciBusId], ai_processes: Vec<AiProcess>) -> Files {
    let root = &places.root;
    let pci = PciGpus::under(root);
    let processes = ProcessTable::read(&root.join("proc"));
    let sys = root.join("sys");
    let devices = gpus.iter().map(|id| DeviceEvidence {
        // The host reports it; see `add_host`.
        runtime_pm: RuntimePm::Unsupported,
        runtime_d3: pci.runtime_d3(*id),
        link: pci.link(*id),
        opened_by: pci
            .minor(*id)
            .map(|minor| processes.having_open(&format!("/dev/nvidia{minor}"))),
    });
    let is_program = |folder: &&str| root.join(folder).join(POWER_DAEMON).is_file();
    Files {
        nvidia_devices: sys
            .join("bus/pci/devices")
            .is_dir()
            .then(|| pci.present().len()),
        devices: devices.collect(),
        login_entry: login_entry(places.config.as_deref()),
        machine: MachineEvidence {
            is_laptop: any_in(&sys.join("class/power_supply"), is_battery),
            has_screen: sys.is_dir().then(|| {
                places.graphical || any_in(&sys.join("class/drm"), is_connected) == Some(true)
            }),
            platform_profile: text(&sys.join("firmware/acpi/platform_profile")),
            power_daemon: if processes.is_running(POWER_DAEMON) {
                Some(PowerDaemon::Running)
            } else if PROGRAM_FOLDERS.iter().any(is_program) {
                Some(PowerDaemon::Stopped)
            } else {
                sys.is_dir().then_some(PowerDaemon::Absent)
            },
            clock_tools: CLOCK_TOOLS
                .iter()
                .filter(|tool| processes.is_running(tool))
                .map(|tool| (*tool).to_owned())
                .collect(),
            perf_boost_disabled: Some(places.perf_boost_disabled),
            ai_programs: ai_processes
                .into_iter()
                .map(|process| AiProgramEvidence {
                    perf_boost_disabled: processes.perf_boost_disabled(process.pid),
                    pid: process.pid,
                    name: process.label,
                })
                .collect(),
            ..MachineEvidence::default()
        },
    }
}

/// Returns whether a folder of `/sys/class` has such an entry; `None` without the folder.
fn any_in(class: &Path, is_so: impl Fn(&Path) -> bool) -> Option<bool> {
    let entries = fs::read_dir(class).ok()?;
    Some(entries.flatten().any(|entry| is_so(&entry.path())))
}

/// A battery of the machine itself, not a mouse's.
fn is_battery(supply: &Path) -> bool {
    text(&supply.join("type")).as_deref() == Some("Battery")
        && text(&supply.join("scope")).as_deref() != Some("Device")
}

fn is_connected(connector: &Path) -> bool {
    text(&connector.join("status")).as_deref() == Some("connected")
}

fn text(path: &Path) -> Option<String> {
    Some(fs::read_to_string(path).ok()?.trim().to_owned())
}
