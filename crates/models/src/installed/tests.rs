use super::*;
use crate::Catalogue;

const MANIFEST: &str = r#"{"schemaVersion":2,"config":{"digest":"sha256:0"},
    "layers":[{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:1","size":1},
              {"mediaType":"application/vnd.ollama.image.license","digest":"sha256:2","size":1}]}"#;

#[test]
fn a_library_tag_and_a_file_of_hugging_face_are_found() {
    let mut installed = Installed::default();
    assert!(installed.is_empty());
    assert!(installed.add("registry.ollama.ai/library/qwen3.6/27b-q4_K_M", MANIFEST));
    assert!(installed.add("hf.co/unsloth/Qwen3.8-27B-GGUF/Q5_K_M", MANIFEST));
    let has = |name: &str, format| {
        installed.has(Catalogue::embedded().find(name).expect("there"), format)
    };
    assert!(has("Qwen3.6 27B", Format::Q4KM));
    assert!(!has("Qwen3.6 27B", Format::Q80));
    assert!(has("Qwen3.8 27B", Format::Q5KM));
    assert!(!has("Qwen3.8 27B", Format::Q4KM));
}

#[test]
fn what_is_no_manifest_of_a_model_counts_as_nothing() {
    let mut installed = Installed::default();
    let adapter = MANIFEST.replace("image.model", "image.adapter");
    for (path, text) in [
        ("registry.ollama.ai/library/a/b", "not JSON"),
        ("registry.ollama.ai/library/a/b", adapter.as_str()),
        ("no-folder", MANIFEST),
    ] {
        assert!(!installed.add(path, text), "{path}");
    }
    assert!(installed.is_empty());
}
