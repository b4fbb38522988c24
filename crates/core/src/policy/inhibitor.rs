use std::time::Duration;

use super::{GpuHistory, Observations, Pause};
use crate::{
    Moment,
    gpu::{ClocksEventReasons, GpuInfo, PowerSource},
    protocol::PauseReason,
    settings::Settings,
    units::{Bytes, Celsius},
};

/// A thermal pause ends this far below the limit (product specification).
const THERMAL_HYSTERESIS: i32 = 5;
/// A thermal pause lasts at least this long (product specification).
const THERMAL_MINIMUM: Duration = Duration::from_secs(10);
/// The limit stays this far below the card's own slowdown threshold (product specification).
const BELOW_SLOWDOWN: i32 = 2;
/// Missing temperature readings in a row that pause: protection fails safe.
const SENSOR_MISSES: u32 = 3;
/// VRAM a context is expected to take before one was opened on this GPU. Measured: 267 MiB on an
/// H200 with our limits; others report 107 to 256 MiB on GeForce cards, without them.
const EXPECTED_CONTEXT: Bytes = Bytes::from_mib(300);
/// After the reserve was touched, this much more must be free before a context is opened again,
/// so that two programs do not push each other out for ever.
const VRAM_HYSTERESIS: Bytes = Bytes::from_mib(128);

/// The reasons that forbid holding, with the memory that hysteresis needs.
#[derive(Clone, Debug, Default)]
pub(super) struct Inhibitor {
    hot_since: Option<Moment>,
    vram_short: bool,
}

/// The limits where a thermal pause begins and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ThermalLimits {
    pub(super) pause: Celsius,
    pub(super) resume: Celsius,
}

/// The temperature from which on that GPU is left alone; `None` where the user wants no limit.
pub fn thermal_limit(settings: &Settings, gpu: &GpuInfo) -> Option<Celsius> {
    settings.thermal.enabled.then(|| limit(settings, gpu))
}

fn limit(settings: &Settings, gpu: &GpuInfo) -> Celsius {
    let wished = settings.thermal.max_temperature;
    let slowdown = gpu.slowdown_temperature;
    let safe = slowdown.map(|at| Celsius(at.0 - BELOW_SLOWDOWN));
    safe.map_or(wished, |safe| safe.min(wished))
}

impl Inhibitor {
    /// Every reason that applies now, in the order of [`PauseReason`]. `source` is the worse of what
    /// the machine and the driver report.
    pub(super) fn reasons(
        &mut self,
        seen: &Observations<'_>,
        history: &GpuHistory,
        source: PowerSource,
        needs_vram: bool,
        now: Moment,
    ) -> Vec<PauseReason> {
        let on_battery = source != PowerSource::Ac;
        self.take_temperature(seen, history, now);
        self.take_vram(seen, history);
        let sensor_lost =
            seen.settings.thermal.enabled && history.missed_temperatures() >= SENSOR_MISSES;
        [
            (seen.switches.pause.is_on(now), PauseReason::User),
            (self.hot_since.is_some(), PauseReason::Thermal),
            (sensor_lost, PauseReason::Sensor),
            (
                on_battery && seen.settings.battery_pause,
                PauseReason::Battery,
            ),
            (
                seen.host.power_saver && seen.settings.power_saver_pause,
                PauseReason::PowerSaver,
            ),
            (self.vram_short && needs_vram, PauseReason::Vram),
            (seen.budget_spent, PauseReason::Budget),
            (seen.measuring, PauseReason::Measuring),
        ]
        .into_iter()
        .filter(|(applies, _)| *applies)
        .map(|(_, reason)| reason)
        .collect()
    }

    /// The time when a reason ends by itself, if one does.
    pub(super) fn expires(&self, seen: &Observations<'_>, now: Moment) -> Option<Moment> {
        let pause = match seen.switches.pause {
            Pause::Until(end) => Some(end),
            Pause::No | Pause::Indefinitely => None,
        };
        let thermal = self.hot_since.map(|since| since + THERMAL_MINIMUM);
        [pause, thermal]
            .into_iter()
            .flatten()
            .filter(|end| *end > now)
            .min()
    }

    pub(super) fn thermal_limits(&self, seen: &Observations<'_>) -> ThermalLimits {
        let pause = limit(seen.settings, seen.gpu);
        ThermalLimits {
            pause,
            resume: Celsius(pause.0 - THERMAL_HYSTERESIS),
        }
    }

    fn take_temperature(&mut self, seen: &Observations<'_>, history: &GpuHistory, now: Moment) {
        if !seen.settings.thermal.enabled {
            self.hot_since = None;
            return;
        }
        let Some(sample) = history.sample() else {
            return;
        };
        let limits = self.thermal_limits(seen);
        let slowed = sample
            .clocks_event_reasons
            .is_some_and(|reasons| reasons.intersects(ClocksEventReasons::HW_THERMAL_SLOWDOWN));
        let hot = slowed || sample.temperature.is_some_and(|now| now >= limits.pause);
        let cool = !slowed && sample.temperature.is_some_and(|now| now <= limits.resume);
        match self.hot_since {
            None if hot => self.hot_since = Some(now),
            Some(since) if cool && now.since(since) >= THERMAL_MINIMUM => self.hot_since = None,
            _ => {}
        }
    }

    fn take_vram(&mut self, seen: &Observations<'_>, history: &GpuHistory) {
        let Some(free) = history.sample().and_then(|sample| sample.vram_free) else {
            return;
        };
        let reserve = seen.settings.vram_reserve;
        if history.holds_context() {
            self.vram_short = free < reserve;
            return;
        }
        self.vram_short = free < self.vram_needed(seen, history);
    }

    /// VRAM that has to be free before a context may be opened.
    pub(super) fn vram_needed(&self, seen: &Observations<'_>, history: &GpuHistory) -> Bytes {
        let context = history.context_vram().unwrap_or(EXPECTED_CONTEXT);
        let margin = if self.vram_short {
            VRAM_HYSTERESIS
        } else {
            Bytes(0)
        };
        let reserve = seen.settings.vram_reserve;
        Bytes(reserve.0.saturating_add(context.0).saturating_add(margin.0))
    }
}
