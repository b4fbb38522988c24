//! What only Windows has, and the advice that is another one there.

use gpu_keepalive_text::{key, text};

use super::{Evidence, GpuEvidence, advised, finding};
use crate::protocol::{Finding, Severity};

/// What was read of Windows' own set-up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WindowsEvidence {
    /// The power mode of the settings, for the source of power in use.
    pub power_mode: Option<PowerMode>,
    /// True if the energy saver is on.
    pub energy_saver: Option<bool>,
    /// True if the GPU schedules its work itself (hardware-accelerated GPU scheduling).
    pub gpu_scheduling: Option<bool>,
    /// The version of the WebView2 Runtime; `None` if it is not installed.
    pub web_view: Option<String>,
}

/// The power mode of Windows' settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PowerMode {
    /// “Best power efficiency”, or the plan “Power saver”.
    Efficiency,
    /// “Balanced”.
    Balanced,
    /// “Best performance”.
    Performance,
}

impl PowerMode {
    /// The mode of these identifiers of the power plan and of the mode that lies over it.
    ///
    /// Microsoft documents both under “Customize the Windows performance power slider” and “Power
    /// policy settings”; an identifier that is not among them, as a maker's own plan has, means none
    /// of the modes.
    pub fn of_schemes(plan: Option<&str>, overlay: Option<&str>) -> Option<Self> {
        const SAVER: &str = "a1841308-3541-4fab-bc81-f71556f20b4a";
        let bare = |id: &str| id.trim_matches(['{', '}']).to_ascii_lowercase();
        if plan.is_some_and(|plan| bare(plan) == SAVER) {
            return Some(Self::Efficiency);
        }
        match bare(overlay?).as_str() {
            "961cc777-2547-4f9d-8174-7d86181b8a7a" => Some(Self::Efficiency),
            "00000000-0000-0000-0000-000000000000" => Some(Self::Balanced),
            "3af9b8d9-7c97-431d-ad78-34a8bfea439f" | "ded574b5-45a0-4f42-8737-46345c09c238" => {
                Some(Self::Performance)
            }
            _ => None,
        }
    }
}

/// A power mode that slows the computer down.
pub(super) fn power_saving(seen: &Evidence) -> Option<Finding> {
    let windows = seen.machine.windows.as_ref()?;
    let mode = (windows.power_mode == Some(PowerMode::Efficiency))
        .then(|| text!("finding-power-mode-efficiency"));
    let saver = (windows.energy_saver == Some(true)).then(|| text!("finding-energy-saver-on"));
    let saving: Vec<_> = mode.into_iter().chain(saver).collect();
    if saving.is_empty() {
        return None;
    }
    finding(
        Severity::Warning,
        key!("finding-power-saving-profile"),
        saving.join("; "),
    )
}

/// The window needs the WebView2 Runtime, which is part of Windows 11.
pub(super) fn no_web_view(seen: &Evidence) -> Option<Finding> {
    if seen.machine.windows.as_ref()?.web_view.is_some() {
        return None;
    }
    finding(
        Severity::Info,
        key!("finding-no-web-view"),
        text!("finding-no-web-view-seen"),
    )
}

/// Who schedules the GPU's work: part of every report, because it changes how requests begin.
pub(super) fn gpu_scheduling(seen: &Evidence) -> Option<Finding> {
    let evidence = match seen.machine.windows.as_ref()?.gpu_scheduling? {
        true => text!("finding-gpu-scheduling-on"),
        false => text!("finding-gpu-scheduling-off"),
    };
    let title = key!("finding-gpu-scheduling");
    advised(Severity::Ok, title, evidence, "")
}

/// The driver model, which decides what the driver reports.
pub(super) fn driver_model(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    let model = gpu.inspection.as_ref()?.driver_model?;
    advised(
        Severity::Ok,
        key!("finding-driver-model"),
        text!("finding-driver-model-seen", model = model.name()),
        "",
    )
}

/// The same finding with the advice that applies to Windows.
pub(super) fn with_advice(finding: Finding) -> Finding {
    let advice = match finding.id.as_str() {
        "power-saving-profile" => text!("windows-power-saving-profile"),
        "clocks-not-held" => text!("windows-clocks-not-held"),
        "cuda-p2-cap" => text!("windows-cuda-p2-cap"),
        "runtime-d3-on" => text!("windows-runtime-d3-on"),
        "processes-not-told" => text!("windows-processes-not-told"),
        "perf-boost-disabled" => text!("windows-perf-boost-disabled"),
        "no-permission" => text!("windows-no-permission"),
        _ => return finding,
    };
    Finding { advice, ..finding }
}
