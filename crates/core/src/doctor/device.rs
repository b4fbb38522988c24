//! One GPU's memory, link and power management.

use super::{Evidence, GpuEvidence, PcieLink, finding};
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
        "vram-nearly-full",
        Severity::Warning,
        "The VRAM is nearly full",
        format!("{} MiB of {} MiB are free", free.mib(), total.mib()),
        "Unload a model, or use a smaller one or a shorter context; “gpu-keepalive recommend” \
         suggests some.",
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
    let clocks = slow.map(|pstate| format!(", in {pstate} although it computes"));
    finding(
        "model-partly-on-cpu",
        if slow.is_some() {
            Severity::Warning
        } else {
            Severity::Info
        },
        "A model may be running partly on the processor",
        format!(
            "a program with {:.1} GiB of VRAM keeps the GPU busy for only {activity} of the time{}",
            vram.gib(),
            clocks.unwrap_or_default()
        ),
        "If answers are slow, use a smaller model, a smaller format or a shorter context, so that \
         all layers fit; “gpu-keepalive recommend” suggests some. “ollama ps” shows the split.",
    )
}

/// Reports that the driver does not list the processes of the GPU.
pub(super) fn processes_not_reported(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    let sample = gpu.sample.as_ref()?;
    if sample.reports_processes(&gpu.info) {
        return None;
    }
    let evidence = match (&sample.compute_processes, sample.utilization) {
        (None, _) => "the driver gives no list of processes".to_owned(),
        (_, None) => "the driver names no process and tells no utilization".to_owned(),
        (_, Some(percent)) => {
            let memory = gpu.info.vram_total.zip(sample.vram_free);
            let used = memory.map(|(total, free)| Bytes(total.0.saturating_sub(free.0)));
            let used = used.map(|used| format!(" and {:.1} GiB of VRAM are in use", used.gib()));
            format!(
                "the driver names no process, yet the GPU is busy {percent} of the time{}",
                used.unwrap_or_default()
            )
        }
    };
    finding(
        "processes-not-told",
        Severity::Info,
        "The driver does not tell which programs use the GPU",
        evidence,
        "Demand is taken from the GPU's utilization, from 10 % on, and from AI programs that are \
         seen to have the GPU open. In a container, start GPU Keepalive with the machine's \
         processes, as with “docker run --pid=host”. Under WSL2, with MIG and with a part of a GPU \
         (vGPU) more cannot be known.",
    )
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
        "pcie-link-reduced",
        // Half is what many laptops and second slots are built with.
        if link.share() < 0.5 {
            Severity::Warning
        } else {
            Severity::Info
        },
        "The GPU's link to the computer is slower than it could be",
        format!(
            "{speed_gt} GT/s on {width} lanes; the GPU is capable of {max_speed_gt} GT/s on {max_width}"
        ),
        "Loading models takes longer; answers hardly do. On a desktop, check that the GPU sits \
         firmly in the fastest slot. Many laptops and second slots are built that way.",
    )
}

pub(super) fn persistence_mode_off(gpu: &GpuEvidence, seen: &Evidence) -> Option<Finding> {
    let machine = &seen.machine;
    let headless = machine.has_screen == Some(false) && machine.is_laptop == Some(false);
    if gpu.inspection?.persistence_mode != Some(false) || !headless {
        return None;
    }
    finding(
        "persistence-mode-off",
        Severity::Warning,
        "The driver is set up anew for each program",
        "persistence mode is off, and neither a screen nor a battery was seen",
        "On a machine without a screen the first program waits for the driver each time. Switch it \
         on: “sudo systemctl enable --now nvidia-persistenced”, or “sudo nvidia-smi -pm 1”.",
    )
}

pub(super) fn runtime_d3_off(gpu: &GpuEvidence, seen: &Evidence) -> Option<Finding> {
    let d3 = gpu.device.runtime_d3.as_ref()?;
    if seen.machine.is_laptop != Some(true) || gpu.device.runtime_pm != RuntimePm::Unsupported {
        return None;
    }
    let driver = d3.driver_status.as_ref();
    let driver = driver.map(|word| format!("; the driver reports “{word}”"));
    finding(
        "runtime-d3-off",
        Severity::Info,
        "The GPU never switches itself off",
        format!(
            "power/control is “{}”{}",
            d3.control,
            driver.unwrap_or_default()
        ),
        "It draws power even when unused. If the laptop supports it, NVIDIA's README for Linux \
         describes how to switch it on, in the chapter on runtime D3.",
    )
}

pub(super) fn kept_awake(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    let programs = gpu.device.opened_by.as_ref()?;
    if gpu.device.runtime_pm != RuntimePm::Active || programs.is_empty() {
        return None;
    }
    finding(
        "gpu-kept-awake",
        Severity::Info,
        "Programs keep the GPU from switching itself off",
        format!(
            "{}; programs of other users cannot be seen",
            programs.join(", ")
        ),
        "End those that you do not need, or start them on the processor's own graphics.",
    )
}

pub(super) fn runtime_d3_on(gpu: &GpuEvidence, _: &Evidence) -> Option<Finding> {
    match gpu.device.runtime_pm {
        RuntimePm::Unsupported => None,
        RuntimePm::Active => finding(
            "runtime-d3-on",
            Severity::Ok,
            "The GPU can switch itself off when no program uses it",
            "runtime D3: active",
            "",
        ),
        RuntimePm::Suspended => finding(
            "gpu-asleep",
            Severity::Ok,
            "The GPU is switched off because no program uses it",
            "runtime D3: suspended",
            "It was not woken for this. For a full diagnosis use the GPU, then ask again.",
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
