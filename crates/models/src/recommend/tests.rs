use super::*;

fn ask(query: &Query) -> Recommendation {
    recommend(Catalogue::embedded(), query).expect("a card that can be")
}

#[test]
fn vram_that_no_card_has_is_refused() {
    for vram in [
        0.0,
        -0.0,
        -8.0,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        1024.1,
        24576.0,
    ] {
        let refused = recommend(Catalogue::embedded(), &Query::for_vram(vram));
        assert!(
            matches!(refused, Err(QueryError::Vram(_))),
            "{vram}: {refused:?}"
        );
    }
    for free in [8.1, -0.1, f64::NAN, f64::INFINITY] {
        let query = Query {
            vram_free_gib: Some(free),
            ..Query::for_vram(8.0)
        };
        let refused = recommend(Catalogue::embedded(), &query);
        assert!(
            matches!(refused, Err(QueryError::Free { .. })),
            "{free}: {refused:?}"
        );
    }
    for context_tokens in [0, 10_485_761, u64::MAX] {
        let query = Query {
            context_tokens,
            ..Query::for_vram(8.0)
        };
        let refused = recommend(Catalogue::embedded(), &query);
        assert!(
            matches!(refused, Err(QueryError::Context(_))),
            "{context_tokens}: {refused:?}"
        );
    }
    let errors = [
        QueryError::Vram(-8.0),
        QueryError::Free {
            free: 8.1,
            total: 8.0,
        },
        QueryError::Context(0),
    ];
    insta::assert_snapshot!(errors.map(|error| error.to_string()).join("\n"), @r"
    -8 GiB is not a valid VRAM size; give a number of GiB above 0 and up to 1024, such as 8 or 24
    8.1 GiB cannot be free out of 8 GiB of VRAM; give a number of GiB from 0 to 8
    0 is not a valid context length; give a number of tokens from 1 to 10485760, such as 8192 or 32768
    ");
}

#[test]
fn odd_cards_are_calculated() {
    for vram in [0.001, 0.5, 1.0, 3.5, 5.75, 23.988, 93.6, 1024.0] {
        let answer = ask(&Query::for_vram(vram));
        assert!(
            answer.free_gib <= answer.vram_gib && answer.free_gib >= 0.0,
            "{vram}"
        );
        assert!(!answer.notes.is_empty(), "{vram}");
    }
}

#[test]
fn what_is_free_counts_and_not_what_there_is() {
    let of = |total| Query {
        vram_free_gib: Some(5.5),
        card: Some("NVIDIA GeForce RTX 4090".to_owned()),
        ram_gib: Some(32.0),
        ..Query::for_vram(total)
    };
    let (busy, small) = (ask(&of(24.0)), ask(&of(6.0)));
    assert_eq!(busy.models, small.models);
    assert!(!busy.free_is_assumed && !busy.ram_is_assumed);
    assert!(ask(&Query::for_vram(24.0)).free_is_assumed);
}

#[test]
fn every_suggestion_has_its_commands_and_adds_up() {
    for (_, purpose) in Use::ALL {
        for fit in ask(&Query {
            purpose,
            ..Query::for_vram(24.0)
        })
        .models
        {
            let parts = fit.weights_gib + fit.kv_cache_gib + fit.compute_gib + fit.context_gib;
            assert!((parts - fit.total_gib).abs() < 0.03, "{}", fit.name);
            let context = fit.context_tokens.to_string();
            assert!(
                !fit.fetch.is_empty() && fit.run.contains(&context),
                "{}: {}",
                fit.name,
                fit.run
            );
            assert!(fit.uses.contains(&purpose), "{}", fit.name);
            assert_eq!(
                fit.active_b.is_some(),
                fit.active_parameters_b < fit.parameters_b
            );
        }
    }
}

#[test]
fn nothing_fits_says_what_would() {
    let query = Query {
        vram_free_gib: Some(0.7),
        ..Query::for_vram(2.0)
    };
    let one_format = Query {
        format: Some(Format::Mxfp4),
        ..query.clone()
    };
    let notes = [&query, &one_format].map(|query| ask(query).notes.join("\n"));
    insta::assert_snapshot!(notes.join("\n\n"));
    let none = Catalogue::default();
    let empty = recommend(&none, &query).expect("a card that can be");
    assert!(
        empty.models.is_empty() && empty.notes.len() == 1,
        "{empty:?}"
    );
}

#[test]
fn an_own_entry_of_a_newer_generation_leads_its_class() {
    let qwen = Catalogue::embedded()
        .find("Qwen3.8 27B")
        .expect("there")
        .clone();
    let newer = super::super::model::Model {
        name: "Qwen5 27B".to_owned(),
        released: "2026-11".to_owned(),
        ..qwen
    };
    let own = Catalogue {
        checked: None,
        models: vec![newer],
    };
    let answer = recommend(&Catalogue::embedded().with(own), &Query::for_vram(24.0));
    assert_eq!(answer.expect("a card").models[0].name, "Qwen5 27B");
}

/// A card that is large enough for every context is not what is lacking.
#[test]
fn a_context_that_no_model_has_is_named_as_the_reason() {
    let answer = ask(&Query {
        context_tokens: 10_000_000,
        ..Query::for_vram(24.0)
    });
    assert!(answer.models.is_empty());
    let first = &answer.notes[0];
    assert!(
        first.starts_with("No recommended model has a context of 10,000,000 tokens"),
        "{first}"
    );
    assert!(first.contains("1,048,576"), "{first}");
}

#[test]
fn the_speed_of_an_embedding_model_is_explained() {
    let explained = |purpose| {
        let answer = ask(&Query {
            purpose,
            ..Query::for_vram(8.0)
        });
        let mut notes = answer.notes.iter();
        notes.any(|note| note.contains("produce vectors"))
    };
    assert!(explained(Use::Embedding));
    assert!(!explained(Use::Chat));
}

/// The keys that scripts are written against.
#[test]
fn json_is_as_promised() {
    let query = Query {
        vram_free_gib: Some(23.1),
        card: Some("NVIDIA GeForce RTX 4090".to_owned()),
        ram_gib: Some(64.0),
        ..Query::for_vram(24.0)
    };
    let mut answer = ask(&query);
    answer.models.truncate(1);
    let json = serde_json::to_string_pretty(&answer).expect("to JSON");
    let back: Recommendation = serde_json::from_str(&json).expect("from JSON");
    assert_eq!(back, answer);
    insta::assert_snapshot!(json);
}
