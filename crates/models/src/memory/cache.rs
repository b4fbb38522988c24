//! What the layers keep of the context.

use crate::{
    bytes::MIB,
    model::{Cache, Kept, Model},
};

use super::Load;

/// Runtimes round a context up to a multiple of this; it is also the shortest that is calculated.
pub(crate) const CONTEXT_STEP: u64 = 256;

/// Bytes of the KV cache, which conversations share, and of the recurrent state of each.
pub(super) fn bytes(model: &Model, tokens: u64, load: &Load) -> f64 {
    let attention = &model.attention;
    let full = match attention.latent {
        Some(latent) => u64::from(latent.rank + latent.rope),
        None => 2 * u64::from(model.kv_heads) * u64::from(model.head_dim),
    };
    // An entry of the user's own may have more than a whole number holds.
    let mut elements = f64::from(attention.full_layers) * full as f64 * tokens as f64;
    if let Some(sliding) = attention.sliding {
        let windowed = windowed(sliding.window, tokens, load);
        let width = 2 * u64::from(sliding.kv_heads) * u64::from(sliding.head_dim);
        elements += f64::from(sliding.layers) * width as f64 * windowed as f64;
    }
    let extra = attention
        .caches
        .iter()
        .map(|cache| kept(cache, tokens, load));
    elements += extra.sum::<f64>();
    let state = attention
        .recurrent
        .map_or(0.0, |recurrent| recurrent.state_mib * MIB);
    elements * load.kv_cache.bytes_per_element() + f64::from(load.conversations) * state
}

/// Numbers in one of the caches that do not follow from the heads.
fn kept(cache: &Cache, tokens: u64, load: &Load) -> f64 {
    let entries = match cache.of {
        Kept::Every(every) => tokens.div_ceil(every.into()),
        Kept::Window(window) => windowed(window, tokens, load),
    };
    f64::from(cache.layers) * f64::from(cache.width) * entries as f64
}

/// Tokens kept for a window: llama.cpp keeps one batch more.
fn windowed(window: u64, tokens: u64, load: &Load) -> u64 {
    tokens.min((window + load.batch_tokens).next_multiple_of(CONTEXT_STEP))
}
