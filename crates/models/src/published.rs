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
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Loads {
    load: Vec<PublishedLoad>,
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
    kind: Kind,
    source: String,
}

/// What a published load counts.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// What the runtime says that it took.
    Process,
    /// Everything on the card, a desktop included.
    Card,
    /// Another program's own calculation.
    Calculated,
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
        let published = file.bytes as f64 / 1e9;
        Compared {
            what: format!("{} {}", file.model, file.format),
            published,
            calculated: (weights.text_file() + vision) / 1e9,
            // Pages round to two or three digits.
            bound: (SIZE_BOUND * published).max(0.05_f64.min(published * 0.05)),
            measured: true,
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
            ..Load::new(row.format, row.context_tokens, row.kv_cache)
        };
        let memory = Memory::of_load(model(&row.model), &load);
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
            calculated: memory.total(),
            bound: memory.error(),
            measured: row.kind != Kind::Calculated,
            source: row.source,
        }
    };
    loads.load.into_iter().map(compare).collect()
}

fn model(name: &str) -> &'static Model {
    let found = Catalogue::embedded().find(name);
    found.unwrap_or_else(|| panic!("{name} is in published/ and not in the catalogue"))
}
