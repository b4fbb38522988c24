//! The table of faults: the tests that it names exist, and the texts that it quotes are ours.

use std::fs;

use super::{root, sources};

const PAGE: &str = "docs/faults.md";
/// Fewer would be a selection.
const FEWEST: usize = 40;

/// The cells of each row: what happens, what is done, what is seen, and the tests.
fn rows(page: &str) -> Vec<[&str; 4]> {
    let rows = page.lines().filter(|line| line.starts_with("| "));
    let rows = rows.filter(|line| !line.starts_with("| What happens "));
    rows.map(|line| {
        let inner = line.strip_prefix("| ").and_then(|l| l.strip_suffix(" |"));
        let cells: Vec<_> = inner.unwrap_or(line).split(" | ").collect();
        cells
            .try_into()
            .unwrap_or_else(|_| panic!("not four cells: {line}"))
    })
    .collect()
}

fn code(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

fn page() -> String {
    fs::read_to_string(root().join(PAGE)).expect("the page")
}

#[test]
fn every_fault_names_tests_that_exist() {
    let page = page();
    let rows = rows(&page);
    assert!(rows.len() >= FEWEST, "{} rows", rows.len());
    for [what, .., tests] in rows {
        assert!(code(tests).next().is_some(), "no test: {what}");
        for test in code(tests) {
            let (path, name) = test.rsplit_once("::").expect("a file and a function");
            let text = fs::read_to_string(root().join(path));
            let text = text.unwrap_or_else(|error| panic!("{path}: {error}"));
            let before = text.split_once(&format!("fn {name}(")).map(|parts| parts.0);
            let before = before.unwrap_or_else(|| panic!("{path} has no {name}"));
            let before = before.trim_end().trim_end_matches("async").trim_end();
            assert!(before.ends_with(']'), "{test} is no test");
        }
    }
}

/// As it is on one line and without escapes.
fn plain(text: &str) -> String {
    let mut lines = text.split("\\\n");
    let first = lines.next().unwrap_or_default().to_owned();
    let joined = lines.fold(first, |text, line| text + line.trim_start());
    let joined = joined.replace("\\\"", "\"").replace("\\u{a0}", " ");
    joined.replace('\u{a0}', " ")
}

#[test]
fn the_texts_of_the_faults_stand_in_the_sources() {
    let folders = ["crates", "src-tauri/src", "tests"];
    let files = [".rs", ".snap", ".ftl"].map(|ending| sources(&folders, ending));
    let files = files.iter().flatten();
    let files = files.filter(|file| !file.path.starts_with("tests/tidy"));
    let said: Vec<_> = files.map(|file| plain(&file.text)).collect();
    let page = page();
    for [what, _, seen, _] in rows(&page) {
        for part in code(seen).flat_map(|text| text.split('…')) {
            let part = part.trim();
            let is_said = said.iter().any(|text| text.contains(part));
            assert!(is_said, "{PAGE}, {what}: nothing says “{part}”");
        }
    }
}
