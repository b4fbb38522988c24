//! The `[[events]]` tables.

use std::time::Duration;

use serde::Deserialize;
use toml::{Spanned, Value, de::DeTable};

use super::defaults;
use crate::{
    gpu::GpuErrorKind,
    simulation::{
        Event, EventKind, RawValue, Reading, Request, ScenarioError, SimulatedProcess,
        keys::{Keys, Source},
        value::{choice, heat_c, seconds},
    },
};

/// The keys of every event.
#[derive(Deserialize)]
struct When {
    #[serde(default, deserialize_with = "seconds")]
    at_s: Duration,
    #[serde(default, deserialize_with = "seconds")]
    for_s: Option<Duration>,
    #[serde(default, deserialize_with = "seconds")]
    until_s: Option<Duration>,
    #[serde(default, deserialize_with = "seconds")]
    repeat_every_s: Option<Duration>,
    gpu: Option<u32>,
    #[serde(deserialize_with = "choice")]
    kind: Kind,
}

/// An [`EventKind`] without its values.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Program,
    Request,
    Battery,
    UndersizedAdapter,
    PowerSaver,
    Suspend,
    Fault,
    BoostRefused,
    Hang,
    SensorLost,
    Heat,
    Reports,
}

#[derive(Deserialize)]
struct Fault {
    #[serde(deserialize_with = "choice")]
    error: GpuErrorKind,
}

#[derive(Deserialize)]
struct Heat {
    #[serde(deserialize_with = "heat_c")]
    ambient_c: f64,
}

#[derive(Deserialize)]
struct Reports {
    #[serde(deserialize_with = "choice")]
    reading: Reading,
    value: Value,
}

pub(super) fn event(
    source: Source<'_>,
    table: Spanned<DeTable<'_>>,
    index: u32,
    cards: usize,
) -> Result<Event, ScenarioError> {
    let mut keys = Keys::new(source, "events", table);
    let when: When = keys.read()?;
    let lasts = match (when.for_s, when.until_s) {
        (Some(_), Some(_)) => {
            return Err(keys.wrong("until_s", "for_s is there too; use one of them"));
        }
        (None, Some(until)) => {
            let lasts = until.checked_sub(when.at_s);
            Some(lasts.ok_or_else(|| keys.wrong("until_s", "use a time after at_s"))?)
        }
        (lasts, None) => lasts,
    };
    let repeats = when.repeat_every_s;
    if repeats.is_some_and(|every| lasts.is_none_or(|lasts| lasts >= every)) {
        let right = "use more than for_s, which is then needed";
        return Err(keys.wrong("repeat_every_s", right));
    }
    if when.gpu.is_some_and(|gpu| gpu as usize >= cards) {
        return Err(keys.wrong("gpu", "use the index of one of the [[gpus]], from 0"));
    }
    let kind = match when.kind {
        Kind::Program => EventKind::Process(program(&mut keys, index)?),
        Kind::Request => EventKind::Request(request(&mut keys, lasts)?),
        Kind::Battery => EventKind::Battery,
        Kind::UndersizedAdapter => EventKind::UndersizedAdapter,
        Kind::PowerSaver => EventKind::PowerSaver,
        Kind::Suspend => EventKind::Suspend,
        Kind::Fault => EventKind::Fault(keys.read::<Fault>()?.error),
        Kind::BoostRefused => EventKind::BoostRefused,
        Kind::Hang => EventKind::Hang,
        Kind::SensorLost => EventKind::SensorLost,
        Kind::Heat => EventKind::Heat(keys.read::<Heat>()?.ambient_c),
        Kind::Reports => reports(&mut keys)?,
    };
    keys.finish()?;
    Ok(Event {
        at: when.at_s,
        lasts,
        repeat_every: repeats,
        gpu: when.gpu,
        kind,
    })
}

fn program(keys: &mut Keys<'_>, index: u32) -> Result<SimulatedProcess, ScenarioError> {
    let mut program: SimulatedProcess = keys.read()?;
    if !keys.has("program") {
        return Err(keys.missing("program"));
    }
    if !keys.has("pid") {
        // Far from the process ids of a machine that has just started.
        program.pid = 40_000 + index;
    }
    program.processor = keys.read()?;
    let times = &program.processor;
    if times.poll_every.is_some_and(|every| every <= times.poll) {
        return Err(keys.wrong("poll_every_s", "use more than processor_poll_ms"));
    }
    Ok(program)
}

fn request(keys: &mut Keys<'_>, lasts: Option<Duration>) -> Result<Request, ScenarioError> {
    keys.fill_from(defaults("request"));
    let request: Request = keys.read()?;
    let lasts = lasts.ok_or_else(|| keys.missing("for_s"))?;
    if request.lead < lasts {
        return Ok(request);
    }
    let (key, right) = match (keys.has("lead_ms"), keys.has("for_s")) {
        (true, _) => ("lead_ms", "use less than the whole request, for_s"),
        (false, true) => ("for_s", "use a time above 0"),
        (false, false) => ("until_s", "use a time after at_s"),
    };
    Err(keys.wrong(key, right))
}

fn reports(keys: &mut Keys<'_>) -> Result<EventKind, ScenarioError> {
    let Reports { reading, value } = keys.read()?;
    let value = match (reading.is_text(), value) {
        (true, Value::String(text)) => RawValue::Text(text),
        (false, Value::Integer(number)) if number >= -1 => RawValue::Number(number as u64),
        (true, _) => return Err(keys.wrong("value", "use a text")),
        (false, _) => return Err(keys.wrong("value", "use a whole number, from -1")),
    };
    Ok(EventKind::Reports(reading, value))
}
