//! Looking at a GPU, and the driver's own performance preference, through NVML.
//!
//! The only file that names `nvml_wrapper`. Needs no CUDA and takes no VRAM.

use std::path::PathBuf;

use gpu_keepalive_core::{
    gpu::{
        ClocksEventReasons, ComputeCapability, ComputeProcess, GpuError, GpuErrorKind, GpuInfo,
        GpuUuid, PState, PowerSource, Sample,
    },
    units::{Bytes, Celsius, Joules, Megahertz, Percent, Watts},
};
use nvml_wrapper::{
    Device, Nvml,
    bitmasks::device::PowerMizerModes,
    enum_wrappers::device::{Clock, TemperatureSensor, TemperatureThreshold},
    enums::device::{self as enums, PowerMizerMode, UsedGpuMemory},
    error::{Bits, NvmlError},
    struct_wrappers::device::ProcessInfo,
};

/// All GPUs that the driver lets us see, in its order.
///
/// A GPU that cannot be opened is left out as long as another can.
pub(super) fn list() -> Result<Vec<GpuInfo>, GpuError> {
    let nvml = open_library()?;
    let count = nvml
        .device_count()
        .map_err(|e| failed("nvmlDeviceGetCount", e))?;
    if count == 0 {
        return Err(GpuError::new(
            GpuErrorKind::NoGpu,
            "nvmlDeviceGetCount: the driver found no GPU",
        ));
    }
    let driver_version = nvml
        .sys_driver_version()
        .map_err(|e| failed("nvmlSystemGetDriverVersion", e))?;
    let (mut gpus, mut refused) = (Vec::new(), None);
    for index in 0..count {
        match describe(&nvml, index, &driver_version) {
            Ok(gpu) => gpus.push(gpu),
            Err(error) => {
                tracing::warn!("GPU {index} is left out: {error}");
                refused.get_or_insert(error);
            }
        }
    }
    match refused {
        Some(error) if gpus.is_empty() => Err(error),
        _ => Ok(gpus),
    }
}

fn describe(nvml: &Nvml, index: u32, driver_version: &str) -> Result<GpuInfo, GpuError> {
    let device = nvml
        .device_by_index(index)
        .map_err(|e| failed("nvmlDeviceGetHandleByIndex", e))?;
    let uuid = device.uuid().map_err(|e| failed("nvmlDeviceGetUUID", e))?;
    let name = device.name().map_err(|e| failed("nvmlDeviceGetName", e))?;
    let pci = device
        .pci_info()
        .map_err(|e| failed("nvmlDeviceGetPciInfo", e))?;
    let pci_bus_id = pci
        .bus_id
        .parse()
        .map_err(|message: String| GpuError::new(GpuErrorKind::Other, message))?;
    let capability = told("compute capability", device.cuda_compute_capability())?;
    let slowdown = device.temperature_threshold(TemperatureThreshold::Slowdown);
    Ok(GpuInfo {
        index,
        uuid: GpuUuid(uuid),
        name,
        pci_bus_id,
        vram_total: told("memory", device.memory_info())?.map_or(Bytes(0), |m| Bytes(m.total)),
        driver_version: driver_version.to_owned(),
        compute_capability: capability.and_then(|c| {
            Some(ComputeCapability {
                major: c.major.try_into().ok()?,
                minor: c.minor.try_into().ok()?,
            })
        }),
        sm_clock_max: told("maximum SM clock", device.max_clock_info(Clock::SM))?.map(Megahertz),
        slowdown_temperature: told("slowdown temperature", slowdown)?.map(celsius),
    })
}

/// One GPU opened through NVML. Dropping it restores what was set and closes the library.
pub(super) struct Observed {
    nvml: Nvml,
    /// NVML's index, which is stable for as long as the library stays open.
    index: u32,
    /// The pid by which the driver knows this process; see [`Observed::recognise_ourselves`].
    own_pid: u32,
    /// Newest time stamp of the driver's utilization samples, in its own microseconds.
    utilization_seen: Option<u64>,
    /// The PowerMizer mode to restore, while ours is set.
    power_mizer_before: Option<PowerMizerMode>,
}

impl Observed {
    /// Opens the library and finds that GPU.
    pub(super) fn open(uuid: &GpuUuid) -> Result<Self, GpuError> {
        let nvml = open_library()?;
        let index = nvml
            .device_by_uuid(uuid.0.as_str())
            .and_then(|device| device.index())
            .map_err(|error| match error {
                NvmlError::NotFound | NvmlError::InvalidArg => GpuError::new(
                    GpuErrorKind::GpuNotFound,
                    format!("nvmlDeviceGetHandleByUUID: there is no GPU {uuid}"),
                ),
                error => failed("nvmlDeviceGetHandleByUUID", error),
            })?;
        Ok(Self {
            nvml,
            index,
            own_pid: std::process::id(),
            utilization_seen: None,
            power_mizer_before: None,
        })
    }

    /// One look.
    ///
    /// # Errors
    /// Only when the GPU or the driver as a whole is gone; a reading that fails is `None`.
    pub(super) fn sample(&mut self) -> Result<Sample, GpuError> {
        let (own_pid, seen) = (self.own_pid, self.utilization_seen);
        let device = self.device()?;
        let processes = told("compute processes", device.running_compute_processes())?;
        let (other_utilization, newest) = other_utilization(&device, own_pid, seen, &processes)?;
        let temperature = device.temperature(TemperatureSensor::Gpu);
        let energy = told("energy", device.total_energy_consumption())?;
        let sample = Sample {
            pstate: told("P-state", device.performance_state())?
                .and_then(|state| PState::new(state.as_c())),
            sm_clock: told("SM clock", device.clock_info(Clock::SM))?.map(Megahertz),
            memory_clock: told("memory clock", device.clock_info(Clock::Memory))?.map(Megahertz),
            temperature: told("temperature", temperature)?.map(celsius),
            power: told("power", device.power_usage())?
                .map(|milliwatts| Watts(f64::from(milliwatts) / 1000.0)),
            energy: energy.map(|millijoules| Joules(millijoules as f64 / 1000.0)),
            utilization: told("utilization", device.utilization_rates())?.map(|u| Percent(u.gpu)),
            other_utilization,
            clocks_event_reasons: clocks_event_reasons(&device)?,
            vram_free: told("memory", device.memory_info())?.map(|memory| Bytes(memory.free)),
            vram_ours: processes.as_ref().and_then(|all| vram_of(all, own_pid)),
            compute_processes: processes.map(|all| others(all, own_pid)),
            power_source: power_source(&device)?,
        };
        self.utilization_seen = newest.or(seen);
        Ok(sample)
    }

    /// Who has a compute context, and how much memory is free, for a comparison around a hold.
    pub(super) fn occupancy(&self) -> Occupancy {
        let Ok(device) = self.device() else {
            return Occupancy::default();
        };
        Occupancy {
            processes: device.running_compute_processes().ok(),
            free: device.memory_info().ok().map(|memory| memory.free),
        }
    }

    /// After a context was opened: finds out under which pid the driver knows us, and says what
    /// the context took.
    ///
    /// In a container the driver may list the pids of the machine, which we cannot learn. The one
    /// that appeared while the context was being opened is ours then.
    pub(super) fn recognise_ourselves(&mut self, before: &Occupancy) -> Option<Bytes> {
        let after = self.occupancy();
        if let (Some(old), Some(new)) = (&before.processes, &after.processes)
            && !new.iter().any(|process| process.pid == self.own_pid)
        {
            let appeared = |p: &&ProcessInfo| !old.iter().any(|known| known.pid == p.pid);
            let mut candidates = new.iter().filter(appeared);
            if let (Some(process), None) = (candidates.next(), candidates.next()) {
                self.own_pid = process.pid;
            }
        }
        let listed = after.processes.and_then(|all| vram_of(&all, self.own_pid));
        let taken = || before.free?.checked_sub(after.free?).map(Bytes);
        listed.or_else(taken)
    }

    /// Asks the driver to prefer maximum performance for as long as this process lives, and
    /// checks that it took the request.
    pub(super) fn prefer_maximum_performance(&mut self) -> Result<(), GpuError> {
        if self.power_mizer_before.is_some() {
            return Ok(());
        }
        let mut device = self.device()?;
        let read = |device: &Device| {
            device
                .power_mizer_mode()
                .map_err(|e| failed("nvmlDeviceGetPowerMizerMode_v1", e))
        };
        let unsupported = |message| Err(GpuError::new(GpuErrorKind::NotSupported, message));
        let before = read(&device)?;
        if !before
            .supported
            .contains(PowerMizerModes::PREFER_MAXIMUM_PERFORMANCE)
        {
            return unsupported(
                "nvmlDeviceGetPowerMizerMode_v1: this GPU has no mode that prefers maximum performance",
            );
        }
        device
            .set_power_mizer_mode(PowerMizerMode::PreferMaximumPerformance)
            .map_err(|e| failed("nvmlDeviceSetPowerMizerMode_v1", e))?;
        let accepted = read(&device)?.current == PowerMizerMode::PreferMaximumPerformance;
        self.power_mizer_before = Some(before.current);
        if !accepted {
            self.restore_preference();
            return unsupported(
                "nvmlDeviceSetPowerMizerMode_v1: accepted, but the mode did not change",
            );
        }
        Ok(())
    }

    /// Undoes [`Observed::prefer_maximum_performance`]. The driver does the same when this process
    /// ends, so a refusal is only logged.
    pub(super) fn restore_preference(&mut self) {
        let Some(mode) = self.power_mizer_before.take() else {
            return;
        };
        let restored = self.device().and_then(|mut device| {
            device
                .set_power_mizer_mode(mode)
                .map_err(|e| failed("nvmlDeviceSetPowerMizerMode_v1", e))
        });
        if let Err(error) = restored {
            tracing::warn!("the PowerMizer mode was not restored: {error}");
        }
    }

    fn device(&self) -> Result<Device<'_>, GpuError> {
        self.nvml
            .device_by_index(self.index)
            .map_err(|e| failed("nvmlDeviceGetHandleByIndex", e))
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        self.restore_preference();
    }
}

/// What [`Observed::occupancy`] saw.
#[derive(Default)]
pub(super) struct Occupancy {
    processes: Option<Vec<ProcessInfo>>,
    free: Option<u64>,
}

fn open_library() -> Result<Nvml, GpuError> {
    let mut first = None;
    for path in library_paths() {
        match Nvml::builder().lib_path(path.as_os_str()).init() {
            Ok(nvml) => return Ok(nvml),
            Err(error @ NvmlError::LibloadingError(_)) => first = first.or(Some(error)),
            Err(error) => return Err(failed("nvmlInit_v2", error)),
        }
    }
    Err(first.map_or_else(
        || GpuError::new(GpuErrorKind::NvmlMissing, "no place to look for NVML"),
        |error| failed("NVML", error),
    ))
}

#[cfg(not(windows))]
fn library_paths() -> Vec<PathBuf> {
    vec![PathBuf::from("libnvidia-ml.so.1")]
}

/// Full paths, so that no file of that name in the working folder is ever loaded.
#[cfg(windows)]
fn library_paths() -> Vec<PathBuf> {
    use std::{env::var_os, fs};

    let system = var_os("SystemRoot").map(|root| PathBuf::from(root).join("System32"));
    let mut paths: Vec<_> = system.iter().map(|dir| dir.join("nvml.dll")).collect();
    if let Some(programs) = var_os("ProgramW6432") {
        paths.push(PathBuf::from(programs).join(r"NVIDIA Corporation\NVSMI\nvml.dll"));
    }
    let store = system.and_then(|dir| fs::read_dir(dir.join(r"DriverStore\FileRepository")).ok());
    let packages = store.into_iter().flatten().flatten();
    paths.extend(
        packages
            .filter(|package| package.file_name().to_string_lossy().starts_with("nv"))
            .map(|package| package.path().join("nvml.dll"))
            .filter(|path| path.is_file()),
    );
    paths
}

/// A reading, or `None` when the driver does not give it; an error only when the GPU is gone.
fn told<T>(what: &str, reading: Result<T, NvmlError>) -> Result<Option<T>, GpuError> {
    match reading {
        Ok(value) => Ok(Some(value)),
        Err(error) if is_gone(&error) => Err(failed(what, error)),
        Err(error) => {
            tracing::trace!("{what}: {error}");
            Ok(None)
        }
    }
}

fn is_gone(error: &NvmlError) -> bool {
    use NvmlError::*;
    matches!(
        error,
        GpuLost | ResetRequired | LibRmVersionMismatch | DriverNotLoaded | Uninitialized
    )
}

fn failed(call: &str, error: NvmlError) -> GpuError {
    use GpuErrorKind as Kind;
    use NvmlError::*;
    let kind = match &error {
        LibloadingError(_) | LibraryNotFound => Kind::NvmlMissing,
        FailedToLoadSymbol(_) | FunctionNotFound => Kind::DriverTooOld,
        LibRmVersionMismatch => Kind::VersionMismatch,
        DriverNotLoaded => Kind::DriverNotLoaded,
        GpuLost | ResetRequired => Kind::GpuLost,
        // Refused by cgroups: the user's container or service may not use the device.
        NoPermission | OperatingSystem => Kind::NoPermission,
        NotSupported => Kind::NotSupported,
        _ => Kind::Other,
    };
    GpuError::new(kind, format!("{call}: {error}"))
}

/// All bits, the unknown ones of newer drivers included.
fn clocks_event_reasons(device: &Device) -> Result<Option<ClocksEventReasons>, GpuError> {
    let bits = match device.current_throttle_reasons_strict() {
        Ok(known) => Ok(known.bits()),
        // The strict reading hands back every bit when it does not know one of them.
        Err(NvmlError::IncorrectBits(Bits::U64(all))) => Ok(all),
        Err(error) => Err(error),
    };
    Ok(told("clocks event reasons", bits)?.map(ClocksEventReasons))
}

fn power_source(device: &Device) -> Result<Option<PowerSource>, GpuError> {
    /// `NVML_POWER_SOURCE_UNDERSIZED` of nvml.h, which the binding's enum lacks.
    const UNDERSIZED: u32 = 2;
    let source = match device.power_source() {
        Ok(enums::PowerSource::Ac) => Ok(PowerSource::Ac),
        Ok(enums::PowerSource::Battery) => Ok(PowerSource::Battery),
        Err(NvmlError::UnexpectedVariant(UNDERSIZED)) => Ok(PowerSource::UndersizedAdapter),
        Err(error) => Err(error),
    };
    told("power source", source)
}

/// The busiest other process since the time stamp `seen`, and the newest time stamp.
///
/// The first look finds samples of unknown age, so it says nothing and only takes note of their
/// time. Processes that merely draw, such as a compositor, do not count.
fn other_utilization(
    device: &Device,
    own_pid: u32,
    seen: Option<u64>,
    compute: &Option<Vec<ProcessInfo>>,
) -> Result<(Option<Percent>, Option<u64>), GpuError> {
    let stats = match device.process_utilization_stats(seen) {
        // No sample is newer than `seen`: nobody did anything.
        Err(NvmlError::NotFound) => Ok(Vec::new()),
        stats => stats,
    };
    let Some(stats) = told("process utilization", stats)? else {
        return Ok((None, None));
    };
    let newest = stats.iter().map(|sample| sample.timestamp).max().or(seen);
    if seen.is_none() && newest.is_some() {
        return Ok((None, newest));
    }
    let drawing = told("graphics processes", device.running_graphics_processes())?;
    let listed = |list: &Option<Vec<ProcessInfo>>, pid| {
        list.iter().flatten().any(|process| process.pid == pid)
    };
    let busiest = stats
        .iter()
        .filter(|sample| sample.pid != own_pid && seen.is_none_or(|seen| sample.timestamp > seen))
        .filter(|sample| listed(compute, sample.pid) || !listed(&drawing, sample.pid))
        .map(|sample| sample.sm_util)
        .max();
    Ok((
        Some(Percent(busiest.unwrap_or(0).min(100))),
        newest.or(Some(0)),
    ))
}

fn others(processes: Vec<ProcessInfo>, own_pid: u32) -> Vec<ComputeProcess> {
    let others = processes.into_iter().filter(|p| p.pid != own_pid);
    others
        .map(|process| ComputeProcess {
            pid: process.pid,
            vram: used(&process),
        })
        .collect()
}

/// `None` when the driver does not list that process, which says nothing where it lists none.
fn vram_of(processes: &[ProcessInfo], pid: u32) -> Option<Bytes> {
    used(processes.iter().find(|process| process.pid == pid)?)
}

fn used(process: &ProcessInfo) -> Option<Bytes> {
    match process.used_gpu_memory {
        UsedGpuMemory::Used(bytes) => Some(Bytes(bytes)),
        UsedGpuMemory::Unavailable => None,
    }
}

fn celsius(degrees: u32) -> Celsius {
    Celsius(i32::try_from(degrees).unwrap_or(i32::MAX))
}
