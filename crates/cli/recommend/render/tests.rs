use gpu_keepalive_core::models::{Catalogue, Format, KvCache, Query, recommend};

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
        ..Query::for_vram(8.0)
    }));
}

#[test]
fn a_card_of_141_gb() {
    let query = Query {
        vram_free_gib: Some(140.4),
        context_tokens: 32768,
        kv_cache: KvCache::Q80,
        ..Query::for_vram(140.4)
    };
    insta::assert_snapshot!(shown(&query));
}

#[test]
fn no_line_is_wider_than_a_terminal_and_none_ends_in_spaces() {
    for vram in [
        1.0, 2.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 48.0, 141.0, 1024.0,
    ] {
        for format in [None, Some(Format::Q3KM), Some(Format::F16)] {
            for context_tokens in [256, 8192, 10_000_000] {
                let text = shown(&Query {
                    context_tokens,
                    format,
                    ..Query::for_vram(vram)
                });
                for line in text.lines() {
                    assert!(line.chars().count() <= WIDTH, "{line}");
                    assert_eq!(line, line.trim_end());
                }
            }
        }
    }
}
