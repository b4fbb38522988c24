//! Every text that a source uses exists, with the variables that it is given, and every text that
//! exists is used. `crates/text` compares the languages with each other.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use proc_macro2::{TokenStream, TokenTree};

use super::{root, sources};

/// The variables of each text; an attribute is a text of its own, `key.attribute`.
type Texts = BTreeMap<String, BTreeSet<String>>;

fn english() -> Texts {
    let file = fs::read_to_string(root().join("crates/text/locales/en.ftl")).expect("the file");
    let file = fluent_syntax::parser::parse(file.as_str()).expect("Fluent");
    let mut texts = Texts::new();
    for entry in &file.body {
        let Entry::Message(message) = entry else {
            continue;
        };
        let key = message.id.name;
        let value = message.value.iter().map(|value| (key.to_owned(), value));
        let attributes = message.attributes.iter();
        let attributes = attributes.map(|a| (format!("{key}.{}", a.id.name), &a.value));
        texts.extend(value.chain(attributes).map(|(key, pattern)| {
            let mut names = BTreeSet::new();
            variables(pattern, &mut names);
            (key, names)
        }));
    }
    texts
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
        if let InlineExpression::VariableReference { id } = inline {
            names.insert(id.name.to_owned());
        }
    }
}

/// A use of a text in a source.
#[derive(Debug, PartialEq, Eq)]
enum Use {
    /// `text!("key", name = value)`.
    Text(String, BTreeSet<String>),
    /// `key!("key")`, with whatever attributes it has.
    Key(String),
}

/// The uses in Rust, inside other macros too.
fn in_rust(tokens: TokenStream, uses: &mut Vec<Use>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        if let TokenTree::Group(group) = token {
            in_rust(group.stream(), uses);
        }
        let [
            TokenTree::Ident(name),
            TokenTree::Punct(mark),
            TokenTree::Group(given),
            ..,
        ] = &tokens[at..]
        else {
            continue;
        };
        let given: Vec<TokenTree> = given.stream().into_iter().collect();
        let Some(TokenTree::Literal(key)) = given.first().filter(|_| mark.as_char() == '!') else {
            continue;
        };
        let key = key.to_string().trim_matches('"').to_owned();
        match name.to_string().as_str() {
            "text" => uses.push(Use::Text(key, names(&given))),
            "key" => uses.push(Use::Key(key)),
            _ => {}
        }
    }
}

/// The names that are given: what stands between a comma and an equals sign.
fn names(given: &[TokenTree]) -> BTreeSet<String> {
    let is = |token: &TokenTree, mark| matches!(token, TokenTree::Punct(p) if p.as_char() == mark);
    let named = given.windows(3).filter_map(|three| match three {
        [comma, TokenTree::Ident(name), equals] if is(comma, ',') && is(equals, '=') => {
            Some(name.to_string())
        }
        _ => None,
    });
    named.collect()
}

/// The keys of calls in the pages: `text("key"`, also on a line of its own.
fn in_page(source: &str) -> impl Iterator<Item = &str> {
    let calls = source.match_indices("text(").filter(|(at, _)| {
        let before = source[..*at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || ['_', '.', '$'].contains(&c))
    });
    calls.filter_map(|(at, call)| {
        let given = source[at + call.len()..].trim_start().strip_prefix('"')?;
        given.split('"').next()
    })
}

#[test]
fn every_text_in_use_exists_and_every_text_is_used() {
    let texts = english();
    let mut used: BTreeSet<&str> = BTreeSet::new();
    let mut problems = Vec::new();
    for source in sources(&["crates", "src-tauri/src"], ".rs") {
        // What the texts' own crate shows in its documentation and its tests is no use.
        let own = source.path.starts_with("crates/text/") && !source.path.ends_with("number.rs");
        if own || source.path.contains("/tests") {
            continue;
        }
        let mut uses = Vec::new();
        in_rust(source.text.parse().expect("Rust"), &mut uses);
        for one in uses {
            let (key, given) = match &one {
                Use::Text(key, given) => (key, given.clone()),
                Use::Key(key) => (key, BTreeSet::new()),
            };
            let Some((key, expected)) = texts.get_key_value(key) else {
                problems.push(format!("{}: there is no text {key}", source.path));
                continue;
            };
            if given != *expected {
                let path = &source.path;
                problems.push(format!(
                    "{path}: {key} has {expected:?} and is given {given:?}"
                ));
            }
            used.insert(key);
            if matches!(one, Use::Key(_)) {
                let attributes = texts.keys().filter(|text| {
                    let rest = text.strip_prefix(key.as_str());
                    rest.is_some_and(|rest| rest.starts_with('.'))
                });
                used.extend(attributes.map(String::as_str));
            }
        }
    }
    for ending in [".ts", ".svelte"] {
        for source in sources(&["ui/src"], ending) {
            if source.path.ends_with(".test.ts") {
                continue;
            }
            for key in in_page(&source.text) {
                match texts.get_key_value(key) {
                    Some((key, _)) => _ = used.insert(key),
                    None => problems.push(format!("{}: there is no text {key}", source.path)),
                }
            }
        }
    }
    let unused = texts.keys().filter(|key| !used.contains(key.as_str()));
    problems.extend(unused.map(|key| format!("en.ftl: {key} is not used")));
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn uses_are_found_wherever_they_stand() {
    let source = "fn f() { let a = text!(\"a-b\"); format!(\"{}\", text!(\"c\", x = f(y, z = 1), \
                  time = text!(\"d\"),)); static T: Key = key!(\"e\"); other!(\"f\"); }
                  // text!(\"g\")";
    let mut uses = Vec::new();
    in_rust(source.parse().expect("Rust"), &mut uses);
    let text = |key: &str, names: &[&str]| {
        let names = names.iter().map(|name| (*name).to_owned());
        Use::Text(key.to_owned(), names.collect())
    };
    let expected = [
        text("a-b", &[]),
        text("d", &[]),
        text("c", &["x", "time"]),
        Use::Key("e".to_owned()),
    ];
    assert_eq!(uses.len(), expected.len(), "{uses:?}");
    for one in &expected {
        assert!(uses.contains(one), "{one:?} in {uses:?}");
    }
    let page = "{text(\"a\")} {text(\n  \"b.c\", { n })} context(\"d\") x.text(\"e\") text(f)";
    assert_eq!(in_page(page).collect::<Vec<_>>(), ["a", "b.c"]);
}
