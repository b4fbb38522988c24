//! The cost of the app on a desktop of its own, with nothing to do.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use serde_json::Value;

use super::{
    measure::{json_of, number},
    table::{Bar, Row},
};
use crate::{packages, release, shell};

/// MiB that a window may leave behind.
const LEFT_BEHIND: f64 = 5.0;

pub(super) fn desktop() -> Result<Vec<Row>> {
    packages::ensure(&packages::TEST)?;
    release::build()?;
    // With the features of the tests, which are built already.
    let mut bench = shell::cargo(&["bench", "--workspace", "--bench", "desktop"]);
    bench.args(["--profile", "dev"]);
    bench.env("GPU_KEEPALIVE_APP", release::program("gpu-keepalive-app"));
    let measured = json_of(&mut bench)?;
    let mut rows = memory(&measured)?;
    rows.extend(time(&measured)?);
    rows.extend(sizes()?);
    Ok(rows)
}

fn memory(measured: &Value) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for kind in ["resident", "proportional"] {
        let of = |state: &str| number(measured, &format!("/memory_mib/{state}/{kind}"));
        let (never, open, closed) = (of("never")?, of("open")?, of("closed")?);
        let row = |state: &str, ours: f64, against: f64| {
            Row::new(format!("{kind} memory, {state}"), "MiB", ours).against(against)
        };
        let mut three = [
            row("window never opened", never, open),
            row("window open", open, never),
            row("1 s after it was closed", closed, never),
        ];
        if kind == "resident" {
            three[0].bar = Some(Bar::AtMost(64.0));
            three[2].bar = Some(Bar::AtMost(never + LEFT_BEHIND));
        }
        rows.extend(three);
    }
    let webkits = |state: &str| number(measured, &format!("/webkit_processes/{state}"));
    rows.push(
        Row::new("WebKit's processes 1 s after", "", webkits("closed")?)
            .against(webkits("open")?)
            .bar(Bar::AtMost(0.0)),
    );
    Ok(rows)
}

fn time(measured: &Value) -> Result<[Row; 3]> {
    let cpu = |state: &str| number(measured, &format!("/idle_cpu_percent/{state}"));
    let (open, closed) = (cpu("open")?, cpu("closed")?);
    Ok([
        Row::new(
            "start to icon in the tray",
            "ms",
            number(measured, "/start_to_tray_ms")?,
        )
        .bar(Bar::AtMost(500.0)),
        Row::new("idle, window closed: processor time", "% of a core", closed)
            .against(open)
            .bar(Bar::AtMost(0.2)),
        Row::new("idle, window open: processor time", "% of a core", open)
            .against(closed)
            .bar(Bar::AtMost(2.0)),
    ])
}

fn sizes() -> Result<Vec<Row>> {
    let mib = |name: &str| -> Result<f64> {
        Ok(fs::metadata(release::program(name))?.len() as f64 / f64::from(1 << 20))
    };
    let (app, command_line) = (mib("gpu-keepalive-app")?, mib("gpu-keepalive")?);
    let pages = files(&shell::root().join("ui/dist"))?;
    let kib = |bytes: u64| bytes as f64 / 1024.0;
    let (mut raw, mut packed) = (0, 0);
    for page in &pages {
        raw += fs::metadata(page)?.len();
        let gzip = Command::new("gzip").arg("-9c").arg(page).output()?;
        packed += gzip.stdout.len() as u64;
    }
    Ok(vec![
        Row::new("size of the app", "MiB", app).against(command_line),
        Row::new("size of the command line", "MiB", command_line).against(app),
        Row::new("size of the window's pages", "KiB", kib(raw)),
        Row::new("  compressed", "KiB", kib(packed)).against(kib(raw)),
    ])
}

/// Every file below that folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut open = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).with_context(|| path.display().to_string())?;
            for entry in entries {
                open.push(entry?.path());
            }
        } else {
            files.push(path);
        }
    }
    Ok(files)
}
