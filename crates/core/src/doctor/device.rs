//! One GPU's memory, link and power management.

use gpu_keepalive_text::{decimal, key, number, text};

use super::{Evidence, GpuEvidence, PcieLink, advised, finding};
use crate::{
    gpu::PState,
    host::RuntimePm,
    protocol::{Finding, Severity},
    units::{Bytes, Percent},
};

/// Less than this share of free VRAM is nearly none: the next context or a longer prompt fails.
const NEARLY_FULL: f64 = 0.05;
/// A process with so much VRAM has loaded a model.
const MODEL_VRAM: Bytes = Bytes(Bytes::GIB);
/// A model that runs wholly on the GPU keeps it busier than this while it answers.
const WAITING: Percent = Percent(40);
/// Activity above this is an answer in progress.
const ACTIVE: Percent = Percent(5);

pub(super) fn vram_nearly_full(gpu: &GpuEvidence, seen: &Evidence) -> Option<Finding> {
    let free = gpu.sample.as_ref()?.vram_free?;
    let total = gpu.info.vram_total?;
    let few = Bytes((total.0 as f64 * NEARLY_FULL) as u64).max(seen.app.vram_reserve);
    if free >= few {
        return None;
    }
    finding(
        Severity::Warning,
        key!("finding-vram-nearly-full"),
        text!(
            "finding-vram-nearly-full-seen",
            free = free.mib(),
            total = total.mib()
        ),
    )
}

pub(super) fn model_partly_on_cpu(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    let sample = gpu.sample.as_ref()?;
    let activity = sample.other_utilization?;
    let vram = sample
        .compute_processes
        .as_ref()?
        .iter()
        .filter_map(|process| process.vram)
        .max()?;
    if vram < MODEL_VRAM || !(ACTIVE..=WAITING).contains(&activity) {
        return None;
    }
    let slow = sample
        .pstate
        .filter(|pstate| !PState::is_full_speed(*pstate));
    let vram = decimal(vram.gib(), 1);
    let share = activity.to_string();
    let evidence = match slow {
        Some(pstate) => text!(
            "finding-model-partly-on-cpu-slow",
            vram = vram,
            share = share,
            pstate = pstate.to_string()
        ),
        None => text!(
            "finding-model-partly-on-cpu-seen",
            vram = vram,
            share = share
        ),
    };
    finding(
        if slow.is_some() {
            Severity::Warning
        } else {
            Severity::Info
        },
        key!("finding-model-partly-on-cpu"),
        evidence,
    )
}

/// Reports that the driver does not list the processes of the GPU.
pub(super) fn processes_not_reported(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    let sample = gpu.sample.as_ref()?;
    if sample.reports_processes(&gpu.info) {
        return None;
    }
    let evidence = match (&sample.compute_processes, sample.utilization) {
        (None, _) => text!("finding-processes-no-list"),
        (_, None) => text!("finding-processes-nothing"),
        (_, Some(percent)) => {
            let memory = gpu.info.vram_total.zip(sample.vram_free);
            let used = memory.map(|(total, free)| Bytes(total.0.saturating_sub(free.0)));
            let share = percent.to_string();
            match used {
                Some(used) => text!(
                    "finding-processes-busy-vram",
                    share = share,
                    vram = decimal(used.gib(), 1)
                ),
                None => text!("finding-processes-busy", share = share),
            }
        }
    };
    finding(Severity::Info, key!("finding-processes-not-told"), evidence)
}

/// Idle links slow down to save power, so only a GPU at full speed is judged.
pub(super) fn pcie_link_reduced(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    let link = gpu.device.link.filter(|link| link.share() < 1.0)?;
    if gpu.ready() != Some(true) {
        return None;
    }
    let PcieLink {
        speed_gt,
        width,
        max_speed_gt,
        max_width,
    } = link;
    finding(
        // Half is what many laptops and second slots are built with.
        if link.share() < 0.5 {
            Severity::Warning
        } else {
            Severity::Info
        },
        key!("finding-pcie-link-reduced"),
        text!(
            "finding-pcie-link-reduced-seen",
            speed = number(speed_gt),
            width = width,
            max_speed = number(max_speed_gt),
            max_width = max_width
        ),
    )
}

pub(super) fn persistence_mode_off(gpu: &GpuEvidence, seen: &Evidence) -> Option<Finding> {
    let machine = &seen.machine;
    let headless = machine.has_screen == Some(false) && machine.is_laptop == Some(false);
    if gpu.inspection.as_ref()?.persistence_mode != Some(false) || !headless {
        return None;
    }
    finding(
        Severity::Warning,
        key!("finding-persistence-mode-off"),
        text!("finding-persistence-mode-off-seen"),
    )
}

pub(super) fn runtime_d3_off(gpu: &GpuEvidence, seen: &Evidence) -> Option<Finding> {
    let d3 = gpu.device.runtime_d3.as_ref()?;
    if seen.machine.is_laptop != Some(true) || gpu.device.runtime_pm != RuntimePm::Unsupported {
        return None;
    }
    let evidence = match &d3.driver_status {
        Some(word) => text!(
            "finding-runtime-d3-off-driver",
            control = &d3.control,
            word = word
        ),
        None => text!("finding-runtime-d3-off-seen", control = &d3.control),
    };
    finding(Severity::Info, key!("finding-runtime-d3-off"), evidence)
}

pub(super) fn kept_awake(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    let programs = gpu.device.opened_by.as_ref()?;
    if gpu.device.runtime_pm != RuntimePm::Active || programs.is_empty() {
        return None;
    }
    finding(
        Severity::Info,
        key!("finding-gpu-kept-awake"),
        text!(
            "finding-gpu-kept-awake-seen",
            programs = programs.join(", ")
        ),
    )
}

pub(super) fn runtime_d3_on(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    match gpu.device.runtime_pm {
        RuntimePm::Unsupported => None,
        RuntimePm::Active => advised(
            Severity::Ok,
            key!("finding-runtime-d3-on"),
            "runtime D3: active",
            "",
        ),
        RuntimePm::Suspended => finding(
            Severity::Ok,
            key!("finding-gpu-asleep"),
            "runtime D3: suspended",
        ),
    }
}

impl PcieLink {
    /// Today's bandwidth as a share of the best.
    fn share(self) -> f64 {
        let best = self.max_speed_gt * f64::from(self.max_width);
        self.speed_gt * f64::from(self.width) / best
    }
}
