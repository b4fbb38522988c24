//! An entry as it is written, and the model that it describes.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{
    format::{Format, Use},
    model::{
        Attention, Cache, Experts, Gguf, Kept, Latent, Model, OllamaFiles, Recurrent, Sliding,
    },
};

use super::value::{Billions, Count, Day, Month, Repository, Tag, Text, Whole};

/// Layers of a model, with a wide margin.
type Layers = Whole<u32, 1, 1000>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    name: Text,
    family: Text,
    released: Month,
    source: Repository,
    #[serde(default)]
    evidence: Vec<Text>,
    checked: Option<Day>,
    licence: Text,
    commercial_use: Option<bool>,
    uses: Option<Vec<Use>>,
    pub(super) parameters_b: Billions,
    pub(super) active_parameters_b: Option<Billions>,
    pub(super) layers: Layers,
    pub(super) attention_heads: Count,
    pub(super) kv_heads: Count,
    head_dim: Count,
    hidden: Count,
    feed_forward: Count,
    pub(super) feed_forward_layers: Option<Layers>,
    feed_forward_matrices: Option<Whole<u32, 2, 3>>,
    vocabulary: Whole<u32, 1, 10_000_000>,
    #[serde(default)]
    tied_embeddings: bool,
    #[serde(default)]
    fused_qkv: bool,
    pub(super) experts: Option<ExpertsEntry>,
    dense_feed_forward: Option<Count>,
    pub(super) sliding: Option<SlidingEntry>,
    pub(super) latent: Option<LatentEntry>,
    pub(super) hybrid: Option<HybridEntry>,
    #[serde(default)]
    values_are_keys: bool,
    pub(super) cacheless_layers: Option<Whole<u32, 0, 1000>>,
    #[serde(default)]
    pub(super) caches: Vec<CacheEntry>,
    per_layer_embeddings_b: Option<Billions>,
    per_layer_row: Option<Count>,
    pub(super) vision_b: Option<Billions>,
    prediction_b: Option<Billions>,
    context: Whole<u64, 256, 100_000_000>,
    native_precision: Text,
    #[serde(default)]
    ollama: BTreeMap<Format, Tag>,
    #[serde(default)]
    ollama_files: OllamaFilesEntry,
    gguf: Option<GgufEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpertsEntry {
    pub(super) count: Whole<u32, 1, 100_000>,
    pub(super) active: Whole<u32, 1, 100_000>,
    shared: Option<Whole<u32, 0, 1000>>,
    pub(super) layers: Option<Layers>,
    matrices: Option<Whole<u32, 2, 3>>,
    width: Option<Count>,
    #[serde(default)]
    interleaved: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SlidingEntry {
    window: Whole<u64, 1, 10_000_000>,
    pub(super) full_every: Option<Layers>,
    pub(super) layers: Option<Layers>,
    kv_heads: Option<Count>,
    head_dim: Option<Count>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LatentEntry {
    rank: Count,
    rope: Whole<u32, 0, 1_000_000>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CacheEntry {
    pub(super) layers: Layers,
    width: Count,
    pub(super) every: Option<Count>,
    pub(super) window: Option<Whole<u64, 1, 10_000_000>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HybridEntry {
    pub(super) attention_layers: Whole<u32, 0, 1000>,
    state_mib: Whole<u32, 0, 100_000>,
    fused_b: Option<Billions>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct OllamaFilesEntry {
    value_f16: bool,
    untied: bool,
    prediction_f16: bool,
    per_layer_f16: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GgufEntry {
    repository: Repository,
    formats: Vec<Format>,
    seen: Option<Text>,
    #[serde(default)]
    assumed: bool,
}

impl Entry {
    /// The model; what does not go together is found by the checks before.
    pub(super) fn into_model(self) -> Model {
        let attention = self.attention();
        let experts = self
            .experts
            .as_ref()
            .map(|experts| experts.read(self.layers.0));
        let billions = |value: Option<Billions>| value.map_or(0.0, |value| value.0);
        let mut formats = self
            .gguf
            .as_ref()
            .map_or_else(Vec::new, |gguf| gguf.formats.clone());
        formats.sort_unstable();
        Model {
            name: self.name.0,
            family: self.family.0,
            released: self.released.0,
            source: self.source.0,
            evidence: self.evidence.into_iter().map(|text| text.0).collect(),
            checked: self.checked.map(|day| day.0),
            licence: self.licence.0,
            commercial_use: self.commercial_use.unwrap_or(true),
            uses: self.uses.unwrap_or_else(|| vec![Use::Chat]),
            parameters_b: self.parameters_b.0,
            active_parameters_b: self.active_parameters_b.unwrap_or(self.parameters_b).0,
            layers: self.layers.0,
            attention_heads: self.attention_heads.0,
            kv_heads: self.kv_heads.0,
            head_dim: self.head_dim.0,
            hidden: self.hidden.0,
            feed_forward: self.feed_forward.0,
            feed_forward_layers: self.feed_forward_layers.unwrap_or(self.layers).0,
            feed_forward_matrices: self.feed_forward_matrices.map_or(3, |count| count.0),
            vocabulary: self.vocabulary.0,
            tied_embeddings: self.tied_embeddings,
            fused_qkv: self.fused_qkv,
            experts,
            dense_feed_forward: self.dense_feed_forward.map(|width| width.0),
            attention,
            per_layer_embeddings_b: billions(self.per_layer_embeddings_b),
            per_layer_row: self.per_layer_row.map(|width| width.0),
            vision_b: billions(self.vision_b),
            prediction_b: billions(self.prediction_b),
            context: self.context.0,
            native_precision: self.native_precision.0,
            ollama: self
                .ollama
                .into_iter()
                .map(|(format, tag)| (format, tag.0))
                .collect(),
            ollama_files: OllamaFiles {
                value_f16: self.ollama_files.value_f16,
                untied: self.ollama_files.untied,
                prediction_f16: self.ollama_files.prediction_f16,
                per_layer_f16: self.ollama_files.per_layer_f16,
            },
            gguf: self.gguf.map(|gguf| Gguf {
                repository: gguf.repository.0,
                formats,
                seen: gguf.seen.map(|text| text.0),
                assumed: gguf.assumed,
            }),
        }
    }

    /// Layers with a window; `full_every` gives the distance of the others.
    pub(super) fn sliding_layers(&self) -> u32 {
        let Some(sliding) = &self.sliding else {
            return 0;
        };
        let every = sliding.full_every.map_or(1, |every| every.0);
        let all_but_full = self.layers.0 - self.layers.0 / every;
        sliding.layers.map_or(all_but_full, |layers| layers.0)
    }

    fn attention(&self) -> Attention {
        let cacheless_layers = self.cacheless_layers.map_or(0, |layers| layers.0);
        let recurrent = self.hybrid.as_ref().map(|hybrid| Recurrent {
            layers: self.layers.0.saturating_sub(hybrid.attention_layers.0),
            state_mib: hybrid.state_mib.0.into(),
            fused_b: hybrid.fused_b.map_or(0.0, |billions| billions.0),
        });
        let sliding = self.sliding.as_ref().map(|sliding| Sliding {
            window: sliding.window.0,
            layers: self.sliding_layers(),
            kv_heads: sliding.kv_heads.unwrap_or(self.kv_heads).0,
            head_dim: sliding.head_dim.unwrap_or(self.head_dim).0,
        });
        let other_layers = recurrent.map_or(0, |recurrent| recurrent.layers)
            + sliding.map_or(0, |sliding| sliding.layers)
            + cacheless_layers;
        Attention {
            full_layers: self.layers.0.saturating_sub(other_layers),
            values_are_keys: self.values_are_keys,
            latent: self.latent.as_ref().map(|latent| Latent {
                rank: latent.rank.0,
                rope: latent.rope.0,
            }),
            sliding,
            recurrent,
            cacheless_layers,
            caches: self.caches.iter().map(CacheEntry::read).collect(),
        }
    }
}

impl CacheEntry {
    /// The checks hold that one of the two is there.
    fn read(&self) -> Cache {
        let every = self.every.map_or(1, |every| every.0);
        Cache {
            layers: self.layers.0,
            width: self.width.0,
            of: self
                .window
                .map_or(Kept::Every(every), |window| Kept::Window(window.0)),
        }
    }
}

impl ExpertsEntry {
    fn read(&self, layers: u32) -> Experts {
        Experts {
            count: self.count.0,
            active: self.active.0,
            shared: self.shared.map_or(0, |shared| shared.0),
            layers: self.layers.map_or(layers, |layers| layers.0),
            matrices: self.matrices.map_or(3, |matrices| matrices.0),
            width: self.width.map(|width| width.0),
            interleaved: self.interleaved,
        }
    }
}
