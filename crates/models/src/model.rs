use std::collections::BTreeMap;

use super::format::{Format, Use};

/// One entry of the catalogue, from its publisher's own configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// What people call it.
    pub name: String,
    /// The publisher's line of models; suggestions in a tier show one of a family.
    pub family: String,
    /// Year and month of publication, as `2025-04`.
    pub released: String,
    /// The publisher's repository on Hugging Face.
    pub source: String,
    /// Where the configuration was read besides `source`; doubts are named here too.
    pub evidence: Vec<String>,
    /// The day on which the entry was compared with its evidence, as `2026-11-28`.
    pub checked: Option<String>,
    /// The licence's name.
    pub licence: String,
    /// Whether the licence allows commercial use, be it under conditions.
    pub commercial_use: bool,
    /// What it is good for.
    pub uses: Vec<Use>,
    /// Billions of parameters, the vision part included and prediction heads not.
    pub parameters_b: f64,
    /// Billions of parameters used for one token; equal to all of them in a dense model.
    pub active_parameters_b: f64,
    /// Layers.
    pub layers: u32,
    /// Query heads.
    pub attention_heads: u32,
    /// Heads with keys and values, in the layers that see the whole context.
    pub kv_heads: u32,
    /// Numbers in one head, in the layers that see the whole context.
    pub head_dim: u32,
    /// Width of the residual stream.
    pub hidden: u32,
    /// Width of the feed-forward part; of one expert in a mixture of experts.
    pub feed_forward: u32,
    /// Layers with a feed-forward part, in a model without experts.
    pub feed_forward_layers: u32,
    /// Matrices in a feed-forward part: 3 with gate, up and down, 2 without a gate.
    pub feed_forward_matrices: u32,
    /// Tokens in the vocabulary.
    pub vocabulary: u32,
    /// Whether the output layer is the input embedding.
    pub tied_embeddings: bool,
    /// Whether query, key and value are one tensor in GGUF files.
    pub fused_qkv: bool,
    /// The mixture of experts, in such a model.
    pub experts: Option<Experts>,
    /// Width of the feed-forward part in the layers without experts, or beside the experts.
    pub dense_feed_forward: Option<u32>,
    /// What decides the size of the KV cache.
    pub attention: Attention,
    /// Billions of parameters of the embeddings added in each layer, which stay in main memory.
    pub per_layer_embeddings_b: f64,
    /// Numbers in a row of those embeddings, where it is not the residual stream's width: rows
    /// that are no multiple of 256 are quantised in another format.
    pub per_layer_row: Option<u32>,
    /// Billions of parameters that read images or sound; they stay at 16 bits.
    pub vision_b: f64,
    /// Billions of parameters of the heads that predict further tokens.
    pub prediction_b: f64,
    /// Tokens it was made for.
    pub context: u64,
    /// Format of the published weights, such as `BF16`.
    pub native_precision: String,
    /// Ollama's tag of each format it is offered in.
    pub ollama: BTreeMap<Format, String>,
    /// What differs in the files that Ollama offers.
    pub ollama_files: OllamaFiles,
    /// A repository with GGUF files, for llama.cpp and LM Studio.
    pub gguf: Option<Gguf>,
}

/// What differs in the files that Ollama converts itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OllamaFiles {
    /// Value projections are at 16 bits in quantised files.
    pub value_f16: bool,
    /// Embedding and output layer are two tensors although the model shares them.
    pub untied: bool,
    /// The heads that predict further tokens are in the file, at 16 bits.
    pub prediction_f16: bool,
    /// The embeddings added in each layer are at 16 bits in quantised files.
    pub per_layer_f16: bool,
}

/// GGUF files on Hugging Face.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gguf {
    /// The repository.
    pub repository: String,
    /// The formats in it, the lowest quality first.
    pub formats: Vec<Format>,
    /// Where its files were seen; `None` in an entry of the user's own.
    pub seen: Option<String>,
    /// No file of it was seen: only what the publisher usually offers is known, so no command
    /// names it.
    pub assumed: bool,
}

/// A mixture of experts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Experts {
    /// Experts in a layer.
    pub count: u32,
    /// Experts that a token goes through.
    pub active: u32,
    /// Further experts of the same width that every token goes through.
    pub shared: u32,
    /// Layers that have experts.
    pub layers: u32,
    /// Matrices in an expert: 3 with gate, up and down, 2 without a gate.
    pub matrices: u32,
    /// Width that the experts read and write, where it is not that of the residual stream.
    pub width: Option<u32>,
    /// The layers without experts stand between the others, and not before them.
    pub interleaved: bool,
}

impl Experts {
    /// Layers from the first one on that include so many with experts, of all the `layers` that
    /// the model has: what `--n-cpu-moe` counts.
    pub(crate) fn first_layers(&self, with_experts: u32, layers: u32) -> u32 {
        if with_experts == 0 {
            return 0;
        }
        let counted = if self.interleaved {
            // They are spread evenly but for one layer: Nemotron 3's pattern is EMEM*EMEM.
            (with_experts * layers).div_ceil(self.layers) + 1
        } else {
            with_experts + layers.saturating_sub(self.layers)
        };
        counted.min(layers)
    }
}

/// What each layer keeps of the context.
#[derive(Clone, Debug, PartialEq)]
pub struct Attention {
    /// Layers whose cache grows with the whole context.
    pub full_layers: u32,
    /// The full layers have no value projection of their own; the cache holds both all the same.
    pub values_are_keys: bool,
    /// The full layers keep a compressed cache.
    pub latent: Option<Latent>,
    /// Layers that keep only a window.
    pub sliding: Option<Sliding>,
    /// Layers that keep a state of fixed size.
    pub recurrent: Option<Recurrent>,
    /// Layers that keep no keys and values of their heads.
    pub cacheless_layers: u32,
    /// What layers keep beside or in place of the keys and values of their heads.
    pub caches: Vec<Cache>,
}

/// Numbers that layers keep of the context, whatever their heads are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cache {
    /// Layers that keep them.
    pub layers: u32,
    /// Numbers kept each time.
    pub width: u32,
    /// Which tokens they are kept of.
    pub of: Kept,
}

/// The tokens that a cache is kept of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// One entry for every so many tokens: a compressed cache.
    Every(u32),
    /// The last so many tokens.
    Window(u64),
}

/// Layers that keep only a window of the context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sliding {
    /// Tokens in the window.
    pub window: u64,
    /// Layers with a window.
    pub layers: u32,
    /// Their heads with keys and values.
    pub kv_heads: u32,
    /// Numbers in one of their heads.
    pub head_dim: u32,
}

/// Multi-head latent attention: a compressed cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latent {
    /// Numbers of the compressed keys and values.
    pub rank: u32,
    /// Numbers of the position-dependent key.
    pub rope: u32,
}

/// Layers with a state of fixed size (linear attention, state space).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recurrent {
    /// Layers with a state, or with neither state nor cache.
    pub layers: u32,
    /// The state of all of them together, in MiB.
    pub state_mib: f64,
    /// Billions of parameters in their fused projections, which K formats keep at a higher
    /// precision.
    pub fused_b: f64,
}

impl Attention {
    /// Every layer keeps keys and values of the whole context.
    pub fn full(layers: u32) -> Self {
        Self {
            full_layers: layers,
            values_are_keys: false,
            latent: None,
            sliding: None,
            recurrent: None,
            cacheless_layers: 0,
            caches: Vec::new(),
        }
    }

    /// Whether every projection follows from heads and widths.
    pub(crate) fn is_plain(&self) -> bool {
        self.latent.is_none() && self.recurrent.is_none() && self.caches.is_empty()
    }
}

impl Model {
    /// Whether it is good for that.
    pub fn is_for(&self, purpose: Use) -> bool {
        self.uses.contains(&purpose)
    }

    /// Whether it makes vectors instead of text.
    pub fn is_embedding(&self) -> bool {
        self.is_for(Use::Embedding)
    }

    /// The repository with a GGUF file in that format, which llama.cpp serves.
    pub(crate) fn gguf_in(&self, format: Format) -> Option<&str> {
        let gguf = self.gguf.as_ref().filter(|gguf| !gguf.assumed)?;
        let offered = gguf.formats.contains(&format);
        offered.then_some(gguf.repository.as_str())
    }

    /// The formats that it can be had in, the lowest quality first; without assumed files.
    pub fn formats(&self) -> Vec<Format> {
        let seen = self.gguf.iter().filter(|gguf| !gguf.assumed);
        let gguf = seen.flat_map(|gguf| gguf.formats.iter());
        let mut formats: Vec<_> = self.ollama.keys().chain(gguf).copied().collect();
        formats.sort_unstable();
        formats.dedup();
        formats
    }
}
