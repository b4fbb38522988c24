use proptest::prelude::*;

use super::*;

fn wish(free_gib: f64) -> Wish {
    Wish {
        free_gib,
        context_tokens: 8192,
        kv_cache: KvCache::F16,
        format: None,
    }
}

/// What the original tool suggested: VRAM in GB, tier, billions of parameters and format.
///
/// A row is covered when the tier, or one below it, suggests a model of at least that size in at
/// least that format; where it suggests a larger or a smaller one, the row says why.
#[test]
fn covers_the_originals_table_row_by_row() {
    use Tier::*;
    struct Row {
        vram: f64,
        tier: Tier,
        original_b: f64,
        ours_b: f64,
        why: &'static str,
    }
    let row = |vram, tier, original_b, ours_b, why| Row {
        vram,
        tier,
        original_b,
        ours_b,
        why,
    };
    const SAME: &str = "the same size";
    const LESS_PER_PARAMETER: &str =
        "4 bits take 0.6 GB for each billion parameters, not the 1 GB that the original counted";
    const TOO_LARGE: &str =
        "16 bits or 70B do not fit once cache, buffers and the error are counted";
    let table = [
        row(6.0, Conservative, 3.0, 3.23, SAME),
        row(6.0, Aggressive, 0.0, 7.25, LESS_PER_PARAMETER),
        row(8.0, Conservative, 3.0, 4.31, LESS_PER_PARAMETER),
        row(8.0, Aggressive, 3.0, 9.4, LESS_PER_PARAMETER),
        row(12.0, Conservative, 7.0, 8.19, LESS_PER_PARAMETER),
        row(12.0, Aggressive, 12.0, 14.77, LESS_PER_PARAMETER),
        row(16.0, Conservative, 12.0, 12.2, SAME),
        row(16.0, Aggressive, 20.0, 22.25, LESS_PER_PARAMETER),
        row(24.0, Conservative, 20.0, 23.57, LESS_PER_PARAMETER),
        row(24.0, Aggressive, 70.0, 46.7, TOO_LARGE),
        row(48.0, Aggressive, 70.0, 70.55, SAME),
        row(80.0, Aggressive, 70.0, 122.61, LESS_PER_PARAMETER),
    ];
    for Row {
        vram,
        tier,
        original_b,
        ours_b,
        why,
    } in table
    {
        let chosen = choose(Catalogue::embedded(), &wish(vram - 0.5));
        let in_tier = chosen
            .iter()
            .filter(|choice| choice.fits() && choice.tier == tier);
        let largest = in_tier
            .map(|choice| choice.model.parameters_b)
            .fold(0.0, f64::max);
        assert_eq!(
            largest, ours_b,
            "{vram} GB {tier:?}: {original_b}B in the original ({why})"
        );
        match why {
            SAME => assert!((largest / original_b - 1.0).abs() < 0.1),
            LESS_PER_PARAMETER => assert!(largest > original_b),
            _ => assert!(largest < original_b),
        }
    }
}

/// The two rows of the original that are larger than ours, as it meant them.
#[test]
fn what_the_original_suggested_too_large_does_not_fit() {
    let needs = |name: &str, format| {
        let models = &Catalogue::embedded().models;
        let model = models
            .iter()
            .find(|model| model.name == name)
            .expect("in the catalogue");
        let memory = Memory::of(model, format, 8192, KvCache::F16);
        memory.total() + memory.error()
    };
    // 8 GB, aggressive: 3B at full precision. Q8_0, hardly to be told from it, fits.
    assert!(needs("Llama 3.2 3B Instruct", Format::F16) > 7.5);
    assert!(needs("Llama 3.2 3B Instruct", Format::Q80) < 7.5);
    // 24 GB and more, aggressive: 70B at 4 bits. It takes a card of 48 GB.
    assert!(needs("Llama 3.1 70B Instruct", Format::Q4KM) > 40.0);
    assert!(needs("Llama 3.1 70B Instruct", Format::Q4KM) < 47.5);
}

#[test]
fn every_size_of_card_gets_something_in_the_lowest_tier() {
    for vram in [
        3.0, 4.0, 6.0, 8.0, 10.0, 11.0, 12.0, 16.0, 20.0, 24.0, 32.0, 48.0, 80.0, 141.0,
    ] {
        let chosen = choose(Catalogue::embedded(), &wish(vram - 0.5));
        assert_eq!(
            chosen[0].tier,
            Tier::Conservative,
            "{vram} GB: {}",
            chosen[0].model.name
        );
        assert!(chosen[0].fits(), "{vram} GB");
    }
}

#[test]
fn a_format_is_suggested_alone_when_it_is_asked_for() {
    for (_, format) in Format::ALL {
        let chosen = choose(
            Catalogue::embedded(),
            &Wish {
                format: Some(format),
                ..wish(31.5)
            },
        );
        assert!(!chosen.is_empty(), "{format}");
        assert!(
            chosen.iter().all(|choice| choice.format == format),
            "{format}"
        );
    }
}

#[test]
fn recent_models_go_first_and_then_large_ones() {
    let chosen = choose(Catalogue::embedded(), &wish(23.5));
    let aggressive = chosen
        .iter()
        .filter(|choice| choice.fits() && choice.tier == Tier::Aggressive);
    let names: Vec<_> = aggressive
        .map(|choice| choice.model.name.as_str())
        .collect();
    // Mixtral and Command R are larger, and older than two years.
    let expected = [
        "Qwen3 32B",
        "DeepSeek R1 Distill Qwen 32B",
        "Qwen2.5 Coder 32B Instruct",
        "Mixtral 8x7B Instruct v0.1",
        "Command R 35B 08-2024",
    ];
    assert_eq!(names, expected);
}

proptest! {
    #[test]
    fn suggestions_keep_their_promises(
        free in 0.0..1024.0, tokens in 256_u64..300_000, eight_bits: bool,
    ) {
        let kv_cache = if eight_bits { KvCache::Q80 } else { KvCache::F16 };
        let wish = Wish { free_gib: free, context_tokens: tokens, kv_cache, format: None };
        let chosen = choose(Catalogue::embedded(), &wish);
        for choice in chosen.iter().filter(|choice| choice.fits()) {
            prop_assert!(choice.memory.fits(free));
            prop_assert!(choice.memory.total() <= choice.tier.share() * free);
            prop_assert!(choice.format != Format::F16, "16 bits only when asked for");
        }
        for choice in chosen.iter().filter(|choice| !choice.fits()) {
            prop_assert!(!choice.memory.fits(free));
            prop_assert!(choice.layers_on_gpu * 2 >= choice.model.layers);
        }
        for tier in Tier::ALL {
            let of_tier = |choice: &&Choice<'_>| choice.fits() && choice.tier == tier;
            prop_assert!(chosen.iter().filter(of_tier).count() <= PER_TIER);
        }
        let order = |choice: &Choice<'_>| (!choice.fits(), choice.tier);
        prop_assert!(chosen.is_sorted_by_key(order), "tier by tier, in part last");
    }

    #[test]
    fn what_fits_goes_on_fitting_with_more_vram(free in 0.0..512.0, more in 0.0..512.0) {
        let fitting = |free_gib| -> BTreeSet<&str> {
            let any_tier = |model: &&Model| {
                Tier::ALL.iter().any(|tier| best_format(model, *tier, &wish(free_gib)).is_some())
            };
            let models = Catalogue::embedded().models.iter().filter(any_tier);
            models.map(|model| model.name.as_str()).collect()
        };
        prop_assert!(fitting(free + more).is_superset(&fitting(free)));
    }
}
