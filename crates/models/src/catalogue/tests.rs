mod fuzz;

use std::collections::BTreeSet;

use super::*;
use crate::{Format, Use, audit};

/// One entry with everything that is needed, on lines 1 to 18.
const ENTRY: &str = r#"[[model]]
name = "Mine 1B"
family = "Mine"
released = "2026-10"
source = "me/mine-1b"
licence = "MIT"
parameters_b = 0.3
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

fn read_right(text: &str) -> Catalogue {
    let (catalogue, problems) = Catalogue::read(text);
    assert_eq!(problems, []);
    catalogue
}

#[test]
fn nothing_in_it_is_implausible() {
    assert_eq!(audit(), Vec::<String>::new());
}

#[test]
fn is_complete() {
    let catalogue = Catalogue::embedded();
    let names: BTreeSet<_> = catalogue
        .models
        .iter()
        .map(|model| model.name.as_str())
        .collect();
    assert_eq!(names.len(), catalogue.models.len(), "a name stands twice");
    let expected = [
        // The original's.
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
        // Those of 2026.
        "Qwen3.8 27B",
        "Qwen3.8 Flash Next 125B A6B",
        "DeepSeek V4 Flash 0731 284B A13B",
        "GLM-5.3 Flash 314B A18B",
        "Kimi K3 2.8T A104B",
        "MiniMax M3 427B A23B",
        "Mistral Medium 3.5 128B",
        "Gemma 3n E4B",
        "LFM2.5 8B A1B",
        "Hunyuan A13B Instruct",
        "ERNIE 4.5 21B A3B Thinking",
        "Laguna XS 2.1 33B A3B",
        "Granite 4.1 8B",
        "Phi-4 reasoning plus",
        "Seed OSS 36B Instruct",
        "SmolLM3 3B",
        "Nemotron 3 Nano 4B",
        "Qwen3.6 35B A3B",
        "Qwen3.5 9B",
        "Gemma 4 E2B",
        "Gemma 4 12B QAT",
        "Gemma 4 26B A4B",
        "Gemma 4 31B",
        "GLM-4.7 Flash 30B A3B",
        "Nemotron 3.5 Lightning 30B A3B",
        "Muse Glimmer 30B",
        "Ministral 3 14B Instruct 2512",
        "Devstral Small 2 24B Instruct 2512",
        "Olmo 3 7B Instruct",
        "Qwen3 Coder Next 80B A3B",
        "Mistral Small 4 119B A6B 2603",
        "Qwen3.5 122B A10B",
        "Nemotron 3 Super 120B A12B",
        "Qwen3 Embedding 8B",
    ];
    for name in expected {
        assert!(names.contains(name), "{name}");
    }
    for (_, purpose) in Use::ALL {
        let count = catalogue
            .models
            .iter()
            .filter(|model| model.is_for(purpose))
            .count();
        assert!(count >= 6, "{purpose}: {count}");
    }
}

#[test]
fn a_file_of_ones_own_adds_and_replaces() {
    let own = read_right(ENTRY);
    let all = Catalogue::embedded().with(own.clone());
    assert_eq!(all.models.len(), Catalogue::embedded().models.len() + 1);
    assert_eq!(all.models.last(), own.models.last());
    assert_eq!(all.checked, Catalogue::embedded().checked);

    let all = Catalogue::embedded().with(read_right(&ENTRY.replace("Mine 1B", "QWEN3 8b")));
    assert_eq!(all.models.len(), Catalogue::embedded().models.len());
    assert_eq!(
        all.find("Qwen3 8B").map(|model| model.family.as_str()),
        Some("Mine")
    );
}

#[test]
fn an_empty_file_of_ones_own_changes_nothing() {
    let own = read_right("# nothing yet\n");
    assert_eq!(Catalogue::embedded().with(own), *Catalogue::embedded());
}

#[test]
fn an_entry_needs_no_tag_and_minds_no_capitals() {
    let without = ENTRY.replace("[model.ollama]\nQ4_K_M = \"me/mine:1b\"\n", "");
    assert_eq!(read_right(&without).models[0].formats(), []);
    let small = read_right(&ENTRY.replace("Q4_K_M", "q4_k_m"));
    assert_eq!(small.models[0].formats(), [Format::Q4KM]);
}

#[test]
fn a_wrong_entry_takes_no_other_down() {
    let second = ENTRY.replace("Mine 1B", "Second");
    let third = ENTRY.replace("Mine 1B", "Third");
    let wrong_value = ENTRY.replace("layers = 16", "layers = 0");
    let wrong_syntax = ENTRY.replace("layers = 16", "layers =");
    for wrong in [wrong_value, wrong_syntax] {
        let (catalogue, problems) = Catalogue::read(&format!("{second}{wrong}{third}"));
        let names: Vec<_> = catalogue
            .models
            .iter()
            .map(|model| model.name.as_str())
            .collect();
        assert_eq!(
            (names.as_slice(), problems.len()),
            (["Second", "Third"].as_slice(), 1)
        );
        assert_eq!(problems[0].line, 18 + 8, "{}", problems[0]);
    }
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
        (format!("{ENTRY}{ENTRY}"), 19, "name"),
        // Missing and unknown keys.
        (replace("layers = 16\n", ""), 1, "layers"),
        (replace("name = \"Mine 1B\"\n", ""), 1, "name"),
        (add("kv_head = 8"), 16, "kv_head"),
        // Wrong types.
        (replace("layers = 16", "layers = \"16\""), 8, "layers"),
        (replace("layers = 16", "layers = 16.5"), 8, "layers"),
        (
            replace("parameters_b = 0.3", "parameters_b = \"1B\""),
            7,
            "parameters_b",
        ),
        (replace("name = \"Mine 1B\"", "name = 1"), 2, "name"),
        (add("tied_embeddings = 1"), 16, "tied_embeddings"),
        (add("experts = 8"), 16, "experts"),
        (add("uses = [\"dance\"]"), 16, "uses"),
        (add("caches = [{ layers = 4, width = 9 }]"), 16, "caches"),
        (
            add("caches = [{ layers = 17, width = 9, every = 4 }]"),
            16,
            "caches.layers",
        ),
        (add("feed_forward_layers = 17"), 16, "feed_forward_layers"),
        // Out of range.
        (replace("layers = 16", "layers = 0"), 8, "layers"),
        (replace("kv_heads = 8", "kv_heads = -8"), 10, "kv_heads"),
        (replace("context = 8192", "context = 255"), 15, "context"),
        (
            replace("parameters_b = 0.3", "parameters_b = nan"),
            7,
            "parameters_b",
        ),
        (
            replace("parameters_b = 0.3", "parameters_b = -1.0"),
            7,
            "parameters_b",
        ),
        (replace("name = \"Mine 1B\"", "name = \" \""), 2, "name"),
        // What does not go together.
        (replace("kv_heads = 8", "kv_heads = 32"), 10, "kv_heads"),
        (replace("kv_heads = 8", "kv_heads = 5"), 10, "kv_heads"),
        (
            replace("parameters_b = 0.3", "parameters_b = 70"),
            7,
            "parameters_b",
        ),
        (add("active_parameters_b = 1.5"), 16, "active_parameters_b"),
        (add("vision_b = 2"), 16, "vision_b"),
        // Dates, repositories, tags and formats.
        (replace("2026-10", "October"), 4, "released"),
        (replace("2026-10", "2026-13"), 4, "released"),
        (replace("me/mine-1b", "mine-1b"), 5, "source"),
        (replace("Q4_K_M", "Q4"), 18, "ollama.Q4"),
        (replace("\"me/mine:1b\"", "\"mine\""), 18, "ollama.Q4_K_M"),
        (
            replace("\"me/mine:1b\"", "\"mine:1b; rm -r .\""),
            18,
            "ollama.Q4_K_M",
        ),
        (replace("\"me/mine:1b\"", "7"), 18, "ollama.Q4_K_M"),
        (
            add("gguf = { repository = \"a b/c\", formats = [] }"),
            16,
            "gguf.repository",
        ),
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
        (
            add("sliding = { window = 512, layers = 17 }"),
            16,
            "sliding.layers",
        ),
        (add("sliding = { window = 512 }"), 16, "sliding"),
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
        let (_, problems) = Catalogue::read(&text);
        let first = problems
            .first()
            .unwrap_or_else(|| panic!("{key} on line {line}: no mistake"));
        assert_eq!((first.line, first.key.as_str()), (line, key), "{first}");
    }
}

#[test]
fn mistakes_say_what_would_be_right() {
    let errors = [
        ENTRY.replace("layers = 16", "layers = 0"),
        ENTRY.replace("layers = 16", "layers = \"16\""),
        ENTRY.replace("layers = 16\n", ""),
        ENTRY.replace("2026-10", "2026-13"),
        ENTRY.replace("Q4_K_M", "Q4"),
        ENTRY.replace("kv_heads = 8", "kv_heads = 32"),
        ENTRY.replace("parameters_b = 0.3", "parameters_b = 70"),
    ]
    .map(|text| {
        Catalogue::read(&text)
            .1
            .iter()
            .map(ToString::to_string)
            .collect::<String>()
    });
    insta::assert_snapshot!(errors.join("\n"));
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(text in "[\\[\\]a-z_= \"0-9.{},\n]{0,200}") {
        let (catalogue, problems) = Catalogue::read(&format!("{ENTRY}{text}"));
        proptest::prop_assert!(catalogue.models.len() + problems.len() >= 1);
    }
}

#[test]
fn dimensions_that_no_model_has_are_calculated_without_an_overflow() {
    let entry = ENTRY
        .replace("attention_heads = 16", "attention_heads = 65536")
        .replace("head_dim = 64", "head_dim = 65536");
    let (catalogue, problems) = Catalogue::read(&entry);
    assert_eq!(
        (catalogue.models.len(), &*problems[0].key),
        (0, "parameters_b")
    );
    // Not among the parameters: only the cache grows.
    let caches = "caches = [{ layers = 16, width = 1000000, every = 1 }]";
    let long = ENTRY.replace("context = 8192", &format!("context = 100000000\n{caches}"));
    let model = &read_right(&long).models[0];
    let memory = crate::Memory::of(model, Format::Q4KM, model.context, crate::KvCache::F16);
    let bytes = memory.kv_cache * (1_u64 << 30) as f64;
    assert!((3.1e15..3.3e15).contains(&bytes), "{bytes} bytes of cache");
}

#[test]
fn a_name_that_a_terminal_would_obey_is_refused() {
    for name in ["\\u001b[2J", "\u{85}Mine", &"x".repeat(201)] {
        let (catalogue, problems) = Catalogue::read(&ENTRY.replace("Mine 1B", name));
        assert_eq!(catalogue.models.len(), 0, "{name:?}");
        assert_eq!((problems[0].line, &*problems[0].key), (2, "name"));
        assert!(!problems[0].to_string().contains(char::is_control));
    }
}
