//! What the values of an entry have to do with each other.

use crate::model::Model;

use super::entry::Entry;

/// A key and what is wrong with it.
type Problem = (&'static str, String);

/// The first thing that does not go together in an entry.
pub(super) fn entry(entry: &Entry) -> Result<(), Problem> {
    let layers = entry.layers.0;
    let heads = entry.attention_heads.0;
    let kv_heads = entry.kv_heads.0;
    if kv_heads > heads {
        return wrong(
            "kv_heads",
            format!("{kv_heads} are more than the {heads} attention_heads; write at most {heads}"),
        );
    }
    if !heads.is_multiple_of(kv_heads) {
        return wrong(
            "kv_heads",
            format!("the {heads} attention_heads cannot share {kv_heads} evenly"),
        );
    }
    if entry
        .feed_forward_layers
        .is_some_and(|with| with.0 > layers)
    {
        let message = format!("write at most the {layers} layers");
        return wrong("feed_forward_layers", message);
    }
    let parameters = entry.parameters_b.0;
    for (key, value) in [
        ("active_parameters_b", entry.active_parameters_b),
        ("vision_b", entry.vision_b),
    ] {
        if value.is_some_and(|value| value.0 > parameters) {
            let message = format!("write at most the {parameters} of parameters_b");
            return wrong(key, message);
        }
    }
    if let Some(experts) = &entry.experts {
        let count = experts.count.0;
        if experts.active.0 > count {
            return wrong(
                "experts.active",
                format!("write at most the {count} of count"),
            );
        }
        if experts.layers.is_some_and(|with| with.0 > layers) {
            return wrong(
                "experts.layers",
                format!("write at most the {layers} layers"),
            );
        }
    }
    attention(entry)
}

fn attention(entry: &Entry) -> Result<(), Problem> {
    let layers = entry.layers.0;
    if let Some(sliding) = &entry.sliding {
        match (sliding.full_every, sliding.layers) {
            (None, None) => {
                let message = "say which layers have the window: full_every = 6, or layers = 40";
                return wrong("sliding", message.to_owned());
            }
            (Some(every), _) if every.0 > layers => {
                return wrong(
                    "sliding.full_every",
                    format!("write at most the {layers} layers"),
                );
            }
            _ => {}
        }
        if entry.latent.is_some() || entry.hybrid.is_some() {
            let message = "give sliding without latent and hybrid";
            return wrong("sliding", message.to_owned());
        }
    }
    if entry
        .hybrid
        .as_ref()
        .is_some_and(|hybrid| hybrid.attention_layers.0 > layers)
    {
        let message = format!("write at most the {layers} layers");
        return wrong("hybrid.attention_layers", message);
    }
    for cache in &entry.caches {
        if cache.every.is_some() == cache.window.is_some() {
            let message = "say of which tokens each is kept: every = 4, or window = 128";
            return wrong("caches", message.to_owned());
        }
        if cache.layers.0 > layers {
            return wrong(
                "caches.layers",
                format!("write at most the {layers} layers"),
            );
        }
    }
    let cacheless = entry.cacheless_layers.map_or(0, |layers| layers.0);
    let (key, count) = if cacheless > 0 {
        ("cacheless_layers", cacheless + entry.sliding_layers())
    } else {
        ("sliding.layers", entry.sliding_layers())
    };
    if count > layers {
        return wrong(key, format!("{count} layers of {layers} are too many"));
    }
    Ok(())
}

/// Whether as many parameters are claimed as the dimensions make: a slip in any of them shows here.
///
/// The projections of latent attention, state spaces and gates are not among the dimensions, so
/// such a model may have more.
pub(super) fn size(model: &Model) -> Result<(), Problem> {
    let counted = model.parameters_from_dimensions_b();
    let claimed = model.parameters_b;
    let ratio = counted / claimed;
    let exact = model.attention.is_plain()
        && model.attention.cacheless_layers == 0
        && model.per_layer_embeddings_b == 0.0;
    let lowest = if exact { 0.9 } else { 0.5 };
    if (lowest..=1.1).contains(&ratio) {
        return Ok(());
    }
    wrong(
        "parameters_b",
        format!(
            "{claimed} billion parameters do not match the dimensions, which make {counted:.2} billion; check layers, hidden, feed_forward, vocabulary and experts"
        ),
    )
}

fn wrong(key: &'static str, message: String) -> Result<(), Problem> {
    Err((key, message))
}
