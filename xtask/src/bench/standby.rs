//! The `hold` process standing by, without a GPU.

use anyhow::{Context, Result};

use super::{
    measure::{json_of, number},
    table::{Bar, Row},
};
use crate::shell;

/// Processor time of one check of a server, against that of an empty loop in the same run.
pub(super) fn standby() -> Result<Vec<Row>> {
    let bench = [
        "bench",
        "--package",
        "gpu-keepalive-engine",
        "--bench",
        "standby",
    ];
    let measured = json_of(&mut shell::cargo(&bench))?;
    let mut rows = Vec::new();
    for run in measured.as_array().context("no list of runs")? {
        let (period, threads) = (number(run, "/period_ms")?, number(run, "/threads")?);
        let what = format!("standing by every {period} ms, server of {threads} threads");
        let (hold, empty) = (number(run, "/hold_us")?, number(run, "/loop_us")?);
        rows.extend([
            Row::new(format!("{what}: one look"), "µs", hold).against(empty),
            Row::new("  against an empty loop", "times", hold / empty).bar(Bar::AtMost(1.3)),
        ]);
    }
    Ok(rows)
}
