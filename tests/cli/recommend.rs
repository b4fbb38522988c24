use std::{fs, path::Path};

use serde_json::Value;

use super::User;

/// The answer in JSON for these arguments.
async fn answer(user: &User, arguments: &[&str]) -> Value {
    let ended = user
        .run(&[&["recommend", "--json"], arguments].concat())
        .await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    serde_json::from_str(&ended.out).expect("one JSON object")
}

#[tokio::test]
async fn a_stated_size_needs_no_gpu() {
    let user = User::new();
    let ended = user.run(&["recommend", "--vram", "24"]).await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    assert!(
        ended
            .out
            .starts_with("24.0 GiB of VRAM, 23.5 GiB free (assumed"),
        "{}",
        ended.out
    );
    assert!(
        ended.out.contains("Take this one: Qwen3.8 27B"),
        "{}",
        ended.out
    );
    assert!(ended.out.contains("llama-server -hf "), "{}", ended.out);

    let json = answer(
        &user,
        &["--vram", "24", "--context", "32768", "--kv-cache", "q8_0"],
    )
    .await;
    assert_eq!(json["vram_gib"], 24.0);
    assert_eq!(json["context_tokens"], 32768);
    assert_eq!(json["kv_cache"], "q8_0");
    assert_eq!(
        (&json["gpu"], &json["simulated"]),
        (&Value::Null, &Value::Bool(false))
    );
    let models = json["models"].as_array().expect("a list");
    for key in [
        "name",
        "parameters_b",
        "format",
        "use",
        "tier",
        "fits",
        "placement",
        "tokens_per_s",
        "licence",
        "commercial_use",
        "installed",
        "run",
        "total_gib",
        "error_gib",
        "weights_gib",
        "kv_cache_gib",
        "max_context_tokens",
        "layers_on_gpu",
        "layers",
        "fetch",
    ] {
        assert!(models.iter().all(|model| !model[key].is_null()), "{key}");
    }
    assert!(json["smaller_context"].is_array());
    let run = models[0]["run"].as_str().expect("a command");
    assert!(run.contains("32768") && run.contains("q8_0"), "{run}");
}

#[tokio::test]
async fn the_use_is_a_filter_and_capitals_do_not_matter() {
    let user = User::new();
    let json = answer(
        &user,
        &["--vram", "12", "--use", "Embedding", "--kv-cache", "Q8_0"],
    )
    .await;
    let models = json["models"].as_array().expect("a list");
    assert!(!models.is_empty());
    for model in models {
        assert_eq!(model["use"], serde_json::json!(["embedding"]), "{model}");
    }
}

#[tokio::test]
async fn contexts_that_no_model_has_are_refused() {
    let user = User::new();
    for context in ["0", "-5", "20000000", "many"] {
        let refused = user
            .run(&["recommend", "--vram", "24", "--context", context])
            .await;
        assert_eq!(
            (refused.code, refused.out.as_str()),
            (Some(2), ""),
            "{context}"
        );
        assert!(
            refused.err.contains("from 1 to 10485760") && refused.err.contains(context),
            "{}",
            refused.err
        );
    }
    // The longest that is believed is calculated, and what cannot serve it is named.
    let json = answer(&user, &["--vram", "24", "--context", "10000000"]).await;
    let named = json["smaller_context"].as_array().expect("a list");
    assert!(!named.is_empty() && json["models"].as_array().expect("a list").is_empty());
}

#[tokio::test]
async fn what_ollama_has_is_marked_without_asking_it() {
    let user = User::new();
    let library = user
        .home()
        .join(".ollama/models/manifests/registry.ollama.ai/library");
    fs::create_dir_all(library.join("qwen3.8")).unwrap();
    let manifest = r#"{"layers":[{"mediaType":"application/vnd.ollama.image.model"}]}"#;
    fs::write(library.join("qwen3.8/27b"), manifest).unwrap();
    let json = answer(&user, &["--vram", "24", "--format", "Q4_K_M"]).await;
    let installed = |name: &str| {
        let models = json["models"].as_array().expect("a list");
        let model = models.iter().find(|model| model["name"] == name);
        model.expect("suggested")["installed"] == true
    };
    assert!(installed("Qwen3.8 27B") && !installed("Qwen3.6 27B"));
}

#[tokio::test]
async fn without_a_stated_size_the_gpu_is_asked_and_named() {
    let user = User::new();
    let ended = user.run(&["recommend", "--simulate", "rtx-4090"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let mut lines = ended.out.lines();
    assert!(
        lines
            .next()
            .is_some_and(|line| line.ends_with("4090 (simulated)")),
        "{}",
        ended.out
    );
    assert!(
        lines.next().is_some_and(|line| line.ends_with(" GiB free")),
        "{}",
        ended.out
    );

    let json = answer(&user, &["--simulate", "rtx-4090"]).await;
    assert_eq!(
        (&json["simulated"], &json["free_is_assumed"]),
        (&true.into(), &false.into())
    );
}

#[tokio::test]
async fn without_any_gpu_it_ends_with_4_and_names_an_alternative() {
    let ended = User::new()
        .run(&["recommend", "--simulate", "no-driver"])
        .await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(4), ""));
    assert!(ended.err.contains("--vram 24"), "{}", ended.err);
}

#[tokio::test]
async fn a_gpu_that_does_not_report_its_memory_is_named_and_a_stated_size_used() {
    let user = User::new();
    let file = user.home().join("mine.toml");
    let unknown = "[[gpus]]\nlike = \"rtx-4090\"\n\
                   [[events]]\nkind = \"reports\"\nreading = \"vram_total\"\nvalue = 0\n";
    fs::write(&file, unknown).unwrap();
    let simulate = ["--simulate", file.to_str().unwrap()];
    let refused = user.run(&[&["recommend"][..], &simulate].concat()).await;
    assert_eq!(
        (refused.code, &*refused.out, &*refused.err),
        (
            Some(2),
            "",
            "gpu-keepalive: NVIDIA GeForce RTX 4090 does not report its memory; state it, as in \
             --vram 24\n"
        )
    );
    let stated = answer(&user, &[&["--vram", "24"][..], &simulate].concat()).await;
    assert_eq!(stated["vram_gib"], 24.0);
    assert!(!stated["models"].as_array().expect("a list").is_empty());

    // Another GPU that reports it is taken instead.
    let second = format!("{unknown}gpu = 0\n[[gpus]]\nlike = \"rtx-3070-laptop\"\n");
    fs::write(&file, second).unwrap();
    let other = answer(&user, &simulate).await;
    assert_eq!(other["vram_gib"], 8.0);
}

#[tokio::test]
async fn a_catalogue_of_ones_own_is_added_and_its_mistakes_are_reported() {
    let user = User::new();
    let settings = user.run(&["settings", "path"]).await.out;
    let file = Path::new(settings.trim()).with_file_name("models.toml");
    fs::create_dir_all(file.parent().expect("a folder")).unwrap();
    let entry = r#"
        [[model]]
        name = "Mine 27B"
        family = "Mine"
        released = "2026-11"
        source = "me/mine-27b"
        licence = "MIT"
        parameters_b = 27.2
        layers = 46
        attention_heads = 32
        kv_heads = 16
        head_dim = 128
        hidden = 4608
        feed_forward = 36864
        vocabulary = 256000
        tied_embeddings = true
        context = 32768
        native_precision = "BF16"
        ollama = { Q4_K_M = "me/mine:27b-q4_K_M" }
    "#;
    fs::write(&file, entry).unwrap();
    let json = answer(&user, &["--vram", "32"]).await;
    let models = json["models"].as_array().expect("a list");
    let mine = models
        .iter()
        .find(|model| model["name"] == "Mine 27B")
        .expect("suggested");
    assert_eq!(mine["fetch"], "ollama pull me/mine:27b-q4_K_M");

    // A wrong entry is reported with line and key, and takes nothing else down.
    let second = entry
        .replace("Mine 27B", "Second")
        .replace("layers = 46", "layers = 0");
    fs::write(&file, format!("{entry}{second}")).unwrap();
    let ended = user.run(&["recommend", "--vram", "32"]).await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    let words: Vec<_> = ended.out.split_whitespace().collect();
    let text = words.join(" ");
    assert!(text.contains("models.toml, line 28, layers"), "{text}");
    assert!(
        text.contains("Mine 27B") && text.contains("Qwen3.8 27B"),
        "{text}"
    );

    fs::write(&file, b"\xff").unwrap();
    let ended = user.run(&["recommend", "--vram", "32"]).await;
    assert!(ended.out.contains("this is not UTF-8"), "{}", ended.out);
}
