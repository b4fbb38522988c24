//! What only Windows has: from the registry, the power manager and the list of devices.

use gpu_keepalive_core::doctor::{LoginEntry, PowerMode, WindowsEvidence};
use windows::System::Power::{EnergySaverStatus, PowerManager};
use windows_registry::{CURRENT_USER, Key, LOCAL_MACHINE};

use super::machine::Files;
use crate::{
    power::windows::{has_battery, power_source},
    runtime_pm::nvidia_devices,
};

/// Plans and modes by their identifiers. The values of this key are not documented: one that is not
/// there means that the mode is not known.
const SCHEMES: &str = r"SYSTEM\CurrentControlSet\Control\Power\User\PowerSchemes";
/// `HwSchMode` is 1 for off and 2 for on.
const GRAPHICS: &str = r"SYSTEM\CurrentControlSet\Control\GraphicsDrivers";
/// Where Microsoft documents that the version of the WebView2 Runtime stands: for all users, which
/// a 64-bit program finds in the 32-bit part, and for this one.
const WEB_VIEW_FOR_ALL: &str =
    r"SOFTWARE\WOW6432Node\Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}";
const WEB_VIEW_FOR_USER: &str =
    r"SOFTWARE\Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}";

/// Adds it to what the files of Linux would have.
pub(super) fn add_to(files: &mut Files) {
    let machine = &mut files.machine;
    machine.is_laptop = has_battery();
    // Only the driver for Linux reads the variable that is looked for there.
    machine.ai_programs.clear();
    machine.windows = Some(WindowsEvidence {
        power_mode: power_mode(),
        energy_saver: PowerManager::EnergySaverStatus()
            .ok()
            .map(|status| status == EnergySaverStatus::On),
        gpu_scheduling: gpu_scheduling(),
        web_view: web_view(),
    });
    files.nvidia_devices = nvidia_devices().map(|devices| devices.len());
    let entry = crate::login_entry::LoginEntry::of_user();
    let found = entry.and_then(|entry| entry.read().ok());
    files.login_entry = LoginEntry {
        wanted: false,
        state: found.as_ref().map(|found| found.state),
        broken: found.and_then(|found| found.broken),
    };
}

fn power_mode() -> Option<PowerMode> {
    use gpu_keepalive_core::gpu::PowerSource::Battery;
    let overlay = match power_source() {
        Battery => "ActiveOverlayDcPowerScheme",
        _ => "ActiveOverlayAcPowerScheme",
    };
    let key = LOCAL_MACHINE.open(SCHEMES).ok()?;
    let value = |name| key.get_string(name).ok();
    PowerMode::of_schemes(
        value("ActivePowerScheme").as_deref(),
        value(overlay).as_deref(),
    )
}

fn gpu_scheduling() -> Option<bool> {
    match LOCAL_MACHINE
        .open(GRAPHICS)
        .ok()?
        .get_u32("HwSchMode")
        .ok()?
    {
        1 => Some(false),
        2 => Some(true),
        _ => None,
    }
}

fn web_view() -> Option<String> {
    let version = |root: &Key, path| root.open(path).ok()?.get_string("pv").ok();
    let versions = [
        version(LOCAL_MACHINE, WEB_VIEW_FOR_ALL),
        version(CURRENT_USER, WEB_VIEW_FOR_USER),
    ];
    let mut versions = versions.into_iter().flatten();
    // What is left of one that was removed.
    versions.find(|version| !version.is_empty() && version != "0.0.0.0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_has_the_set_up() {
        let version = [WEB_VIEW_FOR_ALL, WEB_VIEW_FOR_USER];
        let (graphics, schemes) = (GRAPHICS, SCHEMES);
        let key = |path: &str| LOCAL_MACHINE.create(path).expect("wine's own registry");
        key(graphics).set_u32("HwSchMode", 2).expect("it is set");
        let scheme = key(schemes);
        for name in ["ActiveOverlayAcPowerScheme", "ActiveOverlayDcPowerScheme"] {
            let efficiency = "961cc777-2547-4f9d-8174-7d86181b8a7a";
            scheme.set_string(name, efficiency).expect("it is set");
        }
        assert_eq!(gpu_scheduling(), Some(true));
        assert_eq!(power_mode(), Some(PowerMode::Efficiency));
        key(version[0])
            .set_string("pv", "0.0.0.0")
            .expect("it is set");
        assert_eq!(web_view(), None);
        let own = CURRENT_USER
            .create(version[1])
            .expect("wine's own registry");
        own.set_string("pv", "134.0.3124.85").expect("it is set");
        assert_eq!(web_view().as_deref(), Some("134.0.3124.85"));
        own.remove_value("pv").expect("it is removed");
    }
}
