//! The rules of winget's schemas, version 1.10, for the fields that ours have; a field that is not here
//! is an error. Read from microsoft/winget-cli, schemas/JSON/manifests/v1.10.0.

use serde_json::Value;

/// What a value has to be.
#[derive(Clone, Copy)]
enum Rule {
    /// Text of at least and at most so many characters.
    Text(usize, usize),
    Url,
    Locale,
    Version,
    /// An identifier: at least two parts with dots between them.
    Package,
    Sha256,
    OneOf(&'static [&'static str]),
    /// A list of at most so many different values.
    List(usize, &'static Rule),
    /// Fields, and which of them are required.
    Fields(&'static [(&'static str, Rule)], &'static [&'static str]),
}

use Rule::{Fields, List, Locale, OneOf, Package, Sha256, Text, Url, Version};

const COMMON: [(&str, Rule); 3] = [
    ("PackageIdentifier", Package),
    ("PackageVersion", Version),
    ("ManifestVersion", OneOf(&["1.10.0"])),
];
const LOCALE: &[(&str, Rule)] = &[
    ("PackageLocale", Locale),
    ("Publisher", Text(2, 256)),
    ("PublisherUrl", Url),
    ("PublisherSupportUrl", Url),
    ("PackageName", Text(2, 256)),
    ("PackageUrl", Url),
    ("License", Text(3, 512)),
    ("LicenseUrl", Url),
    ("ShortDescription", Text(3, 256)),
    ("Description", Text(3, 10_000)),
    ("Tags", List(16, &Text(1, 40))),
    ("ReleaseNotesUrl", Url),
    ("ManifestType", OneOf(&["defaultLocale", "locale"])),
];
const INSTALLER: &[(&str, Rule)] = &[
    ("InstallerType", OneOf(&["nullsoft"])),
    ("Scope", OneOf(&["user", "machine"])),
    (
        "InstallModes",
        List(3, &OneOf(&["interactive", "silent", "silentWithProgress"])),
    ),
    (
        "InstallerSwitches",
        Fields(
            &[
                ("Silent", Text(1, 512)),
                ("SilentWithProgress", Text(1, 512)),
            ],
            &[],
        ),
    ),
    (
        "UpgradeBehavior",
        OneOf(&["install", "uninstallPrevious", "deny"]),
    ),
    ("Commands", List(16, &Text(1, 40))),
    ("ProductCode", Text(1, 255)),
    (
        "AppsAndFeaturesEntries",
        List(
            128,
            &Fields(
                &[
                    ("DisplayName", Text(1, 256)),
                    ("Publisher", Text(1, 256)),
                    ("DisplayVersion", Text(1, 128)),
                    ("ProductCode", Text(1, 255)),
                ],
                &[],
            ),
        ),
    ),
    (
        "Dependencies",
        Fields(
            &[(
                "PackageDependencies",
                List(
                    16,
                    &Fields(&[("PackageIdentifier", Package)], &["PackageIdentifier"]),
                ),
            )],
            &[],
        ),
    ),
    (
        "Installers",
        List(
            1024,
            &Fields(
                &[
                    (
                        "Architecture",
                        OneOf(&["x86", "x64", "arm", "arm64", "neutral"]),
                    ),
                    ("InstallerUrl", Url),
                    ("InstallerSha256", Sha256),
                ],
                &["Architecture", "InstallerUrl", "InstallerSha256"],
            ),
        ),
    ),
    ("ManifestType", OneOf(&["installer"])),
];
const VERSION: &[(&str, Rule)] = &[
    ("DefaultLocale", Locale),
    ("ManifestType", OneOf(&["version"])),
];

/// What is wrong with the manifest, a line each.
pub(super) fn violations(manifest: &Value) -> Vec<String> {
    let kind = manifest["ManifestType"].as_str().unwrap_or_default();
    let (own, required): (_, &[&str]) = match kind {
        "version" => (VERSION, &["DefaultLocale"]),
        "installer" => (INSTALLER, &["Installers"]),
        "defaultLocale" => (
            LOCALE,
            &[
                "PackageLocale",
                "Publisher",
                "PackageName",
                "License",
                "ShortDescription",
            ],
        ),
        "locale" => (LOCALE, &["PackageLocale"]),
        other => return vec![format!("ManifestType is {other:?}")],
    };
    let rules: Vec<_> = COMMON.iter().chain(own).copied().collect();
    let required = [
        &["PackageIdentifier", "PackageVersion", "ManifestVersion"],
        required,
    ]
    .concat();
    let mut found = Vec::new();
    fields(kind, manifest, &rules, &required, &mut found);
    found
}

fn fields(
    at: &str,
    value: &Value,
    rules: &[(&str, Rule)],
    required: &[&str],
    found: &mut Vec<String>,
) {
    let Some(given) = value.as_object() else {
        return found.push(format!("{at} is no object"));
    };
    let missing = required.iter().filter(|name| !given.contains_key(**name));
    found.extend(missing.map(|name| format!("{at} lacks {name}")));
    for (name, value) in given {
        let at = format!("{at}.{name}");
        match rules.iter().find(|(known, _)| known == name) {
            Some((_, rule)) => check(&at, value, *rule, found),
            None => found.push(format!("{at} is unknown")),
        }
    }
}

fn check(at: &str, value: &Value, rule: Rule, found: &mut Vec<String>) {
    match rule {
        Fields(rules, required) => return fields(at, value, rules, required, found),
        List(most, rule) => {
            let entries = value.as_array().map_or(&[][..], Vec::as_slice);
            let again = (1..entries.len()).any(|n| entries[..n].contains(&entries[n]));
            if entries.is_empty() || entries.len() > most || again {
                found.push(format!("{at} is no list of 1 to {most} different values"));
            }
            return entries
                .iter()
                .for_each(|entry| check(at, entry, *rule, found));
        }
        _ => {}
    }
    let text = value.as_str().unwrap_or_default();
    let length = text.chars().count();
    let forbidden = |c: char| "\\/:*?\"<>|".contains(c) || c.is_control();
    let is_right = match rule {
        Text(least, most) => (least..=most).contains(&length),
        Url => length <= 2048 && text.starts_with("https://") && !text.contains(' '),
        Locale => {
            length <= 20 && {
                let mut parts = text.split('-');
                let is_word = |part: &str, most| {
                    (1..=most).contains(&part.len())
                        && part.chars().all(|c| c.is_ascii_alphabetic())
                };
                parts
                    .next()
                    .is_some_and(|first| first.len() > 1 && is_word(first, 3))
                    && parts.all(|part| is_word(part, 8))
            }
        }
        Version => (1..=128).contains(&length) && !text.contains(forbidden),
        Package => {
            length <= 128 && (2..=8).contains(&text.split('.').count()) && {
                let is_part = |part: &str| (1..=32).contains(&part.chars().count());
                text.split('.').all(is_part)
                    && !text.contains(|c: char| forbidden(c) || c.is_whitespace())
            }
        }
        Sha256 => length == 64 && text.chars().all(|c| c.is_ascii_hexdigit()),
        OneOf(words) => words.contains(&text),
        Fields(..) | List(..) => true,
    };
    if !is_right {
        found.push(format!("{at} must not be {value}"));
    }
}
