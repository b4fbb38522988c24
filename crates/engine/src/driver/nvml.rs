//! Samples a GPU, and sets the driver's own performance preference, through NVML.
//!
//! Only this module names `nvml_wrapper`. Needs no CUDA and takes no VRAM.

#![allow(
    clippy::disallowed_methods,
    reason = "in the driver process, which has deadlines"
)]

use std::path::{Path, PathBuf};

use gpu_keepalive_core::{
    gpu::{
        GpuError, GpuErrorKind, GpuInfo, GpuList, LeftOut, LeftOutGpu,
        plausible::{self, RawMemory},
    },
    models::gbps_of_memory,
};
use nvml_wrapper::{
    Nvml,
    enum_wrappers::device::{Clock, TemperatureThreshold},
    error::NvmlError,
    struct_wrappers::device::MemoryInfo,
};

use super::library;

mod observed;
mod others;
mod seldom;

pub(super) use observed::Observed;

/// All GPUs that the driver lists, in its order. One that does not identify itself, or cannot be
/// opened, is among those left out.
pub(super) fn list() -> Result<GpuList, GpuError> {
    let nvml = open_library()?;
    let count = nvml
        .device_count()
        .map_err(|e| failed("nvmlDeviceGetCount", e))?;
    let Some(count) = plausible::gpu_count(count.into()) else {
        let message = format!("nvmlDeviceGetCount: {count} GPUs are more than there can be");
        return Err(GpuError::new(GpuErrorKind::Other, message));
    };
    let driver_version = nvml
        .sys_driver_version()
        .map_err(|e| failed("nvmlSystemGetDriverVersion", e))?;
    let mut list = GpuList::default();
    for index in 0..count {
        list.add(describe(&nvml, index, &driver_version));
    }
    list.usable()
}

fn describe(nvml: &Nvml, index: u32, driver_version: &str) -> Result<GpuInfo, LeftOutGpu> {
    let left_out = |why, name: Option<&String>, error| LeftOutGpu {
        index,
        name: name.cloned(),
        why,
        error,
    };
    let device = nvml
        .device_by_index(index)
        .map_err(|e| failed("nvmlDeviceGetHandleByIndex", e))
        .map_err(|error| left_out(LeftOut::NotOpened, None, error))?;
    let name = reported("nvmlDeviceGetName", device.name())
        .map_err(|error| left_out(LeftOut::NotOpened, None, error))?
        .and_then(|name| plausible::name(&name));
    let name = name.as_ref();
    let uuid = read_text("nvmlDeviceGetUUID", device.uuid(), plausible::uuid)
        .map_err(|error| left_out(LeftOut::NoUuid, name, error))?;
    let address = device.pci_info().map(|pci| pci.bus_id);
    let pci_bus_id = read_text("nvmlDeviceGetPciInfo", address, plausible::pci_bus_id)
        .map_err(|error| left_out(LeftOut::NoPciAddress, name, error))?;
    let gone = |error| left_out(LeftOut::NotOpened, name, error);
    let capability =
        reported("compute capability", device.cuda_compute_capability()).map_err(gone)?;
    let memory = reported("memory", device.memory_info()).map_err(gone)?;
    let clock = reported("maximum SM clock", device.max_clock_info(Clock::SM)).map_err(gone)?;
    let slowdown = device.temperature_threshold(TemperatureThreshold::Slowdown);
    let slowdown = reported("slowdown temperature", slowdown).map_err(gone)?;
    let memory_clock = device.max_clock_info(Clock::Memory);
    let memory_clock = reported("maximum memory clock", memory_clock)
        .map_err(gone)?
        .and_then(|mhz| plausible::memory_clock(mhz.into()));
    let memory_bus = reported("memory bus", device.memory_bus_width()).map_err(gone)?;
    Ok(GpuInfo {
        index,
        uuid,
        name: name
            .cloned()
            .unwrap_or_else(|| plausible::UNNAMED.to_owned()),
        pci_bus_id,
        vram_total: memory.and_then(|memory| raw_memory(&memory).total()),
        driver_version: driver_version.to_owned(),
        compute_capability: capability
            .and_then(|c| plausible::compute_capability(widened(c.major), widened(c.minor))),
        sm_clock_max: clock.and_then(|mhz| plausible::sm_clock(mhz.into())),
        slowdown_temperature: slowdown.and_then(|c| plausible::slowdown_temperature(c.into())),
        memory_bandwidth_gbps: memory_clock
            .zip(memory_bus)
            .and_then(|(clock, bus)| gbps_of_memory(clock.0, bus)),
    })
}

/// A text that passes the gate, or an error that has what was given instead.
fn read_text<T>(
    call: &str,
    reading: Result<String, NvmlError>,
    gate: fn(&str) -> Option<T>,
) -> Result<T, GpuError> {
    let text = reading.map_err(|e| failed(call, e))?;
    gate(&text).ok_or_else(|| {
        let given = text.escape_debug();
        GpuError::new(
            GpuErrorKind::Other,
            format!("{call}: the driver gives “{given}”"),
        )
    })
}

/// With its sign, which makes a negative number too large for every gate.
fn widened(number: i32) -> u64 {
    i64::from(number) as u64
}

fn raw_memory(memory: &MemoryInfo) -> RawMemory {
    RawMemory {
        total: memory.total,
        used: memory.used,
        free: memory.free,
    }
}

fn open_library() -> Result<Nvml, GpuError> {
    load_library().map_err(|error| error.explained(library::host(Path::new("/"))))
}

fn load_library() -> Result<Nvml, GpuError> {
    let mut newest = None;
    for path in library_paths() {
        match Nvml::builder().lib_path(path.as_os_str()).init() {
            Ok(nvml) => return Ok(nvml),
            Err(error @ NvmlError::LibloadingError(_)) => newest = Some(error),
            Err(error) => return Err(failed("nvmlInit_v2", error)),
        }
    }
    Err(newest.map_or_else(
        || GpuError::new(GpuErrorKind::NvmlMissing, "no place to look for NVML"),
        |error| failed("NVML", error),
    ))
}

#[cfg(not(windows))]
fn library_paths() -> Vec<PathBuf> {
    library::nvml_paths(Path::new("/"))
}

#[cfg(windows)]
fn library_paths() -> Vec<PathBuf> {
    library::nvml_paths()
}

/// A reading, or `None` when the driver does not give it; an error only when the GPU is gone.
fn reported<T>(what: &str, reading: Result<T, NvmlError>) -> Result<Option<T>, GpuError> {
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
    let message = match error {
        LibloadingError(error) => format!("{call} cannot be loaded: {error}"),
        error => format!("{call}: {error}"),
    };
    GpuError::new(kind, message)
}
