//! `libnvidia-ml.so.1`: the functions that GPU Keepalive calls.

use std::{
    ffi::{CStr, c_char, c_int, c_uint, c_ulonglong, c_void},
    ptr,
    sync::atomic::{AtomicUsize, Ordering},
};

use crate::state::{self, bytes, call, gpu_count, number, text, uuid};

/// A GPU's position plus one.
type Device = *mut c_void;

// nvmlReturn_t
const SUCCESS: c_int = 0;
const INVALID_ARGUMENT: c_int = 2;
const NOT_SUPPORTED: c_int = 3;
const NOT_FOUND: c_int = 6;
const INSUFFICIENT_SIZE: c_int = 7;

/// `NVML_VALUE_NOT_AVAILABLE`.
const NOT_AVAILABLE: u64 = u64::MAX;
/// The offset that a machine adds to the pids of a container.
const HOST_PID_OFFSET: u32 = 1_000_000;

static INITS: AtomicUsize = AtomicUsize::new(0);

#[unsafe(no_mangle)]
pub extern "C" fn nvmlInit_v2() -> c_int {
    call("nvmlInit_v2", || {
        let handle = INITS.fetch_add(1, Ordering::SeqCst) + 1;
        state::opened("nvml", handle, 0);
        SUCCESS
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn nvmlShutdown() -> c_int {
    call("nvmlShutdown", || {
        let handle = INITS.fetch_sub(1, Ordering::SeqCst);
        state::closed("nvml", handle);
        SUCCESS
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlSystemGetDriverVersion(out: *mut c_char, length: c_uint) -> c_int {
    call("nvmlSystemGetDriverVersion", || unsafe {
        write_text(b"580.159.04", out, length)
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetCount_v2(out: *mut c_uint) -> c_int {
    call("nvmlDeviceGetCount_v2", || unsafe {
        write(Some(gpu_count() as c_uint), out)
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetHandleByIndex_v2(index: c_uint, out: *mut Device) -> c_int {
    call("nvmlDeviceGetHandleByIndex_v2", || {
        if index as usize >= gpu_count() {
            return INVALID_ARGUMENT;
        }
        unsafe { *out = ptr::without_provenance_mut(index as usize + 1) };
        SUCCESS
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetHandleByUUID(name: *const c_char, out: *mut Device) -> c_int {
    call("nvmlDeviceGetHandleByUUID", || {
        let wanted = unsafe { CStr::from_ptr(name) }.to_string_lossy();
        match (0..gpu_count()).find(|index| uuid(*index) == wanted) {
            Some(index) => unsafe {
                *out = ptr::without_provenance_mut(index + 1);
                SUCCESS
            },
            None => NOT_FOUND,
        }
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetIndex(device: Device, out: *mut c_uint) -> c_int {
    call("nvmlDeviceGetIndex", || unsafe {
        write(Some(device.addr() as c_uint - 1), out)
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetUUID(
    device: Device,
    out: *mut c_char,
    length: c_uint,
) -> c_int {
    call("nvmlDeviceGetUUID", || unsafe {
        let given = bytes("uuid").unwrap_or_else(|| uuid(device.addr() - 1).into());
        write_text(&given, out, length)
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetName(_: Device, out: *mut c_char, length: c_uint) -> c_int {
    call("nvmlDeviceGetName", || unsafe {
        write_text(&bytes("name").unwrap_or("Fake GPU".into()), out, length)
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetVbiosVersion(
    _: Device,
    out: *mut c_char,
    length: c_uint,
) -> c_int {
    call("nvmlDeviceGetVbiosVersion", || match bytes("vbios") {
        Some(version) => unsafe { write_text(&version, out, length) },
        None => NOT_SUPPORTED,
    })
}

/// `nvmlPciInfo_t`
#[repr(C)]
pub struct PciInfo {
    legacy_id: [c_char; 16],
    domain: c_uint,
    bus: c_uint,
    device: c_uint,
    device_id: c_uint,
    subsystem_id: c_uint,
    id: [c_char; 32],
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetPciInfo_v3(device: Device, out: *mut PciInfo) -> c_int {
    call("nvmlDeviceGetPciInfo_v3", || unsafe {
        let id = format!("00000000:{:02X}:00.0", device.addr());
        let id = bytes("pci").unwrap_or(id.into());
        write_text(&id, (&raw mut (*out).id).cast(), 32)
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetCudaComputeCapability(
    _: Device,
    major: *mut c_int,
    minor: *mut c_int,
) -> c_int {
    call("nvmlDeviceGetCudaComputeCapability", || {
        let Some(capability) = number("compute_capability") else {
            return NOT_SUPPORTED;
        };
        // −1 is a sentinel in both.
        let (first, second) = match capability {
            u64::MAX => (-1, -1),
            _ => ((capability / 10) as c_int, (capability % 10) as c_int),
        };
        unsafe {
            *major = first;
            *minor = second;
        }
        SUCCESS
    })
}

/// `nvmlMemory_v2_t`
#[repr(C)]
pub struct Memory {
    version: c_uint,
    total: c_ulonglong,
    reserved: c_ulonglong,
    free: c_ulonglong,
    used: c_ulonglong,
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetMemoryInfo_v2(_: Device, out: *mut Memory) -> c_int {
    call("nvmlDeviceGetMemoryInfo_v2", || {
        let Some(total) = number("vram_total") else {
            return NOT_SUPPORTED;
        };
        let ours = state::holders().values().sum::<u64>();
        let used = number("vram_used").unwrap_or(0).wrapping_add(ours);
        unsafe {
            (*out).total = total;
            (*out).used = used;
            (*out).free = number("vram_free").unwrap_or(total.wrapping_sub(used));
        }
        SUCCESS
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetTemperatureThreshold(
    _: Device,
    kind: c_uint,
    out: *mut c_uint,
) -> c_int {
    const SLOWDOWN: c_uint = 1;
    call("nvmlDeviceGetTemperatureThreshold", || unsafe {
        let key = number("slowdown_temperature").filter(|_| kind == SLOWDOWN);
        write(key.map(|v| v as c_uint), out)
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetMaxClockInfo(
    _: Device,
    kind: c_uint,
    out: *mut c_uint,
) -> c_int {
    call("nvmlDeviceGetMaxClockInfo", || unsafe {
        let key = match kind {
            1 => number("sm_clock_max"),
            2 => number("memory_clock_max"),
            _ => None,
        };
        write(key.map(|v| v as c_uint), out)
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetMemoryBusWidth(_: Device, out: *mut c_uint) -> c_int {
    call("nvmlDeviceGetMemoryBusWidth", || unsafe {
        write(number("memory_bus").map(|v| v as c_uint), out)
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetClockInfo(
    _: Device,
    kind: c_uint,
    out: *mut c_uint,
) -> c_int {
    call("nvmlDeviceGetClockInfo", || unsafe {
        let key = match kind {
            1 if !state::holders().is_empty() => "sm_clock_max",
            1 => "sm_clock",
            2 => "memory_clock",
            _ => return INVALID_ARGUMENT,
        };
        write(number(key).map(|v| v as c_uint), out)
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetPerformanceState(_: Device, out: *mut c_uint) -> c_int {
    call("nvmlDeviceGetPerformanceState", || unsafe {
        let held = !state::holders().is_empty();
        let pstate = number("pstate").map(|p| if held { 0 } else { p as c_uint });
        write(pstate, out)
    })
}

/// Functions with a device and one number to write.
macro_rules! readings {
    ($($function:ident($key:literal): $type:ty;)+) => {$(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $function(_: Device, out: *mut $type) -> c_int {
            call(stringify!($function), || unsafe {
                write(number($key).map(|value| value as $type), out)
            })
        }
    )+};
}

readings! {
    nvmlDeviceGetPowerUsage("power_mw"): c_uint;
    nvmlDeviceGetTotalEnergyConsumption("energy_mj"): c_ulonglong;
    nvmlDeviceGetCurrentClocksThrottleReasons("reasons"): c_ulonglong;
    nvmlDeviceGetPowerSource("power_source"): c_uint;
    nvmlDeviceGetPersistenceMode("persistence_mode"): c_uint;
    nvmlDeviceGetEnforcedPowerLimit("power_limit_mw"): c_uint;
    nvmlDeviceGetPowerManagementDefaultLimit("default_power_limit_mw"): c_uint;
    nvmlDeviceGetCurrPcieLinkGeneration("pcie_generation"): c_uint;
    nvmlDeviceGetCurrPcieLinkWidth("pcie_width"): c_uint;
    nvmlDeviceGetMaxPcieLinkGeneration("pcie_generation_max"): c_uint;
    nvmlDeviceGetMaxPcieLinkWidth("pcie_width_max"): c_uint;
}

/// Functions with a device, a kind of clock (only that of the SM is asked for) and a number to
/// write.
macro_rules! clocks {
    ($($function:ident($key:literal);)+) => {$(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $function(_: Device, _: c_uint, out: *mut c_uint) -> c_int {
            call(stringify!($function), || unsafe {
                write(number($key).map(|value| value as c_uint), out)
            })
        }
    )+};
}

clocks! {
    nvmlDeviceGetApplicationsClock("applications_clock");
    nvmlDeviceGetDefaultApplicationsClock("default_applications_clock");
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetTemperature(_: Device, _: c_uint, out: *mut c_uint) -> c_int {
    call("nvmlDeviceGetTemperature", || unsafe {
        write(number("temperature").map(|v| v as c_uint), out)
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetUtilizationRates(_: Device, out: *mut [c_uint; 2]) -> c_int {
    call("nvmlDeviceGetUtilizationRates", || unsafe {
        write(number("utilization").map(|gpu| [gpu as c_uint, 0]), out)
    })
}

/// `nvmlProcessInfo_t`
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ProcessInfo {
    pid: c_uint,
    used: c_ulonglong,
    gpu_instance: c_uint,
    compute_instance: c_uint,
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetComputeRunningProcesses_v3(
    _: Device,
    count: *mut c_uint,
    out: *mut ProcessInfo,
) -> c_int {
    call("nvmlDeviceGetComputeRunningProcesses_v3", || {
        let Some(listed) = text("compute") else {
            return NOT_SUPPORTED;
        };
        let offset = number("container").map_or(0, |_| HOST_PID_OFFSET);
        let ours = state::holders().into_iter();
        let ours = ours.map(|(pid, bytes)| process(pid + offset, bytes));
        let all = processes(&listed).chain(ours).collect::<Vec<_>>();
        unsafe { write_list(&all, count, out) }
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetGraphicsRunningProcesses_v3(
    _: Device,
    count: *mut c_uint,
    out: *mut ProcessInfo,
) -> c_int {
    call("nvmlDeviceGetGraphicsRunningProcesses_v3", || {
        let Some(listed) = text("graphics") else {
            return NOT_SUPPORTED;
        };
        unsafe { write_list(&processes(&listed).collect::<Vec<_>>(), count, out) }
    })
}

/// `nvmlProcessUtilizationSample_t`
#[repr(C)]
#[derive(Clone, Copy)]
pub struct UtilizationSample {
    pid: c_uint,
    time: c_ulonglong,
    sm: c_uint,
    memory: c_uint,
    encoder: c_uint,
    decoder: c_uint,
}

/// From the value `process_utilization`: `PID:PERCENT@TIME`, separated by commas. `self` as the
/// pid is the calling process.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetProcessUtilization(
    _: Device,
    out: *mut UtilizationSample,
    count: *mut c_uint,
    seen: c_ulonglong,
) -> c_int {
    call("nvmlDeviceGetProcessUtilization", || {
        let Some(samples) = text("process_utilization") else {
            return NOT_SUPPORTED;
        };
        let samples = samples.split(',').filter_map(|sample| {
            let (pid, rest) = sample.split_once(':')?;
            let (percent, time) = rest.split_once('@')?;
            Some(UtilizationSample {
                pid: match pid {
                    "self" => std::process::id(),
                    pid => pid.parse().expect("a pid"),
                },
                time: time.parse().expect("a time stamp"),
                sm: percent.parse().expect("a percentage"),
                memory: 0,
                encoder: 0,
                decoder: 0,
            })
        });
        let newer: Vec<_> = samples.filter(|sample| sample.time > seen).collect();
        if newer.is_empty() {
            return NOT_FOUND;
        }
        unsafe { write_list(&newer, count, out) }
    })
}

/// `nvmlDevicePowerMizerModes_v1_t`
#[repr(C)]
pub struct PowerMizerModes {
    current: c_uint,
    wanted: c_uint,
    supported: c_uint,
}

/// `NVML_POWER_MIZER_MODE_AUTO`
const AUTO: usize = 2;
static POWER_MIZER: AtomicUsize = AtomicUsize::new(AUTO);

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetPowerMizerMode_v1(
    _: Device,
    out: *mut PowerMizerModes,
) -> c_int {
    call("nvmlDeviceGetPowerMizerMode_v1", || {
        let Some(supported) = number("power_mizer") else {
            return NOT_SUPPORTED;
        };
        unsafe {
            (*out).current = POWER_MIZER.load(Ordering::SeqCst) as c_uint;
            (*out).supported = supported as c_uint;
        }
        SUCCESS
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceSetPowerMizerMode_v1(
    _: Device,
    modes: *mut PowerMizerModes,
) -> c_int {
    call("nvmlDeviceSetPowerMizerMode_v1", || {
        let wanted = unsafe { (*modes).wanted };
        state::note(&format!("power_mizer {wanted}"));
        if text("power_mizer_ignored").is_none() {
            POWER_MIZER.store(wanted as usize, Ordering::SeqCst);
        }
        SUCCESS
    })
}

unsafe fn write<T>(value: Option<T>, out: *mut T) -> c_int {
    match value {
        Some(value) => {
            unsafe { out.write(value) };
            SUCCESS
        }
        None => NOT_SUPPORTED,
    }
}

unsafe fn write_text(text: &[u8], out: *mut c_char, length: c_uint) -> c_int {
    if text.len() >= length as usize {
        return INSUFFICIENT_SIZE;
    }
    unsafe {
        ptr::copy_nonoverlapping(text.as_ptr().cast(), out, text.len());
        *out.add(text.len()) = 0;
    }
    SUCCESS
}

unsafe fn write_list<T: Copy>(list: &[T], count: *mut c_uint, out: *mut T) -> c_int {
    let room = unsafe { *count } as usize;
    unsafe { *count = list.len() as c_uint };
    if list.len() > room {
        return INSUFFICIENT_SIZE;
    }
    if !list.is_empty() {
        unsafe { ptr::copy_nonoverlapping(list.as_ptr(), out, list.len()) };
    }
    SUCCESS
}

/// `PID:BYTES`, separated by commas; without bytes the driver does not report them.
fn processes(text: &str) -> impl Iterator<Item = ProcessInfo> {
    text.split(',').filter_map(|entry| {
        let (pid, memory) = entry.split_once(':')?;
        Some(process(
            pid.parse().expect("a pid"),
            memory.parse().unwrap_or(NOT_AVAILABLE),
        ))
    })
}

fn process(pid: u32, used: u64) -> ProcessInfo {
    ProcessInfo {
        pid,
        used,
        gpu_instance: u32::MAX,
        compute_instance: u32::MAX,
    }
}
