//! The status in Prometheus' text format, for node_exporter's textfile collector.
//!
//! Names and units follow <https://prometheus.io/docs/practices/naming/>. Totals alone: no request
//! can be told from another, and no process is named.

use std::fmt::Write;

use gpu_keepalive_core::{
    protocol::{GpuStatus, Phase, Status},
    settings::Mode,
    units::Megahertz,
};

const WATT_HOUR_JOULES: f64 = 3600.0;

/// Every metric of a running engine.
pub(super) fn text(status: &Status) -> String {
    let mut out = Text::default();
    out.up(true);
    let engine = &status.engine;
    let simulated = engine.simulated.to_string();
    out.gauge("info", "The program. Its value is always 1.")
        .add(
            &[("version", &engine.version), ("simulated", &simulated)],
            Some(1.0),
        );
    out.gauge("enabled", "1 if the keepalive is switched on.")
        .add(&[], Some(flag(engine.enabled)));
    out.gauge("paused", "1 if the user paused it.")
        .add(&[], Some(flag(engine.paused)));
    let mut modes = out.gauge("mode", "1 for the mode in force: when GPUs are kept ready.");
    for (name, mode) in Mode::ALL {
        modes.add(&[("mode", name)], Some(flag(*mode == engine.mode)));
    }
    out.gauge("uptime_seconds", "Time since it was started.")
        .add(&[], Some(engine.uptime_s));
    out.gauge("leases", "Requests that clients announce now.")
        .add(&[], Some(engine.leases.into()));
    energy(&mut out, status);
    gpus(&mut out, &status.gpus);
    out.0
}

/// The metrics where no engine runs.
pub(super) fn without_engine() -> String {
    let mut out = Text::default();
    out.up(false);
    out.0
}

fn energy(out: &mut Text, status: &Status) {
    let energy = &status.energy;
    let joules = |wh: Option<f64>| wh.map(|wh| wh * WATT_HOUR_JOULES);
    out.counter(
        "energy_joules_total",
        "Energy above idle that holding took. Starts anew at midnight.",
    )
    .add(&[], joules(energy.today_wh));
    out.counter(
        "saved_joules_total",
        "Energy above idle that holding would have taken while requests were sensed instead. Starts anew at midnight.",
    )
    .add(&[], joules(energy.saved_today_wh));
    out.counter(
        "slow_starts_avoided_total",
        "Requests that found a ready GPU and would have been slow. Starts anew at midnight.",
    )
    .add(&[], Some(energy.cold_starts_avoided_today as f64));
}

fn gpus(out: &mut Text, gpus: &[GpuStatus]) {
    let mut info = out.gauge("gpu_info", "A GPU. Its value is always 1.");
    for gpu in gpus {
        let (index, bus) = (gpu.index.to_string(), gpu.pci_bus_id.to_string());
        let labels = [
            ("gpu", index.as_str()),
            ("uuid", &gpu.uuid.0),
            ("name", &gpu.name),
            ("pci_bus_id", &bus),
        ];
        info.add(&labels, Some(1.0));
    }
    let mut phases = out.gauge("phase", "1 for the phase that the GPU is in.");
    for gpu in gpus {
        for (name, phase) in Phase::ALL {
            let labels = [("gpu", &*gpu.index.to_string()), ("phase", name)];
            phases.add(&labels, Some(flag(phase == gpu.phase)));
        }
    }
    let gauges = GAUGES.iter().map(|of_gpu| ("gauge", of_gpu));
    let counters = COUNTERS.iter().map(|of_gpu| ("counter", of_gpu));
    for (kind, (name, help, value)) in gauges.chain(counters) {
        let mut metric = out.metric(name, help, kind);
        for gpu in gpus {
            metric.add(&[("gpu", &gpu.index.to_string())], value(gpu));
        }
    }
}

/// Name, help, and the value of one GPU; none where the driver does not report it.
type OfGpu = (&'static str, &'static str, fn(&GpuStatus) -> Option<f64>);

const GAUGES: [OfGpu; 12] = [
    (
        "ready",
        "1 if the next request finds the GPU at full speed.",
        |gpu| gpu.ready.map(flag),
    ),
    ("fault", "1 if the driver refuses.", |gpu| {
        Some(flag(gpu.fault.is_some()))
    }),
    (
        "pstate",
        "Performance state: 0 is the fastest, 15 the slowest.",
        |gpu| Some(gpu.pstate?.number().into()),
    ),
    ("sm_clock_hertz", "SM clock.", |gpu| {
        Some(hertz(gpu.sm_clock_mhz?))
    }),
    (
        "sm_clock_max_hertz",
        "SM clock that it can reach at most.",
        |gpu| Some(hertz(gpu.sm_clock_max_mhz?)),
    ),
    ("memory_clock_hertz", "Memory clock.", |gpu| {
        Some(hertz(gpu.memory_clock_mhz?))
    }),
    ("temperature_celsius", "Core temperature.", |gpu| {
        Some(gpu.temperature_c?.0.into())
    }),
    ("power_watts", "Power drawn.", |gpu| Some(gpu.power_w?.0)),
    (
        "utilization_ratio",
        "Share of time in which any kernel ran.",
        |gpu| Some(f64::from(gpu.utilization_percent?.0) / 100.0),
    ),
    ("vram_total_bytes", "Memory of the GPU.", |gpu| {
        Some(gpu.vram.total_bytes?.0 as f64)
    }),
    ("vram_free_bytes", "Free memory of the GPU.", |gpu| {
        Some(gpu.vram.free_bytes?.0 as f64)
    }),
    (
        "vram_held_bytes",
        "Memory that is taken to hold the clocks.",
        |gpu| Some(gpu.vram.ours_bytes?.0 as f64),
    ),
];

const COUNTERS: [OfGpu; 4] = [
    ("pulses_total", "Pulses sent to hold the clocks.", |gpu| {
        Some(gpu.pulses as f64)
    }),
    (
        "wakes_total",
        "Wakes for a sensed request, false ones included.",
        |gpu| Some(gpu.wakes.sensed as f64),
    ),
    (
        "false_wakes_total",
        "Wakes that no work of the GPU followed.",
        |gpu| Some(gpu.wakes.false_wakes as f64),
    ),
    (
        "missed_requests_total",
        "Requests that the GPU was not woken for.",
        |gpu| Some(gpu.wakes.missed as f64),
    ),
];

fn hertz(clock: Megahertz) -> f64 {
    f64::from(clock.0) * 1e6
}

fn flag(is_so: bool) -> f64 {
    f64::from(u8::from(is_so))
}

/// Metrics as text. A metric without a value is left out, with its help.
#[derive(Default)]
struct Text(String);

struct Metric<'a> {
    out: &'a mut String,
    name: String,
    head: Option<String>,
}

impl Text {
    fn up(&mut self, is_up: bool) {
        self.gauge("up", "1 if GPU Keepalive runs.")
            .add(&[], Some(flag(is_up)));
    }

    fn gauge(&mut self, name: &str, help: &str) -> Metric<'_> {
        self.metric(name, help, "gauge")
    }

    fn counter(&mut self, name: &str, help: &str) -> Metric<'_> {
        self.metric(name, help, "counter")
    }

    fn metric(&mut self, name: &str, help: &str, kind: &str) -> Metric<'_> {
        let name = format!("gpu_keepalive_{name}");
        Metric {
            head: Some(format!("# HELP {name} {help}\n# TYPE {name} {kind}\n")),
            out: &mut self.0,
            name,
        }
    }
}

impl Metric<'_> {
    fn add(&mut self, labels: &[(&str, &str)], value: Option<f64>) {
        let Some(value) = value.filter(|value| value.is_finite()) else {
            return;
        };
        self.out.extend(self.head.take());
        self.out.push_str(&self.name);
        if !labels.is_empty() {
            let labels: Vec<_> = labels
                .iter()
                .map(|(name, value)| format!("{name}=\"{}\"", escape(value)))
                .collect();
            _ = write!(self.out, "{{{}}}", labels.join(","));
        }
        _ = writeln!(self.out, " {value}");
    }
}

/// As the text format wants label values.
fn escape(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests;
