//! What the programs of a release are made of: the crates that are linked, and the pages' packages.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::{release, shell, ui};

/// A crate in the programs.
#[derive(Default)]
pub(super) struct Crate {
    pub(super) name: String,
    pub(super) version: String,
    /// An SPDX expression.
    pub(super) licence: String,
    pub(super) repository: String,
    /// Returns true if it is in this repository.
    pub(super) ours: bool,
    /// The names and versions of the crates that it links.
    pub(super) links: BTreeSet<String>,
}

/// An npm package in the window's pages, as Vite describes it.
#[derive(Deserialize)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    /// An SPDX expression.
    #[serde(rename = "identifier")]
    pub(super) licence: String,
    /// The text of its licence, where the package has it.
    pub(super) text: Option<String>,
}

/// Every crate in programs for that target, by name and version. Macros and build scripts are in none.
pub(super) fn crates(target: &str) -> Result<BTreeMap<String, Crate>> {
    let mut crates = BTreeMap::new();
    // One after the other, as they are built: together one would get the features of the other.
    for program in release::PROGRAMS {
        let mut tree = shell::cargo(&["tree", "--edges", "normal,no-proc-macro"]);
        tree.args(["--prefix", "depth", "--format", "{p}\t{l}\t{r}"]);
        tree.args(["--target", target, "--package", program]);
        add(&mut crates, &shell::output(&mut tree)?)?;
    }
    Ok(crates)
}

/// Adds the crates of a tree whose lines begin with their depth.
fn add(crates: &mut BTreeMap<String, Crate>, tree: &str) -> Result<()> {
    let mut above: Vec<String> = Vec::new();
    for line in tree.lines() {
        // What is below was shown already.
        let line = line.trim_end_matches(" (*)");
        let start = line
            .find(|sign: char| !sign.is_ascii_digit())
            .context("a crate")?;
        let (depth, line) = line.split_at(start);
        let [package, licence, repository] = line.split('\t').collect::<Vec<_>>()[..] else {
            anyhow::bail!("cargo tree wrote “{line}”");
        };
        let mut words = package.split_whitespace();
        let (name, version) = (
            words.next().context("a name")?,
            words.next().context("a version")?,
        );
        let version = version.trim_start_matches('v');
        ensure!(!licence.is_empty(), "{name} {version} names no licence");
        let id = format!("{name} {version}");
        above.truncate(depth.parse()?);
        if let Some(parent) = above.last().and_then(|parent| crates.get_mut(parent)) {
            parent.links.insert(id.clone());
        }
        crates.entry(id.clone()).or_insert_with(|| Crate {
            name: name.to_owned(),
            version: version.to_owned(),
            licence: licence.replace('/', " OR "),
            repository: repository.to_owned(),
            ours: package.contains(" (/"),
            links: BTreeSet::new(),
        });
        above.push(id);
    }
    Ok(())
}

/// Every package in the window's pages, as the build of the pages finds them.
pub(super) fn packages() -> Result<Vec<Package>> {
    let list = ui::licences()?;
    let list = fs::read(&list).with_context(|| list.display().to_string())?;
    Ok(serde_json::from_slice(&list)?)
}
