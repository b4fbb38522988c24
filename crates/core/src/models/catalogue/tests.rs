use std::collections::BTreeSet;

use super::*;
use crate::models::{Attention, Format};

/// One entry with everything that is needed, on lines 1 to 18.
const ENTRY: &str = r#"[[model]]
name = "Mine 1B"
family = "Mine"
released = "2026-10"
source = "me/mine-1b"
licence = "MIT"
parameters_b = 1.0
layers = 16
attention_heads = 16
kv_heads = 8
head_dim = 64
hidden = 1024
feed_forward = 4096
vocabulary = 32000
context = 8192
native_precision = "BF16"
[model.ollama]
Q4_K_M = "me/mine:1b"
"#;

#[test]
fn is_complete() {
    let catalogue = Catalogue::embedded();
    let models = &catalogue.models;
    assert!(models.len() >= 40, "{} models", models.len());
    assert_eq!(catalogue.checked.as_deref(), Some("2026-11-23"));

    let names: BTreeSet<_> = models.iter().map(|model| model.name.as_str()).collect();
    let the_originals = [
        "TinyLlama 1.1B Chat",
        "Qwen2.5 3B Instruct",
        "Qwen2.5 7B Instruct",
        "Llama 3.2 3B Instruct",
        "Llama 3.1 8B Instruct",
        "Llama 3.1 70B Instruct",
        "Mistral NeMo 12B Instruct",
        "gpt-oss 20b",
        "gpt-oss 120b",
        "Mixtral 8x7B Instruct v0.1",
        "Llama 3.1 Nemotron 70B Instruct",
    ];
    for name in the_originals {
        assert!(names.contains(name), "{name}");
    }

    let families: BTreeSet<_> = models.iter().map(|model| model.family.as_str()).collect();
    assert!(families.len() >= 12, "{families:?}");
    let smallest = models
        .iter()
        .map(|model| model.parameters_b)
        .fold(f64::MAX, f64::min);
    let largest = models
        .iter()
        .map(|model| model.parameters_b)
        .fold(0.0, f64::max);
    assert!(
        smallest <= 0.5 && largest > 120.0,
        "{smallest} to {largest}"
    );
    assert!(
        models
            .iter()
            .filter(|model| model.experts.is_some())
            .count()
            >= 8
    );
    let has = |wanted: fn(&Attention) -> bool| models.iter().any(|model| wanted(&model.attention));
    assert!(has(|attention| matches!(
        attention,
        Attention::Sliding { .. }
    )));
    assert!(has(|attention| matches!(
        attention,
        Attention::Latent { .. }
    )));
    assert!(has(|attention| matches!(
        attention,
        Attention::Hybrid { .. }
    )));
}

/// The published count against the one that follows from layers, heads and widths: a slip in any
/// of them shows here.
#[test]
fn parameters_follow_from_the_dimensions() {
    for model in &Catalogue::embedded().models {
        let known = model.parameters_from_dimensions_b();
        let ratio = known / model.parameters_b;
        let plausible = match model.attention {
            Attention::Full | Attention::Sliding { .. } => (ratio - 1.0).abs() <= 0.015,
            // The projections of latent attention and of state spaces are not among the dimensions.
            Attention::Latent { .. } | Attention::Hybrid { .. } => (0.7..=1.0).contains(&ratio),
        };
        assert!(
            plausible,
            "{}: {known:.3} of {} billion",
            model.name, model.parameters_b
        );
    }
}

/// What one token runs through: all but the experts that it does not go to, and the embedding,
/// which publishers count or leave out as they like.
#[test]
fn active_parameters_follow_from_the_experts() {
    for model in &Catalogue::embedded().models {
        let Some(experts) = model.experts else {
            assert_eq!(
                model.active_parameters_b, model.parameters_b,
                "{}",
                model.name
            );
            continue;
        };
        let idle = f64::from(experts.count - experts.active)
            * f64::from(experts.layers * experts.matrices)
            * f64::from(model.hidden)
            * f64::from(model.feed_forward)
            / 1e9;
        let embedding = f64::from(model.vocabulary) * f64::from(model.hidden) / 1e9;
        let active = model.parameters_b - idle;
        let given = model.active_parameters_b;
        let slack = 0.06 * active;
        assert!(
            (active - 2.0 * embedding - slack..=active + slack).contains(&given),
            "{}: {given} billion, calculated {active:.2}",
            model.name
        );
    }
}

#[test]
fn entries_are_plausible() {
    for model in &Catalogue::embedded().models {
        let Model { name, .. } = model;
        assert!(model.active_parameters_b <= model.parameters_b, "{name}");
        assert!(
            model.attention_heads.is_multiple_of(model.kv_heads),
            "{name}"
        );
        assert!(
            model.head_dim.is_multiple_of(32),
            "{name}: llama.cpp needs it for an 8-bit cache"
        );
        assert!(model.context.is_multiple_of(1024), "{name}");
        assert!(
            model.released.as_str() >= "2023-01" && model.released.as_str() <= "2026-11",
            "{name}"
        );
        let natives = ["BF16", "FP8", "MXFP4"];
        assert!(natives.contains(&model.native_precision.as_str()), "{name}");
        let four_bits = [Format::Q4KM, Format::Mxfp4];
        assert!(
            four_bits
                .iter()
                .any(|format| model.ollama.contains_key(format)),
            "{name}"
        );
        for (format, tag) in &model.ollama {
            let suffix = match format {
                Format::F16 => "fp16".to_owned(),
                other => other.to_string().to_lowercase(),
            };
            let untagged = model.ollama.len() == 1;
            assert!(
                untagged || tag.to_lowercase().ends_with(&suffix),
                "{name}: {tag}"
            );
        }
    }
}

#[test]
fn a_file_of_ones_own_adds_and_replaces() {
    let own = Catalogue::parse(ENTRY).expect("a good entry");
    let all = Catalogue::embedded().with(own.clone());
    assert_eq!(all.models.len(), Catalogue::embedded().models.len() + 1);
    assert_eq!(all.models.last(), own.models.last());
    assert_eq!(all.checked, Catalogue::embedded().checked);

    let renamed = ENTRY.replace("Mine 1B", "QWEN3 8b");
    let all = Catalogue::embedded().with(Catalogue::parse(&renamed).expect("a good entry"));
    assert_eq!(all.models.len(), Catalogue::embedded().models.len());
    let replaced = all
        .models
        .iter()
        .find(|model| model.family == "Mine")
        .expect("replaced");
    assert_eq!(replaced.name, "QWEN3 8b");
    assert!(!all.models.iter().any(|model| model.name == "Qwen3 8B"));
}

#[test]
fn an_empty_file_of_ones_own_changes_nothing() {
    let own = Catalogue::parse("# nothing yet\n").expect("no entry is needed");
    assert_eq!(Catalogue::embedded().with(own), *Catalogue::embedded());
}

/// One mistake at a time, each in a copy of the good entry.
#[test]
fn every_mistake_is_named_by_line_and_key() {
    let replace = |from: &str, to: &str| ENTRY.replacen(from, to, 1);
    let add = |line: &str| ENTRY.replacen("context = 8192", &format!("context = 8192\n{line}"), 1);
    let mistakes = [
        // Syntax and shape of the file.
        (replace("layers = 16", "layers ="), 8, "TOML"),
        (
            replace("layers = 16", "layers = 16\nlayers = 17"),
            9,
            "TOML",
        ),
        ("model = 3\n".to_owned(), 1, "model"),
        (format!("models = 1\n{ENTRY}"), 1, "models"),
        ("checked = \"yesterday\"\n".to_owned(), 1, "checked"),
        ("checked = \"2026-1-1\"\n".to_owned(), 1, "checked"),
        (format!("{ENTRY}{ENTRY}"), 20, "name"),
        // Missing and unknown keys.
        (replace("layers = 16\n", ""), 1, "layers"),
        (replace("name = \"Mine 1B\"\n", ""), 1, "name"),
        (add("kv_head = 8"), 16, "kv_head"),
        (
            replace("[model.ollama]\nQ4_K_M = \"me/mine:1b\"\n", ""),
            1,
            "ollama",
        ),
        (replace("Q4_K_M = \"me/mine:1b\"\n", ""), 17, "ollama"),
        // Wrong types.
        (replace("layers = 16", "layers = \"16\""), 8, "layers"),
        (replace("layers = 16", "layers = 16.5"), 8, "layers"),
        (
            replace("parameters_b = 1.0", "parameters_b = \"1B\""),
            7,
            "parameters_b",
        ),
        (replace("name = \"Mine 1B\"", "name = 1"), 2, "name"),
        (add("tied_embeddings = 1"), 16, "tied_embeddings"),
        (add("experts = 8"), 16, "experts"),
        // Out of range.
        (replace("layers = 16", "layers = 0"), 8, "layers"),
        (replace("kv_heads = 8", "kv_heads = -8"), 10, "kv_heads"),
        (replace("context = 8192", "context = 255"), 15, "context"),
        (
            replace("parameters_b = 1.0", "parameters_b = nan"),
            7,
            "parameters_b",
        ),
        (
            replace("parameters_b = 1.0", "parameters_b = -1.0"),
            7,
            "parameters_b",
        ),
        (add("active_parameters_b = 1.5"), 16, "active_parameters_b"),
        (add("vision_b = 2"), 16, "vision_b"),
        (replace("name = \"Mine 1B\"", "name = \" \""), 2, "name"),
        // Dates, repositories, tags and formats.
        (replace("2026-10", "October"), 4, "released"),
        (replace("me/mine-1b", "mine-1b"), 5, "source"),
        (replace("Q4_K_M", "Q4"), 18, "ollama.Q4"),
        (replace("\"me/mine:1b\"", "\"mine\""), 18, "ollama.Q4_K_M"),
        (
            replace("\"me/mine:1b\"", "\"mine:1b; rm -r .\""),
            18,
            "ollama.Q4_K_M",
        ),
        (replace("\"me/mine:1b\"", "7"), 18, "ollama.Q4_K_M"),
        // Inner tables.
        (add("experts = { count = 8 }"), 16, "experts.active"),
        (
            add("experts = { count = 8, active = 9 }"),
            16,
            "experts.active",
        ),
        (
            add("experts = { count = 8, active = 2, layers = 17 }"),
            16,
            "experts.layers",
        ),
        (
            add("experts = { count = 8, active = 2, top = 1 }"),
            16,
            "experts.top",
        ),
        (
            add("sliding = { window = 0, full_every = 6 }"),
            16,
            "sliding.window",
        ),
        (
            add("sliding = { window = 512, full_every = 17 }"),
            16,
            "sliding.full_every",
        ),
        (add("sliding = { window = 512 }"), 16, "sliding.full_every"),
        (add("latent = { rank = 512, rope = -1 }"), 16, "latent.rope"),
        (
            add("hybrid = { attention_layers = 17, state_mib = 1 }"),
            16,
            "hybrid.attention_layers",
        ),
        (
            add("sliding = { window = 512, full_every = 6 }\nlatent = { rank = 1, rope = 1 }"),
            16,
            "sliding",
        ),
    ];
    for (text, line, key) in mistakes {
        let error = Catalogue::parse(&text).expect_err(&format!("{key} on line {line}"));
        assert_eq!((error.line, error.key.as_str()), (line, key), "{error}");
    }
}

#[test]
fn mistakes_say_what_would_be_right() {
    let errors = [
        ENTRY.replace("layers = 16", "layers = 0"),
        ENTRY.replace("layers = 16", "layrs = 16"),
        ENTRY.replace("2026-10", "2026"),
        ENTRY.replace("Q4_K_M", "Q4"),
    ]
    .map(|text| Catalogue::parse(&text).expect_err("a mistake").to_string());
    insta::assert_snapshot!(errors.join("\n"), @r#"
    line 8, layers: “0” will not do; write a whole number from 1 to 1000
    line 8, layrs: no such key; known are name, family, released, source, licence, parameters_b, active_parameters_b, layers, attention_heads, kv_heads, head_dim, hidden, feed_forward, vocabulary, tied_embeddings, fused_qkv, experts, dense_feed_forward, sliding, latent, hybrid, vision_b, context, native_precision, ollama
    line 4, released: “2026” will not do; write year and month as in "2025-04"
    line 18, ollama.Q4: “Q4” is not a format; use one of Q3_K_M, MXFP4, Q4_K_M, Q5_K_M, Q6_K, Q8_0, F16
    "#);
}
