//! Windows' functions for which no library has a safe form, each made one.
//!
//! The only module besides the driver's bindings that has `unsafe` code: ARCHITECTURE.md says why.

#![allow(
    unsafe_code,
    reason = "Windows' own functions, each call with its reason"
)]

use std::{
    ffi::{OsString, c_void},
    io,
    os::windows::{ffi::OsStringExt, io::RawHandle},
    sync::{Mutex, PoisonError},
};

use windows::{
    Win32::{
        Devices::{
            DeviceAndDriverInstallation::{
                CM_GETIDLIST_FILTER_CLASS, CM_GETIDLIST_FILTER_PRESENT, CM_Get_DevNode_PropertyW,
                CM_Get_Device_ID_List_SizeW, CM_Get_Device_ID_ListW, CM_LOCATE_DEVNODE_NORMAL,
                CM_Locate_DevNodeW, CR_SUCCESS,
            },
            Properties::{
                DEVPKEY_Device_Address, DEVPKEY_Device_BusNumber, DEVPKEY_Device_PowerData,
                DEVPROPTYPE,
            },
        },
        Foundation::{DEVPROPKEY, HANDLE},
        System::{
            LibraryLoader::{LOAD_LIBRARY_SEARCH_SYSTEM32, SetDefaultDllDirectories},
            Power::{
                DEVICE_NOTIFY_SUBSCRIBE_PARAMETERS, HPOWERNOTIFY,
                PowerRegisterSuspendResumeNotification, PowerUnregisterSuspendResumeNotification,
            },
            Threading::{
                GetCurrentProcess, PROCESS_POWER_THROTTLING_CURRENT_VERSION,
                PROCESS_POWER_THROTTLING_EXECUTION_SPEED, PROCESS_POWER_THROTTLING_STATE,
                ProcessPowerThrottling, SetProcessInformation,
            },
        },
        UI::{
            Shell::SetCurrentProcessExplicitAppUserModelID,
            WindowsAndMessaging::DEVICE_NOTIFY_CALLBACK,
        },
    },
    core::{HSTRING, w},
};

use crate::runtime_pm::DisplayDevice;

pub(crate) mod pipe;

/// The setup class of display adapters, `GUID_DEVCLASS_DISPLAY`: a card's audio function is of
/// another.
const DISPLAY: windows::core::PCWSTR = w!("{4d36e968-e325-11ce-bfc1-08002be10318}");
/// More than any property that is read here has.
const PROPERTY_BYTES: usize = 256;

/// The display adapters that are plugged in, from the plug and play manager's own records: no
/// device is opened or woken.
pub(crate) fn display_devices() -> Vec<DisplayDevice> {
    let describe = |id: &[u16]| {
        let id = OsString::from_wide(id).to_string_lossy().into_owned();
        let node = locate(&id)?;
        let number = |key| {
            let bytes = property(node, key)?;
            Some(u32::from_le_bytes(bytes.get(..4)?.try_into().ok()?))
        };
        Some(DisplayDevice {
            bus: number(&DEVPKEY_Device_BusNumber),
            address: number(&DEVPKEY_Device_Address),
            power: property(node, &DEVPKEY_Device_PowerData).unwrap_or_default(),
            id,
        })
    };
    let ids = display_device_ids();
    let ids = ids.split(|unit| *unit == 0).filter(|id| !id.is_empty());
    ids.filter_map(describe).collect()
}

/// Their ids, each ended by a zero.
fn display_device_ids() -> Vec<u16> {
    let of_class = CM_GETIDLIST_FILTER_CLASS | CM_GETIDLIST_FILTER_PRESENT;
    let mut length = 0;
    // SAFETY: the length is written to a variable of ours.
    let sized = unsafe { CM_Get_Device_ID_List_SizeW(&mut length, DISPLAY, of_class) };
    let mut ids = vec![0; length as usize];
    if sized != CR_SUCCESS || ids.is_empty() {
        return Vec::new();
    }
    // SAFETY: the length of the buffer is passed with it.
    match unsafe { CM_Get_Device_ID_ListW(DISPLAY, &mut ids, of_class) } {
        CR_SUCCESS => ids,
        _ => Vec::new(),
    }
}

fn locate(id: &str) -> Option<u32> {
    let mut node = 0;
    // SAFETY: the number is written to a variable of ours, and the id ends with a zero.
    let located =
        unsafe { CM_Locate_DevNodeW(&mut node, &HSTRING::from(id), CM_LOCATE_DEVNODE_NORMAL) };
    (located == CR_SUCCESS).then_some(node)
}

fn property(node: u32, key: &DEVPROPKEY) -> Option<Vec<u8>> {
    let mut bytes = [0; PROPERTY_BYTES];
    let mut length = PROPERTY_BYTES as u32;
    let mut kind = DEVPROPTYPE::default();
    // SAFETY: the length of the buffer is passed with it, and no more than that is written.
    let read = unsafe {
        CM_Get_DevNode_PropertyW(
            node,
            key,
            &mut kind,
            Some(bytes.as_mut_ptr()),
            &mut length,
            0,
        )
    };
    let bytes = bytes.get(..length as usize)?;
    (read == CR_SUCCESS).then(|| bytes.to_vec())
}

/// From now on a library that is loaded by its name alone comes from System32, never from the
/// program's folder, the working folder or `PATH`. Holds for the whole process.
///
/// A driver's own libraries load each other by full path, with flags that go before this default
/// (`LoadLibraryEx`, `LOAD_WITH_ALTERED_SEARCH_PATH`): no search by name has ever led into the
/// driver's store.
///
/// # Errors
/// Windows refuses.
pub(crate) fn load_libraries_from_system_alone() -> io::Result<()> {
    // SAFETY: only a number is passed.
    unsafe { SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_SYSTEM32) }?;
    Ok(())
}

/// Lets a process run slowly and on the cores that need little power (EcoQoS), or as usual again:
/// this process, or the one of that handle.
///
/// # Errors
/// Windows before version 1709 knows no such state, and version 10 heeds it less than 11.
pub(crate) fn run_efficiently(process: Option<RawHandle>, efficiently: bool) -> io::Result<()> {
    let mut state = PROCESS_POWER_THROTTLING_STATE {
        Version: PROCESS_POWER_THROTTLING_CURRENT_VERSION,
        ..PROCESS_POWER_THROTTLING_STATE::default()
    };
    if efficiently {
        // Without a mask Windows decides by itself, which is the state before.
        state.ControlMask = PROCESS_POWER_THROTTLING_EXECUTION_SPEED;
        state.StateMask = PROCESS_POWER_THROTTLING_EXECUTION_SPEED;
    }
    let size = size_of_val(&state) as u32;
    // SAFETY: the pseudo handle of this process needs no closing.
    let process = process.map_or_else(|| unsafe { GetCurrentProcess() }, HANDLE);
    let state = (&raw const state).cast::<c_void>();
    // SAFETY: the structure and its size belong to that class; it is only read, during the call.
    unsafe { SetProcessInformation(process, ProcessPowerThrottling, state, size) }?;
    Ok(())
}

/// Gives this process the identity under which Windows groups its windows and notifications. Called
/// before anything is shown.
///
/// # Errors
/// Windows refuses the identity.
pub fn set_application_id(id: &str) -> io::Result<()> {
    // SAFETY: the text ends with a zero and is copied.
    unsafe { SetCurrentProcessExplicitAppUserModelID(&HSTRING::from(id)) }?;
    Ok(())
}

type Announced = Box<dyn FnMut(u32) + Send>;

/// A registration for the suspend and resume of the machine.
pub(crate) struct PowerAnnouncements {
    handle: HPOWERNOTIFY,
    announced: &'static Mutex<Option<Announced>>,
}

/// Calls `announced` with each `PBT_` number that Windows announces, on a thread of Windows', which
/// waits for the return: needs no window.
///
/// # Errors
/// Windows refuses.
pub(crate) fn follow_power_announcements(
    announced: impl FnMut(u32) + Send + 'static,
) -> io::Result<PowerAnnouncements> {
    // Kept until the end of the process: it is not documented that no call is under way once the
    // registration is gone. There is one for each engine.
    let announced: Announced = Box::new(announced);
    let announced: &'static _ = Box::leak(Box::new(Mutex::new(Some(announced))));
    let mut parameters = DEVICE_NOTIFY_SUBSCRIBE_PARAMETERS {
        Callback: Some(power_announced),
        Context: (&raw const *announced).cast_mut().cast(),
    };
    let recipient = HANDLE((&raw mut parameters).cast());
    let mut handle = std::ptr::null_mut();
    // SAFETY: with this flag the recipient is such a structure, which is copied. Its context lives
    // as long as the process.
    let registered = unsafe {
        PowerRegisterSuspendResumeNotification(DEVICE_NOTIFY_CALLBACK, recipient, &mut handle)
    };
    registered.ok()?;
    Ok(PowerAnnouncements {
        handle: HPOWERNOTIFY(handle as isize),
        announced,
    })
}

/// # Safety
/// The context has to be what [`follow_power_announcements`] registers.
unsafe extern "system" fn power_announced(
    context: *const c_void,
    kind: u32,
    _setting: *const c_void,
) -> u32 {
    // SAFETY: registered with exactly this type, and never freed.
    let announced = unsafe { &*context.cast::<Mutex<Option<Announced>>>() };
    let mut announced = announced.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(announced) = announced.as_mut() {
        announced(kind);
    }
    0
}

impl Drop for PowerAnnouncements {
    fn drop(&mut self) {
        // SAFETY: the handle is that of the registration, and this is its only end.
        let ended = unsafe { PowerUnregisterSuspendResumeNotification(self.handle) };
        if let Err(error) = ended.ok() {
            tracing::debug!("the announcements of power are not ended: {error}");
        }
        *self
            .announced
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = None;
    }
}
