//! Benchmarks of other packages, each of which prints one JSON object.

use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::shell;

/// Runs it; what it printed.
pub(super) fn json_of(bench: &mut Command) -> Result<Value> {
    eprintln!("xtask: {}", shell::shown(bench));
    let printed = shell::output(bench)?;
    serde_json::from_str(&printed).context("what the benchmark printed")
}

pub(super) fn number(value: &Value, path: &str) -> Result<f64> {
    let number = value.pointer(path).and_then(Value::as_f64);
    number.with_context(|| format!("no number at {path}"))
}
