use std::{cmp::Ordering, collections::BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    catalogue::Catalogue,
    format::{Format, KvCache},
    memory::{Memory, layers_that_fit},
    model::Model,
};

/// Most suggestions in a tier.
const PER_TIER: usize = 5;
/// Most suggestions of models that fit only in part.
const IN_PART: usize = 3;
/// Models published in so many months before the catalogue was checked go before older ones.
const RECENT_MONTHS: u32 = 24;

/// How much of the free VRAM a model may take.
///
/// The original tool drew its lines at 45, 65 and 85 % of the VRAM, for the weights alone and with
/// 1 GB for each billion parameters at 4 bits, which left the rest to everything it did not count.
/// Here everything is counted, and against what is free, so its upper lines are the first two and
/// the error bar is the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Up to 65 %: room for a much longer context, or for another program beside it.
    Conservative,
    /// Up to 85 %: room for a longer context.
    Optimal,
    /// Up to all of it, less the error bar. A model that fits only in part is in this tier too.
    Aggressive,
}

impl Tier {
    /// Every tier, the smallest first.
    pub const ALL: [Self; 3] = [Self::Conservative, Self::Optimal, Self::Aggressive];

    /// Largest share of the free VRAM that everything together may take.
    pub const fn share(self) -> f64 {
        match self {
            Self::Conservative => 0.65,
            Self::Optimal => 0.85,
            Self::Aggressive => 1.0,
        }
    }

    /// The smallest tier that holds so much.
    fn of(memory: &Memory, free_gib: f64) -> Self {
        let holds = |tier: &Self| memory.total() <= tier.share() * free_gib;
        Self::ALL
            .into_iter()
            .find(holds)
            .unwrap_or(Self::Aggressive)
    }
}

/// What is asked of a suggestion.
#[derive(Clone, Copy)]
pub(super) struct Wish {
    pub(super) free_gib: f64,
    pub(super) context_tokens: u64,
    pub(super) kv_cache: KvCache,
    pub(super) format: Option<Format>,
}

/// One model in one format.
#[derive(Clone, Copy)]
pub(super) struct Choice<'a> {
    pub(super) model: &'a Model,
    pub(super) format: Format,
    pub(super) tier: Tier,
    pub(super) memory: Memory,
    pub(super) layers_on_gpu: u32,
}

impl Choice<'_> {
    pub(super) fn fits(&self) -> bool {
        self.layers_on_gpu == self.model.layers
    }

    fn share_on_gpu(&self) -> f64 {
        f64::from(self.layers_on_gpu) / f64::from(self.model.layers)
    }
}

/// The suggestions, tier by tier and best first; those that fit only in part are last.
pub(super) fn choose<'a>(catalogue: &'a Catalogue, wish: &Wish) -> Vec<Choice<'a>> {
    let models = catalogue.models.iter();
    let best = |one: &Choice<'_>, other: &Choice<'_>| best_first(one, other, catalogue);
    let mut chosen: Vec<Choice<'a>> = Vec::new();
    for tier in Tier::ALL {
        let fitting = models
            .clone()
            .filter_map(|model| best_format(model, tier, wish));
        chosen.extend(first_of_each_family(fitting.collect(), best, PER_TIER));
    }
    // In part, the more of it is on the GPU the faster it is.
    let in_part = models.filter_map(|model| partial(model, wish));
    let fastest = |one: &Choice<'_>, other: &Choice<'_>| {
        other
            .share_on_gpu()
            .total_cmp(&one.share_on_gpu())
            .then_with(|| best(one, other))
    };
    chosen.extend(first_of_each_family(in_part.collect(), fastest, IN_PART));
    chosen
}

/// The formats of a model that may be suggested, smallest first.
///
/// 16 bits are suggested only when asked for: Q8_0 cannot be told from them and leaves half of the
/// room.
pub(super) fn formats(model: &Model, wish: &Wish) -> Vec<Format> {
    let wanted = |format: &Format| match wish.format {
        Some(only) => *format == only,
        None => *format != Format::F16,
    };
    model.ollama.keys().copied().filter(wanted).collect()
}

/// The best format with which a model is in that tier.
///
/// Three bits cost quality, so they are for a model that fits in no better format.
fn best_format<'a>(model: &'a Model, tier: Tier, wish: &Wish) -> Option<Choice<'a>> {
    let fitting: Vec<_> = formats(model, wish)
        .into_iter()
        .map(|format| whole(model, format, wish))
        .filter(|choice| choice.memory.fits(wish.free_gib))
        .collect();
    let better = fitting.iter().any(|choice| choice.format > Format::Q3KM);
    fitting
        .into_iter()
        .rev()
        .filter(|choice| choice.format > Format::Q3KM || !better)
        .find(|choice| Tier::of(&choice.memory, wish.free_gib) == tier)
        .map(|choice| Choice { tier, ..choice })
}

/// A model that does not fit although at least half of its layers would.
fn partial<'a>(model: &'a Model, wish: &Wish) -> Option<Choice<'a>> {
    let formats = formats(model, wish);
    if formats
        .iter()
        .any(|format| whole(model, *format, wish).memory.fits(wish.free_gib))
    {
        return None;
    }
    let four_bits = formats
        .iter()
        .copied()
        .find(|format| *format > Format::Q3KM);
    let choice = whole(model, four_bits.or(formats.first().copied())?, wish);
    let layers_on_gpu = layers_that_fit(
        model,
        choice.format,
        wish.context_tokens,
        wish.kv_cache,
        wish.free_gib,
    );
    (layers_on_gpu * 2 >= model.layers).then_some(Choice {
        layers_on_gpu,
        ..choice
    })
}

/// A model with all of its layers on the GPU, whether they fit or not.
fn whole<'a>(model: &'a Model, format: Format, wish: &Wish) -> Choice<'a> {
    let memory = Memory::of(model, format, wish.context_tokens, wish.kv_cache);
    Choice {
        model,
        format,
        tier: Tier::Aggressive,
        memory,
        layers_on_gpu: model.layers,
    }
}

fn first_of_each_family<'a>(
    mut candidates: Vec<Choice<'a>>,
    order: impl Fn(&Choice<'_>, &Choice<'_>) -> Ordering,
    most: usize,
) -> Vec<Choice<'a>> {
    candidates.sort_by(order);
    let mut families = BTreeSet::new();
    candidates.retain(|choice| families.insert(choice.model.family.as_str()));
    candidates.truncate(most);
    candidates
}

/// Recent before old, then by size, by quality of the format and by age.
pub(super) fn best_first(one: &Choice<'_>, other: &Choice<'_>, catalogue: &Catalogue) -> Ordering {
    let recent = |choice: &Choice<'_>| is_recent(choice.model, catalogue);
    recent(other)
        .cmp(&recent(one))
        .then(other.model.parameters_b.total_cmp(&one.model.parameters_b))
        .then(other.format.cmp(&one.format))
        .then(other.model.released.cmp(&one.model.released))
        .then(one.model.name.cmp(&other.model.name))
}

fn is_recent(model: &Model, catalogue: &Catalogue) -> bool {
    let checked = catalogue.checked.as_deref().and_then(months);
    let released = months(&model.released);
    match (checked, released) {
        (Some(checked), Some(released)) => checked.saturating_sub(released) <= RECENT_MONTHS,
        _ => true,
    }
}

/// Months since year 0 of a date that begins with year and month.
fn months(date: &str) -> Option<u32> {
    let mut parts = date.split('-').map(str::parse::<u32>);
    let (year, month) = (parts.next()?.ok()?, parts.next()?.ok()?);
    Some(year * 12 + month)
}

#[cfg(test)]
mod tests;
