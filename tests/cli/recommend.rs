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
    let told = user.run(&["recommend", "--vram", "24"]).await;
    assert_eq!((told.code, told.err.as_str()), (Some(0), ""));
    assert!(
        told.out
            .starts_with("24.0 GiB of VRAM, 23.5 GiB free (assumed"),
        "{}",
        told.out
    );
    assert!(told.out.contains("ollama pull "), "{}", told.out);

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
        "tier",
        "fits",
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
}

#[tokio::test]
async fn without_a_stated_size_the_gpu_is_asked_and_said() {
    let user = User::new();
    let told = user.run(&["recommend", "--simulate", "rtx-4090"]).await;
    assert_eq!(told.code, Some(0), "{}", told.err);
    let mut lines = told.out.lines();
    assert!(
        lines
            .next()
            .is_some_and(|line| line.ends_with("4090 (simulated)")),
        "{}",
        told.out
    );
    assert!(
        lines.next().is_some_and(|line| !line.contains("assumed")),
        "{}",
        told.out
    );

    let json = answer(&user, &["--simulate", "rtx-4090"]).await;
    assert_eq!(
        (&json["simulated"], &json["free_is_assumed"]),
        (&true.into(), &false.into())
    );
}

#[tokio::test]
async fn without_any_gpu_it_ends_with_4_and_says_how_to_do_without() {
    let ended = User::new()
        .run(&["recommend", "--simulate", "no-driver"])
        .await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(4), ""));
    assert!(ended.err.contains("--vram 24"), "{}", ended.err);
}

#[tokio::test]
async fn a_catalogue_of_ones_own_is_added_and_its_mistakes_are_told() {
    let user = User::new();
    let settings = user.run(&["settings", "path"]).await.out;
    let file = Path::new(settings.trim()).with_file_name("models.toml");
    fs::create_dir_all(file.parent().expect("a folder")).unwrap();
    let entry = r#"
        [[model]]
        name = "Mine 2B"
        family = "Mine"
        released = "2026-11"
        source = "me/mine-2b"
        licence = "MIT"
        parameters_b = 2.0
        layers = 24
        attention_heads = 16
        kv_heads = 8
        head_dim = 128
        hidden = 2048
        feed_forward = 8192
        vocabulary = 32000
        context = 8192
        native_precision = "BF16"
        ollama = { Q8_0 = "me/mine:2b-q8_0" }
    "#;
    fs::write(&file, entry).unwrap();
    let json = answer(&user, &["--vram", "5"]).await;
    let models = json["models"].as_array().expect("a list");
    let mine = models
        .iter()
        .find(|model| model["name"] == "Mine 2B")
        .expect("suggested");
    assert_eq!(mine["fetch"], "ollama pull me/mine:2b-q8_0");

    fs::write(&file, entry.replace("layers = 24", "layers = 0")).unwrap();
    let refused = user.run(&["recommend", "--vram", "5"]).await;
    assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""));
    assert!(
        refused.err.contains("models.toml, line 9, layers"),
        "{}",
        refused.err
    );
}
