//! The licences of what was compiled into the programs, which ask to be passed on with them.
//!
//! Not with cargo-about 0.9.3: by its sources it takes what `cargo metadata` unites for the whole workspace, and the
//! licence alone, without files beside it such as `COPYRIGHT`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde_json::Value;

use super::{parts, read};
use crate::shell;

/// Every text in programs for that target, once, below the names of those that have it.
pub(crate) fn texts(target: &str) -> Result<String> {
    let mut owners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut add = |name: &str, texts: Vec<String>, licence: &str| -> Result<()> {
        let texts = if texts.is_empty() {
            published(licence)?
        } else {
            texts
        };
        for text in texts {
            let text = text.trim().to_owned();
            owners.entry(text).or_default().insert(name.to_owned());
        }
        Ok(())
    };
    let folders = folders(target)?;
    for (id, one) in parts::crates(target)?.iter().filter(|(_, one)| !one.ours) {
        let folder = folders
            .get(id)
            .with_context(|| format!("no folder of {id}"))?;
        add(id, in_folder(folder)?, &one.licence)?;
    }
    for one in parts::packages()? {
        let name = format!("{} {}", one.name, one.version);
        add(&name, one.text.into_iter().collect(), &one.licence)?;
    }
    let sections = owners.iter().map(|(text, names)| {
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        format!("{}\n\n{}\n", names.join(", "), text)
    });
    Ok(sections
        .collect::<Vec<_>>()
        .join(&format!("\n{:-<80}\n", "")))
}

/// The texts that the licences of an expression have at SPDX, for what brings none.
fn published(expression: &str) -> Result<Vec<String>> {
    let parsed = spdx::Expression::parse(expression).context(expression.to_owned())?;
    let text = |one: &spdx::expression::ExpressionReq| {
        let id = one
            .req
            .license
            .id()
            .with_context(|| format!("{expression} has no text"))?;
        Ok(format!("{}\n\n{}", id.full_name, id.text()))
    };
    parsed.requirements().map(text).collect()
}

/// The folder of every crate of the workspace, by name and version.
fn folders(target: &str) -> Result<BTreeMap<String, PathBuf>> {
    let mut metadata = shell::cargo(&["metadata", "--format-version", "1"]);
    // Others' crates would be downloaded just to be listed.
    metadata.args(["--filter-platform", target]);
    let metadata: Value = serde_json::from_str(&shell::output(&mut metadata)?)?;
    let packages = metadata["packages"]
        .as_array()
        .context("cargo knows packages")?;
    let folder = |package: &Value| {
        let text = |key: &str| package[key].as_str().unwrap_or_default();
        let folder = Path::new(text("manifest_path")).parent()?;
        Some((
            format!("{} {}", text("name"), text("version")),
            folder.to_owned(),
        ))
    };
    Ok(packages.iter().filter_map(folder).collect())
}

/// The texts of the files in that folder that are named as licences are.
fn in_folder(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.to_lowercase();
        let named = ["licen", "unlicen", "copying", "notice", "copyright"];
        if path.is_file() && named.iter().any(|start| name.starts_with(start)) {
            found.push(read(&path)?);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_brings_no_text_gets_those_of_its_licences() {
        let texts = published("Apache-2.0 OR MIT").expect("texts");
        assert_eq!(texts.len(), 2);
        assert!(
            texts[0].contains("TERMS AND CONDITIONS FOR USE, REPRODUCTION"),
            "{texts:?}"
        );
        assert!(
            texts[1].contains("Permission is hereby granted"),
            "{texts:?}"
        );
        assert!(published("Nobody-1.0").is_err());
    }
}
