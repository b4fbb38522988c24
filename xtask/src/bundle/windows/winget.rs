//! The manifests by which `winget install` finds the Setup program, to be submitted after a release.
//!
//! Source of the fields: the schemas of version 1.10 in microsoft/winget-cli, schemas/JSON/manifests/v1.10.0.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use super::version;
use crate::{
    bundle::{read, sums},
    shell,
};

#[cfg(test)]
mod rules;
#[cfg(test)]
mod tests;

const PACKAGE: &str = "GPUKeepalive.GPUKeepalive";
const NAME: &str = "GPU Keepalive";
const SCHEMA: &str = "1.10.0";
/// The identifier in `tauri.conf.json`, and the name of the key that the Setup program writes.
const PRODUCT_CODE: &str = "io.github.gpu-keepalive.gpu-keepalive";
const PUBLISHER: &str = env!("CARGO_PKG_AUTHORS");
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// A manifest, and its name without a suffix.
type Manifest = (String, Value);

/// Writes those of that Setup program into the folder.
pub(super) fn write(setup: &Path, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    fs::create_dir_all(folder)?;
    let name = setup.file_name().context("a file has a name")?;
    let manifests = manifests(&name.to_string_lossy(), &sums::of(setup)?)?;
    for (name, manifest) in manifests {
        fs::write(folder.join(name + ".yaml"), document(&manifest))?;
    }
    eprintln!("xtask: {}", folder.display());
    Ok(())
}

fn manifests(setup: &str, sum: &str) -> Result<[Manifest; 4]> {
    let texts = shell::root().join("packaging/windows");
    let english = read(&texts.join("description.txt"))?;
    let german = read(&texts.join("description.de.txt"))?;
    Ok([
        manifest("", "version", json!({ "DefaultLocale": "en-US" })),
        manifest(".installer", "installer", installer(setup, sum)),
        manifest(
            ".locale.en-US",
            "defaultLocale",
            locale("en-US", "Keeps the GPU ready for local AI", &english),
        ),
        manifest(
            ".locale.de-DE",
            "locale",
            locale("de-DE", "Hält die GPU für lokale KI bereit", &german),
        ),
    ])
}

/// What every manifest has, around what that one says.
fn manifest(suffix: &str, kind: &str, says: Value) -> Manifest {
    let mut all = Map::new();
    all.insert("PackageIdentifier".to_owned(), PACKAGE.into());
    all.insert("PackageVersion".to_owned(), version().into());
    all.extend(says.as_object().cloned().unwrap_or_default());
    all.insert("ManifestType".to_owned(), kind.into());
    all.insert("ManifestVersion".to_owned(), SCHEMA.into());
    (format!("{PACKAGE}{suffix}"), all.into())
}

fn installer(setup: &str, sum: &str) -> Value {
    json!({
        "InstallerType": "nullsoft",
        "Scope": "user",
        "InstallModes": ["interactive", "silent"],
        "InstallerSwitches": { "Silent": "/S", "SilentWithProgress": "/S" },
        "UpgradeBehavior": "install",
        "Commands": ["gpu-keepalive"],
        "ProductCode": PRODUCT_CODE,
        "AppsAndFeaturesEntries": [{
            "DisplayName": NAME,
            "Publisher": PUBLISHER,
            "DisplayVersion": version(),
            "ProductCode": PRODUCT_CODE,
        }],
        "Dependencies": {
            "PackageDependencies": [{ "PackageIdentifier": "Microsoft.EdgeWebView2Runtime" }],
        },
        "Installers": [{
            "Architecture": "x64",
            "InstallerUrl": format!("{REPOSITORY}/releases/download/v{}/{setup}", version()),
            "InstallerSha256": sum.to_uppercase(),
        }],
    })
}

fn locale(locale: &str, short: &str, description: &str) -> Value {
    let paragraphs = description.trim().split("\n\n");
    let paragraphs: Vec<_> = paragraphs.map(|lines| lines.replace('\n', " ")).collect();
    json!({
        "PackageLocale": locale,
        "Publisher": PUBLISHER,
        "PublisherUrl": REPOSITORY,
        "PublisherSupportUrl": format!("{REPOSITORY}/issues"),
        "PackageName": NAME,
        "PackageUrl": REPOSITORY,
        "License": env!("CARGO_PKG_LICENSE"),
        "LicenseUrl": format!("{REPOSITORY}/blob/v{}/LICENSE", version()),
        "ShortDescription": short,
        "Description": paragraphs.join("\n\n"),
        "Tags": ["cuda", "gpu", "llm", "nvidia"],
        "ReleaseNotesUrl": format!("{REPOSITORY}/releases/tag/v{}", version()),
    })
}

/// As YAML, of which strings and lists of JSON are a part.
fn document(manifest: &Value) -> String {
    let kind = manifest["ManifestType"].as_str().unwrap_or_default();
    let schema = format!("https://aka.ms/winget-manifest.{kind}.{SCHEMA}.schema.json");
    let mut yaml = format!("# yaml-language-server: $schema={schema}\n");
    lines(manifest, 0, &mut yaml);
    yaml
}

fn lines(value: &Value, depth: usize, yaml: &mut String) {
    let indent = " ".repeat(depth);
    let mut fields: Vec<_> = value.as_object().into_iter().flatten().collect();
    fields.sort_by_key(|(key, _)| (place(key), *key));
    for (key, value) in fields {
        match value {
            Value::Object(_) => {
                yaml.push_str(&format!("{indent}{key}:\n"));
                lines(value, depth + 2, yaml);
            }
            Value::Array(entries) => {
                yaml.push_str(&format!("{indent}{key}:\n"));
                entries.iter().for_each(|entry| item(entry, depth, yaml));
            }
            plain => yaml.push_str(&format!("{indent}{key}: {plain}\n")),
        }
    }
}

/// The place of a field as people expect it; those that share one follow the alphabet.
fn place(key: &str) -> usize {
    let first = ["PackageIdentifier", "PackageVersion", "PackageLocale"];
    let last = ["ManifestType", "ManifestVersion"];
    let in_first = first.iter().position(|name| *name == key);
    let in_last = last.iter().position(|name| *name == key);
    in_first.unwrap_or_else(|| first.len() + in_last.map_or(0, |place| place + 1))
}

/// An entry of a list.
fn item(entry: &Value, depth: usize, yaml: &mut String) {
    let indent = " ".repeat(depth);
    if entry.is_object() {
        let mut inner = String::new();
        lines(entry, depth + 2, &mut inner);
        // The dash stands in the place of the first line's indent.
        yaml.push_str(&format!("{indent}- {}", inner.trim_start()));
    } else {
        yaml.push_str(&format!("{indent}- {entry}\n"));
    }
}
