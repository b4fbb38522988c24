//! The records of `docs/results`: their form, the page made from them, and what the programs carry.

use gpu_keepalive_benchmark::results_page;
use gpu_keepalive_core::benchmark::{Record, read_record};
use serde_json::Value;

use super::{root, sources};
use crate::support::{assert_conforms, assert_written, deviations};

/// Every record with the name of its file, in the order of these.
fn records() -> Vec<(String, Record)> {
    let mut files = sources(&["docs/results"], ".json");
    files.retain(|file| !file.path.ends_with("/schema.json"));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let record = |file: super::Source| {
        let record = read_record(&file.text);
        let record = record.unwrap_or_else(|why| panic!("{}: {why}", file.path));
        let name = file.path.rsplit('/').next().expect("a name");
        (name.to_owned(), record)
    };
    files.into_iter().map(record).collect()
}

#[test]
fn every_record_has_the_form_and_the_name_of_its_card() {
    for (file, record) in records() {
        let text = std::fs::read_to_string(root().join("docs/results").join(&file));
        let value: Value = serde_json::from_str(&text.expect("a file")).expect("JSON");
        assert_conforms(&value);
        let card = record.gpu.to_lowercase().replace(' ', "-");
        let name = file.trim_end_matches(".json");
        let more = name.strip_prefix(&card);
        let is_named = more.is_some_and(|more| more.is_empty() || more.starts_with("--"));
        assert!(is_named, "{file}: {card}.json, or {card}--MORE.json");
    }
}

#[test]
fn the_page_and_the_records_that_the_programs_carry_are_made_from_the_files() {
    let records = records();
    assert_written("docs/results/README.md", &results_page(&records));
    let line = |(_, record): &(String, Record)| {
        let mut json = record.to_json();
        // Features of other crates may keep the order of the fields.
        json.sort_all_objects();
        json.to_string() + "\n"
    };
    let lines: String = records.iter().map(line).collect();
    assert_written("crates/core/src/benchmark/records.jsonl", &lines);
}

#[test]
fn the_schema_refuses_what_it_does_not_describe() {
    let record = serde_json::json!({"schema": 1, "source": "bench", "date": "2026-11-28",
        "gpu": "NVIDIA H200", "driver": "580.159.04"});
    assert_eq!(deviations(&record), Vec::<String>::new());
    for (field, value) in [
        ("schema", 2.into()),
        ("driver", "580-x".into()),
        ("uuid", "GPU-1".into()),
        ("simulated", true.into()),
        ("strategies", serde_json::json!([{"strategy": "boost"}])),
        ("rounds", 1.5.into()),
    ] {
        let mut changed = record.clone();
        changed[field] = value;
        assert_ne!(deviations(&changed), Vec::<String>::new(), "{field}");
    }
}
