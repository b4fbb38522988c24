use std::path::PathBuf;

use gpu_keepalive_core::gpu::PowerSource;
use tokio::{
    sync::{mpsc, watch},
    task::AbortHandle,
};
use zbus::connection;

use super::{HostNotice, Places};
pub(super) use crate::runtime_pm::PciGpus as DevicePower;
use crate::{
    power::{profile, sysfs, upower},
    sleep,
};

pub(crate) type SleepLock = zbus::OwnedFd;

impl DevicePower {
    /// The GPUs below a machine's root.
    pub(super) fn of(places: &Places) -> Self {
        Self::under(&places.root)
    }
}

/// Linux: sysfs, and UPower, power profiles and logind where there are any.
pub(super) struct Platform {
    supplies: PathBuf,
    on_battery: watch::Receiver<Option<bool>>,
    power_saver: watch::Receiver<bool>,
    following: AbortHandle,
}

impl Platform {
    pub(super) fn follow(places: &Places, notices: mpsc::Sender<HostNotice>) -> Self {
        let (on_battery_tx, on_battery) = watch::channel(None);
        let (saver_tx, power_saver) = watch::channel(false);
        let bus = match &places.system_bus {
            Some(address) => connection::Builder::address(address.as_str()),
            None => connection::Builder::system(),
        };
        let following = tokio::spawn(async move {
            let bus = match bus.build().await {
                Ok(bus) => bus,
                Err(error) => return tracing::debug!("no system bus: {error}"),
            };
            let (power, profile, sleep) = tokio::join!(
                upower::follow(bus.clone(), on_battery_tx, notices.clone()),
                profile::follow(bus.clone(), saver_tx, notices.clone()),
                sleep::follow(bus, notices),
            );
            for (name, result) in [
                ("UPower", power),
                ("the power profile", profile),
                ("logind", sleep),
            ] {
                if let Err(error) = result {
                    tracing::debug!("{name} is not followed: {error}");
                }
            }
        });
        Self {
            supplies: places.root.join("sys/class/power_supply"),
            on_battery,
            power_saver,
            following: following.abort_handle(),
        }
    }

    pub(super) fn power_source(&self) -> PowerSource {
        match *self.on_battery.borrow() {
            Some(true) => PowerSource::Battery,
            Some(false) => PowerSource::Ac,
            None => sysfs::power_source(&self.supplies),
        }
    }
}

impl Platform {
    /// Returns true if the power profile saves power.
    pub(super) fn power_saver(&self) -> bool {
        *self.power_saver.borrow()
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.following.abort();
    }
}
