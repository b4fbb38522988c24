//! A quiet server without an engine: the clocks are held for it by the process that started it.

use std::{
    io,
    path::Path,
    sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel},
    thread,
    time::Duration,
};

use gpu_keepalive_core::{
    gpu::{GpuError, PciBusId, PowerSource},
    host::Served,
};

use crate::{clock::Clock, driver::OwnBoosts, power::sysfs::power_source, processes::Processes};

/// The kernel's list of power supplies.
const SUPPLIES: &str = "/sys/class/power_supply";
/// Time between two checks of the GPUs that the server has open.
const CHECK_EVERY: Duration = Duration::from_secs(2);

/// Holds the boost of every GPU that a process tree has open, from a thread of this process: a driver
/// that hangs then stops nothing but that. Nothing is held on battery, as by default in an engine.
/// Dropping it ends the boosts.
pub struct OwnBoost {
    _stop: SyncSender<()>,
}

impl OwnBoost {
    /// Begins for the processes below `root`. `report` receives the GPU that is held from now on,
    /// and the driver's error when it refused.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn start(
        root: u32,
        mut report: impl FnMut(PciBusId, Result<(), GpuError>) + Send + 'static,
    ) -> io::Result<Self> {
        let (stop, stopped) = sync_channel::<()>(0);
        let hold = move || {
            // As in the `hold` process: what is started from this thread gets no more rights.
            if let Err(error) = rustix::thread::set_no_new_privs(true) {
                tracing::debug!("new privileges: {error}");
            }
            let mut processes = Processes::new(Path::new("/"));
            processes.serve(Served {
                roots: vec![root],
                round: 0,
            });
            let mut boosts = OwnBoosts::new();
            loop {
                let now = Clock::Boot.now();
                for (gpu, result) in boosts.hold(
                    &held(Path::new(SUPPLIES), || processes.gpus_of_served()),
                    now,
                ) {
                    report(gpu, result);
                }
                if stopped.recv_timeout(CHECK_EVERY) == Err(RecvTimeoutError::Disconnected) {
                    return;
                }
            }
        };
        thread::Builder::new().name("boost".into()).spawn(hold)?;
        Ok(Self { _stop: stop })
    }
}

/// The GPUs to hold now, of those that are served.
fn held(supplies: &Path, served: impl FnOnce() -> Vec<PciBusId>) -> Vec<PciBusId> {
    match power_source(supplies) {
        PowerSource::Ac => served(),
        PowerSource::Battery | PowerSource::UndersizedAdapter => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_battery_nothing_is_held() {
        let supplies = tempfile::tempdir().expect("a folder");
        let gpu: PciBusId = "0000:01:00.0".parse().expect("an address");
        let held = || held(supplies.path(), || vec![gpu]);
        assert_eq!(held(), [gpu], "a desktop");
        let battery = supplies.path().join("BAT0");
        std::fs::create_dir(&battery).expect("a folder");
        std::fs::write(battery.join("type"), "Battery\n").expect("a file");
        for (status, expected) in [("Discharging\n", &[][..]), ("Charging\n", &[gpu])] {
            std::fs::write(battery.join("status"), status).expect("a file");
            assert_eq!(held(), expected, "{status}");
        }
    }
}
