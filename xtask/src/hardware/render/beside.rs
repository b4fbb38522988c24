//! The side-by-side of servers as a table for the README.

use std::fmt::Write;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// The step of each server in the results of `tests/hardware/standby`, and its name for people.
const SERVERS: [(&str, &str); 2] = [
    ("beside-llama", "llama.cpp's server"),
    (
        "beside-decoder",
        "A PyTorch server that launches its kernels at once",
    ),
];
/// The keepers of the GPU, in the order of the table.
const KEEPERS: [(&str, &str); 6] = [
    ("own", "the server's own context"),
    ("nobody", "nothing"),
    ("loop", "the loop"),
    ("context", "GPU Keepalive, `context`"),
    ("boost", "GPU Keepalive, `boost`"),
    ("standby", "GPU Keepalive, `standby`"),
];
const HEAD: &str = "GPU at rest | first token, after a rest | back to back | whole answer, after a rest \
                    | back to back | VRAM of the keeper | its memory";

/// One server's rows.
struct Server<'a> {
    title: &'a str,
    step: &'a Value,
    machine: &'a Value,
    date: &'a str,
}

/// Every server's table from the results of one or more calls, each server's rows from one of them.
///
/// # Errors
/// Results that are a trial without a GPU, that measured nothing side by side, or that have rows of
/// the same server twice.
pub(crate) fn tables(results: &[Value]) -> Result<String> {
    for result in results {
        let dry = &result["arguments"]["dry"];
        ensure!(
            *dry == false,
            "the results are those of a trial without a GPU (--dry)"
        );
    }
    let mut text = String::new();
    for (step, title) in SERVERS {
        let mut found = results
            .iter()
            .filter(|result| has_rows(&result["steps"][step]));
        let Some(result) = found.next() else { continue };
        if let Some(other) = found.next() {
            bail!(
                "the results of {} and of {} both have rows of {step}; rows that are compared come from \
                 one call, so give one of them",
                result["date"],
                other["date"]
            );
        }
        let server = Server {
            title,
            step: &result["steps"][step],
            machine: &result["machine"],
            date: result["date"]
                .as_str()
                .context("the results have no date")?,
        };
        server.write(&mut text);
    }
    let steps = SERVERS.map(|(step, _)| step).join(" or ");
    ensure!(!text.is_empty(), "the results have no rows of {steps}");
    let missing = SERVERS
        .iter()
        .filter(|(step, _)| !results.iter().any(|r| has_rows(&r["steps"][*step])));
    for (_, title) in missing {
        writeln!(text, "Not measured: {title}.\n").expect("text");
    }
    Ok(text)
}

fn has_rows(step: &Value) -> bool {
    step["rows"]
        .as_object()
        .is_some_and(|rows| !rows.is_empty())
}

impl Server<'_> {
    fn write(&self, text: &mut String) {
        let word = |value: &Value| value.as_str().unwrap_or("unknown").to_owned();
        let (gpu, driver) = (word(&self.machine["gpu"]), word(&self.machine["driver"]));
        let day = self.date.split('T').next().unwrap_or(self.date);
        let rounds = self.rounds();
        let columns = HEAD.split(" | ").count();
        writeln!(
            text,
            "**{}, {gpu}, driver {driver}, {day}**, {rounds}\n\n| kept by | {HEAD} |\n|{}",
            self.title,
            "---|".repeat(columns + 1)
        )
        .expect("text");
        let mut missing = Vec::new();
        for (key, name) in KEEPERS {
            let row = &self.step["rows"][key];
            if row.is_null() {
                missing.push(name);
                writeln!(text, "| {name} |{}", " – |".repeat(columns)).expect("text");
            } else {
                writeln!(text, "| {name} | {} |", cells(row).join(" | ")).expect("text");
            }
        }
        text.push('\n');
        if !missing.is_empty() {
            let step = |key: &str| self.step[key].as_str().map(str::to_owned);
            let failed = || Some(format!("the call failed: {}", step("error")?));
            let why = step("not_measured").or_else(failed);
            let why = why.map_or_else(String::new, |why| format!(" ({why})"));
            writeln!(text, "Not measured: {}{why}.\n", missing.join("; ")).expect("text");
        }
    }

    /// From how many rests the rows are: `medians of 3 rests`.
    fn rounds(&self) -> String {
        let rows = self.step["rows"].as_object().into_iter().flatten();
        let counts = rows.filter_map(|(_, row)| Some(row["rounds"].as_array()?.len()));
        let counts: Vec<_> = counts.collect();
        match (counts.iter().min(), counts.iter().max()) {
            (Some(least), Some(most)) if least == most => format!("medians of {least} rests:"),
            (Some(least), Some(most)) => format!("medians of {least} to {most} rests:"),
            _ => "medians:".to_owned(),
        }
    }
}

fn cells(row: &Value) -> [String; 7] {
    let (token, answer) = (&row["first_token"], &row["answer"]);
    [
        with_unit(&row["watts_at_rest"], "W"),
        with_unit(&token["first_ms"], "ms"),
        with_unit(&token["back_to_back_ms"], "ms"),
        with_unit(&answer["first_ms"], "ms"),
        with_unit(&answer["back_to_back_ms"], "ms"),
        with_unit(&row["vram_mib"], "MiB"),
        with_unit(&row["resident_mib"], "MiB"),
    ]
}

/// Three digits, as many as the measurement bears.
fn with_unit(value: &Value, unit: &str) -> String {
    match value.as_f64() {
        None => "unknown".to_owned(),
        Some(0.0) => "0".to_owned(),
        Some(value) if value.abs() < 10.0 => format!("{value:.2} {unit}"),
        Some(value) if value.abs() < 100.0 => format!("{value:.1} {unit}"),
        Some(value) => format!("{value:.0} {unit}"),
    }
}

#[cfg(test)]
mod tests;
