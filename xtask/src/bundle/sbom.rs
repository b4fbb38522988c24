//! The bill of materials of the programs, in CycloneDX's JSON.
//!
//! Of what `cargo tree` says for each program. The tools for it take what `cargo metadata` unites for the whole
//! workspace, macros and their libraries too: 381 crates on 2026-11-29, of which 104 were in no program.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::Result;
use serde_json::{Value, json};

use super::parts::{self, Crate, Package};
use crate::release;

/// Writes the bill of materials of the programs for that target.
pub(crate) fn write(target: &str, file: &Path) -> Result<()> {
    let bill = bill(&parts::crates(target)?, &parts::packages()?);
    fs::write(file, serde_json::to_string_pretty(&bill)? + "\n")?;
    Ok(())
}

/// Without time and serial number, so that the same sources give the same bytes.
fn bill(crates: &BTreeMap<String, Crate>, pages: &[Package]) -> Value {
    let programs = crates.values().filter(|one| is_program(one));
    let mut needs = vec![json!({
        "ref": "release",
        "dependsOn": programs.map(reference).collect::<BTreeSet<_>>(),
    })];
    let mut components = Vec::new();
    for one in crates.values() {
        components.push(of_crate(one));
        let linked = one.links.iter().filter_map(|id| crates.get(id));
        let mut linked: BTreeSet<_> = linked.map(reference).collect();
        if one.name == release::WINDOW {
            linked.extend(pages.iter().map(npm));
        }
        needs.push(json!({ "ref": reference(one), "dependsOn": linked }));
    }
    components.extend(pages.iter().map(of_package));
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "lifecycles": [{ "phase": "build" }],
            "component": {
                "type": "application",
                "bom-ref": "release",
                "name": "GPU Keepalive",
                "version": env!("CARGO_PKG_VERSION"),
                "licenses": [{ "expression": env!("CARGO_PKG_LICENSE") }],
                "externalReferences": [{ "type": "vcs", "url": env!("CARGO_PKG_REPOSITORY") }],
            },
        },
        "components": components,
        "dependencies": needs,
    })
}

fn is_program(one: &Crate) -> bool {
    release::PROGRAMS.contains(&one.name.as_str())
}

fn of_crate(one: &Crate) -> Value {
    let mut component = json!({
        "type": if is_program(one) { "application" } else { "library" },
        "bom-ref": reference(one),
        "name": one.name,
        "version": one.version,
        "licenses": [{ "expression": one.licence }],
    });
    if !one.ours {
        component["purl"] = reference(one).into();
    }
    if !one.repository.is_empty() {
        component["externalReferences"] = json!([{ "type": "vcs", "url": one.repository }]);
    }
    component
}

fn of_package(one: &Package) -> Value {
    json!({
        "type": "library",
        "bom-ref": npm(one),
        "name": one.name,
        "version": one.version,
        "licenses": [{ "expression": one.licence }],
        "purl": npm(one),
    })
}

/// The package URL; of our own crates, which no registry has, the name.
fn reference(one: &Crate) -> String {
    let Crate { name, version, .. } = one;
    let kind = if one.ours { "" } else { "pkg:cargo/" };
    format!("{kind}{name}@{version}")
}

fn npm(one: &Package) -> String {
    format!("pkg:npm/{}@{}", one.name.replace('@', "%40"), one.version)
}

#[cfg(test)]
mod tests;
