use serde::{Deserialize, Serialize};

use super::{
    commands::Commands,
    format::{Format, KvCache, Use},
    placement::Placement,
    tiers::Tier,
};

/// Which models fit a card: `recommend --json`, the Models page and the wizard's step.
///
/// Every size is in binary gigabytes (GiB), rounded to hundredths.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Recommendation {
    /// All VRAM of the card.
    pub vram_gib: f64,
    /// VRAM that is free.
    pub free_gib: f64,
    /// Whether `free_gib` is an assumption, because no GPU was asked.
    pub free_is_assumed: bool,
    /// Main memory of the machine.
    pub ram_gib: f64,
    /// Whether `ram_gib` is an assumption.
    pub ram_is_assumed: bool,
    /// What the models are wanted for.
    #[serde(rename = "use")]
    pub purpose: Use,
    /// The context that was asked for, at least 256 tokens.
    pub context_tokens: u64,
    /// How the KV cache is stored.
    pub kv_cache: KvCache,
    /// The only format that was asked for; `null` when any will do.
    pub format: Option<Format>,
    /// The day the catalogue was checked, as `2026-11-23`.
    pub checked: Option<String>,
    /// Best first; those that fit only in part are last.
    pub models: Vec<ModelFit>,
    /// Models that can serve only a smaller context than was asked for.
    pub smaller_context: Vec<SmallerContext>,
    /// What the sizes include, how exact they are, and what would fit when nothing does.
    pub notes: Vec<String>,
}

/// A model that can serve only a smaller context than was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SmallerContext {
    /// What people call it.
    pub name: String,
    /// How the weights are stored.
    pub format: Format,
    /// The longest context that it can serve on this card.
    pub context_tokens: u64,
    /// The longest context it was made for.
    pub native_context_tokens: u64,
}

/// One model in one format on that card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ModelFit {
    /// What people call it.
    pub name: String,
    /// Billions of parameters.
    pub parameters_b: f64,
    /// Billions of parameters used for one token; equal to all in a dense model.
    pub active_parameters_b: f64,
    /// Billions of parameters used for one token; `null` in a dense model.
    pub active_b: Option<f64>,
    /// How the weights are stored.
    pub format: Format,
    /// What the model is good for.
    #[serde(rename = "use")]
    pub uses: Vec<Use>,
    /// How much of the free VRAM it takes; aggressive for one that fits only in part.
    pub tier: Tier,
    /// Whether it fits in this placement, the error included; not when only some layers do.
    pub fits: bool,
    /// Where its parts are kept.
    pub placement: Placement,
    /// Everything on the card; more than is free when it does not fit.
    pub total_gib: f64,
    /// How far a load may be from that.
    pub error_gib: f64,
    /// The weights on the card.
    pub weights_gib: f64,
    /// Of them, the part that reads images; 0 where it is not loaded.
    pub vision_gib: f64,
    /// Keys and values of the context.
    pub kv_cache_gib: f64,
    /// Buffers for intermediate results.
    pub compute_gib: f64,
    /// The CUDA context.
    pub context_gib: f64,
    /// Main memory that the rest takes.
    pub ram_gib: f64,
    /// The context that was calculated, which is the one that was asked for.
    pub context_tokens: u64,
    /// The longest context that fits in this placement.
    pub max_context_tokens: u64,
    /// The longest context it was made for.
    pub native_context_tokens: u64,
    /// Layers on the card; the processor computes the others.
    pub layers_on_gpu: u32,
    /// All of its layers.
    pub layers: u32,
    /// Layers whose experts the processor computes.
    pub cpu_expert_layers: u32,
    /// Tokens a second, as a range: a full context on a slow machine, an empty one on a fast one.
    pub tokens_per_s: [f64; 2],
    /// The command that fetches it, for the simplest runtime that can serve it so.
    pub fetch: String,
    /// The command that serves it with this context and cache.
    pub run: String,
    /// The commands of every runtime that can serve it so.
    pub commands: Vec<Commands>,
    /// Whether Ollama has it already.
    pub installed: bool,
    /// Why it is here, in one line.
    pub reason: String,
    /// The licence's name.
    pub licence: String,
    /// Whether the licence allows commercial use.
    pub commercial_use: bool,
    /// Year and month of publication.
    pub released: String,
    /// The publisher's repository on Hugging Face.
    pub source: String,
}
