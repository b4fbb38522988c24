//! The real machine around the GPUs.

use std::path::PathBuf;

use gpu_keepalive_core::{
    gpu::PciBusId,
    host::{HostEvent, HostSample, RuntimePm, Served},
    settings::AiProgram,
};
use tokio::sync::mpsc;

use crate::{clock::Clock, host::Host};
mod ai_processes;
#[cfg(target_os = "linux")]
mod linux;
mod suspended;
#[cfg(all(test, target_os = "linux"))]
pub(crate) mod tests;
#[cfg(windows)]
mod windows;

use ai_processes::{AiProcesses, Gpus};
use suspended::Suspended;

#[cfg(target_os = "linux")]
use linux::{DevicePower, Platform, SleepLock};
#[cfg(windows)]
use windows::{DevicePower, Platform, SleepLock};

/// Events repeat when they are not taken; a few are enough.
const EVENTS_IN_FLIGHT: usize = 8;

/// The machine this runs on.
pub struct Machine {
    clock: Clock,
    gpus: DevicePower,
    platform: Platform,
    ai_processes: AiProcesses,
    runtime_pm: Vec<(PciBusId, RuntimePm)>,
    suspended: Suspended,
    /// Delays the suspend that was announced last, until that event has been handled.
    sleep_lock: Option<SleepLock>,
    events: mpsc::Receiver<HostNotice>,
    notices: mpsc::Sender<HostNotice>,
}

/// An event on its way to the next caller of the host.
pub(crate) struct HostNotice {
    pub(crate) event: HostEvent,
    /// With [`HostEvent::Suspending`]: dropping it lets the machine sleep.
    pub(crate) sleep_lock: Option<SleepLock>,
}

impl From<HostEvent> for HostNotice {
    fn from(event: HostEvent) -> Self {
        Self {
            event,
            sleep_lock: None,
        }
    }
}

/// The places to read of a machine: this one, or a test's.
pub(crate) struct Places {
    /// The folder that `/sys` and `/proc` are below.
    pub(crate) root: PathBuf,
    /// Address of the D-Bus system bus; the usual one when `None`.
    #[cfg(target_os = "linux")]
    pub(crate) system_bus: Option<String>,
}

impl Machine {
    /// Begins to follow this machine. Must be called within a tokio runtime.
    pub fn new(clock: Clock) -> Self {
        let places = Places {
            root: PathBuf::from("/"),
            #[cfg(target_os = "linux")]
            system_bus: None,
        };
        Self::at(&places, clock)
    }

    pub(crate) fn at(places: &Places, clock: Clock) -> Self {
        let (notices, events) = mpsc::channel(EVENTS_IN_FLIGHT);
        Self {
            gpus: DevicePower::of(places),
            platform: Platform::follow(places, notices.clone()),
            ai_processes: AiProcesses::new(&places.root),
            runtime_pm: Vec::new(),
            suspended: Suspended::since(clock.time_suspended()),
            sleep_lock: None,
            clock,
            events,
            notices,
        }
    }

    fn note_unannounced_resume(&mut self) {
        if self.suspended.has_grown(self.clock.time_suspended()) {
            // A full queue holds a newer event than this one.
            let _ = self.notices.try_send(HostEvent::Resumed.into());
        }
    }
}

impl Host for Machine {
    fn follow(&mut self, served: &Served) {
        self.ai_processes.follow(served);
    }

    async fn sample(&mut self, ai_programs: &[AiProgram]) -> HostSample {
        self.note_unannounced_resume();
        let runtime_pm = self.gpus.runtime_pm();
        let all_suspended = !runtime_pm.is_empty()
            && runtime_pm
                .iter()
                .all(|(_, state)| *state == RuntimePm::Suspended);
        let gpus = if runtime_pm != self.runtime_pm {
            Gpus::Changed
        } else if all_suspended {
            Gpus::Suspended
        } else {
            Gpus::Awake
        };
        self.runtime_pm = runtime_pm;
        self.ai_processes
            .refresh(ai_programs, self.clock.now(), gpus)
            .await;
        let seen = self.ai_processes.seen();
        let devices = self.runtime_pm.iter().map(|(id, _)| *id);
        HostSample {
            power_source: self.platform.power_source(),
            power_saver: self.platform.power_saver(),
            ai_programs: seen.ai_processes.clone(),
            suspended_for: self.gpus.suspend_times(devices),
            runtime_pm: self.runtime_pm.clone(),
            uvm_open: seen.uvm_open,
            served_round: seen.served_round,
        }
    }

    async fn event(&mut self) -> HostEvent {
        self.sleep_lock = None;
        let Some(notice) = self.events.recv().await else {
            // Unreachable while `sender` is ours; without events the caller waits.
            return std::future::pending().await;
        };
        self.sleep_lock = notice.sleep_lock;
        self.suspended
            .announced(notice.event, self.clock.time_suspended());
        notice.event
    }
}
