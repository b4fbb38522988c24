//! One GPU, looked at.

use std::time::Duration;

use gpu_keepalive_core::{
    Moment,
    gpu::{
        ClocksEventReasons, ComputeProcess, GpuError, GpuErrorKind, GpuUuid, Inspection, PState,
        PowerSource, Sample,
    },
    units::{Bytes, Joules, Megahertz, Percent, Watts},
};
use nvml_wrapper::{
    Device, Nvml,
    bitmasks::device::PowerMizerModes,
    enum_wrappers::device::{Clock, TemperatureSensor},
    enums::device::{self as enums, PowerMizerMode, UsedGpuMemory},
    error::{Bits, NvmlError},
    struct_wrappers::device::ProcessInfo,
};

use super::{celsius, failed, open_library, told};
use crate::{clock, driver::PowerMizer};

/// One GPU opened through NVML. Dropping it restores what was set and closes the library.
pub(in crate::driver) struct Observed {
    nvml: Nvml,
    /// NVML's index, which is stable for as long as the library stays open.
    index: u32,
    /// The pid by which the driver knows this process; see [`Observed::recognise_ourselves`].
    own_pid: u32,
    /// Newest time stamp of the driver's utilization samples, in its own microseconds.
    utilization_seen: Option<u64>,
    /// When the energy counter was last read.
    energy_read: Option<Moment>,
    /// The PowerMizer mode to restore, while ours is set.
    power_mizer_before: Option<PowerMizerMode>,
}

/// The energy counter is read at most this often: one reading took 3.5 ms of CPU time on an H200
/// (driver 580.159.04), where everything else together takes 0.2 ms. In between, energy is the
/// integral of power.
const ENERGY_EVERY: Duration = Duration::from_secs(60);

impl Observed {
    /// Opens the library and finds that GPU.
    pub(in crate::driver) fn open(uuid: &GpuUuid) -> Result<Self, GpuError> {
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
            energy_read: None,
            power_mizer_before: None,
        })
    }

    /// One look.
    ///
    /// # Errors
    /// Only when the GPU or the driver as a whole is gone; a reading that fails is `None`.
    pub(in crate::driver) fn sample(&mut self) -> Result<Sample, GpuError> {
        let (own_pid, seen) = (self.own_pid, self.utilization_seen);
        let now = clock::Clock::Boot.now();
        let energy_due = self
            .energy_read
            .is_none_or(|at| now.since(at) >= ENERGY_EVERY);
        let device = self.device()?;
        let processes = told("compute processes", device.running_compute_processes())?;
        let (other_utilization, newest) = other_utilization(&device, own_pid, seen, &processes)?;
        let temperature = device.temperature(TemperatureSensor::Gpu);
        let energy = match energy_due {
            true => told("energy", device.total_energy_consumption())?,
            false => None,
        };
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
        if energy_due {
            self.energy_read = Some(now);
        }
        Ok(sample)
    }

    /// How it is set up.
    ///
    /// # Errors
    /// As [`Observed::sample`].
    pub(in crate::driver) fn inspect(&self) -> Result<Inspection, GpuError> {
        let device = self.device()?;
        let megahertz = |clock: Option<u32>| clock.map(Megahertz);
        let watts =
            |limit: Option<u32>| limit.map(|milliwatts| Watts(f64::from(milliwatts) / 1000.0));
        let set = device.applications_clock(Clock::SM);
        let default = device.default_applications_clock(Clock::SM);
        let default_limit = device.power_management_limit_default();
        Ok(Inspection {
            persistence_mode: persistence_mode(&device)?,
            applications_clock: megahertz(told("applications clock", set)?),
            default_applications_clock: megahertz(told("default applications clock", default)?),
            power_limit: watts(told("power limit", device.enforced_power_limit())?),
            default_power_limit: watts(told("default power limit", default_limit)?),
        })
    }

    /// Who has a compute context, and how much memory is free, for a comparison around a hold.
    pub(in crate::driver) fn occupancy(&self) -> Occupancy {
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
    pub(in crate::driver) fn recognise_ourselves(&mut self, before: &Occupancy) -> Option<Bytes> {
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

    /// The performance preference in force and those there are, in the driver's names.
    pub(in crate::driver) fn preferences(&self) -> Result<PowerMizer, GpuError> {
        let modes = self
            .device()?
            .power_mizer_mode()
            .map_err(|e| failed("nvmlDeviceGetPowerMizerMode_v1", e))?;
        Ok(PowerMizer {
            current: format!("{:?}", modes.current),
            supported: modes
                .supported
                .iter_names()
                .map(|(name, _)| name.to_owned())
                .collect(),
        })
    }

    /// Asks the driver to prefer maximum performance for as long as this process lives, and
    /// checks that it took the request.
    pub(in crate::driver) fn prefer_maximum_performance(&mut self) -> Result<(), GpuError> {
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
    pub(in crate::driver) fn restore_preference(&mut self) {
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
pub(in crate::driver) struct Occupancy {
    processes: Option<Vec<ProcessInfo>>,
    free: Option<u64>,
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

#[cfg(target_os = "linux")]
fn persistence_mode(device: &Device) -> Result<Option<bool>, GpuError> {
    told("persistence mode", device.is_in_persistent_mode())
}

/// Elsewhere the driver always stays initialised.
#[cfg(not(target_os = "linux"))]
fn persistence_mode(_: &Device) -> Result<Option<bool>, GpuError> {
    Ok(None)
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
    // Asking took 1.4 ms of CPU time on an H200; who has no context computes nothing.
    if compute
        .as_ref()
        .is_some_and(|all| all.iter().all(|process| process.pid == own_pid))
    {
        return Ok((Some(Percent(0)), seen));
    }
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
