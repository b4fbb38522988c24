//! The readings of a card.

use super::{Card, Clocks};
use crate::{
    Moment,
    gpu::{ClocksEventReasons, PState, PowerSource, Sample},
    units::{Bytes, Celsius, Joules, Megahertz, Percent, Watts},
};

/// P-state of a card that computes with fallen clocks (reported: llama.cpp#17880).
const PARTIAL_PSTATE: u8 = 3;
/// Its SM clock as a share of the boost clock (assumed).
const PARTIAL_CLOCK: f64 = 0.4;
/// SM clock while the hardware slows down for heat, as a share of the boost clock (assumed).
const SLOWED_CLOCK: f64 = 0.5;

impl Card {
    fn is_partial(&self, clocks: Clocks) -> bool {
        self.around.utilization > 0 && clocks != Clocks::High
    }

    fn is_capped(&self, clocks: Clocks) -> bool {
        self.around.power_source != PowerSource::Ac
            && self.model.capped_clock.is_some()
            && clocks == Clocks::High
    }

    pub(super) fn watts(&self) -> f64 {
        if self.is_dark() {
            return 0.0;
        }
        let model = &self.model;
        let load = f64::from(self.around.utilization) / 100.0;
        let (base, share) = match self.clocks {
            Clocks::High => (model.warm_watts, 1.0),
            _ => (model.rest_watts, PARTIAL_CLOCK),
        };
        let watts = base + (model.load_watts - model.warm_watts) * load * share;
        if self.slowed {
            model.rest_watts + (watts - model.rest_watts) * SLOWED_CLOCK
        } else {
            watts
        }
    }

    fn sm_clock(&self, clocks: Clocks) -> Megahertz {
        let Megahertz(boost) = self.model.boost_clock;
        let share = |share: f64| (f64::from(boost) * share).round() as u32;
        let mut clock = match clocks {
            Clocks::High => boost,
            _ if self.is_partial(clocks) => share(PARTIAL_CLOCK),
            _ => return self.model.idle_clock,
        };
        if let Some(Megahertz(cap)) = self.model.capped_clock.filter(|_| self.is_capped(clocks)) {
            clock = clock.min(cap);
        }
        if self.slowed {
            clock = clock.min(share(SLOWED_CLOCK));
        }
        Megahertz(clock.max(self.model.idle_clock.0))
    }

    fn pstate(&self, clocks: Clocks) -> PState {
        let idle = self.model.idle_pstate;
        match clocks {
            Clocks::High => self.model.boost_pstate,
            _ if self.is_partial(clocks) => {
                PState::new(PARTIAL_PSTATE.into()).map_or(idle, |partial| partial.min(idle))
            }
            _ => idle,
        }
    }

    fn reasons(&self, clocks: Clocks) -> ClocksEventReasons {
        let mut bits = self.model.extra_reasons;
        if clocks != Clocks::High && !self.is_partial(clocks) {
            bits |= ClocksEventReasons::GPU_IDLE.0;
        }
        if self.is_capped(clocks) {
            bits |= ClocksEventReasons::SW_POWER_CAP.0;
        }
        if self.slowed {
            bits |= ClocksEventReasons::HW_SLOWDOWN.0 | ClocksEventReasons::HW_THERMAL_SLOWDOWN.0;
        }
        ClocksEventReasons(bits)
    }

    pub(super) fn vram_free(&self) -> Bytes {
        let others: u64 = self
            .around
            .processes
            .iter()
            .filter_map(|process| process.vram)
            .map(|vram| vram.0)
            .sum();
        let taken = self.model.desktop_vram.0 + others + self.ours.context.map_or(0, |vram| vram.0);
        let total = self.model.info.vram_total.unwrap_or_default();
        Bytes(total.0.saturating_sub(taken))
    }

    /// The driver's sample. By process it reports nothing in the first sample, as long as there is
    /// another process.
    pub(super) fn sample(&self, first: bool, now: Moment) -> Sample {
        let reading = self.reading_at(self.shown_clocks(now), now);
        let unknown = first && !self.around.processes.is_empty();
        let reported = self.model.reported_sample(Sample {
            first,
            other_utilization: reading.other_utilization.filter(|_| !unknown),
            process_utilization: reading.process_utilization.filter(|_| !unknown),
            ..reading
        });
        let total = self.model.info.vram_total;
        self.around.reports.sample(reported, total)
    }

    /// Everything there is to see, before the driver leaves things out or is late.
    pub(in crate::simulation) fn reading(&self, now: Moment) -> Sample {
        self.reading_at(self.clocks, now)
    }

    fn reading_at(&self, clocks: Clocks, now: Moment) -> Sample {
        let memory_clock = match clocks {
            Clocks::High => self.model.memory_boost,
            _ => self.model.memory_idle,
        };
        let temperature = Celsius(self.segment.celsius(now).floor() as i32);
        Sample {
            pstate: Some(self.pstate(clocks)),
            sm_clock: Some(self.sm_clock(clocks)),
            memory_clock: Some(memory_clock),
            temperature: Some(temperature).filter(|_| !self.around.sensor_lost),
            power: Some(Watts(self.segment.watts())),
            energy: Some(Joules(self.segment.joules(now))),
            utilization: Some(Percent(self.around.utilization)),
            other_utilization: Some(Percent(self.around.utilization)),
            process_utilization: Some(self.around.by_process.clone()),
            compute_processes: Some(self.around.processes.clone()),
            drawing: Vec::new(),
            names_processes: !self.around.processes.is_empty() || self.ours.context.is_some(),
            first: false,
            clocks_event_reasons: Some(self.reasons(clocks)),
            vram_free: Some(self.vram_free()),
            vram_ours: Some(self.ours.context.unwrap_or_default()),
            power_source: Some(self.around.power_source),
        }
    }
}
