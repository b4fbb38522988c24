use serde::{Deserialize, Deserializer};
use toml::{Spanned, de::DeTable};

use super::{
    CardModel, Scenario, ScenarioError,
    keys::{Keys, Source},
    model,
    value::*,
};
use crate::{
    gpu::{ComputeCapability, GpuInfo, GpuUuid, PciBusId},
    models::{Card, one_line},
    units::{Bytes, Celsius, Megahertz},
};

mod event;

use event::event;

/// The keys of a file beside its tables.
#[derive(Deserialize)]
struct File {
    #[serde(default)]
    seed: u64,
}

/// The preset that a card starts from.
#[derive(Deserialize)]
struct Start {
    #[serde(default, deserialize_with = "like")]
    like: Option<DeTable<'static>>,
}

/// The keys of a [`GpuInfo`].
#[derive(Deserialize)]
struct Info {
    #[serde(deserialize_with = "name")]
    name: String,
    #[serde(deserialize_with = "name")]
    driver_version: String,
    #[serde(default, deserialize_with = "compute_capability")]
    compute_capability: Option<ComputeCapability>,
    #[serde(deserialize_with = "mhz")]
    sm_clock_max_mhz: Megahertz,
    #[serde(deserialize_with = "mib")]
    vram_mib: Bytes,
    #[serde(default, deserialize_with = "uuid")]
    uuid: Option<GpuUuid>,
    #[serde(default, deserialize_with = "pci_bus_id")]
    pci_bus_id: Option<PciBusId>,
    #[serde(deserialize_with = "chip_c")]
    slowdown_c: f64,
}

impl Scenario {
    /// Reads a scenario from the text of the file `name`.
    ///
    /// # Errors
    /// Names the file, the line and the key, what was wrong and what would be right. An unknown
    /// key is an error too.
    pub fn parse(name: &str, text: &str) -> Result<Self, ScenarioError> {
        let source = Source { file: name, text };
        let document = DeTable::parse(text).map_err(|error| {
            let problem = format!("this is not TOML: {}", one_line(error.message(), 200));
            source.error(error.span(), "", problem)
        })?;
        let mut keys = Keys::new(source, "", document);
        let File { seed } = keys.read()?;
        let gpus = (0..).zip(keys.tables("gpus")?);
        let events = (0..).zip(keys.tables("events")?);
        keys.finish()?;

        let cards = gpus.map(|(index, table)| card(source, table, index));
        let cards: Vec<_> = cards.collect::<Result<_, _>>()?;
        let events = events.map(|(index, table)| event(source, table, index, cards.len()));
        Ok(Self {
            name: name.to_owned(),
            seed,
            events: events.collect::<Result<_, _>>()?,
            cards,
        })
    }
}

fn card(
    source: Source<'_>,
    table: Spanned<DeTable<'_>>,
    index: u32,
) -> Result<CardModel, ScenarioError> {
    let mut keys = Keys::new(source, "gpus", table);
    let Start { like } = keys.read()?;
    keys.fill_from(like.or_else(|| defaults("gpus")));
    let info: Info = keys.read()?;
    let card = CardModel {
        info: GpuInfo {
            index,
            uuid: info.uuid.unwrap_or_else(|| model::uuid(index)),
            memory_bandwidth_gbps: Card::find(&info.name, info.vram_mib.gib()).map(|c| c.gbps),
            name: info.name,
            pci_bus_id: info.pci_bus_id.unwrap_or_else(|| model::pci_bus_id(index)),
            vram_total: Some(info.vram_mib),
            driver_version: info.driver_version,
            compute_capability: info.compute_capability,
            sm_clock_max: Some(info.sm_clock_max_mhz),
            slowdown_temperature: Some(Celsius(info.slowdown_c as i32)),
        },
        ..keys.read()?
    };
    keys.finish()?;
    if !(card.rest_watts <= card.warm_watts && card.warm_watts <= card.load_watts) {
        let mut given = ["rest_w", "warm_w", "load_w"].into_iter();
        let key = given.find(|key| keys.has(key)).unwrap_or("rest_w");
        return Err(keys.wrong(key, "use watts that rise from rest_w over warm_w to load_w"));
    }
    Ok(card)
}

fn like<'de, D: Deserializer<'de>>(from: D) -> Result<Option<DeTable<'static>>, D::Error> {
    let right = "a preset with a GPU, such as \"rtx-4090\"";
    checked(from, right, |name: String| first_card(&name).map(Some))
}

/// The first `[[gpus]]` table of a preset, filled from the one it starts from or the defaults.
fn first_card(preset: &str) -> Option<DeTable<'static>> {
    let file = DeTable::parse(Scenario::preset_text(preset)?).ok()?;
    let card = file.get_ref().get("gpus")?.get_ref().get(0)?;
    let mut card = card.get_ref().as_table()?.clone();
    let base = match card.remove("like") {
        Some(like) => first_card(like.get_ref().as_str()?)?,
        None => defaults("gpus")?,
    };
    for (key, value) in base {
        card.entry(key).or_insert(value);
    }
    Some(card)
}

/// The table of that name in the file of defaults.
fn defaults(name: &str) -> Option<DeTable<'static>> {
    let file = DeTable::parse(include_str!("presets/defaults.toml")).ok()?;
    file.get_ref().get(name)?.get_ref().as_table().cloned()
}
