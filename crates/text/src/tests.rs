use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

use crate::{Language, decimal, grouped, number};

const FILES: [(&str, &str); 2] = [
    ("en", include_str!("../locales/en.ftl")),
    ("de", include_str!("../locales/de.ftl")),
];

/// Every text of a file, attributes as `key.attribute`.
fn patterns(source: &str) -> BTreeMap<String, Pattern<&str>> {
    let file = fluent_syntax::parser::parse(source).expect("Fluent");
    let mut texts = BTreeMap::new();
    for entry in file.body {
        let Entry::Message(message) = entry else {
            assert!(!matches!(entry, Entry::Junk { .. } | Entry::Term(_)));
            continue;
        };
        let key = message.id.name;
        let mut add = |key: String, pattern: Pattern<_>| {
            let before = texts.insert(key.clone(), pattern);
            assert!(before.is_none(), "{key} is there twice");
        };
        add(key.to_owned(), message.value.expect("a value"));
        for attribute in message.attributes {
            add(format!("{key}.{}", attribute.id.name), attribute.value);
        }
    }
    texts
}

/// The variables of every text of a file.
fn texts(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let named = patterns(source).into_iter().map(|(key, pattern)| {
        let mut names = BTreeSet::new();
        variables(&pattern, &mut names);
        (key, names)
    });
    named.collect()
}

fn variables(pattern: &Pattern<&str>, names: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else {
            continue;
        };
        let inline = match expression {
            Expression::Inline(inline) => inline,
            Expression::Select { selector, variants } => {
                for variant in variants {
                    variables(&variant.value, names);
                }
                selector
            }
        };
        match inline {
            InlineExpression::VariableReference { id } => _ = names.insert(id.name.to_owned()),
            InlineExpression::StringLiteral { .. } => {}
            other => panic!("not used by any text: {other:?}"),
        }
    }
}

#[test]
fn every_language_has_each_text_with_the_same_variables() {
    let english = texts(FILES[0].1);
    for (code, source) in FILES {
        let texts = texts(source);
        let keys = |texts: &BTreeMap<String, _>| texts.keys().cloned().collect::<BTreeSet<_>>();
        let missing: Vec<_> = keys(&english).difference(&keys(&texts)).cloned().collect();
        assert_eq!(missing, [""; 0], "missing in {code}");
        let unknown: Vec<_> = keys(&texts).difference(&keys(&english)).cloned().collect();
        assert_eq!(unknown, [""; 0], "in {code} alone");
        for (key, names) in &texts {
            assert_eq!(names, &english[key], "{key} in {code}");
        }
    }
}

#[test]
fn every_language_has_a_file_and_every_file_is_a_language() {
    let codes: Vec<_> = Language::all().map(Language::code).collect();
    assert_eq!(codes, FILES.map(|(code, _)| code));
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/locales");
    let files = std::fs::read_dir(folder).expect("the folder");
    let mut names: Vec<_> = files
        .map(|file| {
            file.expect("a file")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .collect();
    names.sort();
    let mut expected: Vec<_> = codes.iter().map(|code| format!("{code}.ftl")).collect();
    expected.sort();
    assert_eq!(names, expected);
}

#[test]
fn no_text_is_left_in_english_by_mistake() {
    let same = [
        "decimal-mark",
        "sentence",
        "state-and-cause",
        "setting-gpus",
        "finding-of-gpu",
        "group-mark",
        "models-card-details",
        "models-memory",
        "models-query-card",
        "models-query-gpu",
        "models-use-chat",
        "models-use-embedding",
        "models-words-format",
        "models-words-token",
        "models-words-vram",
    ];
    let [english, german] = FILES.map(|(_, source)| patterns(source));
    for (key, text) in &german {
        let translated = english.get(key) != Some(text);
        assert!(translated || same.contains(&key.as_str()), "{key}");
    }
}

#[test]
fn a_locale_chooses_its_language() {
    let german = Language::of_locale("de").expect("a file");
    for locale in ["de_DE.UTF-8", "de_AT@euro", "de-CH", "DE", "de.UTF-8"] {
        assert_eq!(Language::of_locale(locale), Some(german), "{locale}");
    }
    assert_eq!(Language::of_locale("en_GB.UTF-8"), Some(Language::ENGLISH));
    for locale in ["", "C", "POSIX", "fr_FR.UTF-8", "deu", "d"] {
        assert_eq!(Language::of_locale(locale), None, "{locale}");
    }
}

#[test]
fn a_text_is_in_the_language_in_force_with_its_numbers() {
    let german = Language::of_locale("de").expect("a file");
    let both = || {
        (
            text!("state-asleep"),
            decimal(1.25, 2),
            number(50.5),
            number(50.0),
        )
    };
    let english = ("Asleep", "1.25", "50.5", "50");
    let own = |(a, b, c, d): (&str, &str, &str, &str)| {
        (a.to_owned(), b.to_owned(), c.to_owned(), d.to_owned())
    };
    assert_eq!(both(), own(english));
    assert_eq!(german.within(both), own(("Schläft", "1,25", "50,5", "50")));
    assert_eq!(
        german.within(|| Language::ENGLISH.within(both)),
        own(english)
    );
    assert_eq!(Language::current(), Language::ENGLISH);
}

#[test]
fn values_stand_in_a_text_as_they_are() {
    let of = |program: &str| text!("cause-loaded", program = program);
    assert_eq!(of("{ $x } \"a\""), "{ $x } \"a\" has a model loaded");
    let count = |count: u64| text!("cause-too-many-programs", count = count);
    for (number, shown) in [
        (0, "0"),
        (1_234_567, "1234567"),
        (u64::MAX, "18446744073709551615"),
    ] {
        let text = count(number);
        assert!(
            text.contains(&format!("because {shown} programs")),
            "{text}"
        );
    }
}

#[test]
fn digits_are_grouped_by_three() {
    let all = || [0, 12, 999, 1000, 40_960, 1_048_576].map(grouped);
    assert_eq!(all(), ["0", "12", "999", "1,000", "40,960", "1,048,576"]);
    let german = Language::of_locale("de").expect("a file");
    assert_eq!(german.within(|| grouped(1_048_576)), "1.048.576");
}
