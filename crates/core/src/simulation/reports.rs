//! Odd values of a simulated driver: they pass through the same gate as those of a real one.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{
    gpu::{
        ComputeProcess, GpuError, GpuErrorKind, GpuInfo, LeftOut, LeftOutGpu, ProcessLoad, Sample,
        plausible::{self, RawMemory},
    },
    units::{Bytes, Percent},
};

/// A value that the driver can give, by its name in a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// `name`, a text.
    Name,
    /// `uuid`, a text.
    Uuid,
    /// `pci_bus_id`, a text.
    PciBusId,
    /// `vram_total` in bytes.
    VramTotal,
    /// `vram_used` in bytes.
    VramUsed,
    /// `vram_free` in bytes.
    VramFree,
    /// `sm_clock_max` in MHz.
    SmClockMax,
    /// `slowdown_temperature` in °C.
    SlowdownTemperature,
    /// `compute_capability`, times ten.
    ComputeCapability,
    /// `pstate`.
    #[serde(rename = "pstate")]
    PState,
    /// `sm_clock` in MHz.
    SmClock,
    /// `memory_clock` in MHz.
    MemoryClock,
    /// `temperature` in °C.
    Temperature,
    /// `power` in mW.
    Power,
    /// `energy` in mJ.
    Energy,
    /// `utilization` in percent.
    Utilization,
    /// `clocks_event_reasons`, a bit set.
    ClocksEventReasons,
    /// `process_pid`, of every process.
    ProcessPid,
    /// `process_vram` in bytes, of every process.
    ProcessVram,
    /// `process_utilization` in percent, of every process.
    ProcessUtilization,
}

impl Reading {
    /// Returns true if its value is a text.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Name | Self::Uuid | Self::PciBusId)
    }
}

/// The driver's value for a reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RawValue {
    /// A number in the driver's unit; −1 is its highest.
    Number(u64),
    /// A text.
    Text(String),
}

/// The values that a driver gives instead of the truth.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Reports(BTreeMap<Reading, RawValue>);

impl Reports {
    pub(super) fn add(&mut self, reading: Reading, value: RawValue) {
        self.0.insert(reading, value);
    }

    fn number(&self, reading: Reading) -> Option<u64> {
        match self.0.get(&reading)? {
            RawValue::Number(number) => Some(*number),
            RawValue::Text(_) => None,
        }
    }

    fn text(&self, reading: Reading) -> Option<&str> {
        match self.0.get(&reading)? {
            RawValue::Text(text) => Some(text),
            RawValue::Number(_) => None,
        }
    }

    /// The value that the gate lets through: of the value given here, or else of `own`.
    fn passed<T: Copy>(
        &self,
        reading: Reading,
        own: Option<T>,
        raw: impl Fn(T) -> u64,
        gate: impl Fn(u64) -> Option<T>,
    ) -> Option<T> {
        match self.number(reading) {
            Some(given) => gate(given),
            None => own.filter(|own| gate(raw(*own)).is_some()),
        }
    }

    fn memory(&self, own: RawMemory) -> RawMemory {
        let total = self.number(Reading::VramTotal).unwrap_or(own.total);
        RawMemory {
            total,
            used: self.number(Reading::VramUsed).unwrap_or(own.used),
            free: self.number(Reading::VramFree).unwrap_or(own.free),
        }
    }

    /// The driver's report of the card itself.
    pub(super) fn info(&self, own: GpuInfo) -> Result<GpuInfo, LeftOutGpu> {
        let text = |reading, own: &str| self.text(reading).unwrap_or(own).to_owned();
        let name = plausible::name(&text(Reading::Name, &own.name));
        let left_out = |why, call: &str, given: &str| LeftOutGpu {
            index: own.index,
            name: name.clone(),
            why,
            error: GpuError::new(GpuErrorKind::Other, format!("{call}: “{given}”")),
        };
        let uuid = text(Reading::Uuid, &own.uuid.0);
        let uuid = plausible::uuid(&uuid)
            .ok_or_else(|| left_out(LeftOut::NoUuid, "nvmlDeviceGetUUID", &uuid))?;
        let address = text(Reading::PciBusId, &own.pci_bus_id.to_string());
        let pci_bus_id = plausible::pci_bus_id(&address)
            .ok_or_else(|| left_out(LeftOut::NoPciAddress, "nvmlDeviceGetPciInfo", &address))?;
        let memory = RawMemory {
            total: own.vram_total.unwrap_or_default().0,
            used: 0,
            free: 0,
        };
        Ok(GpuInfo {
            uuid,
            name: name.unwrap_or_else(|| plausible::UNNAMED.to_owned()),
            pci_bus_id,
            vram_total: self.memory(memory).total(),
            compute_capability: self.passed(
                Reading::ComputeCapability,
                own.compute_capability,
                |version| u64::from(version.major * 10 + version.minor),
                |raw| plausible::compute_capability(raw / 10, raw % 10),
            ),
            sm_clock_max: self.passed(
                Reading::SmClockMax,
                own.sm_clock_max,
                |clock| clock.0.into(),
                plausible::sm_clock,
            ),
            slowdown_temperature: self.passed(
                Reading::SlowdownTemperature,
                own.slowdown_temperature,
                |celsius| i64::from(celsius.0) as u64,
                plausible::slowdown_temperature,
            ),
            ..own
        })
    }

    /// The driver's values in one sample of a card with so much memory.
    pub(super) fn sample(&self, own: Sample, total: Option<Bytes>) -> Sample {
        let total = total.unwrap_or_default().0;
        let free = own.vram_free.map(|free| free.0);
        let memory = self.memory(RawMemory {
            total,
            used: total.saturating_sub(free.unwrap_or_default()),
            free: free.unwrap_or_default(),
        });
        let gives_memory = free.is_some() || self.number(Reading::VramFree).is_some();
        let processes = own
            .compute_processes
            .map(|all| self.processes(&all, memory.total()));
        let loads = own.process_utilization.as_deref();
        let (process_utilization, busiest) = match loads {
            Some(loads) => self.loads(loads, own.other_utilization),
            None => (None, own.other_utilization),
        };
        Sample {
            pstate: self.passed(
                Reading::PState,
                own.pstate,
                |pstate| pstate.number().into(),
                plausible::pstate,
            ),
            sm_clock: self.passed(
                Reading::SmClock,
                own.sm_clock,
                |clock| clock.0.into(),
                plausible::sm_clock,
            ),
            memory_clock: self.passed(
                Reading::MemoryClock,
                own.memory_clock,
                |clock| clock.0.into(),
                plausible::memory_clock,
            ),
            temperature: self.passed(
                Reading::Temperature,
                own.temperature,
                |celsius| i64::from(celsius.0) as u64,
                plausible::temperature,
            ),
            power: self.passed(
                Reading::Power,
                own.power,
                |watts| (watts.0 * 1000.0).round() as u64,
                plausible::power,
            ),
            energy: self.passed(
                Reading::Energy,
                own.energy,
                |joules| (joules.0 * 1000.0).round() as u64,
                plausible::energy,
            ),
            utilization: self.passed(
                Reading::Utilization,
                own.utilization,
                |percent| percent.0.into(),
                plausible::utilization,
            ),
            clocks_event_reasons: self.passed(
                Reading::ClocksEventReasons,
                own.clocks_event_reasons,
                |reasons| reasons.0,
                plausible::clocks_event_reasons,
            ),
            vram_free: memory.free().filter(|_| gives_memory),
            names_processes: match &processes {
                Some(listed) if listed.is_empty() => own.vram_ours.is_some_and(|ours| ours.0 > 0),
                _ => own.names_processes,
            },
            compute_processes: processes,
            process_utilization,
            other_utilization: busiest,
            ..own
        }
    }

    fn pid(&self, own: u32) -> Option<u32> {
        self.passed(Reading::ProcessPid, Some(own), u64::from, plausible::pid)
    }

    fn processes(&self, own: &[ComputeProcess], total: Option<Bytes>) -> Vec<ComputeProcess> {
        let gate = |raw| plausible::process_memory(raw, total);
        let passed = own.iter().filter_map(|process| {
            let vram = self.passed(Reading::ProcessVram, process.vram, |vram| vram.0, gate);
            Some(ComputeProcess {
                pid: self.pid(process.pid)?,
                vram,
            })
        });
        passed.collect()
    }

    /// Each load, and that of the busiest.
    fn loads(
        &self,
        own: &[ProcessLoad],
        busiest: Option<Percent>,
    ) -> (Option<Vec<ProcessLoad>>, Option<Percent>) {
        let passed: Vec<_> = own
            .iter()
            .filter_map(|load| {
                Some(ProcessLoad {
                    pid: self.pid(load.pid)?,
                    percent: self.passed(
                        Reading::ProcessUtilization,
                        Some(load.percent),
                        |percent| percent.0.into(),
                        plausible::utilization,
                    )?,
                })
            })
            .collect();
        let given = self.number(Reading::ProcessUtilization);
        let all = passed.len() == own.len();
        let busiest = match given {
            None => busiest,
            Some(_) => plausible::busiest(passed.iter().map(|load| load.percent), all),
        };
        (Some(passed), busiest)
    }
}
