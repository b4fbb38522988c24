//! The pages of `docs`: every link leads somewhere, and nothing is missing in a reference.

use std::collections::BTreeSet;

use gpu_keepalive_core::{
    protocol::{Request, SettingKind, SettingReport},
    settings::SettingsFile,
};

use super::{Source, root, sources};
use crate::support::assert_written;

/// Every page of ours.
fn pages() -> Vec<Source> {
    let mut pages = sources(&["docs", "python", "crates/models/catalogue"], ".md");
    for name in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "SECURITY.md",
    ] {
        let text = std::fs::read_to_string(root().join(name)).expect("a page");
        let path = name.to_owned();
        pages.push(Source { path, text });
    }
    pages
}

/// The targets of its links and pictures, code left out.
fn links(page: &Source) -> Vec<&str> {
    let mut code = false;
    let lines = page.text.lines().filter(|line| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    });
    let mut found = Vec::new();
    for line in lines {
        for opening in ["](", "src=\"", "srcset=\"", "]: "] {
            let parts = line.split(opening).skip(1);
            found.extend(parts.map(|part| part.split([')', '"', ' ']).next().unwrap_or_default()));
        }
    }
    found
}

/// The anchor of a heading, as forges and mdBook make it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    kept.chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut broken = Vec::new();
    for page in pages() {
        let folder = root().join(&page.path);
        let folder = folder.parent().expect("a folder").to_owned();
        for link in links(&page) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (path, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = match path {
                "" => root().join(&page.path),
                path => folder.join(path),
            };
            let leads = target.exists()
                && (heading.is_empty() || {
                    let text = std::fs::read_to_string(&target).unwrap_or_default();
                    let mut headings = text.lines().filter_map(|line| line.strip_prefix('#'));
                    headings.any(|line| anchor(line.trim_start_matches('#')) == heading)
                });
            if !leads {
                broken.push(format!("{}: {link}", page.path));
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn every_page_is_in_the_book() {
    let summary = std::fs::read_to_string(root().join("docs/SUMMARY.md")).expect("the summary");
    let missing: Vec<_> = sources(&["docs"], ".md")
        .into_iter()
        .map(|page| page.path.trim_start_matches("docs/").to_owned())
        .filter(|page| page != "SUMMARY.md" && !summary.contains(&format!("({page})")))
        .collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_request_is_in_the_reference_of_the_socket() {
    let page = include_str!("../../docs/protocol.md");
    let described: BTreeSet<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split(" | ").next())
        .flat_map(|names| names.split('`').filter(|part| !part.contains([',', ' '])))
        .filter(|name| !name.is_empty())
        .collect();
    assert_eq!(described, BTreeSet::from(Request::NAMES));
}

const SETTINGS: &str = "\
# Settings

In the window under “Settings”, or with `gpu-keepalive settings set KEY VALUE`, or in the settings file, which
`gpu-keepalive settings path` names. The file is TOML; every key may be left out, and comments and keys that are not
known stay where they are. A wrong value is reported with its line, and the default is used for that key alone.

```toml
version = 1
mode = \"on_demand\"

[thermal]
max_temperature = 80
```
";

#[test]
fn the_reference_has_every_setting() {
    let report = SettingsFile::default().report("");
    let mut page = SETTINGS.to_owned();
    let mut group = "";
    for setting in &report.settings {
        if setting.group != group {
            group = &setting.group;
            page += &format!("\n## {group}\n\n");
        }
        page += &row(setting);
    }
    assert_written("docs/settings.md", &page);
}

fn row(setting: &SettingReport) -> String {
    let SettingReport {
        key,
        title,
        description,
        default,
        ..
    } = setting;
    let default = match default {
        serde_json::Value::Null => "none".to_owned(),
        serde_json::Value::Array(all) if all.len() > 8 => "a list".to_owned(),
        value => format!("`{value}`"),
    };
    let accepted = accepted(&setting.kind);
    format!("- `{key}` **{title}.** {description} Accepts {accepted}. Default: {default}.\n")
}

/// The values that are accepted, as a phrase.
fn accepted(kind: &SettingKind) -> String {
    let one_of = |options: &[gpu_keepalive_core::protocol::SettingOption]| {
        let names: Vec<_> = options
            .iter()
            .map(|option| format!("`{}`", option.value))
            .collect();
        names.join(", ")
    };
    match kind {
        SettingKind::Bool => "`true` or `false`".to_owned(),
        SettingKind::Number {
            min,
            max,
            integer,
            unit,
            word,
        } => {
            let number = if *integer {
                "a whole number"
            } else {
                "a number"
            };
            let unit = if unit.is_empty() {
                String::new()
            } else {
                format!(" {unit}")
            };
            let word = word.as_ref().map(|word| format!(", or `\"{word}\"`"));
            format!(
                "{number} from {min} to {max}{unit}{}",
                word.unwrap_or_default()
            )
        }
        SettingKind::Choice { options } => format!("one of {}", one_of(options)),
        SettingKind::ChoiceList { options } => format!("a list of any of {}", one_of(options)),
        SettingKind::Text { max_length } => format!("a text of at most {max_length} characters"),
        SettingKind::TextList => "a list of texts".to_owned(),
        SettingKind::GpuList => "a list of GPUs, each by its number or its UUID".to_owned(),
    }
}
