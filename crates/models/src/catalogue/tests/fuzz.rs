//! Damaged catalogue files: a mistake has a line and a key, and what is right can be recommended.

use fuzzing::{assert_shows, config, damaged};
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use super::*;
use crate::{Query, catalogue::EMBEDDED, recommend};

/// An entry of each file, and one with everything that is needed.
fn corpus() -> Vec<String> {
    let entries = |text: &str| -> String {
        let entries = text.split("[[model]]").skip(1).take(1);
        entries.map(|entry| format!("[[model]]{entry}")).collect()
    };
    let embedded = EMBEDDED.iter().map(|(_, text)| entries(text));
    let first = format!("checked = \"2026-11-28\"\n{ENTRY}");
    embedded.chain([first]).collect()
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn a_mistake_has_a_line_and_a_key(bytes in damaged(corpus())) {
        let text = String::from_utf8_lossy(&bytes);
        let (catalogue, problems) = Catalogue::read(&text);
        let lines = text.split('\n').count();
        for problem in &problems {
            assert_shows(&problem.to_string());
            prop_assert!((1..=lines).contains(&problem.line), "{problem}");
            prop_assert!(!problem.message.is_empty());
        }
        for model in &catalogue.models {
            prop_assert_eq!(catalogue.find(&model.name).map(|found| &found.name), Some(&model.name));
        }
        let all = Catalogue::default().with(catalogue.clone());
        prop_assert_eq!(&all.models, &catalogue.models);
        let answer = recommend(&catalogue, &Query::for_vram(24.0)).expect("a size");
        for fit in &answer.models {
            assert_shows(&fit.name);
            let sizes = [fit.total_gib, fit.weights_gib, fit.kv_cache_gib, fit.error_gib];
            let sound = |gib: &f64| gib.is_finite() && *gib >= 0.0;
            prop_assert!(sizes.iter().all(sound), "{} takes {sizes:?}", fit.name);
        }
    }
}
