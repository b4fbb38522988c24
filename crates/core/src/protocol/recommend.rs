use serde::{Deserialize, Serialize};

use crate::models::{Format, KvCache, Tier};

/// Which models fit a card: `recommend --json`, the Models page and the wizard's step.
///
/// Every size is in binary gigabytes (GiB), rounded to hundredths.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Recommendation {
    /// All VRAM of the card.
    pub vram_gib: f64,
    /// What nobody has taken.
    pub free_gib: f64,
    /// Whether `free_gib` is an assumption, because no GPU was asked.
    pub free_is_assumed: bool,
    /// The context that was asked for, at least 256 tokens.
    pub context_tokens: u64,
    /// How the KV cache is stored.
    pub kv_cache: KvCache,
    /// The only format that was asked for; `null` when any will do.
    pub format: Option<Format>,
    /// The day the catalogue was checked, as `2026-11-23`.
    pub checked: Option<String>,
    /// Tier by tier and best first; those that fit only in part are last.
    pub models: Vec<ModelFit>,
    /// What else the user should know, such as what would fit when nothing does.
    pub notes: Vec<String>,
}

/// One model in one format on that card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ModelFit {
    /// What people call it.
    pub name: String,
    /// Billions of parameters.
    pub parameters_b: f64,
    /// Billions of parameters used for one token.
    pub active_parameters_b: f64,
    /// How the weights are stored.
    pub format: Format,
    /// How much of the free VRAM it takes; aggressive for one that fits only in part.
    pub tier: Tier,
    /// Whether all of it fits, the error included.
    pub fits: bool,
    /// Everything together; more than is free when it does not fit.
    pub total_gib: f64,
    /// How much more it may take, with 95 % confidence.
    pub error_gib: f64,
    /// The weights.
    pub weights_gib: f64,
    /// Keys and values of the context.
    pub kv_cache_gib: f64,
    /// Buffers for intermediate results.
    pub compute_gib: f64,
    /// The CUDA context.
    pub context_gib: f64,
    /// The context that was calculated: what was asked for, or the model's own limit.
    pub context_tokens: u64,
    /// The longest context that fits; 0 when the model does not.
    pub max_context_tokens: u64,
    /// The longest context it was made for.
    pub native_context_tokens: u64,
    /// Layers that fit; the others run on the CPU, several times slower.
    pub layers_on_gpu: u32,
    /// All of its layers.
    pub layers: u32,
    /// The command that fetches it.
    pub fetch: String,
    /// Why it is here, in one line.
    pub reason: String,
    /// The licence's name.
    pub licence: String,
    /// The publisher's repository on Hugging Face.
    pub source: String,
}
