//! The machine around the GPUs.

use super::{Evidence, PowerDaemon, finding};
use crate::{
    gpu::PowerSource,
    protocol::{Finding, Severity},
};

/// Profiles that save power, by the names of the kernel and of power-profiles-daemon. `quiet` and
/// `cool` slow a laptop's GPU down as well.
const SAVING: [&str; 4] = ["low-power", "power-saver", "quiet", "cool"];

pub(super) fn on_battery(seen: &Evidence) -> Option<Finding> {
    let pauses = if seen.app.battery_pauses {
        "GPU Keepalive is paused meanwhile, unless you switch “battery.pause” off."
    } else {
        "Keeping the GPU ready costs battery."
    };
    (power_source(seen) == PowerSource::Battery).then_some(())?;
    finding(
        "on-battery",
        Severity::Warning,
        "The computer runs on battery, so the GPU is slower",
        "the system or the driver reports battery power",
        format!("Plug it in for full speed. {pauses}"),
    )
}

pub(super) fn undersized_adapter(seen: &Evidence) -> Option<Finding> {
    (power_source(seen) == PowerSource::UndersizedAdapter).then_some(())?;
    finding(
        "undersized-adapter",
        Severity::Warning,
        "The power adapter is too weak for this GPU",
        "the driver reports an undersized power source",
        "Use the adapter that came with the computer, or one as strong.",
    )
}

pub(super) fn power_saving_profile(seen: &Evidence) -> Option<Finding> {
    let profiles = [
        ("the firmware's profile is", &seen.machine.platform_profile),
        ("the desktop's profile is", &seen.machine.power_profile),
    ];
    let saving: Vec<_> = profiles
        .iter()
        .filter_map(|(what, profile)| {
            let profile = profile.as_deref()?;
            SAVING
                .contains(&profile)
                .then(|| format!("{what} “{profile}”"))
        })
        .collect();
    if saving.is_empty() {
        return None;
    }
    finding(
        "power-saving-profile",
        Severity::Warning,
        "The computer is set to save power or to be quiet",
        saving.join("; "),
        "Choose “balanced” or “performance” in the desktop's power settings.",
    )
}

pub(super) fn powerd_not_running(seen: &Evidence) -> Option<Finding> {
    let machine = &seen.machine;
    if machine.power_daemon != Some(PowerDaemon::Stopped) || machine.is_laptop != Some(true) {
        return None;
    }
    finding(
        "nvidia-powerd-not-running",
        Severity::Info,
        "The GPU cannot borrow power from the processor",
        "nvidia-powerd is installed and not running",
        "Laptops with Dynamic Boost are faster with it: “sudo systemctl enable --now \
         nvidia-powerd”. It ends by itself on laptops without.",
    )
}

pub(super) fn left_asleep(seen: &Evidence) -> Option<Finding> {
    if seen.left_asleep.is_empty() {
        return None;
    }
    let devices: Vec<_> = seen.left_asleep.iter().map(ToString::to_string).collect();
    finding(
        "gpu-asleep",
        Severity::Ok,
        "The GPU is switched off because no program uses it",
        format!("runtime D3: suspended, PCI {}", devices.join(", ")),
        "It was not woken for this. For a full diagnosis use the GPU, then ask again.",
    )
}

fn power_source(seen: &Evidence) -> PowerSource {
    let reported = seen
        .gpus
        .iter()
        .filter_map(|gpu| gpu.sample.as_ref()?.power_source);
    reported.fold(seen.machine.power_source, PowerSource::worse)
}
