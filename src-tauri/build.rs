//! Draws the tray icons and prepares Tauri's part.

#![allow(clippy::disallowed_methods, reason = "a build waits for its files")]

use std::{env, fs, path::Path};

#[path = "build/tray_icons.rs"]
mod tray_icons;

/// DPI, long paths and the like, as the command line has them.
const WINDOWS_MANIFEST: &str = "../packaging/windows/programs.manifest";

fn main() {
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    tray_icons::draw(Path::new("../icons/tray"), Path::new(&out));
    stand_in_for_missing_pages(Path::new(&out));
    let commands = tauri_build::AppManifest::new().commands(&["ask", "close_window", "zoom"]);
    let attributes = tauri_build::Attributes::new().app_manifest(commands);
    println!("cargo:rerun-if-changed={WINDOWS_MANIFEST}");
    let manifest = fs::read_to_string(WINDOWS_MANIFEST).expect("the manifest of both programs");
    let on_windows = tauri_build::WindowsAttributes::new().app_manifest(manifest);
    let attributes = attributes.windows_attributes(on_windows);
    tauri_build::try_build(attributes).expect("tauri.conf.json and the capabilities are right");
}

/// Without the pages, which npm builds, the app still builds and works; its window shows what to
/// do.
fn stand_in_for_missing_pages(out: &Path) {
    const PAGES: &str = "../ui/dist";
    println!("cargo:rerun-if-changed={PAGES}");
    if Path::new(PAGES).join("index.html").is_file() || env::var_os("TAURI_CONFIG").is_some() {
        return;
    }
    let folder = out.join("no-pages");
    fs::create_dir_all(&folder).expect("OUT_DIR can be written");
    let page = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>GPU Keepalive</title>\
                <h1>The pages are not built</h1>\
                <p>Run <code>npm ci &amp;&amp; npm run build</code> in the folder <code>ui</code>, \
                then build the app again.</p></html>";
    fs::write(folder.join("index.html"), page).expect("OUT_DIR can be written");
    // Tauri's macro takes this over tauri.conf.json.
    let folder = folder
        .to_str()
        .expect("a build folder in UTF-8")
        .replace('\\', "/");
    println!("cargo:rustc-env=TAURI_CONFIG={{\"build\":{{\"frontendDist\":\"{folder}\"}}}}");
}
