//! The machine around the GPUs.

use gpu_keepalive_text::{key, text};

use super::{Evidence, PowerDaemon, advised, finding};
use crate::{
    gpu::PowerSource,
    protocol::{Finding, Severity},
};

/// Profiles that save power, by the names of the kernel and of power-profiles-daemon. `quiet` and
/// `cool` slow a laptop's GPU down as well.
const SAVING: [&str; 4] = ["low-power", "power-saver", "quiet", "cool"];

pub(super) fn on_battery(seen: &Evidence) -> Option<Finding> {
    let advice = if seen.app.battery_pauses {
        text!("finding-on-battery-paused")
    } else {
        text!("finding-on-battery-costs")
    };
    (power_source(seen) == PowerSource::Battery).then_some(())?;
    advised(
        Severity::Warning,
        key!("finding-on-battery"),
        text!("finding-on-battery-seen"),
        advice,
    )
}

pub(super) fn undersized_adapter(seen: &Evidence) -> Option<Finding> {
    (power_source(seen) == PowerSource::UndersizedAdapter).then_some(())?;
    finding(
        Severity::Warning,
        key!("finding-undersized-adapter"),
        text!("finding-undersized-adapter-seen"),
    )
}

pub(super) fn power_saving_profile(seen: &Evidence) -> Option<Finding> {
    let saving = |profile: &Option<String>| {
        let profile = profile.clone()?;
        SAVING.contains(&profile.as_str()).then_some(profile)
    };
    let firmware = saving(&seen.machine.platform_profile);
    let firmware = firmware.map(|profile| text!("finding-profile-of-firmware", profile = profile));
    let desktop = saving(&seen.machine.power_profile);
    let desktop = desktop.map(|profile| text!("finding-profile-of-desktop", profile = profile));
    let saving: Vec<_> = firmware.into_iter().chain(desktop).collect();
    if saving.is_empty() {
        return None;
    }
    finding(
        Severity::Warning,
        key!("finding-power-saving-profile"),
        saving.join("; "),
    )
}

pub(super) fn powerd_not_running(seen: &Evidence) -> Option<Finding> {
    let machine = &seen.machine;
    if machine.power_daemon != Some(PowerDaemon::Stopped) || machine.is_laptop != Some(true) {
        return None;
    }
    finding(
        Severity::Info,
        key!("finding-nvidia-powerd-not-running"),
        text!("finding-nvidia-powerd-not-running-seen"),
    )
}

pub(super) fn left_asleep(seen: &Evidence) -> Option<Finding> {
    if seen.left_asleep.is_empty() {
        return None;
    }
    let devices: Vec<_> = seen.left_asleep.iter().map(ToString::to_string).collect();
    finding(
        Severity::Ok,
        key!("finding-gpu-asleep"),
        format!("runtime D3: suspended, PCI {}", devices.join(", ")),
    )
}

fn power_source(seen: &Evidence) -> PowerSource {
    let reported = seen
        .gpus
        .iter()
        .filter_map(|gpu| gpu.sample.as_ref()?.power_source);
    reported.fold(seen.machine.power_source, PowerSource::worse)
}
