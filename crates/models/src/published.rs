//! What others published, held against what is calculated here.
//!
//! The rows are in `published/`, each with its source. `cargo xtask catalogue` prints the
//! comparison; the tests hold its bounds.

use serde::Deserialize;

use super::{
    catalogue::Catalogue,
    format::{Format, KvCache},
    memory::{Load, Memory},
    model::{Model, OllamaFiles},
    placement::{Placement, place},
    recommend::ASSUMED_DESKTOP_GIB,
    speed::{Bandwidth, tokens_per_s},
};

/// How far a calculated file may be from a published one.
pub const SIZE_BOUND: f64 = 0.03;

/// One published number and the one calculated for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The model and how it was loaded.
    pub what: String,
    /// What was published.
    pub published: f64,
    /// What is calculated here; for a range its middle.
    pub calculated: f64,
    /// How far the published number may be from the calculated one.
    pub bound: f64,
    /// Whether it was measured, and not calculated by another program.
    pub measured: bool,
    /// Whether everything on the card was counted, a desktop included.
    pub whole_card: bool,
    /// Where it was published.
    pub source: String,
}

impl Compared {
    /// How much the calculated number is above the published one, as a share of it.
    pub fn off(&self) -> f64 {
        self.calculated / self.published - 1.0
    }

    /// Whether the published number lies within the bound.
    pub fn within(&self) -> bool {
        (self.calculated - self.published).abs() <= self.bound
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Files {
    file: Vec<File>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    model: String,
    format: Format,
    bytes: u64,
    #[serde(default)]
    ollama: bool,
    #[serde(default)]
    vision: bool,
    #[serde(default)]
    prediction: bool,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Loads {
    load: Vec<PublishedLoad>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Speeds {
    speed: Vec<PublishedSpeed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PublishedSpeed {
    model: String,
    format: Format,
    card: String,
    vram_gib: f64,
    context_tokens: u64,
    tokens_per_s: f64,
    /// VRAM for the model where not all of it was on the card.
    free_gib: Option<f64>,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PublishedLoad {
    model: String,
    format: Format,
    context_tokens: u64,
    kv_cache: KvCache,
    gib: f64,
    flash_attention: bool,
    vision: bool,
    #[serde(default)]
    ollama: bool,
    /// `--ubatch-size`, where it was not the default.
    #[serde(default = "default_batch")]
    batch_tokens: u64,
    /// `--parallel`; llama.cpp's server holds four conversations where it is not given.
    #[serde(default = "one")]
    conversations: u32,
    /// Ollama's own engine kept the embeddings that are added in each layer on the card.
    #[serde(default)]
    embeddings_on_card: bool,
    /// What else the card held, in GiB, where the publisher shows it.
    beside_gib: Option<f64>,
    kind: Kind,
    source: String,
}

const fn default_batch() -> u64 {
    512
}

const fn one() -> u32 {
    1
}

/// What a published load counts.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// The memory that the runtime reports for itself.
    Process,
    /// Everything on the card. Whatever else it held counts as stated, or with the share that is
    /// assumed for a desktop.
    Card,
    /// A calculation by another program.
    Calculated,
    /// The weights on the card alone.
    Weights,
}

/// The sizes of published files, in GB.
pub fn sizes() -> Vec<Compared> {
    let files: Files = toml::from_str(include_str!("../published/sizes.toml")).expect("a table");
    let compare = |file: File| {
        let model = model(&file.model);
        let files = if file.ollama {
            model.ollama_files
        } else {
            OllamaFiles::default()
        };
        let weights = model.weights_of(file.format, files);
        let vision = if file.vision { weights.vision } else { 0.0 };
        let prediction = if file.prediction {
            model.prediction_heads(file.format)
        } else {
            0.0
        };
        let published = file.bytes as f64 / 1e9;
        Compared {
            what: format!("{} {}", file.model, file.format),
            published,
            calculated: (weights.text_file() + vision + prediction) / 1e9,
            // Pages round to two or three digits.
            bound: (SIZE_BOUND * published).max(0.05_f64.min(published * 0.05)),
            measured: true,
            whole_card: false,
            source: file.source,
        }
    };
    files.file.into_iter().map(compare).collect()
}

/// Published loads, in GiB.
pub fn loads() -> Vec<Compared> {
    let loads: Loads = toml::from_str(include_str!("../published/loads.toml")).expect("a table");
    let compare = |row: PublishedLoad| {
        let load = Load {
            flash_attention: row.flash_attention,
            vision: row.vision,
            batch_tokens: row.batch_tokens,
            conversations: row.conversations,
            ..Load::new(row.format, row.context_tokens, row.kv_cache)
        };
        let model = model(&row.model);
        let files = if row.ollama {
            model.ollama_files
        } else {
            OllamaFiles::default()
        };
        let mut weights = model.weights_of(row.format, files);
        if row.embeddings_on_card {
            weights.layers += std::mem::take(&mut weights.embeddings);
        }
        let memory = Memory::of_weights(model, &load, &weights);
        let flash = if row.flash_attention {
            ""
        } else {
            ", no flash attention"
        };
        Compared {
            what: format!(
                "{} {} at {} in {}{flash}",
                row.model, row.format, row.context_tokens, row.kv_cache
            ),
            published: row.gib,
            calculated: match row.kind {
                Kind::Weights => memory.weights,
                Kind::Process | Kind::Calculated => memory.total(),
                Kind::Card => memory.total() + row.beside_gib.unwrap_or(ASSUMED_DESKTOP_GIB),
            },
            bound: memory.error(),
            measured: row.kind != Kind::Calculated,
            whole_card: row.kind == Kind::Card,
            source: row.source,
        }
    };
    loads.load.into_iter().map(compare).collect()
}

/// Published speeds, in tokens a second; the bound is half of the calculated range.
pub fn speeds() -> Vec<Compared> {
    let speeds: Speeds = toml::from_str(include_str!("../published/speeds.toml")).expect("a table");
    let compare = |row: PublishedSpeed| {
        let model = model(&row.model);
        let load = Load {
            vision: false,
            ..Load::new(row.format, row.context_tokens, KvCache::F16)
        };
        let placed = place(model, &load, row.free_gib.unwrap_or(1000.0), 1000.0);
        let placed = placed.expect("it was measured");
        let bandwidth = Bandwidth::of(None, Some(&row.card), row.vram_gib);
        let [slow, fast] = tokens_per_s(&placed, bandwidth, model.experts.is_some());
        let experts = if placed.placement == Placement::ExpertsOnCpu {
            ", experts on the CPU"
        } else {
            ""
        };
        Compared {
            what: format!(
                "{} {} on {} at {}{experts}",
                row.model, row.format, row.card, row.context_tokens
            ),
            published: row.tokens_per_s,
            calculated: f64::midpoint(slow, fast),
            bound: (fast - slow) / 2.0,
            measured: true,
            whole_card: false,
            source: row.source,
        }
    };
    speeds.speed.into_iter().map(compare).collect()
}

fn model(name: &str) -> &'static Model {
    let found = Catalogue::embedded().find(name);
    found.unwrap_or_else(|| panic!("{name} is in published/ and not in the catalogue"))
}

#[cfg(test)]
mod tests;
