//! Which model people who know pick: `ranking.toml` read, and its rules applied.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use super::{
    catalogue::Catalogue,
    format::{Format, Use},
    model::Model,
    placement::Placement,
};

/// The order for each use, and what moves a model back in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ranking {
    pub(crate) rules: Rules,
    chat: Vec<Entry>,
    code: Vec<Entry>,
    vision: Vec<Entry>,
    embedding: Vec<Entry>,
    /// The place of each name, by use.
    #[serde(skip)]
    places: BTreeMap<Use, BTreeMap<String, usize>>,
}

/// Places that a model moves back for what it loses.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rules {
    q2_k: f64,
    q3_k_m: f64,
    iq4_xs: f64,
    experts_on_cpu: f64,
    non_commercial: f64,
    /// At best fewer tokens a second than this, and it is not recommended.
    pub(crate) least_tokens_per_s: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    pub(crate) model: String,
    pub(crate) why: String,
    pub(crate) source: String,
}

impl Ranking {
    /// The ranking that comes with the program.
    pub(crate) fn embedded() -> &'static Self {
        static RANKING: LazyLock<Ranking> = LazyLock::new(|| {
            let text = include_str!("ranking.toml");
            let mut ranking: Ranking = toml::from_str(text).expect("checked by a test");
            for (_, purpose) in Use::ALL {
                let names = ranking
                    .of(purpose)
                    .iter()
                    .map(|entry| entry.model.to_lowercase());
                let places = names.zip(0..).collect();
                ranking.places.insert(purpose, places);
            }
            ranking
        });
        &RANKING
    }

    /// The order for a use, best first.
    pub(crate) fn of(&self, purpose: Use) -> &[Entry] {
        match purpose {
            Use::Chat => &self.chat,
            Use::Code => &self.code,
            Use::Vision => &self.vision,
            Use::Embedding => &self.embedding,
        }
    }

    /// Why a model is where it is.
    pub(crate) fn why(&self, purpose: Use, model: &Model) -> Option<&Entry> {
        let place = self.listed(purpose, model)?;
        self.of(purpose).get(place)
    }

    /// The place of a model for a use, 0 for the best; `None` where it is not recommended.
    ///
    /// An entry of the user's own stands right before the best that is published no later and is
    /// no larger, so that a newer model of a class leads it.
    pub(crate) fn place(&self, purpose: Use, model: &Model, is_own: bool) -> Option<f64> {
        if let Some(place) = self.listed(purpose, model) {
            return Some(place as f64);
        }
        if !is_own || !model.is_for(purpose) {
            return None;
        }
        let no_better = |entry: &Entry| {
            Catalogue::embedded()
                .find(&entry.model)
                .is_some_and(|known| {
                    known.released <= model.released
                        && known.parameters_b <= model.parameters_b * 1.1
                })
        };
        let before = self.of(purpose).iter().position(no_better);
        Some(before.map_or(self.of(purpose).len() as f64, |place| place as f64 - 0.5))
    }

    /// Places that a model moves back in that format, placement and licence.
    pub(crate) fn loses(&self, format: Format, placement: Placement, model: &Model) -> f64 {
        let format = match format {
            Format::Q2K => self.rules.q2_k,
            Format::Q3KM => self.rules.q3_k_m,
            Format::Iq4Xs => self.rules.iq4_xs,
            _ => 0.0,
        };
        let placement = match placement {
            Placement::ExpertsOnCpu => self.rules.experts_on_cpu,
            Placement::Gpu | Placement::Partial => 0.0,
        };
        let licence = if model.commercial_use {
            0.0
        } else {
            self.rules.non_commercial
        };
        format + placement + licence
    }

    fn listed(&self, purpose: Use, model: &Model) -> Option<usize> {
        self.places
            .get(&purpose)?
            .get(&model.name.to_lowercase())
            .copied()
    }
}

#[cfg(test)]
mod tests;
