#![allow(clippy::disallowed_methods, reason = "from /sys, which no disk delays")]

use std::{fs, path::Path};

use gpu_keepalive_core::gpu::PowerSource;

#[cfg(test)]
mod tests;

/// Reads the power source from the kernel's list of power supplies, usually
/// `/sys/class/power_supply`.
///
/// A machine that lists no battery of its own is plugged in. Else adapters that agree are believed,
/// but not against a battery that is being charged; where they disagree, or where none is listed,
/// the batteries decide. One that discharges while every adapter is online is at its charge limit,
/// or helps an adapter that is too weak.
pub(crate) fn power_source(supplies: &Path) -> PowerSource {
    let supplies: Vec<Supply> = fs::read_dir(supplies)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Supply::read(&entry.path()))
        .collect();
    let is = |supply: Supply| supplies.contains(&supply);
    let (charging, discharging) = (is(Supply::Charging), is(Supply::Discharging));
    if charging || !supplies.iter().any(Supply::is_battery) {
        return PowerSource::Ac;
    }
    let on_battery = match (is(Supply::Online), is(Supply::Offline)) {
        (true, false) => false,
        (true, true) | (false, false) => discharging,
        (false, true) => true,
    };
    if on_battery {
        PowerSource::Battery
    } else {
        PowerSource::Ac
    }
}

/// An adapter, or a battery of this machine.
#[derive(PartialEq, Eq)]
enum Supply {
    Online,
    Offline,
    Charging,
    Discharging,
    /// A battery that is full, held at its limit, or in a state that the firmware does not know.
    Resting,
}

impl Supply {
    /// `None` for what does not feed this machine: a wireless mouse's battery, a UPS, an empty bay.
    ///
    /// Names and values are of the kernel's `Documentation/ABI/testing/sysfs-class-power`.
    fn read(supply: &Path) -> Option<Self> {
        let attribute = |name: &str| {
            let text = fs::read_to_string(supply.join(name)).unwrap_or_default();
            text.trim().to_owned()
        };
        if attribute("scope") == "Device" {
            return None;
        }
        // 1 for a fixed voltage, 2 for one that was negotiated over USB-C.
        let is_online = || matches!(&*attribute("online"), "1" | "2");
        match attribute("type").as_str() {
            "Mains" if is_online() => Some(Self::Online),
            "Mains" => Some(Self::Offline),
            // An idle USB-C port is no adapter that was unplugged: a laptop has several.
            kind if kind.starts_with("USB") || kind == "Wireless" => {
                is_online().then_some(Self::Online)
            }
            "Battery" if attribute("present") != "0" => Some(match &*attribute("status") {
                "Charging" => Self::Charging,
                "Discharging" => Self::Discharging,
                _ => Self::Resting,
            }),
            _ => None,
        }
    }

    fn is_battery(&self) -> bool {
        !matches!(self, Self::Online | Self::Offline)
    }
}
