use thiserror::Error;

use super::{
    catalogue::Catalogue,
    choose::{Choice, Wish, choose, smaller_context},
    commands::{Served, Shell},
    format::{Format, KvCache, Use},
    installed::Installed,
    memory::CONTEXT_STEP,
    reply::{ModelFit, Recommendation, SmallerContext},
    speed::Bandwidth,
};

mod notes;

/// The context that is calculated when none is asked for.
pub const DEFAULT_CONTEXT_TOKENS: u64 = 8192;
/// The longest context that is believed; a larger number is a slip.
pub const MAX_CONTEXT_TOKENS: u64 = 10_485_760;
/// The largest card that is believed, in GiB; a larger number is a slip, such as MiB for GiB.
pub const MAX_VRAM_GIB: f64 = 1024.0;
/// What the desktop and the driver are assumed to hold where no GPU can be asked, in GiB.
pub const ASSUMED_DESKTOP_GIB: f64 = 0.5;
/// Main memory of a machine that is not known, in GiB, by the size of its card: little cards are
/// in machines with little memory.
const fn assumed_ram_gib(vram_gib: f64) -> f64 {
    if vram_gib < 7.5 { 16.0 } else { 32.0 }
}

/// A card and what is to run on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// All VRAM of one card, in GiB.
    pub vram_total_gib: f64,
    /// VRAM that is free now, in GiB; [`ASSUMED_DESKTOP_GIB`] less than all when not known.
    pub vram_free_gib: Option<f64>,
    /// The card's name as the driver reports it, for its bandwidth.
    pub card: Option<String>,
    /// Bandwidth of its memory in GB/s, where the driver reports it ([`gbps_of_memory`]).
    ///
    /// [`gbps_of_memory`]: crate::gbps_of_memory
    pub bandwidth_gbps: Option<u32>,
    /// Main memory of the machine, in GiB; 16 or 32 by the card when not known.
    pub ram_gib: Option<f64>,
    /// Tokens of context, up to [`MAX_CONTEXT_TOKENS`]; fewer than 256 count as 256.
    pub context_tokens: u64,
    /// How the KV cache is stored.
    pub kv_cache: KvCache,
    /// What the model is wanted for.
    pub purpose: Use,
    /// The only format to suggest; any when `None`.
    pub format: Option<Format>,
    /// What Ollama has installed.
    pub installed: Installed,
    /// The shell that the commands are for.
    pub shell: Shell,
}

impl Query {
    /// A card of so many GiB, with everything else at its default.
    pub fn for_vram(vram_total_gib: f64) -> Self {
        Self {
            vram_total_gib,
            vram_free_gib: None,
            card: None,
            bandwidth_gbps: None,
            ram_gib: None,
            context_tokens: DEFAULT_CONTEXT_TOKENS,
            kv_cache: KvCache::default(),
            purpose: Use::default(),
            format: None,
            installed: Installed::default(),
            shell: Shell::default(),
        }
    }
}

/// Why a card cannot be calculated.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum QueryError {
    /// No card has so much or so little.
    #[error(
        "{0} GiB is not a valid VRAM size; give a number of GiB above 0 and up to {MAX_VRAM_GIB}, such as 8 or 24"
    )]
    Vram(f64),
    /// More is free than there is, or less than nothing.
    #[error(
        "{free} GiB cannot be free out of {total} GiB of VRAM; give a number of GiB from 0 to {total}"
    )]
    Free {
        /// The stated free VRAM, in GiB.
        free: f64,
        /// All VRAM, in GiB.
        total: f64,
    },
    /// No model has so long a context, or it is none.
    #[error(
        "{0} is not a valid context length; give a number of tokens from 1 to {MAX_CONTEXT_TOKENS}, such as 8192 or 32768"
    )]
    Context(u64),
}

/// What to run on a card, best first.
///
/// # Errors
/// The amount of VRAM is not one that a card can have, or the context is none.
pub fn recommend(catalogue: &Catalogue, query: &Query) -> Result<Recommendation, QueryError> {
    let total = query.vram_total_gib;
    if !(total > 0.0 && total <= MAX_VRAM_GIB) {
        return Err(QueryError::Vram(total));
    }
    let assumed_free = (total - ASSUMED_DESKTOP_GIB).max(0.0);
    let free_gib = query.vram_free_gib.unwrap_or(assumed_free);
    if !(0.0..=total).contains(&free_gib) {
        let free = free_gib;
        return Err(QueryError::Free { free, total });
    }
    if !(1..=MAX_CONTEXT_TOKENS).contains(&query.context_tokens) {
        return Err(QueryError::Context(query.context_tokens));
    }
    let wish = Wish {
        free_gib,
        ram_gib: query.ram_gib.unwrap_or(assumed_ram_gib(total)),
        bandwidth: Bandwidth::of(query.bandwidth_gbps, query.card.as_deref(), total),
        context_tokens: query.context_tokens.max(CONTEXT_STEP),
        kv_cache: query.kv_cache,
        purpose: query.purpose,
        format: query.format,
        installed: &query.installed,
    };
    let choices = choose(catalogue, &wish);
    let smaller = smaller_context(catalogue, &wish, &choices);
    Ok(Recommendation {
        vram_gib: hundredths(total),
        free_gib: hundredths(free_gib),
        free_is_assumed: query.vram_free_gib.is_none(),
        ram_gib: hundredths(wish.ram_gib),
        ram_is_assumed: query.ram_gib.is_none(),
        purpose: query.purpose,
        context_tokens: wish.context_tokens,
        kv_cache: query.kv_cache,
        format: query.format,
        checked: catalogue.checked.clone(),
        notes: notes::notes(catalogue, &wish, &choices),
        models: choices
            .iter()
            .map(|choice| model_fit(choice, &wish, query.shell))
            .collect(),
        smaller_context: smaller
            .into_iter()
            .map(|(model, format, context_tokens)| SmallerContext {
                name: model.name.clone(),
                format,
                context_tokens,
                native_context_tokens: model.context,
            })
            .collect(),
    })
}

fn model_fit(choice: &Choice<'_>, wish: &Wish<'_>, shell: Shell) -> ModelFit {
    let Choice {
        model,
        format,
        placed,
        ..
    } = *choice;
    let memory = placed.memory;
    let longest = choice.longest_context(wish);
    let served = Served {
        model,
        format,
        context_tokens: wish.context_tokens,
        kv_cache: wish.kv_cache,
        placement: placed.placement,
        layers_on_gpu: placed.layers_on_gpu,
        cpu_expert_layers: placed.cpu_expert_layers,
        vision: choice.vision,
        shell,
    };
    let commands = served.commands();
    let first = commands.first();
    ModelFit {
        name: model.name.clone(),
        parameters_b: model.parameters_b,
        active_parameters_b: model.active_parameters_b,
        active_b: model.experts.map(|_| model.active_parameters_b),
        format,
        uses: model.uses.clone(),
        tier: choice.tier,
        fits: choice.fits(),
        placement: placed.placement,
        total_gib: hundredths(memory.total()),
        error_gib: hundredths(memory.error()),
        weights_gib: hundredths(memory.weights),
        vision_gib: hundredths(memory.vision),
        kv_cache_gib: hundredths(memory.kv_cache),
        compute_gib: hundredths(memory.compute),
        context_gib: hundredths(memory.context),
        ram_gib: hundredths(placed.ram_gib),
        context_tokens: wish.context_tokens,
        max_context_tokens: longest,
        native_context_tokens: model.context,
        layers_on_gpu: placed.layers_on_gpu,
        layers: model.layers,
        cpu_expert_layers: placed.cpu_expert_layers,
        tokens_per_s: choice
            .tokens_per_s
            .map(|tokens| (tokens * 10.0).round() / 10.0),
        fetch: first.map_or_else(String::new, |commands| commands.fetch.clone()),
        run: first.map_or_else(String::new, |commands| commands.run.clone()),
        commands,
        installed: choice.installed,
        reason: notes::reason(choice, wish, longest),
        licence: model.licence.clone(),
        commercial_use: model.commercial_use,
        released: model.released.clone(),
        source: model.source.clone(),
    }
}

fn hundredths(gib: f64) -> f64 {
    (gib * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests;
