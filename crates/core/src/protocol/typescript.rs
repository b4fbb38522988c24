//! The protocol as TypeScript, for the window's pages, and what their tests show of it.

use std::{any::TypeId, collections::BTreeMap, env, fs, path::Path};

use ts_rs::{Config, TS, TypeVisitor};

use super::{ApiError, Reply, Request};
use crate::settings::SettingsFile;

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../ui/src/protocol/index.ts"
);
const SETTINGS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../ui/src/testing/recorded/settings.json"
);
const WRITE: &str = "GPU_KEEPALIVE_WRITE_TYPES";

#[test]
fn export_typescript() {
    // JSON carries integers as the page's numbers, which are exact up to 2^53: 8 PiB of VRAM.
    let config = Config::new().with_large_int("number");
    let mut types = Types {
        config: &config,
        declarations: BTreeMap::new(),
        seen: Vec::new(),
    };
    types.visit::<Request>();
    types.visit::<Reply>();
    types.visit::<ApiError>();
    let declarations: Vec<String> = types.declarations.into_values().collect();
    let wanted = format!(
        "// Generated from crates/core/src/protocol.rs; to write it again:\n\
         // {WRITE}=1 cargo test -p gpu-keepalive-core export_typescript\n\n{}",
        declarations.join("\n")
    );
    if env::var_os(WRITE).is_some() {
        fs::create_dir_all(Path::new(FILE).parent().expect("a folder")).expect("its folder");
        fs::write(FILE, &wanted).expect("the file is written");
    }
    let found = fs::read_to_string(FILE).unwrap_or_default();
    assert!(
        found.replace("\r\n", "\n") == wanted,
        "ui/src/protocol/index.ts is not what the protocol says; set {WRITE}=1 to write it again"
    );
}

#[test]
fn export_recorded_settings() {
    let report = SettingsFile::default().report("/home/you/.config/gpu-keepalive/settings.toml");
    let wanted = serde_json::to_string_pretty(&report).expect("JSON") + "\n";
    if env::var_os(WRITE).is_some() {
        fs::write(SETTINGS, &wanted).expect("the file is written");
    }
    let found = fs::read_to_string(SETTINGS).unwrap_or_default();
    assert!(
        found.replace("\r\n", "\n") == wanted,
        "{SETTINGS} is not what an engine reports; set {WRITE}=1 to write it again"
    );
}

/// Collects the declaration of every type that is reached.
struct Types<'a> {
    config: &'a Config,
    declarations: BTreeMap<String, String>,
    seen: Vec<TypeId>,
}

impl TypeVisitor for Types<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if self.seen.contains(&TypeId::of::<T>()) {
            return;
        }
        self.seen.push(TypeId::of::<T>());
        // Only types of ours have a file of their own; the others are TypeScript's.
        if T::output_path().is_some() {
            let docs = T::docs().unwrap_or_default();
            let declaration = format!("{docs}export {}\n", T::decl(self.config));
            // Some lines end in a space.
            let declaration = declaration.replace(" \n", "\n");
            self.declarations.insert(T::ident(self.config), declaration);
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}
