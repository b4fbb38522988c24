use proptest::prelude::*;

use super::*;

fn with_wish<T>(free: f64, tokens: u64, act: impl FnOnce(&Wish<'_>) -> T) -> T {
    let installed = Installed::default();
    act(&Wish {
        free_gib: free,
        ram_gib: 32.0,
        bandwidth: Bandwidth::of(None, None, free + 0.5),
        context_tokens: tokens,
        kv_cache: KvCache::F16,
        purpose: Use::Chat,
        format: None,
        installed: &installed,
    })
}

#[test]
fn what_cannot_serve_the_context_is_listed_apart() {
    for tokens in [32_768, 131_072, 1_000_000] {
        with_wish(23.5, tokens, |wish| {
            let chosen = choose(Catalogue::embedded(), wish);
            for choice in &chosen {
                assert!(choice.model.context >= tokens, "{}", choice.model.name);
                assert!(!choice.fits() || choice.longest_context(wish) >= tokens);
            }
            for (model, format, longest) in smaller_context(Catalogue::embedded(), wish, &chosen) {
                assert!(longest > 0 && longest < tokens, "{} {format}", model.name);
            }
        });
    }
}

/// What the original tool suggested: a recommendation for each size and tier of its table.
#[test]
fn every_row_of_the_originals_table_has_a_suggestion() {
    for (vram, tier) in [
        (6.0, Tier::Conservative),
        (8.0, Tier::Conservative),
        (8.0, Tier::Aggressive),
        (12.0, Tier::Conservative),
        (12.0, Tier::Aggressive),
        (16.0, Tier::Conservative),
        (16.0, Tier::Aggressive),
        (24.0, Tier::Conservative),
        (24.0, Tier::Aggressive),
    ] {
        with_wish(vram - 0.5, 8192, |wish| {
            let chosen = choose(Catalogue::embedded(), wish);
            let in_tier = chosen
                .iter()
                .any(|choice| choice.fits() && choice.tier == tier);
            assert!(in_tier, "{vram} GB {tier:?}");
        });
    }
}

#[test]
fn a_format_is_suggested_alone_when_it_is_asked_for() {
    for format in [
        Format::Iq4Xs,
        Format::Q4KM,
        Format::Q40,
        Format::Q6K,
        Format::Q80,
    ] {
        with_wish(31.5, 8192, |wish| {
            let wish = Wish {
                format: Some(format),
                ..*wish
            };
            let chosen = choose(Catalogue::embedded(), &wish);
            assert!(!chosen.is_empty(), "{format}");
            assert!(
                chosen.iter().all(|choice| choice.format == format),
                "{format}"
            );
        });
    }
}

proptest! {
    #[test]
    fn suggestions_keep_their_promises(free in 0.0..200.0, tokens in 256_u64..300_000) {
        with_wish(free, tokens, |wish| {
            let chosen = choose(Catalogue::embedded(), wish);
            let first_in_part = chosen.iter().position(|choice| !choice.fits());
            let last_whole = chosen.iter().rposition(Choice::fits);
            prop_assert!(first_in_part.is_none_or(|part| last_whole.is_none_or(|whole| whole < part)));
            let places: Vec<_> =
                chosen.iter().filter(|choice| choice.fits()).map(|choice| choice.place).collect();
            prop_assert!(places.is_sorted(), "best first");
            for choice in &chosen {
                prop_assert!(!choice.fits() || choice.placed.memory.fits(free));
                prop_assert!(choice.tokens_per_s[0] <= choice.tokens_per_s[1]);
            }
            for tier in Tier::ALL {
                let of_tier = |choice: &&Choice<'_>| choice.fits() && choice.tier == tier;
                prop_assert!(chosen.iter().filter(of_tier).count() <= PER_TIER);
            }
            Ok(())
        })?;
    }
}
