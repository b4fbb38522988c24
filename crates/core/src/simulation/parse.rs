use std::time::Duration;

use toml_edit::{Document, Table};

use super::{
    Boost, CardModel, PowerMizer, Scenario, ScenarioError,
    keys::{Keys, Source},
    model,
};
use crate::{
    gpu::{GpuInfo, GpuUuid},
    models::{Card, one_line},
    units::Celsius,
};

mod event;

use event::event;

/// 5 to 12 ms on an H200.
const BOOST_CALL: Duration = Duration::from_millis(10);
/// On an H200.
const BOOST_SEEN_AFTER: (Duration, Duration) =
    (Duration::from_millis(20), Duration::from_millis(110));

impl Scenario {
    /// Reads a scenario from the text of the file `name`.
    ///
    /// # Errors
    /// Names the file, the line and the key, what was wrong and what would be right. An unknown
    /// key is an error too.
    pub fn parse(name: &str, text: &str) -> Result<Self, ScenarioError> {
        let source = Source { file: name, text };
        let document = Document::parse(text).map_err(|error| {
            let problem = format!("this is not TOML: {}", one_line(error.message(), 200));
            source.error(error.span(), "", problem)
        })?;
        let mut keys = Keys::new(source, document.as_table(), "");
        let seed = keys.integer("seed", i64::MAX as u64)?.unwrap_or(0);
        let gpus = keys.tables("gpus")?;
        let tables = keys.tables("events")?;
        keys.finish()?;

        let mut cards = Vec::new();
        for (index, table) in (0..).zip(gpus) {
            cards.push(card(source, table, index)?);
        }
        let mut events = Vec::new();
        for (index, table) in (0..).zip(tables) {
            events.push(event(source, table, index, cards.len())?);
        }
        Ok(Self {
            name: name.to_owned(),
            seed,
            cards,
            events,
        })
    }
}

fn card(source: Source<'_>, table: &Table, index: u32) -> Result<CardModel, ScenarioError> {
    let mut keys = Keys::new(source, table, "gpus");
    let right = "use a preset with a GPU, such as \"rtx-4090\"";
    let like = keys.text("like", right, |name| {
        Scenario::preset(name)?.cards.into_iter().next()
    })?;
    let base = like.as_ref();
    let flag = |given: Option<bool>, like: fn(&CardModel) -> bool| {
        given.unwrap_or_else(|| base.is_some_and(like))
    };

    let card = CardModel {
        info: info(&mut keys, base.map(|c| &c.info), index)?,
        boost_pstate: keys.pstate("boost_pstate", base.map(|c| c.boost_pstate))?,
        idle_pstate: keys.pstate("idle_pstate", base.map(|c| c.idle_pstate))?,
        boost_clock: keys.mhz("boost_mhz", base.map(|c| c.boost_clock))?,
        idle_clock: keys.mhz("idle_mhz", base.map(|c| c.idle_clock))?,
        capped_clock: match base.and_then(|c| c.capped_clock) {
            None if !keys.has("capped_mhz") => None,
            like => Some(keys.mhz("capped_mhz", like)?),
        },
        memory_boost: keys.mhz("memory_boost_mhz", base.map(|c| c.memory_boost))?,
        memory_idle: keys.mhz("memory_idle_mhz", base.map(|c| c.memory_idle))?,
        hold: keys.span("hold_s", 1.0, 3600.0, base.map(|c| c.hold))?,
        hold_jitter: keys
            .number("hold_jitter_percent", 0.0..100.0)?
            .map_or(base.map_or(0.0, |c| c.hold_jitter), |n| n / 100.0),
        ramp: keys.span("ramp_ms", 1e-3, 10_000.0, base.map(|c| c.ramp))?,
        context_holds: flag(keys.boolean("context_holds")?, |c| c.context_holds),
        context_vram: keys.mib("context_mib", base.map(|c| c.context_vram))?,
        pulse: keys.span("pulse_us", 1e-6, 1e6, base.map(|c| c.pulse))?,
        pulses_raise: keys
            .boolean("pulses_raise")?
            .unwrap_or(base.is_none_or(|c| c.pulses_raise)),
        boost: keys
            .choice("boost", &Boost::NAMES)?
            .or(base.map(|c| c.boost))
            .unwrap_or(Boost::None),
        boost_call: keys.span(
            "boost_call_ms",
            1e-3,
            10_000.0,
            Some(base.map_or(BOOST_CALL, |c| c.boost_call)),
        )?,
        boost_seen_after: keys
            .range("boost_seen_after_ms", 1e-3, 10_000.0)?
            .unwrap_or(base.map_or(BOOST_SEEN_AFTER, |c| c.boost_seen_after)),
        boost_fall: keys
            .range("boost_falls_after_s", 1.0, 3600.0)?
            .or(base.and_then(|c| c.boost_fall)),
        boost_late: keys.span(
            "boost_late_s",
            1.0,
            3600.0,
            Some(base.map_or(Duration::ZERO, |c| c.boost_late)),
        )?,
        power_mizer: keys
            .choice("power_mizer", &PowerMizer::NAMES)?
            .or(base.map(|c| c.power_mizer))
            .unwrap_or(PowerMizer::Unsupported),
        power_mizer_call: keys.span(
            "power_mizer_call_ms",
            1e-3,
            10_000.0,
            Some(base.map_or(Duration::ZERO, |c| c.power_mizer_call)),
        )?,
        desktop_vram: keys.mib("desktop_mib", base.map(|c| c.desktop_vram))?,
        rest_watts: keys.needed("rest_w", 0.0..10_000.0, base.map(|c| c.rest_watts))?,
        warm_watts: keys.needed("warm_w", 0.0..10_000.0, base.map(|c| c.warm_watts))?,
        load_watts: keys.needed("load_w", 0.0..10_000.0, base.map(|c| c.load_watts))?,
        ambient: keys.needed("ambient_c", -50.0..100.0, base.map(|c| c.ambient))?,
        thermal_resistance: keys.needed(
            "thermal_resistance_c_per_w",
            0.0..100.0,
            base.map(|c| c.thermal_resistance),
        )?,
        thermal_time_constant: keys.needed(
            "thermal_time_constant_s",
            0.001..1e6,
            base.map(|c| c.thermal_time_constant),
        )?,
        runtime_d3: flag(keys.boolean("runtime_d3")?, |c| c.runtime_d3),
        extra_reasons: keys
            .integer("extra_reasons", i64::MAX as u64)?
            .unwrap_or(base.map_or(0, |c| c.extra_reasons)),
        unsupported: keys
            .names("unsupported", &model::METRICS.map(|(name, _)| name))?
            .unwrap_or(base.map(|c| c.unsupported.clone()).unwrap_or_default()),
    };
    keys.finish()?;
    if !(card.rest_watts <= card.warm_watts && card.warm_watts <= card.load_watts) {
        let given = ["rest_w", "warm_w", "load_w"]
            .into_iter()
            .find(|key| keys.has(key));
        let right = "use watts that rise from rest_w over warm_w to load_w";
        return Err(keys.wrong(given.unwrap_or("rest_w"), right));
    }
    Ok(card)
}

fn info(keys: &mut Keys<'_>, like: Option<&GpuInfo>, index: u32) -> Result<GpuInfo, ScenarioError> {
    let not_empty = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let name = keys.text("name", "use a text", not_empty)?;
    let driver_version = keys.text("driver_version", "use a text", not_empty)?;
    let compute_capability = keys.text(
        "compute_capability",
        "use a text such as \"8.9\"",
        model::compute_capability,
    )?;
    let sm_clock_max = keys.mhz("sm_clock_max_mhz", like.and_then(|i| i.sm_clock_max))?;
    let slowdown = like.and_then(|i| i.slowdown_temperature);
    let slowdown = slowdown.map(|celsius| f64::from(celsius.0));
    let name = name
        .or_else(|| like.map(|i| i.name.clone()))
        .ok_or_else(|| keys.missing("name"))?;
    let vram_total = keys.mib("vram_mib", like.and_then(|i| i.vram_total))?;
    let bandwidth = Card::find(&name, vram_total.gib()).map(|card| card.gbps);
    Ok(GpuInfo {
        index,
        uuid: keys
            .text("uuid", "use a text such as \"GPU-5e2c1a34\"", not_empty)?
            .map_or_else(|| model::uuid(index), GpuUuid),
        name,
        pci_bus_id: keys
            .text(
                "pci_bus_id",
                "use a PCI address such as \"0000:01:00.0\"",
                |text| text.parse().ok(),
            )?
            .unwrap_or_else(|| model::pci_bus_id(index)),
        vram_total: Some(vram_total),
        driver_version: driver_version
            .or_else(|| like.map(|i| i.driver_version.clone()))
            .ok_or_else(|| keys.missing("driver_version"))?,
        compute_capability: compute_capability.or(like.and_then(|i| i.compute_capability)),
        sm_clock_max: Some(sm_clock_max),
        slowdown_temperature: Some(Celsius(
            keys.needed("slowdown_c", 1.0..150.0, slowdown)? as i32
        )),
        memory_bandwidth_gbps: bandwidth,
    })
}
