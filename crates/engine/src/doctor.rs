//! Collects what [`gpu_keepalive_core::doctor`] judges. Wakes no GPU that sleeps.

#![allow(
    clippy::disallowed_methods,
    reason = "the evidence of a request, from small files"
)]

use std::{path::PathBuf, time::Duration};

use gpu_keepalive_core::{
    doctor::{self, DeviceEvidence, Evidence, GpuEvidence, MachineEvidence, Private},
    gpu::{Action, GpuError, GpuErrorKind, GpuInfo, Inspection, Outcome, Sample},
    host::{AiProcess, RuntimePm},
    protocol::Doctor,
    quiet,
};

#[cfg(target_os = "linux")]
use gpu_keepalive_core::protocol::LoginEntryState;

#[cfg(target_os = "linux")]
use crate::login_entry::LoginEntry;
use crate::{
    gpu::{Gpu, GpuSource},
    host::Host,
    settings_store::SettingsStore,
};

mod bus;
mod machine;
mod processes;
#[cfg(all(test, target_os = "linux"))]
mod tests;
#[cfg(windows)]
mod windows;

/// Returns true if the application is meant to start at login, by the entries in that configuration
/// folder. A broken one counts: the application mends its own, and the doctor reports the others.
#[cfg(target_os = "linux")]
pub(crate) fn login_entry_exists(config: &std::path::Path) -> bool {
    let found = LoginEntry::new(config, config).read();
    found.is_ok_and(|found| matches!(found.state, LoginEntryState::On | LoginEntryState::Broken))
}

/// The longest time that reading files may take: a process that hangs in a driver can block a
/// reader of its files.
const FILES_DEADLINE: Duration = Duration::from_secs(3);

/// The places to read: on this machine, or a test's.
#[derive(Clone, Debug)]
pub struct Places {
    /// The folder that `/sys`, `/proc` and `/usr` are below.
    pub(crate) root: PathBuf,
    /// The user's configuration folder.
    pub(crate) config: Option<PathBuf>,
    /// Address of the D-Bus system bus; the usual one when `None`.
    #[cfg(target_os = "linux")]
    pub(crate) system_bus: Option<String>,
    /// Address of the D-Bus session bus; the usual one when `None`.
    #[cfg(target_os = "linux")]
    pub(crate) session_bus: Option<String>,
    /// True if `CUDA_DISABLE_PERF_BOOST` is set for us.
    pub(crate) perf_boost_disabled: bool,
    /// True if we were started in a graphical session.
    pub(crate) graphical: bool,
}

impl Places {
    /// This machine.
    pub fn here() -> Self {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        Self {
            root: PathBuf::from("/"),
            config: directories::BaseDirs::new().map(|base| base.config_dir().to_owned()),
            #[cfg(target_os = "linux")]
            system_bus: None,
            #[cfg(target_os = "linux")]
            session_bus: None,
            perf_boost_disabled: std::env::var(quiet::VARIABLE)
                .is_ok_and(|value| quiet::is_set(&value)),
            graphical: is_set("DISPLAY") || is_set("WAYLAND_DISPLAY"),
        }
    }
}

/// Examines without an engine: lists the GPUs, samples each once and releases them.
///
/// `places` is `None` for simulated GPUs, which the real machine does not describe.
pub async fn examine<S: GpuSource, H: Host>(
    mut source: S,
    mut host: H,
    settings: &SettingsStore,
    places: Option<Places>,
) -> Doctor {
    let problems = settings.file().problems().to_vec();
    let settings = settings.settings();
    let host_sample = host.sample(&settings.ai_programs).await;
    let mut evidence = Evidence {
        simulated: places.is_none(),
        ..Evidence::default()
    };
    evidence.left_asleep = host_sample
        .runtime_pm
        .iter()
        .filter(|(_, state)| *state == RuntimePm::Suspended)
        .map(|(device, _)| *device)
        .collect();
    // Listing the others would wake these.
    if evidence.left_asleep.is_empty() {
        match source.discover().await {
            Ok(list) => {
                for gpu in list.gpus {
                    evidence.gpus.push(examine_gpu(&mut source, gpu).await);
                }
                evidence.left_out = list.left_out;
            }
            Err(error) => evidence.discovery_error = Some(error),
        }
    }
    evidence.add_settings(settings, problems);
    evidence.add_host(&host_sample);
    read_machine(&mut evidence, host_sample.ai_programs, places).await;
    doctor::examine(&evidence)
}

/// Reads the machine's files and its buses; nothing when there are no places.
pub(crate) async fn read_machine(
    evidence: &mut Evidence,
    ai_processes: Vec<AiProcess>,
    places: Option<Places>,
) {
    let Some(places) = places else { return };
    let files = read_files(evidence, ai_processes, places.clone());
    let (files, answers) = tokio::join!(files, bus::ask(&places));
    if let Some(files) = files {
        add_files(evidence, files);
    }
    evidence.machine.power_profile = answers.power_profile;
    evidence.app.tray_host = answers.tray_host.filter(|_| places.graphical);
}

fn add_files(evidence: &mut Evidence, files: machine::Files) {
    evidence.machine = MachineEvidence {
        power_source: evidence.machine.power_source,
        ..files.machine
    };
    evidence.nvidia_devices = files.nvidia_devices;
    let entry = &mut evidence.app.login_entry;
    // An application that runs has read it, too.
    entry.state = entry.state.or(files.login_entry.state);
    entry.broken = files.login_entry.broken;
    for (gpu, device) in evidence.gpus.iter_mut().zip(files.devices) {
        gpu.device = DeviceEvidence {
            runtime_pm: gpu.device.runtime_pm,
            ..device
        };
    }
}

/// On a thread of its own, which is abandoned when it hangs.
async fn read_files(
    evidence: &Evidence,
    ai_processes: Vec<AiProcess>,
    places: Places,
) -> Option<machine::Files> {
    let devices: Vec<_> = evidence
        .gpus
        .iter()
        .map(|gpu| gpu.info.pci_bus_id)
        .collect();
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let read = move || {
        let _ = sender.send(machine::read(&places, &devices, ai_processes));
    };
    std::thread::Builder::new()
        .name("doctor".into())
        .spawn(read)
        .ok()?;
    tokio::time::timeout(FILES_DEADLINE, receiver)
        .await
        .ok()?
        .ok()
}

async fn examine_gpu<S: GpuSource>(source: &mut S, info: GpuInfo) -> GpuEvidence {
    let mut gpu = source.open(&info);
    let mut seen = GpuEvidence::new(info);
    match sample_and_inspect(&mut gpu).await {
        Ok((sample, inspection)) => {
            seen.sample = Some(sample);
            seen.inspection = inspection;
        }
        Err(error) => seen.fault = Some(error),
    }
    if let Err(error) = gpu.perform(Action::Close).await {
        tracing::warn!("the GPU was not let go of: {error}");
    }
    seen
}

async fn sample_and_inspect(gpu: &mut impl Gpu) -> Result<(Sample, Option<Inspection>), GpuError> {
    let Outcome::Sampled(sample) = gpu.perform(Action::Sample).await? else {
        let message = "the driver process answered something else than a sample";
        return Err(GpuError::new(GpuErrorKind::Other, message));
    };
    let inspection = match gpu.perform(Action::Inspect).await? {
        Outcome::Inspected(inspection) => Some(inspection),
        _ => None,
    };
    Ok((*sample, inspection))
}

/// The private values that must not be in a report from this machine.
pub fn private(processes: &[AiProcess]) -> Private {
    let variable = |names: &[&str]| names.iter().find_map(|name| std::env::var(name).ok());
    let home = directories::BaseDirs::new();
    Private {
        home: home.map(|base| base.home_dir().to_string_lossy().into_owned()),
        user: variable(&["USER", "LOGNAME", "USERNAME"]),
        host: std::fs::read_to_string("/proc/sys/kernel/hostname")
            .ok()
            .or_else(|| variable(&["HOSTNAME", "COMPUTERNAME"]))
            .map(|name| name.trim().to_owned()),
        programs: processes
            .iter()
            .flat_map(|process| [process.name.clone(), process.label.clone()])
            .collect(),
    }
}
