use std::time::Duration;

use serde::Deserialize;

use super::value::*;
use crate::{
    gpu::{GpuInfo, GpuUuid, PState, PciBusId, Sample},
    units::{Bytes, Celsius, Megahertz},
};

/// The unchanging numbers of one simulated GPU: a `[[gpus]]` table, key by key.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct CardModel {
    /// `name`, `uuid`, `pci_bus_id`, `vram_mib`, `driver_version`, `compute_capability`,
    /// `sm_clock_max_mhz` and `slowdown_c`; the index is its place in the file.
    #[serde(skip)]
    pub info: GpuInfo,
    /// `boost_pstate`: when the clocks are up.
    #[serde(deserialize_with = "pstate")]
    pub boost_pstate: PState,
    /// `idle_pstate`: when they have fallen.
    #[serde(deserialize_with = "pstate")]
    pub idle_pstate: PState,
    /// `boost_mhz`: SM clock when the clocks are up.
    #[serde(rename = "boost_mhz", deserialize_with = "mhz")]
    pub boost_clock: Megahertz,
    /// `idle_mhz`: SM clock when they have fallen.
    #[serde(rename = "idle_mhz", deserialize_with = "mhz")]
    pub idle_clock: Megahertz,
    /// `capped_mhz`: the highest SM clock on battery or on an undersized adapter, if that lowers it.
    #[serde(rename = "capped_mhz", default, deserialize_with = "mhz")]
    pub capped_clock: Option<Megahertz>,
    /// `memory_boost_mhz`.
    #[serde(rename = "memory_boost_mhz", deserialize_with = "mhz")]
    pub memory_boost: Megahertz,
    /// `memory_idle_mhz`.
    #[serde(rename = "memory_idle_mhz", deserialize_with = "mhz")]
    pub memory_idle: Megahertz,
    /// `hold_s`: from the last work until the clocks fall.
    #[serde(rename = "hold_s", deserialize_with = "hour")]
    pub hold: Duration,
    /// `hold_jitter_percent`: how much each hold may be longer or shorter, as a share of 1.
    #[serde(rename = "hold_jitter_percent", deserialize_with = "share")]
    pub hold_jitter: f64,
    /// `ramp_ms`: from the first work until the clocks are up.
    #[serde(rename = "ramp_ms", deserialize_with = "call_ms")]
    pub ramp: Duration,
    /// `context_holds`: an open context counts as work for as long as it is open.
    pub context_holds: bool,
    /// `context_mib`: VRAM of one context.
    #[serde(rename = "context_mib", deserialize_with = "mib")]
    pub context_vram: Bytes,
    /// `pulse_us`: one pulse, from launch to completion.
    #[serde(rename = "pulse_us", deserialize_with = "second_us")]
    pub pulse: Duration,
    /// `pulses_raise`: a pulse counts as work. False where only longer work raises the clocks.
    pub pulses_raise: bool,
    /// `boost`: what the driver's boost request does.
    #[serde(deserialize_with = "choice")]
    pub boost: Boost,
    /// `boost_call_ms`: how long its call takes, after which the clocks are up.
    #[serde(rename = "boost_call_ms", deserialize_with = "call_ms")]
    pub boost_call: Duration,
    /// `boost_seen_after_ms`: from the return of the call until NVML shows the clocks, at least and
    /// at most.
    #[serde(rename = "boost_seen_after_ms", deserialize_with = "calls_ms")]
    pub boost_seen_after: (Duration, Duration),
    /// `boost_falls_after_s`: from the end of a boost or of a context that boosts until the clocks
    /// fall, at least and at most; as after work when absent.
    #[serde(rename = "boost_falls_after_s", default, deserialize_with = "hours")]
    pub boost_fall: Option<(Duration, Duration)>,
    /// `boost_late_s`: how much longer than it was asked for a boost lasts that is not renewed.
    #[serde(rename = "boost_late_s", deserialize_with = "hour")]
    pub boost_late: Duration,
    /// `power_mizer`.
    #[serde(deserialize_with = "choice")]
    pub power_mizer: PowerMizer,
    /// `power_mizer_call_ms`: how long the call that sets it takes.
    #[serde(rename = "power_mizer_call_ms", deserialize_with = "call_ms")]
    pub power_mizer_call: Duration,
    /// `desktop_mib`: VRAM that the desktop has taken.
    #[serde(rename = "desktop_mib", deserialize_with = "mib")]
    pub desktop_vram: Bytes,
    /// `rest_w`: with the clocks down.
    #[serde(rename = "rest_w", deserialize_with = "watts")]
    pub rest_watts: f64,
    /// `warm_w`: with the clocks up and nothing running.
    #[serde(rename = "warm_w", deserialize_with = "watts")]
    pub warm_watts: f64,
    /// `load_w`: fully busy.
    #[serde(rename = "load_w", deserialize_with = "watts")]
    pub load_watts: f64,
    /// `ambient_c`: the air that the card draws in.
    #[serde(rename = "ambient_c", deserialize_with = "air_c")]
    pub ambient: f64,
    /// `thermal_resistance_c_per_w`: how far one watt raises it above the ambient, in the end.
    #[serde(rename = "thermal_resistance_c_per_w", deserialize_with = "c_per_w")]
    pub thermal_resistance: f64,
    /// `thermal_time_constant_s`: how long until 63 % of the way there.
    #[serde(rename = "thermal_time_constant_s", deserialize_with = "constant_s")]
    pub thermal_time_constant: f64,
    /// `runtime_d3`: suspends by itself when no process has it open.
    pub runtime_d3: bool,
    /// `extra_reasons`: bits always set in the clocks event reasons, to try unknown ones.
    pub extra_reasons: u64,
    /// `unsupported`: the values that this driver does not report, by the names of [`Sample`]'s
    /// fields, and of those of [`GpuInfo`] that may be absent.
    #[serde(deserialize_with = "metrics")]
    pub unsupported: Vec<&'static str>,
}

/// The effect of the driver's boost request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Boost {
    /// It raises the clocks and holds them until it ends.
    Holds,
    /// It raises the clocks, which fall after the hold time all the same; a renewal changes
    /// nothing, a new request raises them again.
    Raises,
    /// It is not available.
    None,
}

/// The effect of the driver's own prefer-maximum-performance here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PowerMizer {
    /// It holds the clocks.
    Works,
    /// It is accepted and changes nothing.
    NoEffect,
    /// The driver refuses it, as before version 580.
    Unsupported,
}

/// Takes one value out of the driver's report.
type Hide = fn(&mut GpuInfo, &mut Sample);

/// Everything a driver may leave unsaid, by the name it has in `unsupported`.
pub(super) const METRICS: [(&str, Hide); 19] = [
    ("pstate", |_, s| s.pstate = None),
    ("sm_clock", |_, s| s.sm_clock = None),
    ("memory_clock", |_, s| s.memory_clock = None),
    ("temperature", |_, s| s.temperature = None),
    ("power", |_, s| s.power = None),
    ("energy", |_, s| s.energy = None),
    ("utilization", |_, s| s.utilization = None),
    ("other_utilization", |_, s| s.other_utilization = None),
    ("process_utilization", |_, s| s.process_utilization = None),
    ("compute_processes", |_, s| s.compute_processes = None),
    ("clocks_event_reasons", |_, s| s.clocks_event_reasons = None),
    ("vram_free", |_, s| s.vram_free = None),
    ("vram_ours", |_, s| s.vram_ours = None),
    ("power_source", |_, s| s.power_source = None),
    ("vram_total", |i, _| i.vram_total = None),
    ("compute_capability", |i, _| i.compute_capability = None),
    ("sm_clock_max", |i, _| i.sm_clock_max = None),
    ("slowdown_temperature", |i, _| i.slowdown_temperature = None),
    ("memory_bandwidth_gbps", |i, _| {
        i.memory_bandwidth_gbps = None
    }),
];

impl CardModel {
    /// The driver's report of the card itself.
    pub(super) fn reported_info(&self) -> GpuInfo {
        let mut info = self.info.clone();
        self.hide(&mut info, &mut Sample::default());
        info
    }

    /// `sample` without the values that this driver does not report.
    pub(super) fn reported_sample(&self, mut sample: Sample) -> Sample {
        self.hide(&mut self.info.clone(), &mut sample);
        sample
    }

    fn hide(&self, info: &mut GpuInfo, sample: &mut Sample) {
        for (_, hide) in METRICS.iter().filter(|(m, _)| self.unsupported.contains(m)) {
            hide(info, sample);
        }
    }

    /// Temperature at which the hardware slows down.
    pub(super) fn slowdown(&self) -> f64 {
        self.info
            .slowdown_temperature
            .map_or(f64::INFINITY, |Celsius(c)| f64::from(c))
    }
}

/// The UUID of a card without one in its scenario.
pub(super) fn uuid(index: u32) -> GpuUuid {
    GpuUuid(format!("GPU-51300000-0000-4000-8000-{index:012x}"))
}

/// Bus 1 for the first card, as on most machines with one.
pub(super) fn pci_bus_id(index: u32) -> PciBusId {
    PciBusId {
        domain: 0,
        bus: (index as u8).wrapping_add(1),
        device: 0,
        function: 0,
    }
}
