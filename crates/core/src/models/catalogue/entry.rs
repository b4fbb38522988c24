use std::collections::BTreeMap;

use toml_edit::{Document, TomlError};

use crate::models::{
    format::Format,
    model::{Attention, Experts, Model},
};

use super::{
    Catalogue, CatalogueError,
    reader::{Reader, line_of},
};

/// Most layers of any model, with a wide margin.
const LAYERS: std::ops::RangeInclusive<i64> = 1..=1000;
/// Any width or count.
const COUNT: std::ops::RangeInclusive<i64> = 1..=1_000_000;
/// Billions of parameters.
const BILLIONS: std::ops::RangeInclusive<f64> = 0.01..=10_000.0;

const FILE_KEYS: &[&str] = &["checked", "model"];
const MODEL_KEYS: &[&str] = &[
    "name",
    "family",
    "released",
    "source",
    "licence",
    "parameters_b",
    "active_parameters_b",
    "layers",
    "attention_heads",
    "kv_heads",
    "head_dim",
    "hidden",
    "feed_forward",
    "vocabulary",
    "tied_embeddings",
    "fused_qkv",
    "experts",
    "dense_feed_forward",
    "sliding",
    "latent",
    "hybrid",
    "vision_b",
    "context",
    "native_precision",
    "ollama",
];

/// Reads a whole file.
pub(super) fn catalogue(text: &str) -> Result<Catalogue, CatalogueError> {
    let document = Document::parse(text).map_err(|error| syntax_error(text, &error))?;
    let file = Reader::file(text, document.as_table(), FILE_KEYS)?;
    let checked = file.optional_text("checked")?;
    if checked
        .as_deref()
        .is_some_and(|day| !is_date(day, &[4, 2, 2]))
    {
        return Err(file.unfit("checked", "write the day as in \"2026-11-23\""));
    }
    let mut models: Vec<Model> = Vec::new();
    for entry in file.tables("model", MODEL_KEYS)? {
        let model = model(&entry)?;
        if models
            .iter()
            .any(|known| known.name.eq_ignore_ascii_case(&model.name))
        {
            return Err(entry.unfit("name", "there is an entry of this name already"));
        }
        models.push(model);
    }
    Ok(Catalogue { checked, models })
}

fn model(entry: &Reader<'_>) -> Result<Model, CatalogueError> {
    let released = entry.text("released")?;
    if !is_date(&released, &[4, 2]) {
        return Err(entry.unfit("released", "write year and month as in \"2025-04\""));
    }
    let source = entry.text("source")?;
    if source.split('/').filter(|part| !part.is_empty()).count() != 2 {
        return Err(entry.unfit("source", "name the repository as in \"Qwen/Qwen3-8B\""));
    }
    let parameters_b = entry.number("parameters_b", BILLIONS)?;
    let layers = entry.whole("layers", LAYERS)?;
    let model = Model {
        name: entry.text("name")?,
        family: entry.text("family")?,
        released,
        source,
        licence: entry.text("licence")?,
        parameters_b,
        active_parameters_b: entry
            .optional_number("active_parameters_b", 0.01..=parameters_b)?
            .unwrap_or(parameters_b),
        layers,
        attention_heads: entry.whole("attention_heads", COUNT)?,
        kv_heads: entry.whole("kv_heads", COUNT)?,
        head_dim: entry.whole("head_dim", COUNT)?,
        hidden: entry.whole("hidden", COUNT)?,
        feed_forward: entry.whole("feed_forward", COUNT)?,
        vocabulary: entry.whole("vocabulary", 1..=10_000_000)?,
        tied_embeddings: entry.flag("tied_embeddings")?,
        fused_qkv: entry.flag("fused_qkv")?,
        experts: experts(entry, layers)?,
        dense_feed_forward: entry.optional_whole("dense_feed_forward", COUNT)?,
        attention: attention(entry, layers)?,
        vision_b: entry
            .optional_number("vision_b", 0.0..=parameters_b)?
            .unwrap_or(0.0),
        context: entry.whole("context", 256..=100_000_000)?,
        native_precision: entry.text("native_precision")?,
        ollama: ollama(entry)?,
    };
    Ok(model)
}

fn experts(entry: &Reader<'_>, layers: u32) -> Result<Option<Experts>, CatalogueError> {
    let Some(table) = entry.table(
        "experts",
        &["count", "active", "shared", "layers", "matrices"],
    )?
    else {
        return Ok(None);
    };
    let count = table.whole("count", 1..=100_000)?;
    let experts = Experts {
        count,
        active: table.whole("active", 1..=count.into())?,
        shared: table.optional_whole("shared", 0..=1000)?.unwrap_or(0),
        layers: table
            .optional_whole("layers", 1..=layers.into())?
            .unwrap_or(layers),
        matrices: table.optional_whole("matrices", 2..=3)?.unwrap_or(3),
    };
    Ok(Some(experts))
}

fn attention(entry: &Reader<'_>, layers: u32) -> Result<Attention, CatalogueError> {
    let sliding = entry.table("sliding", &["window", "full_every"])?;
    let latent = entry.table("latent", &["rank", "rope"])?;
    let hybrid = entry.table("hybrid", &["attention_layers", "state_mib"])?;
    match (sliding, latent, hybrid) {
        (None, None, None) => Ok(Attention::Full),
        (Some(table), None, None) => Ok(Attention::Sliding {
            window: table.whole("window", 1..=10_000_000)?,
            full_every: table.whole("full_every", 1..=layers.into())?,
        }),
        (None, Some(table), None) => Ok(Attention::Latent {
            rank: table.whole("rank", COUNT)?,
            rope: table.whole("rope", 0..=1_000_000)?,
        }),
        (None, None, Some(table)) => Ok(Attention::Hybrid {
            attention_layers: table.whole("attention_layers", 0..=layers.into())?,
            state_mib: table.whole("state_mib", 0..=100_000)?,
        }),
        (Some(_), ..) => Err(one_kind(entry, "sliding")),
        (None, Some(_), Some(_)) => Err(one_kind(entry, "latent")),
    }
}

fn one_kind(entry: &Reader<'_>, key: &str) -> CatalogueError {
    entry.wrong(key, "give only one of sliding, latent and hybrid")
}

fn ollama(entry: &Reader<'_>) -> Result<BTreeMap<Format, String>, CatalogueError> {
    let form = "name formats and their tags, as in Q4_K_M = \"qwen3:8b-q4_K_M\"";
    let table = entry
        .table("ollama", &[])?
        .ok_or_else(|| entry.wrong("ollama", form))?;
    let mut tags = BTreeMap::new();
    for key in table.keys() {
        let format: Format = key.parse().map_err(|error| table.wrong(&key, error))?;
        let tag = table.text(&key)?;
        if !is_tag(&tag) {
            return Err(table.unfit(&key, "write a tag as in \"qwen3:8b-q4_K_M\""));
        }
        tags.insert(format, tag);
    }
    if tags.is_empty() {
        return Err(entry.wrong("ollama", form));
    }
    Ok(tags)
}

/// Whether it is a name, a colon and a tag that a shell takes as one word.
fn is_tag(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c))
    };
    text.split_once(':')
        .is_some_and(|(name, tag)| plain(name) && plain(tag))
}

/// Whether it is numbers of so many digits with hyphens between them.
fn is_date(text: &str, digits: &[usize]) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    parts.len() == digits.len()
        && parts
            .iter()
            .zip(digits)
            .all(|(part, digits)| part.len() == *digits && part.chars().all(|c| c.is_ascii_digit()))
}

fn syntax_error(text: &str, error: &TomlError) -> CatalogueError {
    CatalogueError {
        line: error.span().map_or(1, |span| line_of(text, span.start)),
        key: "TOML".to_owned(),
        message: error.message().trim().to_owned(),
    }
}
