//! `cargo xtask lines`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use anyhow::{Result, bail};
use clap::Args;

use crate::shell;

/// Lines that a file may have.
const MOST: usize = 400;
/// Lines above which a file is listed.
const MANY: usize = 300;
/// The median that the whole may have.
const MEDIAN: usize = 120;

/// The folders that are shipped.
const PRODUCT: [&str; 3] = ["crates/", "src-tauri/", "ui/src/"];
const SOURCES: [&str; 4] = [".rs", ".ts", ".svelte", ".css"];
/// Tests and what serves them alone, and what other programs write.
const FOLDERS: [&str; 7] = [
    "/tests/",
    "/benches/",
    "/examples/",
    "/permissions/",
    "ui/src/dev/",
    "ui/src/protocol/",
    "ui/src/testing/",
];
const NAMES: [&str; 3] = ["/tests.rs", ".test.ts", ".d.ts"];

#[derive(Args)]
#[command(after_help = "\
What counts: every line, with comments and blank lines, of the .rs, .ts, .svelte and .css files that git
knows (or would add) in crates/, src-tauri/ and ui/src/.

What does not: tests (tests.rs, tests/, benches/, examples/, *.test.ts, ui/src/testing/, ui/src/dev/; files
that a #[cfg(test)] brings in; #[cfg(test)] modules at the end of a file), generated files
(ui/src/protocol/, *.d.ts), and data, which has other endings.

Fails where a file has more than 400 lines, or the median of all files is above 120. Files with more than
300 lines are listed: each should have a reason to be one file.")]
pub(crate) struct LinesArgs {}

/// A file and its lines.
type Counted = (String, usize);

/// Counts the product's sources, and fails where they are too long.
pub(crate) fn lines(_: &LinesArgs) -> Result<()> {
    let files = count(&shell::root())?;
    let mut parts: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (path, lines) in &files {
        parts.entry(part(path)).or_default().push(*lines);
    }
    println!(
        "{:<16} {:>6} {:>7} {:>7} {:>8}",
        "", "files", "lines", "median", "longest"
    );
    for (part, lines) in &parts {
        row(part, lines);
    }
    let all: Vec<_> = files.iter().map(|(_, lines)| *lines).collect();
    row("all", &all);

    let mut long: Vec<_> = files.iter().filter(|(_, lines)| *lines > MANY).collect();
    long.sort_by_key(|(_, lines)| std::cmp::Reverse(*lines));
    println!("\nAbove {MANY} lines:");
    for (path, lines) in &long {
        println!("{lines:>6}  {path}");
    }
    let too_long = long.iter().filter(|(_, lines)| *lines > MOST).count();
    if too_long > 0 {
        bail!("{too_long} files have more than {MOST} lines; split them");
    }
    if median(&all) > MEDIAN {
        bail!("the median is {} lines; it may be {MEDIAN}", median(&all));
    }
    Ok(())
}

fn row(name: &str, lines: &[usize]) {
    let sum: usize = lines.iter().sum();
    let longest = lines.iter().max().copied().unwrap_or(0);
    println!(
        "{name:<16} {:>6} {sum:>7} {:>7} {longest:>8}",
        lines.len(),
        median(lines)
    );
}

/// `crates/core`, `src-tauri`, `ui`.
fn part(path: &str) -> &str {
    let folders = if path.starts_with("crates/") { 2 } else { 1 };
    let end = path.match_indices('/').nth(folders - 1);
    end.map_or(path, |(end, _)| &path[..end])
}

fn median(lines: &[usize]) -> usize {
    let mut sorted = lines.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}

fn count(root: &Path) -> Result<Vec<Counted>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root);
    let listed = shell::output(&mut git)?;
    let mut texts = Vec::new();
    // Git also lists a file that was removed and not committed yet.
    for path in listed.lines().filter(|path| is_product(path)) {
        if let Ok(text) = fs::read_to_string(root.join(path)) {
            texts.push((path.to_owned(), text));
        }
    }
    let for_tests: BTreeSet<_> = texts
        .iter()
        .flat_map(|(path, text)| modules_of_tests(path, text))
        .collect();
    texts.retain(|(path, _)| !for_tests.contains(path));
    let counted = texts.into_iter();
    Ok(counted
        .map(|(path, text)| (path, product_lines(&text)))
        .collect())
}

fn is_product(path: &str) -> bool {
    PRODUCT.iter().any(|folder| path.starts_with(folder))
        && SOURCES.iter().any(|ending| path.ends_with(ending))
        && !FOLDERS.iter().any(|folder| path.contains(folder))
        && !NAMES.iter().any(|name| path.ends_with(name))
}

/// The files that this one brings in for tests alone.
fn modules_of_tests(path: &str, text: &str) -> Vec<String> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let folder = match name {
        "lib.rs" | "main.rs" => folder.to_owned(),
        name => format!("{folder}/{}", name.trim_end_matches(".rs")),
    };
    let lines: Vec<_> = text.lines().collect();
    let modules = lines.windows(2).filter_map(|pair| {
        let name = pair[1].strip_prefix("mod ")?.strip_suffix(';')?;
        (pair[0] == "#[cfg(test)]").then(|| format!("{folder}/{name}.rs"))
    });
    modules.collect()
}

/// Lines without a module of tests, which our formatter ends with the first brace in its column.
fn product_lines(text: &str) -> usize {
    let lines: Vec<_> = text.lines().collect();
    let mut of_tests = 0;
    for (at, pair) in lines.windows(2).enumerate() {
        if pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{') {
            let end = lines[at..].iter().position(|line| *line == "}");
            of_tests += end.map_or(lines.len() - at, |end| end + 1);
        }
    }
    lines.len() - of_tests
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shipped_counts_and_its_tests_do_not() {
        for (path, counts) in [
            ("crates/core/src/keeper.rs", true),
            ("src-tauri/build.rs", true),
            ("ui/src/pages/Models.svelte", true),
            ("crates/core/src/keeper/tests.rs", false),
            ("crates/core/src/keeper/tests/harness.rs", false),
            ("crates/core/benches/policy.rs", false),
            ("crates/models/src/ranking.toml", false),
            ("ui/src/pages/Models.test.ts", false),
            ("ui/src/protocol/index.ts", false),
            ("xtask/src/lines.rs", false),
        ] {
            assert_eq!(is_product(path), counts, "{path}");
        }
        let text = "fn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() {\n    }\n}\n// end\n";
        assert_eq!(product_lines(text), 3);
        let text = "mod a;\n#[cfg(test)]\nmod fake;\n#[cfg(test)]\nmod tests;\n";
        assert_eq!(product_lines(text), 5);
        assert_eq!(
            modules_of_tests("c/a.rs", text),
            ["c/a/fake.rs", "c/a/tests.rs"]
        );
        assert_eq!(
            modules_of_tests("c/lib.rs", text),
            ["c/fake.rs", "c/tests.rs"]
        );
    }

    #[test]
    fn a_part_is_a_crate_or_the_pages() {
        assert_eq!(part("crates/core/src/lib.rs"), "crates/core");
        assert_eq!(part("crates/cli/main.rs"), "crates/cli");
        assert_eq!(part("ui/src/App.svelte"), "ui");
        assert_eq!(median(&[3, 1, 2]), 2);
        assert_eq!(median(&[]), 0);
    }
}
