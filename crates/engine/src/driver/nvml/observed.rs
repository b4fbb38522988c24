//! One GPU that is sampled.

use std::time::Duration;

use gpu_keepalive_core::{
    gpu::{
        ClocksEventReasons, DriverModel, GpuError, GpuErrorKind, GpuUuid, Inspection, PcieLink,
        PowerSource, Sample,
        plausible::{self, RawMemory},
    },
    units::{Bytes, Joules},
};
use nvml_wrapper::{
    Device, Nvml,
    bitmasks::device::PowerMizerModes,
    enum_wrappers::device::{Clock, TemperatureSensor},
    enums::device::{self as enums, PowerMizerMode},
    error::{Bits, NvmlError},
    struct_wrappers::device::ProcessInfo,
    structs::device::PowerMizerModeInfo,
};

use super::{failed, open_library, others::Others, raw_memory, reported, seldom::Seldom};
use crate::{clock, driver::PowerMizer};

/// One GPU opened through NVML. Dropping it restores what was set and closes the library.
pub(in crate::driver) struct Observed {
    nvml: Nvml,
    /// NVML's index, which is stable for as long as the library stays open.
    index: u32,
    others: Others,
    energy: Seldom<Option<Joules>>,
    power_source: Seldom<Option<PowerSource>>,
    /// The PowerMizer mode to restore, while ours is set.
    power_mizer_before: Option<PowerMizerMode>,
}

/// The energy counter is read this often: one reading takes 2.5 to 3.5 ms of processor time on an
/// H200 (driver 580.159.04), where the readings of every sample take 0.2 ms together.
const ENERGY_EVERY: Duration = Duration::from_secs(120);
/// The GPU's power source is read this often; 0.25 to 0.5 ms there. The machine reports its battery
/// by itself; only an undersized adapter is known from here alone.
const POWER_SOURCE_EVERY: Duration = Duration::from_secs(30);

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
            others: Others::new(),
            energy: Seldom::new(ENERGY_EVERY),
            power_source: Seldom::new(POWER_SOURCE_EVERY),
            power_mizer_before: None,
        })
    }

    /// One sample.
    ///
    /// # Errors
    /// Only when the GPU or the driver as a whole is gone; a reading that fails is `None`.
    pub(in crate::driver) fn sample(&mut self) -> Result<Sample, GpuError> {
        let now = clock::Clock::Boot.now();
        let device = open_device(&self.nvml, self.index)?;
        let utilization = reported("utilization", device.utilization_rates())?
            .and_then(|rates| plausible::utilization(rates.gpu.into()));
        let memory = reported("memory", device.memory_info())?.map(|memory| raw_memory(&memory));
        let total = memory.and_then(RawMemory::total);
        let usage = self
            .others
            .usage(&self.nvml, &device, utilization, total, now)?;
        let energy = self.energy.when_due(now, || {
            let counter = reported("energy", device.total_energy_consumption());
            counter.map(|counter| counter.and_then(plausible::energy))
        })?;
        let source = self.power_source.or_last(now, || power_source(&device))?;
        let temperature = device.temperature(TemperatureSensor::Gpu);
        Ok(Sample {
            pstate: reported("P-state", device.performance_state())?
                .and_then(|state| plausible::pstate(state.as_c().into())),
            sm_clock: reported("SM clock", device.clock_info(Clock::SM))?
                .and_then(|mhz| plausible::sm_clock(mhz.into())),
            memory_clock: reported("memory clock", device.clock_info(Clock::Memory))?
                .and_then(|mhz| plausible::memory_clock(mhz.into())),
            temperature: reported("temperature", temperature)?
                .and_then(|degrees| plausible::temperature(degrees.into())),
            power: reported("power", device.power_usage())?
                .and_then(|milliwatts| plausible::power(milliwatts.into())),
            energy: energy.flatten(),
            utilization,
            other_utilization: usage.other_utilization,
            process_utilization: usage.process_utilization,
            drawing: usage.drawing,
            names_processes: usage.names_processes,
            first: usage.first,
            clocks_event_reasons: clocks_event_reasons(&device)?,
            vram_free: memory.and_then(RawMemory::free),
            vram_ours: usage.vram_ours,
            compute_processes: usage.compute_processes,
            power_source: source,
        })
    }

    /// Reads its set-up.
    ///
    /// # Errors
    /// As [`Observed::sample`].
    pub(in crate::driver) fn inspect(&self) -> Result<Inspection, GpuError> {
        let device = self.device()?;
        let megahertz = |clock: Option<u32>| plausible::sm_clock(clock?.into());
        let watts = |limit: Option<u32>| plausible::power(limit?.into());
        let set = device.applications_clock(Clock::SM);
        let default = device.default_applications_clock(Clock::SM);
        let default_limit = device.power_management_limit_default();
        Ok(Inspection {
            persistence_mode: persistence_mode(&device)?,
            applications_clock: megahertz(reported("applications clock", set)?),
            default_applications_clock: megahertz(reported("default applications clock", default)?),
            power_limit: watts(reported("power limit", device.enforced_power_limit())?),
            default_power_limit: watts(reported("default power limit", default_limit)?),
            vbios: reported("VBIOS version", device.vbios_version())?
                .and_then(|version| plausible::vbios(&version)),
            pcie: pcie_link(&device)?,
            driver_model: driver_model(&device)?,
        })
    }

    /// Returns the compute processes and the free memory, for a comparison around a hold.
    pub(in crate::driver) fn occupancy(&self) -> Occupancy {
        let Ok(device) = self.device() else {
            return Occupancy::default();
        };
        Occupancy {
            processes: device.running_compute_processes().ok(),
            memory: device.memory_info().ok().map(|memory| raw_memory(&memory)),
        }
    }

    /// After a context was opened: finds the pid by which the driver knows us. Returns the
    /// resources that the context took.
    ///
    /// In a container the driver may list the pids of the machine, which we cannot learn. The one
    /// that appeared while the context was being opened is ours then.
    pub(in crate::driver) fn recognise_ourselves(&mut self, before: &Occupancy) -> Option<Bytes> {
        let after = self.occupancy();
        if let (Some(old), Some(new)) = (&before.processes, &after.processes)
            && !new.iter().any(|process| process.pid == self.others.own_pid)
        {
            let appeared = |p: &&ProcessInfo| {
                let is_new = !old.iter().any(|known| known.pid == p.pid);
                is_new && plausible::pid(p.pid.into()).is_some()
            };
            let mut candidates = new.iter().filter(appeared);
            if let (Some(process), None) = (candidates.next(), candidates.next()) {
                self.others.own_pid = process.pid;
            }
        }
        let total = after.memory.and_then(RawMemory::total);
        let listed = after.processes.as_ref();
        let listed = listed.and_then(|all| self.others.vram_of_us(all, total));
        let taken = || Some(Bytes(before.free()?.0.checked_sub(after.free()?.0)?));
        listed.or_else(taken)
    }

    /// The performance preference in force and those there are, in the driver's names.
    pub(in crate::driver) fn preferences(&self) -> Result<PowerMizer, GpuError> {
        let modes = power_mizer(&self.device()?)?;
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
        let unsupported = |message| Err(GpuError::new(GpuErrorKind::NotSupported, message));
        let before = power_mizer(&device)?;
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
        let accepted = power_mizer(&device)?.current == PowerMizerMode::PreferMaximumPerformance;
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
        open_device(&self.nvml, self.index)
    }
}

/// Borrows the library alone, so that what follows the GPU can change meanwhile.
fn open_device(nvml: &Nvml, index: u32) -> Result<Device<'_>, GpuError> {
    nvml.device_by_index(index)
        .map_err(|e| failed("nvmlDeviceGetHandleByIndex", e))
}

impl Drop for Observed {
    fn drop(&mut self) {
        self.restore_preference();
    }
}

/// The result of [`Observed::occupancy`].
#[derive(Default)]
pub(in crate::driver) struct Occupancy {
    processes: Option<Vec<ProcessInfo>>,
    memory: Option<RawMemory>,
}

impl Occupancy {
    fn free(&self) -> Option<Bytes> {
        self.memory.and_then(RawMemory::free)
    }
}

/// All bits, the unknown ones of newer drivers included.
fn clocks_event_reasons(device: &Device) -> Result<Option<ClocksEventReasons>, GpuError> {
    let bits = match device.current_throttle_reasons_strict() {
        Ok(known) => Ok(known.bits()),
        // The strict reading hands back every bit when it does not know one of them.
        Err(NvmlError::IncorrectBits(Bits::U64(all))) => Ok(all),
        Err(error) => Err(error),
    };
    Ok(reported("clocks event reasons", bits)?.and_then(plausible::clocks_event_reasons))
}

#[cfg(target_os = "linux")]
fn persistence_mode(device: &Device) -> Result<Option<bool>, GpuError> {
    reported("persistence mode", device.is_in_persistent_mode())
}

/// Elsewhere the driver always stays initialised.
#[cfg(not(target_os = "linux"))]
fn persistence_mode(_: &Device) -> Result<Option<bool>, GpuError> {
    Ok(None)
}

fn pcie_link(device: &Device) -> Result<PcieLink, GpuError> {
    let generation = |raw: Option<u32>| plausible::pcie_generation(raw?.into());
    let width = |raw: Option<u32>| plausible::pcie_width(raw?.into());
    Ok(PcieLink {
        generation: generation(reported("PCIe generation", device.current_pcie_link_gen())?),
        width: width(reported("PCIe width", device.current_pcie_link_width())?),
        max_generation: generation(reported("PCIe generation", device.max_pcie_link_gen())?),
        max_width: width(reported("PCIe width", device.max_pcie_link_width())?),
    })
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
    reported("power source", source)
}

fn power_mizer(device: &Device) -> Result<PowerMizerModeInfo, GpuError> {
    let modes = device.power_mizer_mode();
    modes.map_err(|e| failed("nvmlDeviceGetPowerMizerMode_v1", e))
}

#[cfg(windows)]
fn driver_model(device: &Device) -> Result<Option<DriverModel>, GpuError> {
    use nvml_wrapper::enum_wrappers::device::DriverModel as Reported;
    // A model that the binding does not know, such as MCDM, is an error of its own.
    let model = reported("driver model", device.driver_model())?;
    Ok(model.map(|state| match state.current {
        Reported::WDDM => DriverModel::Wddm,
        Reported::WDM => DriverModel::Tcc,
    }))
}

#[cfg(not(windows))]
fn driver_model(_: &Device) -> Result<Option<DriverModel>, GpuError> {
    Ok(None)
}
