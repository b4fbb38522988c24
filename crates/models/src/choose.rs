//! The suggestions: every model in every format that can serve the context, best first.

use std::cmp::Ordering;

use super::{
    catalogue::Catalogue,
    format::{Format, KvCache, Use},
    installed::Installed,
    memory::{Load, Memory, longest},
    model::Model,
    placement::{Placed, Placement, place, whole},
    ranking::Ranking,
    speed::{Bandwidth, tokens_per_s},
    tiers::Tier,
};

/// Most suggestions in a tier.
const PER_TIER: usize = 5;
/// Most suggestions of models that fit only in part.
const IN_PART: usize = 3;

/// What is asked of a suggestion.
#[derive(Clone, Copy)]
pub(crate) struct Wish<'a> {
    pub(crate) free_gib: f64,
    pub(crate) ram_gib: f64,
    pub(crate) bandwidth: Bandwidth,
    pub(crate) context_tokens: u64,
    pub(crate) kv_cache: KvCache,
    pub(crate) purpose: Use,
    pub(crate) format: Option<Format>,
    pub(crate) installed: &'a Installed,
}

/// One model in one format.
#[derive(Clone, Copy)]
pub(crate) struct Choice<'a> {
    pub(crate) model: &'a Model,
    pub(crate) format: Format,
    /// Whether the part that reads images is loaded.
    pub(crate) vision: bool,
    pub(crate) tier: Tier,
    pub(crate) placed: Placed,
    pub(crate) tokens_per_s: [f64; 2],
    pub(crate) installed: bool,
    /// Its place in the ranking with what it loses; the smaller the better.
    place: f64,
}

impl Choice<'_> {
    pub(crate) fn fits(&self) -> bool {
        self.placed.placement != Placement::Partial
    }

    pub(crate) fn load(&self, wish: &Wish<'_>) -> Load {
        load(self.format, self.vision, wish)
    }

    /// The longest context in this placement.
    pub(crate) fn longest_context(&self, wish: &Wish<'_>) -> u64 {
        let fits = |tokens| {
            let load = Load {
                context_tokens: tokens,
                ..self.load(wish)
            };
            let placed = place(self.model, &load, wish.free_gib, wish.ram_gib);
            placed.is_some_and(|placed| placed.placement <= self.placed.placement)
        };
        longest(self.model.context, fits)
    }
}

fn load(format: Format, vision: bool, wish: &Wish<'_>) -> Load {
    Load {
        vision,
        ..Load::new(format, wish.context_tokens, wish.kv_cache)
    }
}

/// The suggestions, best first, at most so many of a tier; those that fit only in part are last.
pub(crate) fn choose<'a>(catalogue: &'a Catalogue, wish: &Wish<'_>) -> Vec<Choice<'a>> {
    let mut all: Vec<Choice<'a>> = candidates(catalogue, wish);
    all.sort_by(best_first);
    let (whole, in_part): (Vec<_>, Vec<_>) = all.into_iter().partition(Choice::fits);
    let mut chosen: Vec<Choice<'a>> = Vec::new();
    for choice in whole {
        let of_tier = |known: &&Choice<'_>| known.tier == choice.tier;
        let family = |known: &Choice<'_>| known.model.family == choice.model.family;
        let in_tier: Vec<_> = chosen.iter().filter(of_tier).collect();
        // An installed model is shown beside its family's best.
        let kin = in_tier.iter().filter(|known| family(known)).count();
        let kin_allowed = if choice.installed { 3 } else { 2 };
        let same_model = in_tier
            .iter()
            .any(|known| known.model.name == choice.model.name);
        if in_tier.len() < PER_TIER && kin < kin_allowed && !same_model {
            chosen.push(choice);
        }
    }
    let mut named = Vec::new();
    for choice in in_part {
        let shown = chosen
            .iter()
            .any(|known| known.model.name == choice.model.name);
        if !shown && named.len() < IN_PART {
            named.push(choice);
        }
    }
    dedup_models(&mut named);
    chosen.extend(named);
    chosen
}

fn dedup_models(choices: &mut Vec<Choice<'_>>) {
    let mut seen = std::collections::BTreeSet::new();
    choices.retain(|choice| seen.insert(choice.model.name.clone()));
}

/// Best first: the ranking, then room to grow for the same model, then speed.
fn best_first(one: &Choice<'_>, other: &Choice<'_>) -> Ordering {
    let room = |choice: &Choice<'_>| choice.tier == Tier::Aggressive;
    one.place
        .total_cmp(&other.place)
        .then(one.model.name.cmp(&other.model.name))
        .then(room(one).cmp(&room(other)))
        .then(other.format.cmp(&one.format))
        .then(other.tokens_per_s[0].total_cmp(&one.tokens_per_s[0]))
}

/// Every model that can serve the context, in every format that it can be had in.
fn candidates<'a>(catalogue: &'a Catalogue, wish: &Wish<'_>) -> Vec<Choice<'a>> {
    let models = catalogue.models.iter();
    models
        .filter(|model| model.is_for(wish.purpose) && model.context >= wish.context_tokens)
        .flat_map(|model| {
            formats(model, wish)
                .into_iter()
                .map(move |format| (model, format))
        })
        .filter_map(|(model, format)| candidate(model, format, wish))
        .collect()
}

fn candidate<'a>(model: &'a Model, format: Format, wish: &Wish<'_>) -> Option<Choice<'a>> {
    let ranking = Ranking::embedded();
    let is_own = Catalogue::embedded().find(&model.name) != Some(model);
    let place_in_ranking = ranking.place(wish.purpose, model, is_own)?;
    let with_vision = load(format, model.vision_b > 0.0, wish);
    let fit = |load: &Load| place(model, load, wish.free_gib, wish.ram_gib);
    let text_only = Load {
        vision: false,
        ..with_vision
    };
    // llama.cpp can leave out the part that reads images, Ollama's files have it built in.
    let may_leave_out = wish.purpose != Use::Vision && model.gguf_in(format).is_some();
    let placed = fit(&with_vision).map(|placed| (with_vision.vision, placed));
    let better = |placed: &(bool, Placed)| placed.1.placement == Placement::Gpu;
    let (vision, placed) = match placed {
        Some(placed) if better(&placed) || !may_leave_out => placed,
        other => fit(&text_only).map(|placed| (false, placed)).or(other)?,
    };
    // More bits in main memory cost speed, where it is short already.
    let too_large = format > Format::Mxfp4 && wish.format.is_none();
    if placed.placement != Placement::Gpu && too_large && has_four_bits(model) {
        return None;
    }
    let tokens = tokens_per_s(&placed, wish.bandwidth, model.experts.is_some());
    if tokens[1] < ranking.rules.least_tokens_per_s && placed.placement != Placement::Partial {
        return None;
    }
    Some(Choice {
        model,
        format,
        vision,
        tier: match placed.placement {
            Placement::Gpu => Tier::of(&placed.memory, wish.free_gib),
            // The card is filled on purpose.
            Placement::ExpertsOnCpu | Placement::Partial => Tier::Aggressive,
        },
        placed,
        tokens_per_s: tokens,
        installed: wish.installed.has(model, format),
        place: place_in_ranking + ranking.loses(format, placed.placement, model),
    })
}

fn has_four_bits(model: &Model) -> bool {
    let four_bits = Format::Iq4Xs..=Format::Mxfp4;
    model
        .formats()
        .iter()
        .any(|format| four_bits.contains(format))
}

/// The formats of a model that may be suggested, the lowest quality first.
///
/// 16 bits are suggested only when asked for: Q8_0 is as good and takes half. Where there is
/// nothing else, as with small embedding models, they are.
pub(crate) fn formats(model: &Model, wish: &Wish<'_>) -> Vec<Format> {
    let formats = model.formats();
    let only_f16 = formats == [Format::F16];
    let wanted = |format: &Format| match wish.format {
        Some(only) => *format == only,
        None => *format != Format::F16 || only_f16,
    };
    formats.into_iter().filter(wanted).collect()
}

/// Models that can serve only a smaller context than was asked for, with the longest they can.
pub(crate) fn smaller_context<'a>(
    catalogue: &'a Catalogue,
    wish: &Wish<'_>,
    chosen: &[Choice<'_>],
) -> Vec<(&'a Model, Format, u64)> {
    let ranking = Ranking::embedded();
    let is_chosen = |model: &Model| chosen.iter().any(|choice| choice.model.name == model.name);
    let mut found: Vec<_> = catalogue
        .models
        .iter()
        .filter(|model| model.is_for(wish.purpose) && !is_chosen(model))
        .filter_map(|model| {
            let is_own = Catalogue::embedded().find(&model.name) != Some(model);
            let place = ranking.place(wish.purpose, model, is_own);
            // One that is not ranked is named where the user has it.
            let installed = || {
                model
                    .formats()
                    .iter()
                    .any(|f| wish.installed.has(model, *f))
            };
            let place = place.or_else(|| installed().then_some(f64::MAX))?;
            let (format, tokens) = longest_of(model, wish)?;
            (tokens < wish.context_tokens).then_some((place, model, format, tokens))
        })
        .collect();
    found.sort_by(|one, other| one.0.total_cmp(&other.0));
    let named = found
        .into_iter()
        .map(|(_, model, format, tokens)| (model, format, tokens));
    named.take(PER_TIER).collect()
}

/// The longest context of a model, all of it on the card, in the best format that has it.
fn longest_of(model: &Model, wish: &Wish<'_>) -> Option<(Format, u64)> {
    let usual = |format: &Format| *format >= Format::Iq4Xs || wish.format.is_some();
    formats(model, wish)
        .into_iter()
        .filter(usual)
        .map(|format| {
            let vision = wish.purpose == Use::Vision || model.gguf_in(format).is_none();
            let base = load(format, vision, wish);
            let fits = |tokens| {
                let load = Load {
                    context_tokens: tokens,
                    ..base
                };
                whole(model, &load).memory.fits(wish.free_gib)
            };
            (format, longest(model.context, fits))
        })
        .max_by_key(|(format, tokens)| (*tokens, *format))
        .filter(|(_, tokens)| *tokens > 0)
}

/// The ranked models for a use; all of them where none is ranked.
pub(crate) fn recommendable<'a>(catalogue: &'a Catalogue, wish: &Wish<'_>) -> Vec<&'a Model> {
    let ranking = Ranking::embedded();
    let models = catalogue.models.iter();
    let for_use = models.filter(|model| model.is_for(wish.purpose));
    let is_ranked = |model: &&Model| ranking.place(wish.purpose, model, false).is_some();
    let (ranked, others): (Vec<_>, Vec<_>) = for_use.partition(is_ranked);
    if ranked.is_empty() { others } else { ranked }
}

/// The recommendable model that needs least with so long a context, for a card that fits nothing.
pub(crate) fn smallest<'a>(
    catalogue: &'a Catalogue,
    wish: &Wish<'_>,
    tokens: u64,
) -> Option<(f64, &'a Model, Format)> {
    let models = recommendable(catalogue, wish).into_iter();
    models
        .filter(|model| model.context >= tokens)
        .flat_map(|model| {
            formats(model, wish)
                .into_iter()
                .map(move |format| (model, format))
        })
        .map(|(model, format)| {
            let load = Load {
                context_tokens: tokens,
                ..load(format, false, wish)
            };
            let memory = Memory::of_load(model, &load);
            (memory.total() + memory.error(), model, format)
        })
        .min_by(|(one, ..), (other, ..)| one.total_cmp(other))
}

#[cfg(test)]
mod tests;
