use super::{rules::violations, *};

const SUM: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn ours() -> [Manifest; 4] {
    let setup = format!("GPU-Keepalive-{}-setup.exe", version());
    manifests(&setup, SUM).unwrap()
}

#[test]
fn the_manifests_keep_to_the_schemas() {
    for (name, manifest) in ours() {
        assert_eq!(violations(&manifest), [""; 0], "{name}");
    }
}

#[test]
fn the_rules_find_what_is_wrong() {
    let [(_, version), (_, installer), (_, english), _] = ours();
    let broken = |manifest: &Value, pointer: &str, value: Value| {
        let mut manifest = manifest.clone();
        *manifest.pointer_mut(pointer).unwrap() = value;
        assert_eq!(violations(&manifest).len(), 1, "{pointer}: {manifest:#}");
    };
    broken(&version, "/PackageIdentifier", "GPUKeepalive".into());
    broken(&version, "/PackageVersion", "0.2/1".into());
    broken(&version, "/DefaultLocale", "english".into());
    broken(&installer, "/Scope", "everybody".into());
    broken(&installer, "/Installers/0/InstallerSha256", "12".into());
    broken(&installer, "/Installers/0/InstallerUrl", "ftp://x".into());
    broken(&installer, "/Commands", json!(["a", "a"]));
    broken(&english, "/ShortDescription", "x".repeat(257).into());
    let mut unknown = english.clone();
    unknown["Colour"] = "green".into();
    assert_eq!(violations(&unknown), ["defaultLocale.Colour is unknown"]);
    unknown.as_object_mut().unwrap().remove("Colour");
    unknown.as_object_mut().unwrap().remove("License");
    assert_eq!(violations(&unknown), ["defaultLocale lacks License"]);
}

#[test]
fn the_documents_are_yaml_that_people_can_read() {
    let pages = ours().map(|(name, manifest)| format!("{name}.yaml\n{}", document(&manifest)));
    // Another version changes no line but those that name it.
    let pages = pages.join("\n").replace(version(), "VERSION");
    insta::assert_snapshot!(pages);
}

/// The names that the Setup program writes are those that winget looks for.
#[test]
fn the_setup_program_registers_what_the_manifests_name() {
    let script = read(&shell::root().join("packaging/windows/setup.nsi")).unwrap();
    let tauri = read(&shell::root().join("src-tauri/tauri.conf.json")).unwrap();
    assert!(script.contains(&format!("!define APP_ID \"{PRODUCT_CODE}\"")));
    assert!(script.contains(&format!("!define NAME \"{NAME}\"")));
    assert!(tauri.contains(&format!("\"identifier\": \"{PRODUCT_CODE}\"")));
    assert!(tauri.contains(&format!("\"publisher\": \"{PUBLISHER}\"")));
}
