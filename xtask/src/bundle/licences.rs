//! The licences of what was compiled into the programs, which ask to be passed on with them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::read;
use crate::{release, shell};

/// The packages that the window's pages are built of.
const OF_THE_PAGES: [&str; 5] = ["@tauri-apps/api", "clsx", "esm-env", "svelte", "uplot"];

/// Every text in programs for that target, once, below the names of those that have it.
pub(crate) fn texts(target: &str) -> Result<String> {
    let mut owners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut add = |name: String, text: String| {
        owners.entry(text).or_default().insert(name);
    };
    let compiled_in = compiled_in(target)?;
    for package in packages(target)? {
        let text = |key: &str| package[key].as_str().unwrap_or_default();
        let name = format!("{} {}", text("name"), text("version"));
        if !compiled_in.contains(&name) {
            continue;
        }
        let folder = Path::new(text("manifest_path")).parent();
        let found = in_folder(folder.context("a manifest in a folder")?)?;
        if found.is_empty() {
            add(name.clone(), format!("Licence: {}\n", text("license")));
        }
        found.into_iter().for_each(|text| add(name.clone(), text));
    }
    for name in OF_THE_PAGES {
        let folder = shell::root().join("ui/node_modules").join(name);
        let found = in_folder(&folder)?;
        ensure!(!found.is_empty(), "{name} tells no licence");
        found
            .into_iter()
            .for_each(|text| add(name.to_owned(), text));
    }
    let sections = owners.iter().map(|(text, names)| {
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        format!("{}\n\n{}\n", names.join(", "), text.trim())
    });
    Ok(sections
        .collect::<Vec<_>>()
        .join(&format!("\n{:-<80}\n", "")))
}

/// Name and version of every crate in the programs, our own left out.
fn compiled_in(target: &str) -> Result<BTreeSet<String>> {
    let mut tree = shell::cargo(&["tree", "--edges", "normal,no-proc-macro"]);
    tree.args(["--prefix", "none", "--format", "{p}", "--target", target]);
    for program in release::PROGRAMS {
        tree.args(["--package", program]);
    }
    let crates = shell::output(&mut tree)?;
    let others = crates.lines().filter(|line| !line.contains(" (/"));
    let names = others.filter_map(|line| {
        let mut words = line.split_whitespace();
        let (name, version) = (words.next()?, words.next()?);
        Some(format!("{name} {}", version.trim_start_matches('v')))
    });
    Ok(names.collect())
}

fn packages(target: &str) -> Result<Vec<Value>> {
    let mut metadata = shell::cargo(&["metadata", "--format-version", "1"]);
    // Others' crates would be downloaded just to be listed.
    metadata.args(["--filter-platform", target]);
    let metadata: Value = serde_json::from_str(&shell::output(&mut metadata)?)?;
    let packages = metadata["packages"].as_array();
    Ok(packages.context("cargo knows packages")?.clone())
}

/// The texts of the files in that folder that are named as licences are.
fn in_folder(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.to_lowercase();
        let named = ["licen", "copying", "notice", "copyright"];
        if path.is_file() && named.iter().any(|start| name.starts_with(start)) {
            found.push(read(&path)?);
        }
    }
    Ok(found)
}
