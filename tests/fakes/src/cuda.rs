//! `libcuda.so.1`: the functions that GPU Keepalive calls.

use std::{
    collections::BTreeMap,
    env,
    ffi::{CStr, c_char, c_int, c_uint, c_void},
    ptr,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use crate::state::{self, CONTEXT_BYTES, call, gpu_count, note, number, open_here, uuid};

type Handle = *mut c_void;

// CUresult
const SUCCESS: c_int = 0;
const INVALID_VALUE: c_int = 1;
const NOT_INITIALIZED: c_int = 3;
const NO_DEVICE: c_int = 100;
const INVALID_DEVICE: c_int = 101;
const INVALID_CONTEXT: c_int = 201;
const INVALID_PTX: c_int = 218;
const INVALID_HANDLE: c_int = 400;
const NOT_FOUND: c_int = 500;
const ILLEGAL_ADDRESS: c_int = 700;

static INITIALIZED: AtomicUsize = AtomicUsize::new(0);
static LAST_HANDLE: AtomicUsize = AtomicUsize::new(0);
static CURRENT: AtomicUsize = AtomicUsize::new(0);
static PRIMARY: AtomicUsize = AtomicUsize::new(0);
static PRIMARY_RETAINS: AtomicUsize = AtomicUsize::new(0);
/// Bytes of every buffer by its handle.
static BUFFERS: Mutex<BTreeMap<usize, u64>> = Mutex::new(BTreeMap::new());
/// Launches of each kernel since the stream was last waited for.
static LAUNCHED: [AtomicUsize; 3] = [const { AtomicUsize::new(0) }; 3];
/// The kernels there are; a function's handle is its place here, from 1.
const KERNELS: [&CStr; 3] = [c"pulse", c"decode", c"prefill"];
/// A buffer's address is its handle shifted by this, so that there are addresses within it.
const ADDRESS_SHIFT: u32 = 32;

#[unsafe(no_mangle)]
pub extern "C" fn cuInit(flags: c_uint) -> c_int {
    call("cuInit", || {
        for name in ["CUDA_VISIBLE_DEVICES", "CUDA_DISABLE_PERF_BOOST"] {
            let value = env::var(name).unwrap_or_else(|_| "(absent)".to_owned());
            note(&format!("env {name} {value}"));
        }
        INITIALIZED.store(1, SeqCst);
        match flags {
            0 if visible().is_empty() => NO_DEVICE,
            0 => SUCCESS,
            _ => INVALID_VALUE,
        }
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuGetErrorString(_: c_int, out: *mut *const c_char) -> c_int {
    unsafe { *out = c"words of the driver".as_ptr() };
    SUCCESS
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDeviceGetCount(out: *mut c_int) -> c_int {
    call("cuDeviceGetCount", || {
        if INITIALIZED.load(SeqCst) == 0 {
            return NOT_INITIALIZED;
        }
        unsafe { *out = visible().len() as c_int };
        SUCCESS
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDeviceGet(out: *mut c_int, ordinal: c_int) -> c_int {
    call("cuDeviceGet", || {
        if ordinal as usize >= visible().len() {
            return INVALID_DEVICE;
        }
        unsafe { *out = ordinal };
        SUCCESS
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDeviceGetUuid_v2(out: *mut [u8; 16], device: c_int) -> c_int {
    call("cuDeviceGetUuid_v2", || {
        let hex: String = uuid(visible()[device as usize])
            .trim_start_matches("GPU-")
            .chars()
            .filter(|c| *c != '-')
            .collect();
        let number = u128::from_str_radix(&hex, 16).expect("a UUID");
        unsafe { *out = number.to_be_bytes() };
        SUCCESS
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDeviceGetAttribute(
    out: *mut c_int,
    attribute: c_int,
    _: c_int,
) -> c_int {
    call("cuDeviceGetAttribute", || {
        let capability = number("compute_capability").unwrap_or(90) as c_int;
        let value = match attribute {
            20 => number("compute_mode").unwrap_or(0) as c_int,
            75 => capability / 10,
            76 => capability % 10,
            _ => return INVALID_VALUE,
        };
        unsafe { *out = value };
        SUCCESS
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuCtxCreate_v2(out: *mut Handle, flags: c_uint, _: c_int) -> c_int {
    call("cuCtxCreate_v2", || {
        note(&format!("context_flags {flags}"));
        let handle = open("context", CONTEXT_BYTES);
        CURRENT.store(handle.addr(), SeqCst);
        unsafe { *out = handle };
        SUCCESS
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn cuCtxDestroy_v2(context: Handle) -> c_int {
    call("cuCtxDestroy_v2", || {
        CURRENT.store(0, SeqCst);
        close("context", context)
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn cuCtxSetLimit(limit: c_uint, value: usize) -> c_int {
    call("cuCtxSetLimit", || {
        in_context(|| {
            note(&format!("limit {limit} {value}"));
            SUCCESS
        })
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn cuCtxSetCurrent(context: Handle) -> c_int {
    call("cuCtxSetCurrent", || {
        CURRENT.store(context.addr(), SeqCst);
        SUCCESS
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDevicePrimaryCtxRetain(out: *mut Handle, _: c_int) -> c_int {
    call("cuDevicePrimaryCtxRetain", || {
        if PRIMARY_RETAINS.fetch_add(1, SeqCst) == 0 {
            PRIMARY.store(open("context", CONTEXT_BYTES).addr(), SeqCst);
        }
        unsafe { *out = ptr::without_provenance_mut(PRIMARY.load(SeqCst)) };
        SUCCESS
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn cuDevicePrimaryCtxRelease_v2(_: c_int) -> c_int {
    call("cuDevicePrimaryCtxRelease_v2", || {
        match PRIMARY_RETAINS.fetch_sub(1, SeqCst) {
            1 => close("context", ptr::without_provenance_mut(PRIMARY.load(SeqCst))),
            _ => SUCCESS,
        }
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuModuleLoadData(out: *mut Handle, image: *const c_char) -> c_int {
    call("cuModuleLoadData", || {
        in_context(|| {
            let ptx = unsafe { CStr::from_ptr(image) }.to_string_lossy();
            if !ptx.contains(".visible .entry ") || !ptx.contains(".target sm_50") {
                return INVALID_PTX;
            }
            unsafe { *out = open("module", 0) };
            SUCCESS
        })
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuModuleGetFunction(
    out: *mut Handle,
    module: Handle,
    name: *const c_char,
) -> c_int {
    call("cuModuleGetFunction", || {
        if !open_here("module", module.addr()) {
            return INVALID_HANDLE;
        }
        let name = unsafe { CStr::from_ptr(name) };
        match KERNELS.iter().position(|kernel| *kernel == name) {
            None => NOT_FOUND,
            Some(place) => {
                unsafe { *out = ptr::without_provenance_mut(place + 1) };
                SUCCESS
            }
        }
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn cuModuleUnload(module: Handle) -> c_int {
    call("cuModuleUnload", || close("module", module))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuMemAlloc_v2(out: *mut u64, bytes: usize) -> c_int {
    call("cuMemAlloc_v2", || {
        in_context(|| {
            let handle = open("buffer", bytes as u64).addr();
            buffers().insert(handle, bytes as u64);
            unsafe { *out = (handle as u64) << ADDRESS_SHIFT };
            SUCCESS
        })
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn cuMemFree_v2(buffer: u64) -> c_int {
    call("cuMemFree_v2", || {
        let handle = (buffer >> ADDRESS_SHIFT) as usize;
        buffers().remove(&handle);
        close("buffer", ptr::without_provenance_mut(handle))
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn cuMemsetD32_v2(buffer: u64, _: c_uint, words: usize) -> c_int {
    call("cuMemsetD32_v2", || {
        match reaches(buffer, 4 * words as u64) {
            true => SUCCESS,
            false => ILLEGAL_ADDRESS,
        }
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuCtxGetStreamPriorityRange(
    least: *mut c_int,
    greatest: *mut c_int,
) -> c_int {
    call("cuCtxGetStreamPriorityRange", || {
        in_context(|| {
            unsafe {
                *least = 0;
                *greatest = -5;
            }
            SUCCESS
        })
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuStreamCreateWithPriority(
    out: *mut Handle,
    flags: c_uint,
    priority: c_int,
) -> c_int {
    call("cuStreamCreateWithPriority", || {
        in_context(|| {
            note(&format!("stream flags={flags} priority={priority}"));
            unsafe { *out = open("stream", 0) };
            SUCCESS
        })
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuStreamCreate(out: *mut Handle, flags: c_uint) -> c_int {
    call("cuStreamCreate", || {
        in_context(|| {
            note(&format!("stream flags={flags}"));
            unsafe { *out = open("stream", 0) };
            SUCCESS
        })
    })
}

/// Notes how often each kernel ran.
#[unsafe(no_mangle)]
pub extern "C" fn cuStreamSynchronize(stream: Handle) -> c_int {
    call("cuStreamSynchronize", || {
        if !open_here("stream", stream.addr()) {
            return INVALID_HANDLE;
        }
        let [_, decode, prefill] = LAUNCHED.each_ref().map(|count| count.swap(0, SeqCst));
        note(&format!("ran decode={decode} prefill={prefill}"));
        SUCCESS
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn cuStreamDestroy_v2(stream: Handle) -> c_int {
    call("cuStreamDestroy_v2", || close("stream", stream))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuEventCreate(out: *mut Handle, flags: c_uint) -> c_int {
    call("cuEventCreate", || {
        in_context(|| {
            note(&format!("event flags={flags}"));
            unsafe { *out = open("event", 0) };
            SUCCESS
        })
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn cuEventRecord(event: Handle, stream: Handle) -> c_int {
    call("cuEventRecord", || {
        match open_here("event", event.addr()) && open_here("stream", stream.addr()) {
            true => SUCCESS,
            false => INVALID_HANDLE,
        }
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn cuEventSynchronize(event: Handle) -> c_int {
    call("cuEventSynchronize", || {
        match open_here("event", event.addr()) {
            true => SUCCESS,
            false => INVALID_HANDLE,
        }
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn cuEventDestroy_v2(event: Handle) -> c_int {
    call("cuEventDestroy_v2", || close("event", event))
}

#[allow(clippy::too_many_arguments, reason = "the vendor's interface")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuLaunchKernel(
    function: Handle,
    blocks: c_uint,
    _: c_uint,
    _: c_uint,
    threads: c_uint,
    _: c_uint,
    _: c_uint,
    _shared: c_uint,
    stream: Handle,
    arguments: *mut *mut c_void,
    _extra: *mut *mut c_void,
) -> c_int {
    call("cuLaunchKernel", || {
        let kernel = function.addr() - 1;
        let argument = |place: usize| unsafe { *arguments.add(place) };
        let address = |place| unsafe { *argument(place).cast::<u64>() };
        let number = |place| u64::from(unsafe { *argument(place).cast::<u32>() });
        let threads = u64::from(blocks * threads);
        // As the kernel would touch it: every word by one thread, none past the end.
        let is_sound = match kernel {
            0 => threads >= number(1) && reaches(address(0), 4 * number(1)),
            1 => {
                reaches(address(0), 16 * number(1))
                    && reaches(address(2), 4 * threads)
                    && reaches(address(3), 4 * threads)
                    && address(2) != address(3)
            }
            _ => reaches(address(0), 4 * threads) && number(1) > 0,
        };
        if !open_here("stream", stream.addr()) {
            return INVALID_HANDLE;
        }
        if !is_sound {
            return ILLEGAL_ADDRESS;
        }
        LAUNCHED[kernel].fetch_add(1, SeqCst);
        if kernel == 0 {
            note(&format!("launch {}", number(1)));
        }
        SUCCESS
    })
}

/// Returns true if that many bytes from there lie within one buffer.
fn reaches(address: u64, bytes: u64) -> bool {
    let (handle, offset) = (address >> ADDRESS_SHIFT, address & u64::from(u32::MAX));
    buffers()
        .get(&(handle as usize))
        .is_some_and(|size| offset + bytes <= *size)
}

fn buffers() -> std::sync::MutexGuard<'static, BTreeMap<usize, u64>> {
    BUFFERS.lock().expect("no panic while it is held")
}

/// Positions of the GPUs that `CUDA_VISIBLE_DEVICES` lets through.
fn visible() -> Vec<usize> {
    let chosen = env::var("CUDA_VISIBLE_DEVICES").ok();
    (0..gpu_count())
        .filter(|index| {
            chosen
                .as_ref()
                .is_none_or(|c| c.split(',').any(|u| u == uuid(*index)))
        })
        .collect()
}

fn in_context(body: impl FnOnce() -> c_int) -> c_int {
    match CURRENT.load(SeqCst) {
        0 => INVALID_CONTEXT,
        _ => body(),
    }
}

fn open(kind: &str, bytes: u64) -> Handle {
    let handle = LAST_HANDLE.fetch_add(1, SeqCst) + 1;
    state::opened(kind, handle, bytes);
    ptr::without_provenance_mut(handle)
}

fn close(kind: &str, handle: Handle) -> c_int {
    match state::closed(kind, handle.addr()) {
        true => SUCCESS,
        false => INVALID_HANDLE,
    }
}
