//! The order for each card, with what explains it. The sources of the lists are in
//! `ranking.toml`; here is why the first of them that fits is that one.

use crate::{Catalogue, KvCache, Placement, Query, Use, recommend};

/// A card in GiB, a context and what is suggested first, then second.
struct Row {
    vram: f64,
    context: u64,
    first: &'static str,
    then: &'static str,
    placement: Placement,
    because: &'static str,
}

const fn row(
    vram: f64,
    context: u64,
    first: &'static str,
    then: &'static str,
    placement: Placement,
    because: &'static str,
) -> Row {
    Row {
        vram,
        context,
        first,
        then,
        placement,
        because,
    }
}

const E2B: &str = "little cards are in machines with little memory, so no mixture fits beside the system; Gemma's smallest keeps its embeddings there and leaves Qwen3.5 2B behind";
const SMALL: &str = "the largest of the leading family that fits; mixtures need more main memory than machines with such cards have";
const MIXTURE: &str =
    "the most used on cards of 12 GB (log): experts in main memory, 32 GiB of it assumed";
const SIXTEEN: &str = "27B does not fit at four bits with the error bar; the mixture is the most used on cards of 16 GB beside gpt-oss 20b (log)";
const DENSE: &str = "the newest 27B, the most used on cards of 24 and 32 GB (log)";

fn check(purpose: Use, rows: &[Row]) {
    for row in rows {
        let query = Query {
            context_tokens: row.context,
            purpose,
            ..Query::for_vram(row.vram)
        };
        let answer = recommend(Catalogue::embedded(), &query).expect("a card");
        let mut names: Vec<_> = answer.models.iter().map(|fit| fit.name.as_str()).collect();
        names.dedup();
        let found = (names[0], names[1], answer.models[0].placement);
        let wanted = (row.first, row.then, row.placement);
        assert_eq!(
            found, wanted,
            "{} GiB, {}: {}",
            row.vram, row.context, row.because
        );
    }
}

#[test]
fn for_chat() {
    use Placement::{ExpertsOnCpu, Gpu};
    check(
        Use::Chat,
        &[
            row(4.0, 8192, "Gemma 4 E2B", "Qwen3.5 2B", Gpu, E2B),
            row(6.0, 8192, "Qwen3.5 4B", "Gemma 4 E4B", Gpu, SMALL),
            row(
                8.0,
                8192,
                "Qwen3.6 35B A3B",
                "Gemma 4 26B A4B QAT",
                ExpertsOnCpu,
                MIXTURE,
            ),
            row(
                12.0,
                8192,
                "Qwen3.6 35B A3B",
                "Gemma 4 26B A4B QAT",
                ExpertsOnCpu,
                MIXTURE,
            ),
            row(
                16.0,
                8192,
                "Qwen3.6 35B A3B",
                "Muse Glimmer 30B",
                ExpertsOnCpu,
                SIXTEEN,
            ),
            row(24.0, 8192, "Qwen3.8 27B", "Qwen3.6 27B", Gpu, DENSE),
            row(32.0, 8192, "Qwen3.8 27B", "Qwen3.6 27B", Gpu, DENSE),
            row(48.0, 8192, "Qwen3.8 27B", "Qwen3.6 27B", Gpu, DENSE),
            row(96.0, 8192, "Qwen3.8 27B", "Qwen3.6 27B", Gpu, DENSE),
            row(4.0, 32768, "Gemma 4 E2B", "Qwen3.5 2B", Gpu, E2B),
            row(6.0, 32768, "Qwen3.5 4B", "Gemma 4 E4B", Gpu, SMALL),
            row(
                8.0,
                32768,
                "Qwen3.6 35B A3B",
                "Gemma 4 26B A4B QAT",
                ExpertsOnCpu,
                MIXTURE,
            ),
            row(
                12.0,
                32768,
                "Qwen3.6 35B A3B",
                "Gemma 4 26B A4B QAT",
                ExpertsOnCpu,
                MIXTURE,
            ),
            row(
                16.0,
                32768,
                "Qwen3.6 35B A3B",
                "Gemma 4 26B A4B QAT",
                ExpertsOnCpu,
                SIXTEEN,
            ),
            row(24.0, 32768, "Qwen3.8 27B", "Qwen3.6 27B", Gpu, DENSE),
            row(32.0, 32768, "Qwen3.8 27B", "Qwen3.6 27B", Gpu, DENSE),
            row(48.0, 32768, "Qwen3.8 27B", "Qwen3.6 27B", Gpu, DENSE),
            row(96.0, 32768, "Qwen3.8 27B", "Qwen3.6 27B", Gpu, DENSE),
        ],
    );
}

#[test]
fn for_code() {
    use Placement::{ExpertsOnCpu, Gpu};
    const CODERS: &str =
        "Devstral is made for agents and fits 16 GB at four bits with 8k of context";
    check(
        Use::Code,
        &[
            row(4.0, 8192, "Gemma 4 E2B", "Granite 4.2 3B", Gpu, E2B),
            row(6.0, 8192, "Qwen3.5 4B", "Gemma 4 E4B", Gpu, SMALL),
            row(
                8.0,
                8192,
                "Qwen3.6 35B A3B",
                "Gemma 4 26B A4B QAT",
                ExpertsOnCpu,
                MIXTURE,
            ),
            row(
                12.0,
                8192,
                "Qwen3.6 35B A3B",
                "Gemma 4 26B A4B QAT",
                ExpertsOnCpu,
                MIXTURE,
            ),
            row(
                16.0,
                8192,
                "Qwen3.6 35B A3B",
                "Devstral Small 2 24B Instruct 2512",
                ExpertsOnCpu,
                CODERS,
            ),
            row(24.0, 8192, "Qwen3.8 27B", "Qwen3.6 27B", Gpu, DENSE),
            row(32.0, 8192, "Qwen3.8 27B", "Qwen3.6 27B", Gpu, DENSE),
            row(48.0, 8192, "Qwen3.8 27B", "Qwen3.6 27B", Gpu, DENSE),
            row(96.0, 8192, "Qwen3.8 27B", "Qwen3.6 27B", Gpu, DENSE),
            row(4.0, 32768, "Gemma 4 E2B", "Qwen3.5 4B", Gpu, E2B),
            row(6.0, 32768, "Qwen3.5 4B", "Gemma 4 E4B", Gpu, SMALL),
            row(
                8.0,
                32768,
                "Qwen3.6 35B A3B",
                "Gemma 4 26B A4B QAT",
                ExpertsOnCpu,
                MIXTURE,
            ),
            row(
                12.0,
                32768,
                "Qwen3.6 35B A3B",
                "Gemma 4 26B A4B QAT",
                ExpertsOnCpu,
                MIXTURE,
            ),
            row(
                16.0,
                32768,
                "Qwen3.6 35B A3B",
                "Gemma 4 26B A4B QAT",
                ExpertsOnCpu,
                SIXTEEN,
            ),
            row(24.0, 32768, "Qwen3.8 27B", "Qwen3.6 27B", Gpu, DENSE),
            row(32.0, 32768, "Qwen3.8 27B", "Qwen3.6 27B", Gpu, DENSE),
            row(48.0, 32768, "Qwen3.8 27B", "Qwen3.6 27B", Gpu, DENSE),
            row(96.0, 32768, "Qwen3.8 27B", "Qwen3.6 27B", Gpu, DENSE),
        ],
    );
}

#[test]
fn a_machine_with_enough_memory_runs_a_mixture_on_a_little_card() {
    let query = Query {
        ram_gib: Some(64.0),
        ..Query::for_vram(6.0)
    };
    let answer = recommend(Catalogue::embedded(), &query).expect("a card");
    let best = &answer.models[0];
    let found = (best.name.as_str(), best.placement);
    assert_eq!(found, ("Qwen3.6 35B A3B", Placement::ExpertsOnCpu));
}

#[test]
fn nothing_older_than_what_replaced_it_is_suggested() {
    for (_, purpose) in Use::ALL {
        for vram in [4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 96.0] {
            let query = Query {
                purpose,
                kv_cache: KvCache::Q80,
                ..Query::for_vram(vram)
            };
            let answer = recommend(Catalogue::embedded(), &query).expect("a card");
            for fit in &answer.models {
                let old = fit.released.as_str() < "2025-06" && purpose != Use::Embedding;
                assert!(
                    !old,
                    "{vram} GiB, {purpose}: {} of {}",
                    fit.name, fit.released
                );
                assert!(fit.commercial_use, "{}: {}", fit.name, fit.licence);
            }
        }
    }
}
