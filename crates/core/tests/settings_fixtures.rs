//! Every settings file ever released still loads, with the values it had.
//!
//! The files in `fixtures/settings` are frozen: a new version adds files and edits none.

#![allow(clippy::disallowed_methods, reason = "reads the fixtures")]

use std::{fs, path::Path};

use gpu_keepalive_core::settings::{SettingsFile, as_toml};

#[test]
fn every_released_file_still_loads() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/settings");
    let mut files = 0;
    for entry in fs::read_dir(folder).expect("fixtures are there") {
        let path = entry.expect("readable").path();
        let text = fs::read_to_string(&path).expect("readable");
        let file = SettingsFile::parse(&text);
        assert_eq!(file.read_only(), None, "{}", path.display());
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        insta::assert_snapshot!(&*name, described(&file));
        files += 1;
    }
    assert!(files >= 5, "{files} fixtures found");
}

/// Every value that is not the default, and every problem.
fn described(file: &SettingsFile) -> String {
    let report = file.report("");
    let changed = report
        .settings
        .iter()
        .filter(|setting| setting.value != setting.default);
    let values = changed.map(|setting| {
        format!(
            "{} = {}\n",
            setting.key,
            as_toml(&setting.value).as_deref().unwrap_or("(not set)")
        )
    });
    let problems = report.problems.iter().map(|problem| {
        let line = problem
            .line
            .map_or_else(String::new, |line| line.to_string());
        format!("line {line}: {}\n", problem.message)
    });
    values.chain(problems).collect()
}
