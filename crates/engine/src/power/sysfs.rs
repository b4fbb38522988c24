#![allow(clippy::disallowed_methods, reason = "from /sys, which no disk delays")]

use std::{fs, path::Path};

use gpu_keepalive_core::gpu::PowerSource;

#[cfg(test)]
mod tests;

/// What the kernel's list of power supplies says, usually `/sys/class/power_supply`.
///
/// A machine that lists no battery of its own is plugged in.
pub(crate) fn power_source(supplies: &Path) -> PowerSource {
    let supplies: Vec<Supply> = fs::read_dir(supplies)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Supply::read(&entry.path()))
        .collect();
    let discharging = supplies.contains(&Supply::Battery { discharging: true });
    let battery = discharging || supplies.contains(&Supply::Battery { discharging: false });
    let unplugged = supplies.contains(&Supply::Adapter { online: false });
    if supplies.contains(&Supply::Adapter { online: true }) {
        // A battery that discharges all the same is at its charge limit, or helps the adapter.
        PowerSource::Ac
    } else if discharging || (battery && unplugged) {
        PowerSource::Battery
    } else {
        PowerSource::Ac
    }
}

#[derive(PartialEq, Eq)]
enum Supply {
    Adapter { online: bool },
    Battery { discharging: bool },
}

impl Supply {
    /// `None` for what does not feed this machine: a wireless mouse's battery, a UPS, an empty bay.
    fn read(supply: &Path) -> Option<Self> {
        let attribute = |name: &str| {
            let text = fs::read_to_string(supply.join(name)).unwrap_or_default();
            text.trim().to_owned()
        };
        if attribute("scope") == "Device" {
            return None;
        }
        match attribute("type").as_str() {
            "Mains" => Some(Self::Adapter {
                online: attribute("online") == "1",
            }),
            // An idle USB-C port is no adapter that was unplugged: a laptop has several.
            kind if kind.starts_with("USB") || kind == "Wireless" => {
                (attribute("online") == "1").then_some(Self::Adapter { online: true })
            }
            "Battery" if attribute("present") != "0" => Some(Self::Battery {
                discharging: attribute("status") == "Discharging",
            }),
            _ => None,
        }
    }
}
