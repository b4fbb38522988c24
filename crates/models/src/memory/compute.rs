//! Buffers for intermediate results.

use crate::{bytes::mib, model::Model};

use super::Load;

/// With the CUDA context the half gigabyte that every model was seen to need at least.
const LEAST: f64 = mib(192);

/// What the part that reads images needs while it does: llama.cpp estimates 1,136 MiB for Qwen3.6's,
/// whose file has 885 (ollama/ollama#17482).
const VISION: f64 = mib(251);

/// The scores of one batch over the vocabulary and a few rows of the residual stream in 32 bits,
/// and the attention mask in 16; in an embedding model the batch is the whole text. Without flash
/// attention, also the scores of every head over the whole context.
pub(super) fn bytes(model: &Model, tokens: u64, load: &Load) -> f64 {
    let row = 4 * u64::from(model.hidden);
    let (batch, scores) = if model.is_embedding() {
        // It reads a text at once and scores no words.
        (tokens, 2 * u64::from(model.feed_forward) + row)
    } else {
        (load.batch_tokens, u64::from(model.vocabulary) + row)
    };
    let mut bytes = batch as f64 * (4 * scores + 2 * tokens) as f64;
    if !load.flash_attention {
        bytes += batch as f64 * 4.0 * f64::from(model.attention_heads) * tokens as f64;
    }
    let vision = if load.vision && model.vision_b > 0.0 {
        VISION
    } else {
        0.0
    };
    bytes.max(LEAST) + vision
}
