use std::{
    sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel},
    time::Duration,
};

use gpu_keepalive_core::{
    gpu::{PciBusId, PowerSource},
    host::{HostEvent, RuntimePm},
};
use tokio::sync::mpsc;

use super::{HostNotice, Places};
use crate::{
    power::windows::{Following, follow, has_battery, power_source},
    runtime_pm::DisplayGpus,
    windows_api::{self, PowerAnnouncements, follow_power_announcements},
};

/// `PBT_APMSUSPEND`, `PBT_APMRESUMESUSPEND` and `PBT_APMRESUMEAUTOMATIC` of winuser.h. The last one
/// comes after every suspend, and the one before besides where the user woke the machine.
const SUSPENDING: u32 = 0x4;
const RESUMED_BY_USER: u32 = 0x7;
const RESUMED: u32 = 0x12;

/// The longest time that a suspend is kept waiting. Windows documents about 2 s for a program.
const RELEASED_WITHIN: Duration = Duration::from_millis(1500);

/// Delays the suspend that was announced last, until it is dropped.
pub(crate) struct SleepLock(#[allow(dead_code, reason = "its end is the message")] SyncSender<()>);

/// Windows: its power manager.
pub(super) struct Platform {
    _following: Option<Following>,
    _announcements: Option<PowerAnnouncements>,
}

impl Platform {
    pub(super) fn follow(_places: &Places, notices: mpsc::Sender<HostNotice>) -> Self {
        let announcements = {
            let notices = notices.clone();
            follow_power_announcements(move |kind| announce(kind, &notices))
        };
        Self {
            _following: follow(notices),
            _announcements: announcements
                .inspect_err(|error| tracing::debug!("suspends are not announced: {error}"))
                .ok(),
        }
    }

    pub(super) fn power_source(&self) -> PowerSource {
        power_source()
    }

    /// Windows' energy saver is not followed.
    pub(super) fn power_saver(&self) -> bool {
        false
    }
}

/// Passes on what Windows announces. Returns from the announcement of a suspend once the engine has
/// released every GPU, or it has taken too long.
fn announce(kind: u32, notices: &mpsc::Sender<HostNotice>) {
    let (event, released) = match kind {
        SUSPENDING => {
            let (lock, released) = sync_channel(1);
            let notice = HostNotice {
                event: HostEvent::Suspending,
                sleep_lock: Some(SleepLock(lock)),
            };
            (notice, Some(released))
        }
        RESUMED | RESUMED_BY_USER => (HostEvent::Resumed.into(), None),
        _ => return,
    };
    // A full queue holds events that have the GPUs examined just as well.
    if notices.try_send(event).is_err() {
        return;
    }
    if let Some(released) = released
        && released.recv_timeout(RELEASED_WITHIN) == Err(RecvTimeoutError::Timeout)
    {
        tracing::warn!("the machine suspends before every GPU is released");
    }
}

/// The power states of the display adapters.
#[derive(Default)]
pub(super) struct DevicePower(DisplayGpus);

impl DevicePower {
    pub(super) fn of(_places: &Places) -> Self {
        Self::default()
    }

    /// As [`HostSample::runtime_pm`](gpu_keepalive_core::host::HostSample::runtime_pm).
    pub(super) fn runtime_pm(&mut self) -> Vec<(PciBusId, RuntimePm)> {
        let devices = windows_api::display_devices();
        self.0.states(&devices, has_battery() == Some(true))
    }

    /// Windows does not count the time that a device was powered down.
    pub(super) fn suspend_times(
        &self,
        _devices: impl IntoIterator<Item = PciBusId>,
    ) -> Vec<(PciBusId, Duration)> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suspend_waits_until_the_engine_has_handled_it() {
        let (notices, mut events) = mpsc::channel(8);
        let announcing = std::thread::spawn(move || {
            for kind in [0xA, SUSPENDING, RESUMED, RESUMED_BY_USER] {
                announce(kind, &notices);
            }
        });
        let suspending = events.blocking_recv().expect("it is announced");
        assert_eq!(suspending.event, HostEvent::Suspending);
        assert!(
            events.try_recv().is_err(),
            "nothing follows before it is handled"
        );
        drop(suspending.sleep_lock);
        for _ in 0..2 {
            let resumed = events.blocking_recv().expect("it is announced");
            assert_eq!(resumed.event, HostEvent::Resumed);
            assert!(resumed.sleep_lock.is_none());
        }
        announcing.join().expect("no panic");
    }

    /// Wine has display adapters of its own, without a power state.
    #[test]
    fn this_machine_is_asked() {
        assert!(follow_power_announcements(|_| {}).is_ok());
        for device in windows_api::display_devices() {
            assert!(!device.id.is_empty() && !device.id.contains('\0'));
        }
        DevicePower::default().runtime_pm();
    }
}
