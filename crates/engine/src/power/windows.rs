use gpu_keepalive_core::{gpu::PowerSource, host::HostEvent};
use tokio::sync::mpsc;
use windows::{
    Foundation::EventHandler,
    System::Power::{BatteryStatus, PowerManager, PowerSupplyStatus},
};

use crate::machine::HostNotice;

/// Returns whether the machine has a battery of its own; `None` where Windows does not say.
pub(crate) fn has_battery() -> Option<bool> {
    let status = PowerManager::BatteryStatus().ok()?;
    Some(status != BatteryStatus::NotPresent)
}

/// The machine's power source by Windows; mains where it does not report any.
pub(crate) fn power_source() -> PowerSource {
    match PowerManager::PowerSupplyStatus() {
        Ok(PowerSupplyStatus::NotPresent) if has_battery() == Some(true) => PowerSource::Battery,
        Ok(PowerSupplyStatus::Inadequate) => PowerSource::UndersizedAdapter,
        _ => PowerSource::Ac,
    }
}

/// Reports every change for as long as the returned value lives.
pub(crate) fn follow(events: mpsc::Sender<HostNotice>) -> Option<Following> {
    let handler = EventHandler::new(move |_, _| {
        // A full queue wakes the engine just as well.
        let _ = events.try_send(HostEvent::PowerSourceChanged.into());
        Ok(())
    });
    PowerManager::PowerSupplyStatusChanged(&handler)
        .inspect_err(|error| tracing::debug!("no news of the power source: {error}"))
        .ok()
        .map(Following)
}

/// A registration with Windows.
pub(crate) struct Following(i64);

impl Drop for Following {
    fn drop(&mut self) {
        let _ = PowerManager::RemovePowerSupplyStatusChanged(self.0);
    }
}
