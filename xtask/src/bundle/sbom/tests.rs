use std::{collections::BTreeSet, sync::LazyLock};

use super::*;
use crate::shell;

/// The system that the packages are for.
fn target() -> String {
    format!("{}-unknown-linux-gnu", std::env::consts::ARCH)
}

/// Made once, as it asks cargo.
static BILL: LazyLock<Value> = LazyLock::new(|| {
    let page = Package {
        name: "@scope/page".to_owned(),
        version: "1.2.3".to_owned(),
        licence: "Apache-2.0".to_owned(),
        text: None,
    };
    bill(&parts::crates(&target()).expect("crates"), &[page])
});

fn text<'a>(component: &'a Value, key: &str) -> &'a str {
    component[key].as_str().unwrap_or_default()
}

fn components(bill: &Value) -> &[Value] {
    bill["components"].as_array().expect("components")
}

/// Names and versions, as cargo lists them.
fn tree(arguments: &[&str]) -> BTreeSet<String> {
    let mut tree = shell::cargo(&["tree", "--offline", "--prefix", "none", "--format", "{p}"]);
    let tree = shell::output(tree.args(arguments)).expect("cargo tree");
    let name = |line: &str| {
        let mut words = line.split_whitespace();
        Some(format!(
            "{} {}",
            words.next()?,
            words.next()?.trim_start_matches('v')
        ))
    };
    tree.lines().filter_map(name).collect()
}

#[test]
fn names_every_crate_that_is_linked_and_no_other() {
    let target = target();
    let linked = release::PROGRAMS.iter().flat_map(|program| {
        let edges = ["--edges", "normal,no-proc-macro", "--target", &target];
        tree(&[&edges[..], &["--package", program]].concat())
    });
    let linked: BTreeSet<_> = linked.collect();
    let bill = &*BILL;
    let named = components(bill)
        .iter()
        .filter(|one| !text(one, "purl").starts_with("pkg:npm/"));
    let named: BTreeSet<_> = named
        .map(|one| format!("{} {}", text(one, "name"), text(one, "version")))
        .collect();
    assert_eq!(named, linked);
    for linked in [
        "gpu-keepalive",
        "gpu-keepalive-core",
        "clap",
        "gtk",
        "webkit2gtk",
    ] {
        let start = format!("{linked} ");
        assert!(
            named.iter().any(|name| name.starts_with(&start)),
            "{linked} is missing"
        );
    }
}

#[test]
fn names_nothing_that_only_tests_and_builds_need() {
    let bill = &*BILL;
    let names: BTreeSet<_> = components(bill)
        .iter()
        .map(|one| text(one, "name"))
        .collect();
    let everything = tree(&["--workspace", "--edges", "all"]);
    for other in [
        "insta",
        "proptest",
        "thirtyfour",
        "serde_derive",
        "tauri-build",
        "xtask",
    ] {
        let start = format!("{other} ");
        let known = everything.iter().any(|name| name.starts_with(&start));
        assert!(
            known,
            "{other} is in the workspace no more; name another one here"
        );
        assert!(!names.contains(other), "{other} is in no program");
    }
}

#[test]
fn says_a_licence_and_a_place_for_each() {
    let bill = &*BILL;
    for one in components(bill) {
        let name = text(one, "name");
        let licence = text(&one["licenses"][0], "expression");
        assert!(
            spdx::Expression::parse(licence).is_ok(),
            "{name}: {licence}"
        );
        let ours = name.starts_with("gpu-keepalive");
        assert_eq!(ours, one.get("purl").is_none(), "{name}");
    }
    // No path of the machine that built it.
    assert!(!bill.to_string().contains(&*shell::root().to_string_lossy()));
}

#[test]
fn ties_each_to_what_it_links() {
    let bill = &*BILL;
    let known: BTreeSet<_> = components(bill)
        .iter()
        .map(|one| text(one, "bom-ref"))
        .collect();
    assert_eq!(
        known.len(),
        components(bill).len(),
        "two components have one name"
    );
    let needs = bill["dependencies"].as_array().expect("dependencies");
    let mut reached = BTreeSet::new();
    for one in needs {
        let from = text(one, "ref");
        assert!(
            from == "release" || known.contains(from),
            "{from} is no component"
        );
        for to in one["dependsOn"].as_array().expect("an array") {
            let to = to.as_str().expect("a name");
            assert!(
                known.contains(to),
                "{from} links {to}, which is no component"
            );
            reached.insert(to);
        }
    }
    assert_eq!(reached, known, "something is linked by nothing");
    assert!(reached.contains("pkg:npm/%40scope/page@1.2.3"));
}
