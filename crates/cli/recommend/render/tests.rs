use gpu_keepalive_core::models::{Catalogue, Format, KvCache, Query, Use, recommend};

use super::*;

fn shown(query: &Query) -> String {
    render(&recommend(Catalogue::embedded(), query).expect("a card that can be"))
}

#[test]
fn a_card_of_2_gb() {
    insta::assert_snapshot!(shown(&Query::for_vram(2.0)));
}

#[test]
fn a_card_of_8_gb_that_a_desktop_uses() {
    insta::assert_snapshot!(shown(&Query {
        vram_free_gib: Some(6.8),
        ram_gib: Some(31.2),
        card: Some("NVIDIA GeForce RTX 3070 Laptop GPU".to_owned()),
        ..Query::for_vram(8.0)
    }));
}

#[test]
fn a_card_of_24_gb_for_code() {
    let query = Query {
        context_tokens: 32768,
        kv_cache: KvCache::Q80,
        purpose: Use::Code,
        ..Query::for_vram(24.0)
    };
    insta::assert_snapshot!(shown(&query));
}

#[test]
fn no_line_but_a_command_is_wider_than_a_terminal_and_none_ends_in_spaces() {
    for vram in [1.0, 4.0, 8.0, 12.0, 24.0, 48.0, 141.0, 1024.0] {
        for (_, purpose) in Use::ALL {
            for format in [None, Some(Format::Q3KM), Some(Format::F16)] {
                let text = shown(&Query {
                    purpose,
                    format,
                    ..Query::for_vram(vram)
                });
                for line in text.lines() {
                    let commands = ["hf download", "llama-server", "lms ", "ollama "];
                    let is_command = commands.iter().any(|command| line.contains(command));
                    assert!(line.chars().count() <= WIDTH || is_command, "{line}");
                    assert_eq!(line, line.trim_end());
                }
            }
        }
    }
}

#[test]
fn a_licence_that_forbids_commercial_use_is_stated() {
    let mut answer = recommend(Catalogue::embedded(), &Query::for_vram(24.0)).expect("a card");
    answer.models[0].commercial_use = false;
    let marked = render(&answer).contains("licence: not for commercial use");
    assert!(marked);
}
