//! The rules of ARCHITECTURE.md about the sources, held by reading them.

mod book;
mod commands;
mod faults;
mod purity;
mod release;
mod results;
mod servers;
mod texts;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A source file and its text.
struct Source {
    path: String,
    text: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of ours with that ending, its path from the root.
fn sources(folders: &[&str], ending: &str) -> Vec<Source> {
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() && !["target", "node_modules", "dist", "gen"].contains(&name.as_str()) {
            let entries = fs::read_dir(&path).expect("a folder of ours");
            open.extend(entries.map(|entry| entry.expect("an entry").path()));
        } else if name.ends_with(ending) {
            let path = path.strip_prefix(root()).expect("below the root");
            found.push(Source {
                path: path.to_string_lossy().replace('\\', "/"),
                text: fs::read_to_string(root().join(path)).expect("text"),
            });
        }
    }
    assert!(!found.is_empty(), "no {ending} files in {folders:?}");
    found
}

const SHIPPED: [&str; 3] = ["crates", "src-tauri", "xtask"];

/// Lines of code that contain a word, comments left out.
fn naming<'a>(source: &'a Source, words: &[&str]) -> Vec<&'a str> {
    let code = |line: &&str| !line.trim_start().starts_with("//");
    let names = |line: &&str| words.iter().any(|word| line.contains(word));
    source.text.lines().filter(code).filter(names).collect()
}

fn assert_only_in(words: &[&str], allowed: &[&str]) {
    for source in sources(&SHIPPED, ".rs") {
        let lines = naming(&source, words);
        let may = allowed
            .iter()
            .any(|allowed| source.path.starts_with(allowed));
        assert!(
            lines.is_empty() || may,
            "{} names {words:?}: {lines:?}",
            source.path
        );
    }
}

#[test]
fn only_one_place_touches_each_of_the_vendors_libraries() {
    assert_only_in(
        &["nvml_wrapper::", "nvml_wrapper_sys::"],
        &["crates/engine/src/driver/nvml"],
    );
    assert_only_in(&["cudarc::"], &["crates/engine/src/driver/cuda"]);
}

#[test]
fn only_the_bindings_of_the_driver_hold_unsafe_code() {
    assert_only_in(
        &[
            "unsafe {",
            "unsafe fn",
            "unsafe impl",
            "unsafe extern",
            "unsafe trait",
            "allow(unsafe_code",
            "expect(unsafe_code",
            "warn(unsafe_code",
        ],
        &[
            "crates/engine/src/driver/cuda",
            "crates/engine/src/driver/rm",
            "crates/engine/src/windows_api",
        ],
    );
}

#[test]
fn the_core_does_no_io_and_reads_no_clock() {
    let manifest = fs::read_to_string(root().join("crates/core/Cargo.toml")).expect("a manifest");
    let manifest: toml_edit::DocumentMut = manifest.parse().expect("TOML");
    let pure = [
        "gpu-keepalive-models",
        "gpu-keepalive-text",
        "jiff",
        "serde",
        "serde_json",
        "strsim",
        "thiserror",
        "toml",
        "toml_edit",
    ];
    let dependencies = manifest["dependencies"].as_table().expect("a table");
    for (name, _) in dependencies {
        assert!(
            pure.contains(&name),
            "the core depends on {name}, which is not known to be pure"
        );
    }
    let manifest = fs::read_to_string(root().join("crates/models/Cargo.toml")).expect("a manifest");
    let manifest: toml_edit::DocumentMut = manifest.parse().expect("TOML");
    let pure = [
        "gpu-keepalive-text",
        "serde",
        "serde_json",
        "thiserror",
        "toml",
        "ts-rs",
    ];
    for (name, _) in manifest["dependencies"].as_table().expect("a table") {
        assert!(
            pure.contains(&name),
            "the models depend on {name}, which is not known to be pure"
        );
    }
    let manifest = fs::read_to_string(root().join("crates/text/Cargo.toml")).expect("a manifest");
    let manifest: toml_edit::DocumentMut = manifest.parse().expect("TOML");
    for (name, _) in manifest["dependencies"].as_table().expect("a table") {
        assert!(
            ["fluent-bundle", "unic-langid"].contains(&name),
            "the texts depend on {name}, which is not known to be pure"
        );
    }
    let pure = ["crates/core/src", "crates/models/src", "crates/text/src"];
    for source in sources(&pure, ".rs") {
        if source.path.contains("/tests") {
            continue;
        }
        // A file of tests beside its module, without a `cfg` of its own.
        if source.path == "crates/core/src/protocol/typescript.rs" {
            continue;
        }
        let named = purity::named(&source.text, &purity::IMPURE);
        assert!(named.is_empty(), "{}: {named:?}", source.path);
    }
}

#[test]
fn the_benchmarks_arithmetic_knows_neither_engine_nor_clock() {
    // What measures stands beside it, in `measure` and `workloads`.
    let banned: Vec<_> = purity::IMPURE
        .into_iter()
        .chain(["gpu_keepalive_engine", "crate::measure", "crate::workloads"])
        .collect();
    for part in ["measurements", "share", "strategies", "verdict"] {
        let of_part = |source: &Source| {
            let path = source.path.strip_prefix("crates/benchmark/src/");
            path.is_some_and(|path| path.starts_with(part))
        };
        let sources = sources(&["crates/benchmark/src"], ".rs");
        let of_part: Vec<_> = sources.into_iter().filter(of_part).collect();
        assert!(!of_part.is_empty(), "there is no {part}");
        for source in of_part {
            let named = purity::named(&source.text, &banned);
            assert!(named.is_empty(), "{}: {named:?}", source.path);
        }
    }
}

#[test]
fn only_the_clock_reads_the_time() {
    // Modules that may touch files allow clippy's whole list of methods, and the clock is on it.
    let clock = [
        "std::time::Instant::now",
        "std::time::SystemTime::now",
        "std::thread::sleep",
        "jiff::Zoned::now",
        "jiff::Timestamp::now",
    ];
    for source in sources(&["crates", "src-tauri/src"], ".rs") {
        let of_tests = ["/tests", "/benches/", "/examples/"];
        let exempt = of_tests.iter().any(|part| source.path.contains(part));
        if !exempt && source.path != "crates/engine/src/clock.rs" {
            let named = purity::named(&source.text, &clock);
            assert!(named.is_empty(), "{}: {named:?}", source.path);
        }
    }
}

#[test]
fn the_command_line_links_no_desktop() {
    let tree = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--package",
            "gpu-keepalive",
            "--edges",
            "normal",
        ])
        .args(["--prefix", "none", "--format", "{p}"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let tree = String::from_utf8(tree.stdout).expect("text");
    assert!(tree.contains("gpu-keepalive-engine"), "{tree}");
    for desktop in ["gtk", "webkit2gtk", "tauri", "tao", "wry"] {
        let linked = tree
            .lines()
            .any(|line| line.split(' ').next() == Some(desktop));
        assert!(!linked, "the command line links {desktop}");
    }
}

#[test]
fn a_panic_in_a_driver_binding_can_be_caught_in_a_release() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("a manifest");
    let manifest: toml_edit::DocumentMut = manifest.parse().expect("TOML");
    assert!(
        manifest["profile"]["release"].get("panic").is_none(),
        "release builds must unwind"
    );
}

#[test]
fn the_pages_decide_nothing_about_a_state() {
    let tests = ["ui/src/protocol/", "ui/src/testing/", "ui/src/dev/"];
    for ending in [".ts", ".svelte"] {
        for source in sources(&["ui/src"], ending) {
            let of_tests = tests.iter().any(|folder| source.path.starts_with(folder));
            if of_tests || source.path.ends_with(".test.ts") {
                continue;
            }
            let state = [
                ".phase",
                ".reasons",
                ".message.",
                ".strategy",
                ".power_source",
            ];
            let lines = naming(&source, &state);
            assert!(
                lines.is_empty(),
                "{} decides on a state instead of showing its text: {lines:?}",
                source.path
            );
        }
    }
}

#[test]
fn files_stay_small() {
    for source in sources(&["crates", "src-tauri", "xtask", "tests"], ".rs") {
        let lines = source.text.lines().count();
        assert!(lines <= 500, "{} has {lines} lines; split it", source.path);
    }
}

#[test]
fn no_type_has_a_vague_name() {
    let vague = ["Manager", "Service", "Helper", "Util"];
    for source in sources(&SHIPPED, ".rs") {
        for line in source.text.lines() {
            let declares = ["struct ", "enum ", "trait ", "mod "].iter().any(|word| {
                line.trim_start()
                    .trim_start_matches("pub ")
                    .trim_start_matches("pub(crate) ")
                    .starts_with(word)
            });
            let named = vague.iter().find(|word| line.contains(*word));
            assert!(!declares || named.is_none(), "{}: {line}", source.path);
        }
    }
}

#[test]
fn the_architecture_page_names_only_what_is_there() {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("the page");
    let mut named = 0;
    for word in page.split('`').skip(1).step_by(2) {
        let is_path_like = word.contains('/') && !word.contains([' ', '<', '*', ':', '$', '~']);
        if is_path_like && !word.starts_with('/') {
            named += 1;
            assert!(
                root().join(word).exists(),
                "ARCHITECTURE.md names {word}, which is not there"
            );
        }
    }
    assert!(named > 10, "the page names only {named} paths");
}
