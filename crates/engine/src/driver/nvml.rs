//! Looking at a GPU, and the driver's own performance preference, through NVML.
//!
//! Only this module names `nvml_wrapper`. Needs no CUDA and takes no VRAM.

#![allow(
    clippy::disallowed_methods,
    reason = "in the driver process, which has deadlines"
)]

use std::path::PathBuf;

use gpu_keepalive_core::{
    gpu::{ComputeCapability, GpuError, GpuErrorKind, GpuInfo, GpuUuid},
    models::gbps_of_memory,
    units::{Bytes, Celsius, Megahertz},
};
use nvml_wrapper::{
    Nvml,
    enum_wrappers::device::{Clock, TemperatureThreshold},
    error::NvmlError,
};

mod observed;
mod others;
mod seldom;

pub(super) use observed::Observed;

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
    let capability = reported("compute capability", device.cuda_compute_capability())?;
    let slowdown = device.temperature_threshold(TemperatureThreshold::Slowdown);
    let memory_clock = reported("maximum memory clock", device.max_clock_info(Clock::Memory))?;
    let memory_bus = reported("memory bus", device.memory_bus_width())?;
    Ok(GpuInfo {
        index,
        uuid: GpuUuid(uuid),
        name,
        pci_bus_id,
        vram_total: reported("memory", device.memory_info())?.map_or(Bytes(0), |m| Bytes(m.total)),
        driver_version: driver_version.to_owned(),
        compute_capability: capability.and_then(|c| {
            Some(ComputeCapability {
                major: c.major.try_into().ok()?,
                minor: c.minor.try_into().ok()?,
            })
        }),
        sm_clock_max: reported("maximum SM clock", device.max_clock_info(Clock::SM))?
            .map(Megahertz),
        slowdown_temperature: reported("slowdown temperature", slowdown)?.map(celsius),
        memory_bandwidth_gbps: memory_clock
            .zip(memory_bus)
            .and_then(|(clock, bus)| gbps_of_memory(clock, bus)),
    })
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

fn celsius(degrees: u32) -> Celsius {
    Celsius(i32::try_from(degrees).unwrap_or(i32::MAX))
}
