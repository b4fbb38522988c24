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
    let error = QueryError::Vram(-8.0).to_string();
    insta::assert_snapshot!(
        error,
        @"-8 GiB is no size of VRAM; give a number of GiB above 0 and up to 1024, such as 8 or 24"
    );
}

#[test]
fn more_free_than_there_is_is_refused() {
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
    let error = QueryError::Free {
        free: 8.1,
        total: 8.0,
    }
    .to_string();
    insta::assert_snapshot!(
        error,
        @"8.1 GiB cannot be free of 8 GiB of VRAM; give a number of GiB from 0 to 8"
    );
}

#[test]
fn odd_cards_are_calculated() {
    for vram in [0.001, 0.5, 1.0, 3.5, 5.75, 23.988, 93.6, 1024.0] {
        let answer = ask(&Query::for_vram(vram));
        assert!(
            answer.free_gib <= answer.vram_gib && answer.free_gib >= 0.0,
            "{vram}"
        );
        let fitting = answer.models.iter().any(|fit| fit.fits);
        assert_eq!(
            fitting,
            answer.notes.is_empty(),
            "{vram}: nothing is said without need"
        );
    }
}

#[test]
fn what_is_free_counts_and_not_what_there_is() {
    let busy = ask(&Query {
        vram_free_gib: Some(5.5),
        ..Query::for_vram(24.0)
    });
    let small = ask(&Query {
        vram_free_gib: Some(5.5),
        ..Query::for_vram(6.0)
    });
    assert_eq!(busy.models, small.models);
    assert!(!busy.free_is_assumed);
    assert!(ask(&Query::for_vram(24.0)).free_is_assumed);

    let full = ask(&Query {
        vram_free_gib: Some(0.0),
        ..Query::for_vram(24.0)
    });
    assert!(full.models.is_empty());
    assert_eq!(full.notes.len(), 1);
}

#[test]
fn contexts_are_held_to_what_a_model_can() {
    let none = ask(&Query {
        context_tokens: 0,
        ..Query::for_vram(8.0)
    });
    assert_eq!(none.context_tokens, 256);
    assert_eq!(
        none,
        ask(&Query {
            context_tokens: 256,
            ..Query::for_vram(8.0)
        })
    );

    let endless = ask(&Query {
        context_tokens: u64::MAX,
        ..Query::for_vram(141.0)
    });
    assert!(endless.models.iter().any(|fit| fit.fits));
    for fit in &endless.models {
        assert_eq!(
            fit.context_tokens, fit.native_context_tokens,
            "{}",
            fit.name
        );
        let limit = thousands(fit.native_context_tokens);
        assert!(
            !fit.fits || fit.reason.contains(&limit),
            "{}: {}",
            fit.name,
            fit.reason
        );
    }
}

#[test]
fn a_cache_of_eight_bits_makes_room() {
    let query = Query {
        context_tokens: 32768,
        ..Query::for_vram(24.0)
    };
    let largest = |query| {
        let fits = ask(query).models.into_iter().filter(|fit| fit.fits);
        fits.map(|fit| fit.parameters_b).fold(0.0, f64::max)
    };
    let eight_bits = Query {
        kv_cache: KvCache::Q80,
        ..query.clone()
    };
    assert!(largest(&eight_bits) >= largest(&query));
}

#[test]
fn what_fits_in_part_is_last_and_says_so() {
    let answer = ask(&Query::for_vram(24.0));
    let first = answer
        .models
        .iter()
        .position(|fit| !fit.fits)
        .expect("some fit only in part");
    assert!(answer.models[first..].iter().all(|fit| !fit.fits));
    for fit in &answer.models[first..] {
        assert!(fit.layers_on_gpu < fit.layers, "{}", fit.name);
        assert!(
            fit.total_gib + fit.error_gib > answer.free_gib - 0.01,
            "{}",
            fit.name
        );
        assert!(fit.reason.starts_with("Does not fit"), "{}", fit.reason);
    }
    for fit in &answer.models[..first] {
        assert_eq!(fit.layers_on_gpu, fit.layers, "{}", fit.name);
        assert!(
            fit.max_context_tokens >= fit.context_tokens / 256 * 256,
            "{}",
            fit.name
        );
    }
}

#[test]
fn totals_are_their_parts_and_every_command_fetches() {
    for fit in ask(&Query::for_vram(48.0)).models {
        let parts = fit.weights_gib + fit.kv_cache_gib + fit.compute_gib + fit.context_gib;
        assert!((parts - fit.total_gib).abs() < 0.03, "{}", fit.name);
        assert!(
            fit.fetch.starts_with("ollama pull ") && fit.fetch.contains(':'),
            "{}",
            fit.fetch
        );
    }
}

#[test]
fn nothing_fits_says_what_would() {
    let query = Query {
        vram_free_gib: Some(1.2),
        ..Query::for_vram(2.0)
    };
    let almost = Query {
        vram_free_gib: Some(1.55),
        ..query.clone()
    };
    let one_format = Query {
        format: Some(Format::Mxfp4),
        ..query.clone()
    };
    let notes = [&query, &almost, &one_format].map(|query| ask(query).notes.join("\n"));
    insta::assert_snapshot!(notes.join("\n\n"), @"
    No model fits into 1.20 GiB with 8,192 tokens of context. The smallest, Qwen2.5 0.5B Instruct in Q3_K_M, needs 1.60 GiB free.

    No model fits into 1.55 GiB with 8,192 tokens of context. The smallest, Qwen2.5 0.5B Instruct in Q3_K_M, needs 1.60 GiB free.
    With a shorter context, Qwen2.5 0.5B Instruct in Q3_K_M would fit: it needs 1.50 GiB at 256 tokens, and 4,096 tokens are the most.

    No model fits into 1.20 GiB with 8,192 tokens of context. The smallest, gpt-oss 20b in MXFP4, needs 14.42 GiB free.
    ");
    let none = Catalogue {
        checked: None,
        models: Vec::new(),
    };
    let empty = recommend(&none, &query).expect("a card that can be");
    assert!(
        empty.models.is_empty() && empty.notes.len() == 1,
        "{empty:?}"
    );
}

/// The keys that scripts are written against.
#[test]
fn json_is_as_promised() {
    let query = Query {
        vram_free_gib: Some(5.0),
        kv_cache: KvCache::Q80,
        format: Some(Format::Q5KM),
        ..Query::for_vram(6.0)
    };
    let mut answer = ask(&query);
    answer.models.truncate(1);
    let json = serde_json::to_string_pretty(&answer).expect("to JSON");
    let back: Recommendation = serde_json::from_str(&json).expect("from JSON");
    assert_eq!(back, answer);
    insta::assert_snapshot!(json, @r#"
    {
      "vram_gib": 6.0,
      "free_gib": 5.0,
      "free_is_assumed": false,
      "context_tokens": 8192,
      "kv_cache": "q8_0",
      "format": "Q5_K_M",
      "checked": "2026-11-23",
      "models": [
        {
          "name": "SmolLM2 1.7B Instruct",
          "parameters_b": 1.71,
          "active_parameters_b": 1.71,
          "format": "Q5_K_M",
          "tier": "conservative",
          "fits": true,
          "total_gib": 2.44,
          "error_gib": 0.56,
          "weights_gib": 1.14,
          "kv_cache_gib": 0.8,
          "compute_gib": 0.19,
          "context_gib": 0.31,
          "context_tokens": 8192,
          "max_context_tokens": 8192,
          "native_context_tokens": 8192,
          "layers_on_gpu": 24,
          "layers": 24,
          "fetch": "ollama pull smollm2:1.7b-instruct-q5_K_M",
          "reason": "Takes 49 % of the free VRAM; all of its 8,192 tokens of context would fit.",
          "licence": "Apache-2.0",
          "source": "HuggingFaceTB/SmolLM2-1.7B-Instruct"
        }
      ],
      "notes": []
    }
    "#);
}

#[test]
fn digits_are_grouped_by_three() {
    let grouped = [0, 12, 999, 1000, 40_960, 1_048_576].map(thousands);
    assert_eq!(grouped, ["0", "12", "999", "1,000", "40,960", "1,048,576"]);
}
