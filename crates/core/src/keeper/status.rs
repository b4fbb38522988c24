//! The status of every face: built from the state on demand, published when it changed.

use gpu_keepalive_text::text;
use std::{sync::Arc, time::Duration};

use super::{Keeper, lane::Lane};
use crate::{
    Moment,
    doctor::{Engine, Evidence, GpuEvidence},
    gpu::{ClocksEventReasons, GpuInfo},
    host::{AiProcess, HostSample},
    policy::Pause,
    protocol::{
        Badge, ClientStatus, EnergyReport, EngineStatus, EngineText, FaultStatus, GpuStatus, Hold,
        HoldStatus, LoudStatus, Notice, Phase, SettingsReport, Severity, Status, StatusText,
        VramStatus,
    },
    quiet::loud,
    status_text::{self, driver_failed, left_out, present},
};

impl Keeper {
    /// Everything there is to know, at one moment.
    pub fn status(&self, now: Moment) -> Status {
        let settings = &self.settings().energy;
        let mut energy = self.kept.ledger.today(self.today, settings.price_per_kwh);
        energy.text = status_text::energy(energy.saved_today_wh, settings);
        let mut status = Status {
            engine: EngineStatus {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                pid: self.options.pid,
                simulated: self.options.simulated,
                mode: self.switches.mode,
                enabled: self.switches.enabled,
                uptime_s: seconds(now.since(self.started)),
                paused: self.switches.pause.is_on(now),
                pause_remaining_s: match self.switches.pause {
                    Pause::Until(end) => Some(seconds(end.since(now))),
                    Pause::No | Pause::Indefinitely => None,
                },
                leases: self.leases.count(),
                users: self.holds.users(),
                power_source: self.host.power_source,
                text: EngineText::default(),
            },
            gpus: self
                .gpus
                .iter()
                .map(|lane| GpuStatus {
                    loud: self.loud_status(lane),
                    holds: self.holds_of(&lane.info, now),
                    ..gpu_status(lane, &self.host, now)
                })
                .collect(),
            energy,
            notices: self.notices(),
            measuring: self.measuring_status(now),
            desktop: self.desktop.map(|(_, desktop)| desktop),
        };
        present(&mut status);
        status
    }

    /// The status, if it differs from the last one that this returned. The passing of time alone
    /// is no change: a client that replies to a status must not get a new one for that.
    pub fn publish(&mut self, now: Moment) -> Option<Arc<Status>> {
        let status = self.status(now);
        self.remember(&status, now);
        let comparable = status.without_times();
        if self.published.as_ref() == Some(&comparable) {
            return None;
        }
        self.published = Some(comparable);
        Some(Arc::new(status))
    }

    /// Every setting, for clients that show or change them.
    pub fn settings_report(&self) -> SettingsReport {
        self.file.report(&self.options.settings_path)
    }

    pub(crate) fn energy_report(&self, days: u32) -> EnergyReport {
        let energy = &self.settings().energy;
        let ledger = &self.kept.ledger;
        ledger.report(days, self.today, energy.price_per_kwh, &energy.currency)
    }

    /// Who asked for that GPU, and how.
    fn holds_of(&self, gpu: &GpuInfo, now: Moment) -> Vec<HoldStatus> {
        let warm = self.warm.map(|warm| warm.report(now));
        let holds = self.holds.report(gpu, now).chain(self.leases.report(now));
        holds.chain(warm).collect()
    }

    /// The servers that keep that GPU at full speed, and what quiet ones would save.
    fn loud_status(&self, lane: &Lane) -> Option<LoudStatus> {
        let servers = lane.policy.loud(&self.host);
        if servers.is_empty() {
            return None;
        }
        let sample = lane.policy.history().sample();
        let driver = sample.and_then(|sample| sample.power_source);
        let source = self.host.power_source.worse(driver.unwrap_or_default());
        let ledger = &self.kept.ledger;
        let idle = ledger.resting_power(&lane.info.uuid, source);
        let energy = &self.settings().energy;
        let servers = servers.iter().map(|one| client(one, &lane.info));
        let power = lane.policy.loud_power();
        Some(loud(servers.collect(), power, idle, energy, &lane.info))
    }

    fn notices(&self) -> Vec<Notice> {
        let mut notices = Vec::new();
        let mut add = |id: String, severity, message: String| {
            notices.push(Notice {
                id,
                severity,
                message,
            });
        };
        if let Some(error) = self.discovery.error() {
            let message = driver_failed(error);
            add("no-gpu".to_owned(), Severity::Error, message);
        }
        for gpu in self.discovery.left_out() {
            let message = left_out(gpu);
            add(
                format!("gpu-left-out-{}", gpu.index),
                Severity::Warning,
                message,
            );
        }
        for selector in self.unmatched_selectors() {
            let known = self.found.iter();
            let known: Vec<_> = known
                .map(|gpu| format!("{} ({}, {})", gpu.index, gpu.name, gpu.uuid))
                .collect();
            let message = text!(
                "notice-unknown-gpu",
                gpu = selector.to_string(),
                known = known.join("; ")
            );
            add(
                format!("unknown-gpu-{selector}"),
                Severity::Warning,
                message,
            );
        }
        for problem in self.file.problems() {
            let message = problem.in_file(&text!("notice-settings"));
            add(
                format!("settings-{}", problem.key),
                problem.severity,
                message,
            );
        }
        if let Some(error) = &self.not_saved {
            add("not-saved".to_owned(), Severity::Warning, error.clone());
        }
        for (number, what) in self.set_aside.iter().enumerate() {
            let id = format!("set-aside-{}", number + 1);
            add(id, Severity::Warning, what.clone());
        }
        notices.sort_by_key(|notice| std::cmp::Reverse(notice.severity));
        notices
    }

    /// The evidence that the doctor can judge without reading the outside.
    pub(super) fn evidence(&self) -> Evidence {
        let mut evidence = Evidence {
            simulated: self.options.simulated,
            engine: Some(Engine {
                enabled: self.switches.enabled,
            }),
            discovery_error: self.discovery.error().cloned(),
            left_out: self.discovery.left_out().to_vec(),
            gpus: self
                .gpus
                .iter()
                .map(|lane| GpuEvidence {
                    loud: self.loud_status(lane),
                    ..gpu_evidence(lane)
                })
                .collect(),
            ..Evidence::default()
        };
        evidence.add_settings(self.settings(), self.file.problems().to_vec());
        evidence.add_host(&self.host);
        let desktop = self.desktop.map(|(_, desktop)| desktop);
        evidence.app.login_entry.state = desktop.and_then(|desktop| desktop.login_entry);
        evidence
    }
}

fn gpu_evidence(lane: &Lane) -> GpuEvidence {
    let history = lane.policy.history();
    let decision = lane.decision.as_ref();
    GpuEvidence {
        sample: history.sample().cloned(),
        phase: decision.map(|decision| decision.phase),
        message: decision
            .map(|decision| decision.message.clone())
            .unwrap_or_default(),
        fault: history.fault().map(|fault| fault.error.clone()),
        ..GpuEvidence::new((*lane.info).clone())
    }
}

fn gpu_status(lane: &Lane, host: &HostSample, now: Moment) -> GpuStatus {
    let history = lane.policy.history();
    let sample = history.sample();
    let decision = lane.decision.as_ref();
    let info = &lane.info;
    GpuStatus {
        index: info.index,
        uuid: info.uuid.clone(),
        name: info.name.clone(),
        pci_bus_id: info.pci_bus_id,
        phase: decision.map_or(Phase::Asleep, |decision| decision.phase),
        phase_text: String::new(),
        phase_s: seconds(now.since(lane.phase_since)),
        reasons: decision
            .map(|decision| decision.reasons.clone())
            .unwrap_or_default(),
        message: decision.map(|d| d.message.clone()).unwrap_or_default(),
        hold: Hold::default(),
        text: StatusText::default(),
        badge: Badge::default(),
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
            total_bytes: info.vram_total,
            free_bytes: sample.and_then(|sample| sample.vram_free),
            ours_bytes: sample.and_then(|sample| {
                let known = history.context_vram().filter(|_| history.holds_context());
                sample.vram_ours.or(known)
            }),
        },
        strategy: lane.policy.strategy(),
        raises_with: lane.policy.raises_with(),
        wakes: lane.policy.sensor().statistics(),
        pulse_interval_ms: decision
            .and_then(|decision| decision.interval)
            .map(|interval| interval.as_millis() as u64),
        pulses: history.pulses(),
        attempts: lane
            .policy
            .attempts()
            .iter()
            .map(ToString::to_string)
            .collect(),
        clients: lane
            .policy
            .clients(host)
            .map(|process| client(process, info))
            .collect(),
        loud: None,
        holds: Vec::new(),
        fault: history.fault().map(|fault| FaultStatus {
            kind: fault.error.kind,
            message: fault.error.message.clone(),
            advice: fault.error.advice(),
            retry_in_s: seconds(lane.retry_in(now)),
        }),
        cannot_measure: lane.cannot_measure(),
    }
}

fn client(process: &AiProcess, gpu: &GpuInfo) -> ClientStatus {
    ClientStatus {
        pid: process.pid,
        name: process.label.clone(),
        quiet: process.quiet.filter(|_| gpu.knows_quiet_programs()),
    }
}

/// In seconds to the millisecond: more digits are noise to people and programs alike.
pub(super) fn seconds(time: Duration) -> f64 {
    time.as_millis() as f64 / 1000.0
}
