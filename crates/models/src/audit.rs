//! What is implausible in the catalogue that comes with the program, and in its ranking.
//!
//! What no catalogue file may have is refused when it is read; this is stricter, for the entries
//! that we answer for.

use super::{catalogue::Catalogue, format::Use, model::Model, ranking::Ranking};

/// A sentence for everything that is implausible.
pub fn audit() -> Vec<String> {
    let catalogue = Catalogue::embedded();
    let entries = catalogue.models.iter().flat_map(entry);
    entries.chain(ranking(catalogue)).collect()
}

fn entry(model: &Model) -> Vec<String> {
    let mut doubts = Vec::new();
    let mut doubt = |what: String| doubts.push(format!("{}: {what}", model.name));
    if model.evidence.is_empty() || model.checked.is_none() {
        doubt("it has no evidence or no day on which that was checked".to_owned());
    }
    if model
        .checked
        .as_deref()
        .is_some_and(|day| model.released.as_str() > day)
    {
        doubt(format!(
            "it was checked before it was released in {}",
            model.released
        ));
    }
    if model.ollama.is_empty() && model.gguf.is_none() {
        doubt("it cannot be had: it has neither a tag nor files".to_owned());
    }
    if model
        .gguf
        .as_ref()
        .is_some_and(|gguf| gguf.assumed == gguf.seen.is_some())
    {
        doubt("write where its files were seen, or that they are assumed".to_owned());
    }
    if model.active_parameters_b > model.parameters_b {
        doubt("a token uses more parameters than there are".to_owned());
    }
    if let Some(what) = parameters(model) {
        doubt(what);
    }
    if let Some(what) = active_parameters(model) {
        doubt(what);
    }
    let odd_context = !model.context.is_multiple_of(256) && !model.context.is_multiple_of(1000);
    let odd = !model.head_dim.is_multiple_of(32) || odd_context;
    if odd {
        doubt(
            "heads in multiples of 32 and contexts in multiples of 256 or 1000 are usual"
                .to_owned(),
        );
    }
    doubts
}

/// The published number of parameters against the one that follows from layers, heads and widths.
fn parameters(model: &Model) -> Option<String> {
    let counted = model.parameters_from_dimensions_b();
    let ratio = counted / model.parameters_b;
    let attention = &model.attention;
    let plain = attention.is_plain() && attention.cacheless_layers == 0;
    // Muse Glimmer's gate and Mistral Small 4's projections are not among the dimensions.
    let range = if plain { 0.93..=1.015 } else { 0.5..=1.01 };
    (!range.contains(&ratio)).then(|| {
        format!(
            "{counted:.2} of its {} billion parameters are accounted for",
            model.parameters_b
        )
    })
}

/// What one token runs through: all but the experts that it does not go to, with or without the
/// embeddings and the part that reads images, which publishers count as they like.
fn active_parameters(model: &Model) -> Option<String> {
    let given = model.active_parameters_b;
    let Some(experts) = model.experts else {
        let dense = given == model.parameters_b || model.per_layer_embeddings_b > 0.0;
        return (!dense).then(|| "a dense model uses all of its parameters".to_owned());
    };
    let width = f64::from(experts.width.unwrap_or(model.hidden));
    let idle = f64::from(experts.count - experts.active)
        * f64::from(experts.layers * experts.matrices)
        * width
        * f64::from(model.feed_forward)
        / 1e9;
    let embedding = f64::from(model.vocabulary) * f64::from(model.hidden) / 1e9;
    let most = model.parameters_b - idle - model.per_layer_embeddings_b;
    let least = most - 2.0 * embedding - model.vision_b;
    let range = 0.9 * least..=1.06 * most;
    (!range.contains(&given))
        .then(|| format!("{given} billion for a token, {least:.2} to {most:.2} calculated"))
}

fn ranking(catalogue: &Catalogue) -> Vec<String> {
    let ranking = Ranking::embedded();
    let mut doubts = Vec::new();
    for (name, purpose) in Use::ALL {
        for (place, entry) in ranking.of(purpose).iter().enumerate() {
            let twice = ranking.of(purpose)[..place]
                .iter()
                .any(|other| other.model == entry.model);
            match catalogue.find(&entry.model) {
                None => doubts.push(format!("ranking for {name}: no model {}", entry.model)),
                Some(model) if !model.is_for(purpose) => {
                    doubts.push(format!("ranking for {name}: {} is not for it", entry.model));
                }
                Some(model) if model.formats().is_empty() => {
                    doubts.push(format!(
                        "ranking for {name}: no file of {} was seen",
                        entry.model
                    ));
                }
                Some(_) if twice || entry.why.is_empty() || entry.source.is_empty() => {
                    doubts.push(format!(
                        "ranking for {name}: {} stands twice, or without reason or source",
                        entry.model
                    ));
                }
                Some(_) => {}
            }
        }
    }
    doubts
}
