//! The names in a source: its imports are resolved, so that no way of writing hides a name.

use std::collections::HashMap;

use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, UseTree, visit::Visit};

/// The names that code without effects does not use: neither the thing nor anything below it.
pub(super) const IMPURE: [&str; 20] = [
    "std::env",
    "std::fs",
    "std::io",
    "std::net",
    "std::os",
    "std::process",
    "std::sync::mpsc",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "jiff::Timestamp::now",
    "jiff::Zoned::now",
    "jiff::tz::TimeZone::system",
    "tokio",
    "tracing",
    "dbg!",
    "eprint!",
    "eprintln!",
    "print!",
    "println!",
];

/// Which of `banned` the source names outside its tests, each as it is written out in full.
pub(super) fn named(source: &str, banned: &[&str]) -> Vec<String> {
    let file = syn::parse_file(source).expect("Rust");
    let mut imports = Imports::default();
    imports.visit_file(&file);
    let mut paths = Paths {
        imports: &imports.names,
        named: Vec::new(),
    };
    for path in imports.paths {
        paths.path(path);
    }
    paths.visit_file(&file);
    let named = paths.named.into_iter();
    let mut named: Vec<_> = named.filter(|path| is_any_of(path, banned)).collect();
    named.sort();
    named.dedup();
    named
}

fn is_any_of(path: &str, banned: &[&str]) -> bool {
    let below = |path: &str, above: &str| {
        let rest = path.strip_prefix(above);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    banned.iter().any(|banned| match path.strip_suffix("::*") {
        // A glob brings in what is below it, banned or not.
        Some(glob) => below(banned, glob) || below(glob, banned),
        None => below(path, banned),
    })
}

/// The local names that `use` and `extern crate` give to things.
#[derive(Default)]
struct Imports {
    names: HashMap<String, Vec<String>>,
    paths: Vec<Vec<String>>,
}

impl Imports {
    fn tree(&mut self, before: &[String], tree: &UseTree) {
        let with = |name: &str| {
            let mut path = before.to_vec();
            // `use std::fs::{self}` names `std::fs`.
            if name != "self" || before.is_empty() {
                path.push(name.to_owned());
            }
            path
        };
        match tree {
            UseTree::Path(path) => self.tree(&with(&path.ident.to_string()), &path.tree),
            UseTree::Name(name) => {
                let path = with(&name.ident.to_string());
                let local = path.last().cloned().unwrap_or_default();
                self.name(local, path);
            }
            UseTree::Rename(rename) => {
                let path = with(&rename.ident.to_string());
                self.name(rename.rename.to_string(), path);
            }
            UseTree::Glob(_) => self.paths.push(with("*")),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.tree(before, tree);
                }
            }
        }
    }

    fn name(&mut self, local: String, path: Vec<String>) {
        // A name that is brought in counts as named, also under `_`.
        self.paths.push(path.clone());
        self.names.insert(local, path);
    }
}

impl<'a> Visit<'a> for Imports {
    fn visit_item(&mut self, item: &'a syn::Item) {
        if !is_of_tests(attributes(item)) {
            syn::visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        self.tree(&[], &item.tree);
    }

    fn visit_item_extern_crate(&mut self, item: &'a syn::ItemExternCrate) {
        let local = item.rename.as_ref().map(|(_, name)| name.to_string());
        let name = item.ident.to_string();
        self.name(local.unwrap_or_else(|| name.clone()), vec![name]);
    }
}

/// Every path of the code, with its imports resolved.
struct Paths<'a> {
    imports: &'a HashMap<String, Vec<String>>,
    named: Vec<String>,
}

impl Paths<'_> {
    fn path(&mut self, segments: Vec<String>) {
        let mut whole = segments;
        // Imports may stand on each other; a circle of them names nothing.
        for _ in 0..self.imports.len() {
            let Some(import) = whole.first().and_then(|first| self.imports.get(first)) else {
                break;
            };
            if import.first() == whole.first() {
                break;
            }
            whole = import.iter().chain(&whole[1..]).cloned().collect();
        }
        // One word alone is a local name, or was counted where it was brought in.
        if whole.len() > 1 {
            self.named.push(whole.join("::"));
        }
    }

    /// Paths in what a macro is given, of which only the macro knows what it means.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut segments = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    if colons != 2 && !segments.is_empty() {
                        self.path(std::mem::take(&mut segments));
                    }
                    segments.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
                other => {
                    if !segments.is_empty() {
                        self.path(std::mem::take(&mut segments));
                    }
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.tokens(group.stream());
                    }
                }
            }
        }
        if !segments.is_empty() {
            self.path(segments);
        }
    }
}

impl<'a> Visit<'a> for Paths<'_> {
    fn visit_item(&mut self, item: &'a syn::Item) {
        if !is_of_tests(attributes(item)) {
            syn::visit::visit_item(self, item);
        }
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        self.path(path.segments.iter().map(|s| s.ident.to_string()).collect());
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'a syn::Macro) {
        if let Some(name) = called.path.segments.last() {
            self.named.push(format!("{}!", name.ident));
        }
        self.visit_path(&called.path);
        self.tokens(called.tokens.clone());
    }
}

/// Returns true if it is there for tests alone: `#[cfg(test)]`.
fn is_of_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|condition| condition.is_ident("test"))
    })
}

fn attributes(item: &syn::Item) -> &[Attribute] {
    use syn::Item::{Const, Enum, ExternCrate, Fn, Impl, Macro, Mod, Static, Struct, Trait, Use};
    match item {
        Const(item) => &item.attrs,
        Enum(item) => &item.attrs,
        ExternCrate(item) => &item.attrs,
        Fn(item) => &item.attrs,
        Impl(item) => &item.attrs,
        Macro(item) => &item.attrs,
        Mod(item) => &item.attrs,
        Static(item) => &item.attrs,
        Struct(item) => &item.attrs,
        Trait(item) => &item.attrs,
        Use(item) => &item.attrs,
        _ => &[],
    }
}

#[test]
fn every_way_to_name_something_is_understood() {
    let cases: [(&str, &[&str]); 26] = [
        ("use std::time::Duration;", &[]),
        ("use std::{collections::BTreeMap, fmt};", &[]),
        ("use std::{env, fs};", &["std::env", "std::fs"]),
        (
            "use std::{time::{Duration, Instant}};",
            &["std::time::Instant"],
        ),
        (
            "use std::{collections::{HashMap, HashSet}, sync::{Arc, mpsc::{self, Sender}}};",
            &["std::sync::mpsc", "std::sync::mpsc::Sender"],
        ),
        ("use std::fs::{self};", &["std::fs"]),
        ("use std::fs as files;", &["std::fs"]),
        ("use std::io::Write as _;", &["std::io::Write"]),
        ("use ::std::net::TcpStream;", &["std::net::TcpStream"]),
        ("use std::*;", &["std::*"]),
        ("use std::time::*;", &["std::time::*"]),
        ("use std::collections::*;", &[]),
        ("pub use std::process::Command;", &["std::process::Command"]),
        (
            "mod inner { fn f() { use std::thread; } }",
            &["std::thread"],
        ),
        ("fn f() { std::fs::read(\"a\"); }", &["std::fs::read"]),
        (
            "fn f() { ::std::thread::yield_now() }",
            &["std::thread::yield_now"],
        ),
        (
            "use std as s; fn f() { s::env::args(); }",
            &["std::env::args"],
        ),
        (
            "extern crate std as s; fn f(file: s::fs::File) {}",
            &["std::fs::File"],
        ),
        (
            "use std::time; fn f() { time::Instant::now(); }",
            &["std::time::Instant::now"],
        ),
        (
            "use std::time as t; use t::SystemTime as S; fn f() { S::now(); }",
            &["std::time::SystemTime", "std::time::SystemTime::now"],
        ),
        (
            "fn f() -> Option<Vec<std::fs::File>> { None }",
            &["std::fs::File"],
        ),
        (
            "fn f() { let _ = format!(\"{}\", std::process::id()); }",
            &["std::process::id"],
        ),
        (
            "use std as s; fn f() { vec![(1, s::env::var(\"A\"))]; }",
            &["std::env::var"],
        ),
        (
            "fn f() { println!(\"a\"); tracing::info!(\"b\"); }",
            &["println!", "tracing::info"],
        ),
        ("use tokio::sync::watch;", &["tokio::sync::watch"]),
        (
            "use jiff::Zoned; fn f() { Zoned::now(); }",
            &["jiff::Zoned::now"],
        ),
    ];
    for (source, expected) in cases {
        let mut found = named(source, &IMPURE);
        // An import and its use are one thing.
        if expected.len() < found.len() {
            found.retain(|path| expected.contains(&path.as_str()));
        }
        assert_eq!(found, expected, "{source}");
    }
    for pure in [
        "#[cfg(test)] mod tests { use std::fs; }",
        "#[cfg(test)] use std::env;",
        "//! std::fs\n/// std::fs\nfn f() { let _ = \"std::fs::read\"; }",
        "mod logs {} use crate::io::Reader; use fsm::{io, net};",
        "struct S { env: u32, process: u32 } fn f(s: S) -> u32 { s.env + s.process }",
    ] {
        assert_eq!(named(pure, &IMPURE), [""; 0], "{pure}");
    }
}
