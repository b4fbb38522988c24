use super::{
    bytes::{gib, mib},
    format::{Format, KvCache},
    model::Model,
    tensors::Weights,
};

mod cache;
mod compute;

pub(crate) use cache::CONTEXT_STEP;

/// What unsloth reserves for the CUDA context; 107 to 555 MiB were measured on cards of today.
const CUDA_CONTEXT: f64 = mib(320);

/// What one model takes on one card, in GiB.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Memory {
    /// The weights on the card, the part that reads images included.
    pub weights: f64,
    /// Of them, the part that reads images.
    pub vision: f64,
    /// Keys and values of the context.
    pub kv_cache: f64,
    /// Buffers for intermediate results.
    pub compute: f64,
    /// The CUDA context.
    pub context: f64,
}

/// What a model is loaded with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// How the weights are stored.
    pub format: Format,
    /// Tokens of context.
    pub context_tokens: u64,
    /// How the KV cache is stored.
    pub kv_cache: KvCache,
    /// Whether attention is computed without its full matrix, as llama.cpp does by default.
    pub flash_attention: bool,
    /// Whether the part that reads images is loaded.
    pub vision: bool,
    /// Tokens computed at once (`--ubatch-size`), which size the buffers.
    pub batch_tokens: u64,
    /// Conversations held at the same time (`--parallel`), each with a recurrent state of its own.
    pub conversations: u32,
}

impl Load {
    /// A load with what llama.cpp and Ollama do by default.
    pub const fn new(format: Format, context_tokens: u64, kv_cache: KvCache) -> Self {
        Self {
            format,
            context_tokens,
            kv_cache,
            flash_attention: true,
            vision: true,
            batch_tokens: 512,
            conversations: 1,
        }
    }
}

impl Memory {
    /// What the model takes with a context of so many tokens, or of its own limit when that is
    /// less.
    pub fn of(model: &Model, format: Format, context_tokens: u64, kv_cache: KvCache) -> Self {
        Self::of_load(model, &Load::new(format, context_tokens, kv_cache))
    }

    /// What the model takes, loaded in that way.
    pub fn of_load(model: &Model, load: &Load) -> Self {
        let weights = model.weights(load.format);
        Self::of_weights(model, load, &weights)
    }

    /// What the model takes with these weights on the card.
    pub(crate) fn of_weights(model: &Model, load: &Load, weights: &Weights) -> Self {
        let tokens = load.context_tokens.clamp(CONTEXT_STEP, model.context);
        let vision = if load.vision { weights.vision } else { 0.0 };
        Self {
            weights: gib(weights.on_card() - weights.vision + vision),
            vision: gib(vision),
            kv_cache: gib(cache::bytes(model, tokens, load)),
            compute: gib(compute::bytes(model, tokens, load)),
            context: gib(CUDA_CONTEXT),
        }
    }

    /// Everything together.
    pub fn total(&self) -> f64 {
        self.weights + self.kv_cache + self.compute + self.context
    }

    /// How far a published load may be from [`Self::total`] to either side.
    ///
    /// The bounds are those of the comparison with published loads (`cargo xtask catalogue`),
    /// which prints how many lie within.
    pub fn error(&self) -> f64 {
        gib(FIXED_ERROR).hypot(SHARE_ERROR * self.total())
    }

    /// Whether it fits into so much free VRAM, the error included.
    pub fn fits(&self, free_gib: f64) -> bool {
        self.total() + self.error() <= free_gib
    }
}

/// What differs between machines whatever the model: driver, card, and what else runs.
pub(crate) const FIXED_ERROR: f64 = mib(577);
/// What differs with the size: recipes of the files, buffers of the runtimes.
pub(crate) const SHARE_ERROR: f64 = 0.04;

/// The longest context that fits into so much free VRAM: a multiple of 256 or the model's own
/// limit, 0 when none fits.
pub fn largest_context(model: &Model, format: Format, kv_cache: KvCache, free_gib: f64) -> u64 {
    let fits = |tokens| Memory::of(model, format, tokens, kv_cache).fits(free_gib);
    longest(model.context, fits)
}

/// The longest context, up to a limit, for which that is true; 0 when it never is.
pub(crate) fn longest(limit: u64, fits: impl Fn(u64) -> bool) -> u64 {
    if fits(limit) {
        return limit;
    }
    let (mut fitting, mut too_long) = (0, limit.div_ceil(CONTEXT_STEP));
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

#[cfg(test)]
mod tests;
