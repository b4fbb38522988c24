//! Every place that repeats the version of a release, held to that of the workspace.

use std::fs;

use super::root;

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn toml(path: &str) -> toml_edit::DocumentMut {
    read(path).parse().expect("TOML")
}

/// The tests are part of the workspace's root package.
const VERSION: &str = env!("CARGO_PKG_VERSION");

#[test]
fn the_manifests_name_the_version_of_the_workspace() {
    let manifest = toml("Cargo.toml");
    let ours = manifest["workspace"]["dependencies"]
        .as_table()
        .expect("a table");
    let mut published = 0;
    for (name, dependency) in ours {
        let of_ours = dependency.get("path").is_some();
        if let Some(version) = dependency.get("version").filter(|_| of_ours) {
            assert_eq!(version.as_str(), Some(VERSION), "{name} in Cargo.toml");
            published += 1;
        }
    }
    assert!(
        published >= 4,
        "only {published} of our crates are published"
    );
    for member in manifest["workspace"]["members"]
        .as_array()
        .expect("an array")
    {
        let member = format!("{}/Cargo.toml", member.as_str().expect("a path"));
        let package = &toml(&member)["package"];
        let inherits = package["version"].get("workspace").is_some();
        assert!(inherits, "{member} has a version of its own");
    }
    let locked = toml("Cargo.lock");
    for package in locked["package"].as_array_of_tables().expect("packages") {
        if package.get("source").is_none() {
            let name = package["name"].as_str().unwrap_or_default();
            assert_eq!(
                package["version"].as_str(),
                Some(VERSION),
                "{name} in Cargo.lock"
            );
        }
    }
    let app: serde_json::Value = json("src-tauri/tauri.conf.json");
    assert!(
        app.get("version").is_none(),
        "the app's version is its crate's"
    );
    for manifest in ["ui/package.json", "ui/package-lock.json"] {
        assert_eq!(json(manifest)["version"], VERSION, "{manifest}");
    }
    assert_eq!(
        json("ui/package-lock.json")["packages"][""]["version"],
        VERSION
    );
}

fn json(path: &str) -> serde_json::Value {
    serde_json::from_str(&read(path)).expect("JSON")
}

#[test]
fn the_changelog_and_the_software_centre_name_the_same_release() {
    let changelog = read("CHANGELOG.md");
    let newest = changelog
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .find(|heading| *heading != "[Unreleased]")
        .expect("a version");
    let date = newest.strip_prefix(&format!("[{VERSION}] - "));
    let date = date.unwrap_or_else(|| panic!("the newest version of CHANGELOG.md is {newest}"));
    let of_a_date = |(place, sign): (usize, char)| match place {
        4 | 7 => sign == '-',
        _ => sign.is_ascii_digit(),
    };
    assert!(
        date.len() == 10 && date.chars().enumerate().all(of_a_date),
        "{date}"
    );
    let link = format!(
        "[{VERSION}]: {}/releases/tag/v{VERSION}",
        env!("CARGO_PKG_REPOSITORY")
    );
    assert!(changelog.contains(&link), "CHANGELOG.md has no line {link}");

    let metainfo = read("packaging/io.github.gpu_keepalive.gpu_keepalive.metainfo.xml");
    let releases: Vec<_> = metainfo
        .lines()
        .filter(|line| line.contains("<release "))
        .collect();
    let first = releases.first().expect("a release");
    let release = format!("<release version=\"{VERSION}\" date=\"{date}\"");
    assert!(
        first.contains(&release),
        "the newest release of the metainfo is {first}"
    );
}

#[test]
fn the_changelog_keeps_its_form() {
    let kinds = [
        "Added",
        "Changed",
        "Deprecated",
        "Removed",
        "Fixed",
        "Security",
    ];
    for line in read("CHANGELOG.md").lines() {
        if let Some(kind) = line.strip_prefix("### ") {
            assert!(kinds.contains(&kind), "CHANGELOG.md has a section “{kind}”");
        }
    }
}

#[test]
fn the_instructions_name_the_packages_of_this_version() {
    for page in ["README.md", "docs/install.md"] {
        let text = read(page);
        let deb = format!("gpu-keepalive_{VERSION}_amd64.deb");
        assert!(text.contains(&deb), "{page} does not name {deb}");
        // Every such name, in whatever sentence.
        for (start, end) in [
            ("gpu-keepalive_", "_amd64.deb"),
            ("gpu-keepalive-", "-1.x86_64.rpm"),
            ("GPU-Keepalive-", "-setup.exe"),
        ] {
            let named = text.split(start).skip(1);
            let versions = named
                .filter_map(|rest| rest.split_once(end))
                .map(|(version, _)| version);
            for version in versions.filter(|version| version.len() < 20) {
                assert_eq!(version, VERSION, "{page}: {start}{version}{end}");
            }
        }
    }
}
