use std::time::Duration;

use gpu_keepalive_core::{
    Moment,
    gpu::{ClocksEventReasons, PowerSource},
    policy::Pause,
    protocol::{
        EnergyReport, EnergyToday, EngineStatus, FaultStatus, GpuStatus, Notice, Phase, Severity,
        Status, Tone, VramStatus,
    },
};

use super::{Core, Discovery, EngineOptions, lane::Lane};

/// The status before the first step.
pub(super) fn empty(options: &EngineOptions) -> Status {
    Status {
        engine: EngineStatus {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            simulated: options.simulated,
            mode: options.mode.unwrap_or(options.settings.settings().mode),
            enabled: true,
            uptime_s: 0.0,
            pause_remaining_s: None,
            leases: 0,
            power_source: PowerSource::default(),
        },
        gpus: Vec::new(),
        energy: EnergyToday::default(),
        notices: Vec::new(),
        measuring: None,
        desktop: None,
    }
}

impl Core {
    pub(super) fn build_status(&self, now: Moment) -> Status {
        let price = self.options.settings.settings().energy.price_per_kwh;
        Status {
            engine: EngineStatus {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                pid: std::process::id(),
                simulated: self.options.simulated,
                mode: self.switches.mode,
                enabled: self.switches.enabled,
                uptime_s: seconds(now.since(self.started)),
                pause_remaining_s: match self.switches.pause {
                    Pause::Until(end) => Some(seconds(end.since(now))),
                    Pause::No | Pause::Indefinitely => None,
                },
                leases: self.leases.count(),
                power_source: self.host.power_source,
            },
            gpus: self
                .lanes
                .iter()
                .map(|lane| gpu_status(lane, now))
                .collect(),
            energy: self.ledger.today(self.options.clock.today(), price),
            notices: self.notices(),
            measuring: self.measuring_status(now),
            desktop: self.desktop,
        }
    }

    pub(super) fn energy_report(&self, days: u32) -> EnergyReport {
        let energy = &self.options.settings.settings().energy;
        let today = self.options.clock.today();
        self.ledger
            .report(days, today, energy.price_per_kwh, &energy.currency)
    }

    fn notices(&self) -> Vec<Notice> {
        let mut notices = Vec::new();
        if let Discovery::Failed { error, .. } = &self.discovery {
            notices.push(Notice {
                id: "no-gpu".to_owned(),
                severity: Severity::Error,
                message: format!("No NVIDIA GPU: {error}. {}", error.kind.advice()),
            });
        }
        let known: Vec<_> = self
            .found
            .iter()
            .map(|gpu| format!("{} ({}, {})", gpu.index, gpu.name, gpu.uuid))
            .collect();
        for selector in self.unmatched_selectors() {
            notices.push(Notice {
                id: format!("unknown-gpu-{selector}"),
                severity: Severity::Warning,
                message: format!(
                    "The settings name GPU “{selector}”, which does not exist. There is: {}.",
                    known.join("; ")
                ),
            });
        }
        for problem in self.options.settings.file().problems() {
            notices.push(Notice {
                id: format!("settings-{}", problem.key),
                severity: problem.severity,
                message: problem.in_file("Settings"),
            });
        }
        notices.sort_by_key(|notice| std::cmp::Reverse(notice.severity));
        notices
    }
}

fn gpu_status(lane: &Lane, now: Moment) -> GpuStatus {
    let record = lane.policy.record();
    let sample = record.sample();
    let decision = lane.decision.as_ref();
    let info = &lane.info;
    let mut status = GpuStatus {
        index: info.index,
        uuid: info.uuid.clone(),
        name: info.name.clone(),
        pci_bus_id: info.pci_bus_id,
        phase: decision.map_or(Phase::Asleep, |decision| decision.phase),
        phase_text: decision.map_or_else(|| "Starting".to_owned(), |d| d.text.clone()),
        phase_s: seconds(now.since(lane.phase_since)),
        reasons: decision
            .map(|decision| decision.reasons.clone())
            .unwrap_or_default(),
        tone: Tone::default(),
        pstate: sample.and_then(|sample| sample.pstate),
        sm_clock_mhz: sample.and_then(|sample| sample.sm_clock),
        sm_clock_max_mhz: info.sm_clock_max,
        memory_clock_mhz: sample.and_then(|sample| sample.memory_clock),
        clocks_event_reasons: sample
            .and_then(|sample| sample.clocks_event_reasons)
            .map(ClocksEventReasons::names)
            .unwrap_or_default(),
        temperature_c: sample.and_then(|sample| sample.temperature),
        power_w: sample.and_then(|sample| sample.power),
        utilization_percent: sample.and_then(|sample| sample.utilization),
        ready: lane.policy.ready(info),
        vram: VramStatus {
            total_bytes: Some(info.vram_total).filter(|total| total.0 > 0),
            free_bytes: sample.and_then(|sample| sample.vram_free),
            ours_bytes: sample.and_then(|sample| {
                let known = record.context_vram().filter(|_| record.holds_context());
                sample.vram_ours.or(known)
            }),
        },
        strategy: record.held(),
        pulse_interval_ms: decision
            .and_then(|decision| decision.interval)
            .map(|interval| interval.as_millis() as u64),
        pulses: record.pulses(),
        attempts: lane.policy.attempts().to_vec(),
        fault: record.fault().map(|fault| FaultStatus {
            kind: fault.error.kind,
            message: fault.error.message.clone(),
            advice: fault.error.kind.advice().to_owned(),
            retry_in_s: seconds(lane.retry_in(now)),
        }),
        cannot_measure: lane.cannot_measure().map(str::to_owned),
    };
    status.tone = Tone::of(&status);
    status
}

/// In seconds to the millisecond: more digits are noise to people and programs alike.
pub(super) fn seconds(time: Duration) -> f64 {
    time.as_millis() as f64 / 1000.0
}
