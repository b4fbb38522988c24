use crate::units::Bytes;

use super::{
    format::{Format, KvCache},
    model::{Attention, Model},
};

/// Tokens that llama.cpp computes at once (`--ubatch-size`), which sizes its buffers.
const BATCH_TOKENS: u64 = 512;
/// Runtimes round a context up to a multiple of this; it is also the shortest that is calculated.
pub(super) const CONTEXT_STEP: u64 = 256;
/// What unsloth reserves for the CUDA context; 107 to 555 MiB were measured on cards of today.
const CUDA_CONTEXT: Bytes = Bytes::from_mib(320);
/// With the CUDA context the half gigabyte that every model was seen to need at least.
const MIN_COMPUTE: Bytes = Bytes::from_mib(192);
/// What covers 95 % of 19,517 measured loads of GGUF files (oobabooga's VRAM formula).
const MEASURED_ERROR: Bytes = Bytes::from_mib(577);
/// How far a calculated file is from a published one at most; the tests hold this.
const WEIGHTS_ERROR: f64 = 0.03;

/// What one model takes on one card, in GiB.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Memory {
    /// The weights.
    pub weights: f64,
    /// Keys and values of the context.
    pub kv_cache: f64,
    /// Buffers for intermediate results.
    pub compute: f64,
    /// The CUDA context.
    pub context: f64,
}

impl Memory {
    /// What the model takes with a context of so many tokens, or of its own limit when that is
    /// less.
    pub fn of(model: &Model, format: Format, context_tokens: u64, kv_cache: KvCache) -> Self {
        let tokens = context_tokens.clamp(CONTEXT_STEP, model.context);
        Self {
            weights: gib(model.weight_bytes(format)),
            kv_cache: gib(kv_cache_bytes(model, tokens, kv_cache)),
            compute: gib(compute_bytes(model, tokens)),
            context: CUDA_CONTEXT.gib(),
        }
    }

    /// Everything together.
    pub fn total(&self) -> f64 {
        self.weights + self.kv_cache + self.compute + self.context
    }

    /// How much more it may take than [`Self::total`], with 95 % confidence.
    ///
    /// Two independent errors: what was measured beyond the formula, and the size of the file.
    pub fn error(&self) -> f64 {
        MEASURED_ERROR.gib().hypot(WEIGHTS_ERROR * self.weights)
    }

    /// Whether it fits into so much free VRAM, the error included.
    pub fn fits(&self, free_gib: f64) -> bool {
        self.total() + self.error() <= free_gib
    }
}

/// The longest context that fits into so much free VRAM: a multiple of 256 or the model's own
/// limit, 0 when none fits.
pub fn largest_context(model: &Model, format: Format, kv_cache: KvCache, free_gib: f64) -> u64 {
    let fits = |tokens| Memory::of(model, format, tokens, kv_cache).fits(free_gib);
    if fits(model.context) {
        return model.context;
    }
    let (mut fitting, mut too_long) = (0, model.context.div_ceil(CONTEXT_STEP));
    while too_long - fitting > 1 {
        let middle = fitting + (too_long - fitting) / 2;
        if fits(middle * CONTEXT_STEP) {
            fitting = middle;
        } else {
            too_long = middle;
        }
    }
    fitting * CONTEXT_STEP
}

/// How many layers fit when the rest stays in main memory; all only when everything fits.
///
/// The output layer is offloaded last, as llama.cpp does, so embedding, output and vision take
/// nothing from a partial offload.
pub fn layers_that_fit(
    model: &Model,
    format: Format,
    context_tokens: u64,
    kv_cache: KvCache,
    free_gib: f64,
) -> u32 {
    let memory = Memory::of(model, format, context_tokens, kv_cache);
    if memory.fits(free_gib) {
        return model.layers;
    }
    let layers = f64::from(model.layers);
    let in_layers = memory.weights - gib(model.bytes_outside_layers(format)) + memory.kv_cache;
    let for_layers = free_gib - memory.compute - memory.context - memory.error();
    let fitting = (for_layers / (in_layers / layers)).floor();
    fitting.clamp(0.0, layers - 1.0) as u32
}

fn kv_cache_bytes(model: &Model, tokens: u64, kv_cache: KvCache) -> f64 {
    let keys_and_values = 2 * u64::from(model.kv_heads) * u64::from(model.head_dim);
    let layers = u64::from(model.layers);
    let (elements, fixed) = match model.attention {
        Attention::Full => (layers * keys_and_values * tokens, 0),
        Attention::Sliding { window, full_every } => {
            let full = layers / u64::from(full_every);
            // llama.cpp keeps one batch more than the window.
            let windowed = tokens.min(window + BATCH_TOKENS);
            (
                keys_and_values * (full * tokens + (layers - full) * windowed),
                0,
            )
        }
        Attention::Latent { rank, rope } => (layers * u64::from(rank + rope) * tokens, 0),
        Attention::Hybrid {
            attention_layers,
            state_mib,
        } => (
            u64::from(attention_layers) * keys_and_values * tokens,
            state_mib,
        ),
    };
    elements as f64 * kv_cache.bytes_per_element() + Bytes::from_mib(fixed.into()).0 as f64
}

/// The scores of one batch over the vocabulary and a few rows of the residual stream in 32 bits,
/// and the attention mask in 16.
fn compute_bytes(model: &Model, tokens: u64) -> f64 {
    let scores = u64::from(model.vocabulary) + 4 * u64::from(model.hidden);
    let bytes = BATCH_TOKENS * (4 * scores + 2 * tokens);
    bytes.max(MIN_COMPUTE.0) as f64
}

fn gib(bytes: f64) -> f64 {
    bytes / Bytes::GIB as f64
}

#[cfg(test)]
mod tests;
