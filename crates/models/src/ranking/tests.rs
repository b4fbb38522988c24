//! The order for each card, with what explains it. The sources of the lists are in
//! `ranking.toml`; here is why the first of them that fits is that one.

use std::fmt::Write;

use crate::{Catalogue, KvCache, Placement, Query, Recommendation, Use, recommend};

use super::Ranking;

/// The cards of a machine that nothing else is known of.
const CARDS: [f64; 12] = [
    4.0, 6.0, 8.0, 10.0, 12.0, 16.0, 24.0, 32.0, 48.0, 80.0, 96.0, 141.0,
];

fn ask(purpose: Use, vram: f64, change: impl FnOnce(&mut Query)) -> Recommendation {
    let mut query = Query {
        purpose,
        ..Query::for_vram(vram)
    };
    change(&mut query);
    recommend(Catalogue::embedded(), &query).expect("a card")
}

/// The models suggested first and second, and where the first is kept.
fn leaders(answer: &Recommendation) -> (&str, &str, Placement) {
    let mut names: Vec<_> = answer.models.iter().map(|fit| fit.name.as_str()).collect();
    names.dedup();
    (names[0], names[1], answer.models[0].placement)
}

const LITTLE: &str = "little cards are in machines with little memory, so no mixture of 30B fits beside the system; four bits of a 4B model and the error bar are more than is free, and Gemma's smallest keeps its embeddings in main memory";
const E2B: &str = "the cache of 32k pushes Nemotron out; Gemma's smallest keeps its embeddings in main memory and its windows are short";
const SMALL: &str = "the largest of the leading family that fits; mixtures need more main memory than machines with such cards have";
const MIXTURE: &str =
    "the most used on cards of 12 GB (log): experts in main memory, 32 GiB of it assumed";
const SIXTEEN: &str = "27B does not fit at four bits with the error bar; the mixture is the most used on cards of 16 GB beside gpt-oss 20b (log)";
const DENSE: &str = "the newest 27B, the most used on cards of 24 and 32 GB (log)";
const LARGE: &str =
    "the mixture of the same generation is its equal in four bits, and several times as fast";

#[test]
fn every_card_gets_what_people_who_know_pick() {
    use Placement::{ExpertsOnCpu, Gpu};
    use Use::{Chat, Code};
    let nano = "Nemotron 3 Nano 4B";
    let e2b = "Gemma 4 E2B";
    let (a3b, a4b) = ("Qwen3.6 35B A3B", "Gemma 4 26B A4B QAT");
    let (new, old) = ("Qwen3.8 27B", "Qwen3.6 27B");
    let flash = "Qwen3.8 Flash Next 125B A6B";
    let xs = "Laguna XS 2.1 33B A3B";
    let rows = [
        (Chat, 4.0, 8192, (e2b, "LFM2.5 8B A1B", Gpu), LITTLE),
        (Chat, 6.0, 8192, ("Qwen3.5 4B", nano, Gpu), SMALL),
        (Chat, 8.0, 8192, (a3b, a4b, ExpertsOnCpu), MIXTURE),
        (Chat, 12.0, 8192, (a3b, a4b, ExpertsOnCpu), MIXTURE),
        (
            Chat,
            16.0,
            8192,
            (a3b, "Muse Glimmer 30B", ExpertsOnCpu),
            SIXTEEN,
        ),
        (Chat, 24.0, 8192, (new, old, Gpu), DENSE),
        (Chat, 32.0, 8192, (new, old, Gpu), DENSE),
        (Chat, 48.0, 8192, (new, old, Gpu), DENSE),
        (Chat, 96.0, 8192, (flash, new, Gpu), LARGE),
        (Chat, 4.0, 32768, (e2b, "LFM2.5 8B A1B", Gpu), E2B),
        (Chat, 6.0, 32768, ("Qwen3.5 4B", nano, Gpu), SMALL),
        (Chat, 8.0, 32768, (a3b, a4b, ExpertsOnCpu), MIXTURE),
        (Chat, 12.0, 32768, (a3b, a4b, ExpertsOnCpu), MIXTURE),
        (Chat, 16.0, 32768, (a3b, a4b, ExpertsOnCpu), SIXTEEN),
        (Chat, 24.0, 32768, (new, old, Gpu), DENSE),
        (Chat, 32.0, 32768, (new, old, Gpu), DENSE),
        (Chat, 48.0, 32768, (new, old, Gpu), DENSE),
        (Chat, 96.0, 32768, (flash, new, Gpu), LARGE),
        (Code, 4.0, 8192, (e2b, "Granite 4.2 3B", Gpu), LITTLE),
        (Code, 6.0, 8192, ("Qwen3.5 4B", nano, Gpu), SMALL),
        (Code, 8.0, 8192, (a3b, xs, ExpertsOnCpu), MIXTURE),
        (Code, 12.0, 8192, (a3b, xs, ExpertsOnCpu), MIXTURE),
        (
            Code,
            16.0,
            8192,
            (a3b, "Devstral Small 2 24B Instruct 2512", ExpertsOnCpu),
            SIXTEEN,
        ),
        (Code, 24.0, 8192, (new, old, Gpu), DENSE),
        (Code, 32.0, 8192, (new, old, Gpu), DENSE),
        (Code, 48.0, 8192, (new, old, Gpu), DENSE),
        (Code, 96.0, 8192, (flash, new, Gpu), LARGE),
        (Code, 4.0, 32768, (e2b, "Qwen3.5 4B", Gpu), E2B),
        (Code, 6.0, 32768, ("Qwen3.5 4B", nano, Gpu), SMALL),
        (Code, 8.0, 32768, (a3b, xs, ExpertsOnCpu), MIXTURE),
        (Code, 12.0, 32768, (a3b, xs, ExpertsOnCpu), MIXTURE),
        (Code, 16.0, 32768, (a3b, xs, ExpertsOnCpu), SIXTEEN),
        (Code, 24.0, 32768, (new, old, Gpu), DENSE),
        (Code, 32.0, 32768, (new, old, Gpu), DENSE),
        (Code, 48.0, 32768, (new, old, Gpu), DENSE),
        (Code, 96.0, 32768, (flash, new, Gpu), LARGE),
    ];
    let mut wrong = String::new();
    for (purpose, vram, context, expected, because) in rows {
        let answer = ask(purpose, vram, |query| query.context_tokens = context);
        let found = leaders(&answer);
        if found != expected {
            writeln!(
                wrong,
                "{purpose} {vram} {context}: {found:?}, not {expected:?}: {because}"
            )
            .expect("a String");
        }
    }
    assert_eq!(wrong, "");
}

/// All of it at once, to be read: a card a line, the first three of each use.
#[test]
fn the_answers_at_a_glance() {
    let mut table = String::new();
    for (name, purpose) in Use::ALL {
        writeln!(table, "{name}").expect("a String");
        for vram in CARDS {
            let answer = ask(purpose, vram, |_| {});
            let mut firsts: Vec<String> = Vec::new();
            for fit in answer.models.iter().filter(|fit| fit.fits) {
                let placement = match fit.placement {
                    Placement::ExpertsOnCpu => ", experts on the CPU",
                    Placement::Gpu | Placement::Partial => "",
                };
                let line = format!("{} ({}{placement})", fit.name, fit.format);
                let shown = firsts.iter().any(|first| first.starts_with(&fit.name));
                if !shown && firsts.len() < 3 {
                    firsts.push(line);
                }
            }
            writeln!(table, "{vram:5} GiB  {}", firsts.join(" | ")).expect("a String");
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_machine_with_enough_memory_runs_a_mixture_on_a_little_card() {
    let answer = ask(Use::Chat, 6.0, |query| query.ram_gib = Some(64.0));
    let (best, _, placement) = leaders(&answer);
    assert_eq!(
        (best, placement),
        ("Qwen3.6 35B A3B", Placement::ExpertsOnCpu)
    );
}

/// The table of 51 billion parameters is read from the disk, row by row.
#[test]
fn a_large_table_needs_no_main_memory() {
    let answer = ask(Use::Chat, 96.0, |query| query.ram_gib = Some(16.0));
    let best = &answer.models[0];
    assert_eq!(best.name, "Qwen3.8 Flash Next 125B A6B");
    assert!(best.ram_gib < 1.0, "{}", best.ram_gib);
}

#[test]
fn nothing_older_than_what_replaced_it_is_suggested() {
    for (_, purpose) in Use::ALL {
        for vram in CARDS {
            let answer = ask(purpose, vram, |query| query.kv_cache = KvCache::Q80);
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

/// Of one line and size, the list names the newer one first.
#[test]
fn a_newer_model_of_a_class_comes_before_the_older() {
    for (name, purpose) in Use::ALL {
        let listed: Vec<_> = Ranking::embedded()
            .of(purpose)
            .iter()
            .map(|entry| Catalogue::embedded().find(&entry.model).expect("listed"))
            .collect();
        for (place, older) in listed.iter().enumerate() {
            for newer in &listed[place + 1..] {
                let kin = newer.family == older.family
                    && newer.experts.is_some() == older.experts.is_some()
                    && (newer.parameters_b / older.parameters_b - 1.0).abs() < 0.1
                    && !older.name.contains("QAT");
                assert!(
                    !kin || newer.released <= older.released,
                    "{name}: {} stands before {}",
                    older.name,
                    newer.name
                );
            }
        }
    }
}
