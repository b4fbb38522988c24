use std::fs;

use gpu_keepalive_core::models::{Catalogue, Format};

use super::*;

#[test]
fn without_a_file_the_catalogue_is_as_it_comes() {
    let folder = tempfile::tempdir().unwrap();
    let own = catalogue(&folder.path().join("settings.toml"));
    assert_eq!(own, OwnCatalogue::none());
}

#[test]
fn a_file_that_is_not_utf_8_is_reported_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("models.toml"), b"# one\n# two \xff\n").unwrap();
    let own = catalogue(&folder.path().join("settings.toml"));
    assert_eq!(own.catalogue, *Catalogue::embedded());
    assert_eq!(own.problems.len(), 1);
    assert!(
        own.problems[0].ends_with("models.toml, line 2: this is not UTF-8; save the file as UTF-8"),
        "{}",
        own.problems[0]
    );
}

#[test]
fn manifests_are_read_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = r#"{"layers":[{"mediaType":"application/vnd.ollama.image.model"}]}"#;
    let library = folder.path().join("manifests/registry.ollama.ai/library");
    fs::create_dir_all(library.join("gpt-oss")).unwrap();
    fs::write(library.join("gpt-oss/20b"), manifest).unwrap();
    fs::create_dir_all(library.join("qwen3.8")).unwrap();
    fs::write(library.join("qwen3.8/27b"), "x".repeat(100_000)).unwrap();
    fs::create_dir_all(library.join("too/deep/for")).unwrap();
    fs::write(library.join("too/deep/for/one"), manifest).unwrap();
    let installed = installed_in(folder.path());
    let has = |name: &str, format| installed.has(Catalogue::embedded().find(name).unwrap(), format);
    assert!(has("gpt-oss 20b", Format::Mxfp4));
    assert!(!has("Qwen3.8 27B", Format::Q4KM));
    assert!(installed_in(&folder.path().join("nowhere")).is_empty());
}
