//! What the layers keep of the context.

use crate::{bytes::MIB, model::Model};

use super::Load;

/// Runtimes round a context up to a multiple of this; it is also the shortest that is calculated.
pub(crate) const CONTEXT_STEP: u64 = 256;

/// Bytes of the KV cache and of the recurrent state, for one conversation at a time.
pub(super) fn bytes(model: &Model, tokens: u64, load: &Load) -> f64 {
    let attention = &model.attention;
    let full = match attention.latent {
        Some(latent) => u64::from(latent.rank + latent.rope),
        None => 2 * u64::from(model.kv_heads) * u64::from(model.head_dim),
    };
    let mut elements = u64::from(attention.full_layers) * full * tokens;
    if let Some(sliding) = attention.sliding {
        // llama.cpp keeps one batch more than the window.
        let windowed = tokens.min((sliding.window + load.batch_tokens).next_multiple_of(256));
        let width = 2 * u64::from(sliding.kv_heads) * u64::from(sliding.head_dim);
        elements += u64::from(sliding.layers) * width * windowed;
    }
    let state = attention
        .recurrent
        .map_or(0.0, |recurrent| recurrent.state_mib * MIB);
    elements as f64 * load.kv_cache.bytes_per_element() + state
}
