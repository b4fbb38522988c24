use thiserror::Error;

use crate::protocol::{ModelFit, Recommendation};

use super::{
    catalogue::Catalogue,
    format::{Format, KvCache},
    memory::{CONTEXT_STEP, Memory, largest_context},
    tiers::{Choice, Wish, choose, formats},
};

/// The context that is calculated when none is asked for.
pub const DEFAULT_CONTEXT_TOKENS: u64 = 8192;
/// The largest card that is believed, in GiB; a larger number is a slip, such as MiB for GiB.
pub const MAX_VRAM_GIB: f64 = 1024.0;
/// What the desktop and the driver are assumed to hold where no GPU can be asked, in GiB.
pub const ASSUMED_DESKTOP_GIB: f64 = 0.5;

/// A card and what is to run on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// All VRAM of one card, in GiB.
    pub vram_total_gib: f64,
    /// What is free of it now, in GiB; [`ASSUMED_DESKTOP_GIB`] less than all when not known.
    pub vram_free_gib: Option<f64>,
    /// Tokens of context; fewer than 256 count as 256.
    pub context_tokens: u64,
    /// How the KV cache is stored.
    pub kv_cache: KvCache,
    /// The only format to suggest; any when `None`.
    pub format: Option<Format>,
}

impl Query {
    /// A card of so many GiB, with everything else at its default.
    pub fn for_vram(vram_total_gib: f64) -> Self {
        Self {
            vram_total_gib,
            vram_free_gib: None,
            context_tokens: DEFAULT_CONTEXT_TOKENS,
            kv_cache: KvCache::default(),
            format: None,
        }
    }
}

/// Why a card cannot be calculated.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum QueryError {
    /// No card has so much or so little.
    #[error(
        "{0} GiB is no size of VRAM; give a number of GiB above 0 and up to {MAX_VRAM_GIB}, such as 8 or 24"
    )]
    Vram(f64),
    /// More is free than there is, or less than nothing.
    #[error(
        "{free} GiB cannot be free of {total} GiB of VRAM; give a number of GiB from 0 to {total}"
    )]
    Free {
        /// What was said to be free, in GiB.
        free: f64,
        /// All VRAM, in GiB.
        total: f64,
    },
}

/// What to run on a card: a handful of models in each tier, best first.
///
/// Fails when the amount of VRAM is not one that a card can have.
pub fn recommend(catalogue: &Catalogue, query: &Query) -> Result<Recommendation, QueryError> {
    let total = query.vram_total_gib;
    if !(total > 0.0 && total <= MAX_VRAM_GIB) {
        return Err(QueryError::Vram(total));
    }
    let free_gib = query
        .vram_free_gib
        .unwrap_or((total - ASSUMED_DESKTOP_GIB).max(0.0));
    if !(0.0..=total).contains(&free_gib) {
        return Err(QueryError::Free {
            free: free_gib,
            total,
        });
    }
    let wish = Wish {
        free_gib,
        context_tokens: query.context_tokens.max(CONTEXT_STEP),
        kv_cache: query.kv_cache,
        format: query.format,
    };
    let choices = choose(catalogue, &wish);
    Ok(Recommendation {
        vram_gib: hundredths(total),
        free_gib: hundredths(free_gib),
        free_is_assumed: query.vram_free_gib.is_none(),
        context_tokens: wish.context_tokens,
        kv_cache: query.kv_cache,
        format: query.format,
        checked: catalogue.checked.clone(),
        notes: notes(catalogue, &wish, &choices),
        models: choices
            .iter()
            .map(|choice| model_fit(choice, &wish))
            .collect(),
    })
}

fn model_fit(choice: &Choice<'_>, wish: &Wish) -> ModelFit {
    let Choice {
        model,
        format,
        tier,
        memory,
        layers_on_gpu,
    } = *choice;
    let largest = largest_context(model, format, wish.kv_cache, wish.free_gib);
    ModelFit {
        name: model.name.clone(),
        parameters_b: model.parameters_b,
        active_parameters_b: model.active_parameters_b,
        format,
        tier,
        fits: choice.fits(),
        total_gib: hundredths(memory.total()),
        error_gib: hundredths(memory.error()),
        weights_gib: hundredths(memory.weights),
        kv_cache_gib: hundredths(memory.kv_cache),
        compute_gib: hundredths(memory.compute),
        context_gib: hundredths(memory.context),
        context_tokens: wish.context_tokens.min(model.context),
        max_context_tokens: largest,
        native_context_tokens: model.context,
        layers_on_gpu,
        layers: model.layers,
        fetch: model
            .ollama
            .get(&format)
            .map_or_else(String::new, |tag| format!("ollama pull {tag}")),
        reason: reason(choice, wish, largest),
        licence: model.licence.clone(),
        source: model.source.clone(),
    }
}

fn reason(choice: &Choice<'_>, wish: &Wish, largest: u64) -> String {
    let Choice {
        model,
        memory,
        layers_on_gpu,
        ..
    } = choice;
    if !choice.fits() {
        let lacking = memory.total() + memory.error() - wish.free_gib;
        let shorter = match largest {
            0 => String::new(),
            tokens => format!(" All of it fits with up to {} tokens.", thousands(tokens)),
        };
        return format!(
            "Does not fit: {lacking:.1} GiB are missing. {layers_on_gpu} of {} layers fit; the CPU would do the rest, much slower.{shorter}",
            model.layers
        );
    }
    let share = 100.0 * memory.total() / wish.free_gib;
    let context = if wish.context_tokens > model.context {
        format!(
            "its own limit of {} tokens is shorter than asked",
            thousands(model.context)
        )
    } else if largest == model.context {
        format!(
            "all of its {} tokens of context would fit",
            thousands(largest)
        )
    } else {
        format!("up to {} tokens of context would fit", thousands(largest))
    };
    format!("Takes {share:.0} % of the free VRAM; {context}.")
}

fn notes(catalogue: &Catalogue, wish: &Wish, choices: &[Choice<'_>]) -> Vec<String> {
    if choices.iter().any(Choice::fits) {
        return Vec::new();
    }
    let needs = |tokens| {
        catalogue
            .models
            .iter()
            .flat_map(|model| {
                formats(model, wish)
                    .into_iter()
                    .map(move |format| (model, format))
            })
            .map(|(model, format)| {
                let memory = Memory::of(model, format, tokens, wish.kv_cache);
                (memory.total() + memory.error(), model, format)
            })
            .min_by(|(one, ..), (other, ..)| one.total_cmp(other))
    };
    let Some((need, model, format)) = needs(wish.context_tokens) else {
        return vec!["No model of the catalogue is offered in this format.".to_owned()];
    };
    let mut notes = vec![format!(
        "No model fits into {:.2} GiB with {} tokens of context. The smallest, {} in {format}, needs {need:.2} GiB free.",
        wish.free_gib,
        thousands(wish.context_tokens),
        model.name
    )];
    if let Some((need, model, format)) =
        needs(CONTEXT_STEP).filter(|(need, ..)| *need <= wish.free_gib)
    {
        let longest = largest_context(model, format, wish.kv_cache, wish.free_gib);
        notes.push(format!(
            "With a shorter context, {} in {format} would fit: it needs {need:.2} GiB at {CONTEXT_STEP} tokens, and {} tokens are the most.",
            model.name,
            thousands(longest)
        ));
    }
    notes
}

/// A whole number with a comma after every three digits.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn hundredths(gib: f64) -> f64 {
    (gib * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests;
