//! The `[[events]]` tables.

use std::time::Duration;

use serde::{
    Deserialize,
    de::{IntoDeserializer, value::Error},
};
use toml_edit::Table;

use crate::{
    gpu::GpuErrorKind,
    host::StartTime,
    simulation::{
        Event, EventKind, ProcessorTimes, Reading, Request, ScenarioError, SimulatedProcess,
        keys::{Keys, Source},
    },
    units::{Bytes, Percent},
};

/// Thirty years: longer than any simulation, and far from any overflow.
const LONGEST_S: f64 = 1e9;

pub(super) fn event(
    source: Source<'_>,
    table: &Table,
    index: u32,
    cards: usize,
) -> Result<Event, ScenarioError> {
    let mut keys = Keys::new(source, table, "events");
    let at = keys.span("at_s", 1.0, LONGEST_S, Some(Duration::ZERO))?;
    let lasts = match (keys.has("for_s"), keys.has("until_s")) {
        (true, true) => return Err(keys.wrong("until_s", "for_s is there too; use one of them")),
        (true, false) => Some(keys.span("for_s", 1.0, LONGEST_S, None)?),
        (false, true) => {
            let until = keys.span("until_s", 1.0, LONGEST_S, None)?;
            let lasts = until.checked_sub(at);
            Some(lasts.ok_or_else(|| keys.wrong("until_s", "use a time after at_s"))?)
        }
        (false, false) => None,
    };
    let repeat_every = match keys.has("repeat_every_s") {
        true => Some(keys.span("repeat_every_s", 1.0, LONGEST_S, None)?),
        false => None,
    };
    if repeat_every.is_some_and(|every| lasts.is_none_or(|lasts| lasts >= every)) {
        return Err(keys.wrong(
            "repeat_every_s",
            "use more than for_s, which is then needed",
        ));
    }
    let gpu = keys.integer("gpu", u32::MAX.into())?;
    if gpu.is_some_and(|gpu| gpu as usize >= cards) {
        return Err(keys.wrong("gpu", "use the index of one of the [[gpus]], from 0"));
    }
    let kind = kind(&mut keys, index)?;
    if let EventKind::Request(request) = &kind {
        let lasts = lasts.ok_or_else(|| keys.missing("for_s"))?;
        if request.lead >= lasts {
            let (key, right) = match (keys.has("lead_ms"), keys.has("for_s")) {
                (true, _) => ("lead_ms", "use less than the whole request, for_s"),
                (false, true) => ("for_s", "use a time above 0"),
                (false, false) => ("until_s", "use a time after at_s"),
            };
            return Err(keys.wrong(key, right));
        }
    }
    keys.finish()?;
    Ok(Event {
        at,
        lasts,
        repeat_every,
        gpu: gpu.map(|gpu| gpu as u32),
        kind,
    })
}

/// `kind` and the keys that belong to that kind.
fn kind(keys: &mut Keys<'_>, index: u32) -> Result<EventKind, ScenarioError> {
    const KINDS: [(&str, &str); 11] = [
        ("program", "program"),
        ("request", "request"),
        ("battery", "battery"),
        ("undersized_adapter", "undersized_adapter"),
        ("suspend", "suspend"),
        ("fault", "fault"),
        ("boost_refused", "boost_refused"),
        ("hang", "hang"),
        ("sensor_lost", "sensor_lost"),
        ("heat", "heat"),
        ("reports", "reports"),
    ];
    let kind = keys.choice("kind", &KINDS)?;
    Ok(match kind.ok_or_else(|| keys.missing("kind"))? {
        "program" => EventKind::Process(program(keys, index)?),
        "request" => EventKind::Request(request(keys)?),
        "battery" => EventKind::Battery,
        "undersized_adapter" => EventKind::UndersizedAdapter,
        "suspend" => EventKind::Suspend,
        "fault" => {
            let right = "use a kind of GPU error such as \"gpu_lost\" or \"out_of_memory\"";
            let error = keys.text("error", right, |name| {
                let name = IntoDeserializer::<Error>::into_deserializer(name);
                GpuErrorKind::deserialize(name).ok()
            })?;
            EventKind::Fault(error.ok_or_else(|| keys.missing("error"))?)
        }
        "boost_refused" => EventKind::BoostRefused,
        "hang" => EventKind::Hang,
        "sensor_lost" => EventKind::SensorLost,
        "reports" => {
            let reading = keys.choice("reading", &Reading::NAMES)?;
            let reading = reading.ok_or_else(|| keys.missing("reading"))?;
            EventKind::Reports(reading, keys.raw_value("value", reading.is_text())?)
        }
        _ => EventKind::Heat(keys.needed("ambient_c", -50.0..150.0, None)?),
    })
}

fn program(keys: &mut Keys<'_>, index: u32) -> Result<SimulatedProcess, ScenarioError> {
    let command = keys.text(
        "program",
        "use a command line such as \"ollama runner\"",
        |text| Some(text.to_owned()).filter(|text| !text.trim().is_empty()),
    )?;
    Ok(SimulatedProcess {
        command: command.ok_or_else(|| keys.missing("program"))?,
        // Far from the process ids of a machine that has just started.
        pid: keys
            .integer("pid", u32::MAX.into())?
            .map_or(40_000 + index, |pid| pid as u32),
        gpu_open: keys.boolean("gpu_open")?.unwrap_or(true),
        vram: keys.mib("vram_mib", Some(Bytes(0)))?,
        utilization: Percent(keys.needed("utilization_percent", 0.0..100.0, Some(0.0))? as u32),
        holds_clocks: keys.boolean("holds_clocks")?.unwrap_or(true),
        boosts: keys.boolean("boosts")?.unwrap_or(true),
        started: keys.integer("started", i64::MAX as u64)?.map(StartTime),
        processor: processor(keys)?,
    })
}

fn processor(keys: &mut Keys<'_>) -> Result<ProcessorTimes, ScenarioError> {
    let usual = ProcessorTimes::default();
    let poll_every = match keys.has("poll_every_s") {
        true => Some(keys.span("poll_every_s", 1.0, LONGEST_S, None)?),
        false => None,
    };
    let times = ProcessorTimes {
        rest: keys.span("processor_rest_ms", 1e-3, 1000.0, Some(usual.rest))?,
        poll: keys.span("processor_poll_ms", 1e-3, 1000.0, Some(usual.poll))?,
        poll_every,
        busy_cores: keys
            .number("processor_busy_percent", 0.0..100_000.0)?
            .map_or(usual.busy_cores, |percent| percent / 100.0),
    };
    if poll_every.is_some_and(|every| every <= times.poll) {
        return Err(keys.wrong("poll_every_s", "use more than processor_poll_ms"));
    }
    Ok(times)
}

fn request(keys: &mut Keys<'_>) -> Result<Request, ScenarioError> {
    let pid = keys.integer("pid", u32::MAX.into())?;
    Ok(Request {
        pid: pid.ok_or_else(|| keys.missing("pid"))? as u32,
        utilization: Percent(keys.needed("utilization_percent", 0.0..100.0, Some(100.0))? as u32),
        lead: keys.span("lead_ms", 1e-3, 3.6e6, Some(Duration::ZERO))?,
    })
}
