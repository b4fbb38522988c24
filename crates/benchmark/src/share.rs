//! A result to share: it describes the card, and nothing of its owner.

use std::fmt::Write;

use gpu_keepalive_core::{
    benchmark::{BenchmarkResult, StrategyResult},
    doctor::{Private, redact},
    units::Bytes,
};
use serde_json::Value;

/// The result as Markdown, to be pasted into an issue. It has the GPU's name and no UUID, and none of
/// what `private` names; no path but those that are the same on every machine.
pub fn share(result: &BenchmarkResult, private: &Private) -> String {
    let result = &without(result, private);
    let simulated = if result.simulated { " (simulated)" } else { "" };
    let effort = if result.quick { "quick" } else { "thorough" };
    let mut text = format!(
        "### {}{simulated}\n\nDriver {}, {}, {effort}, rounds: {}, GPU Keepalive {}\n\n{}\n\n",
        result.gpu,
        result.driver,
        result.date,
        result.rounds,
        env!("CARGO_PKG_VERSION"),
        result.verdict
    );
    if !result.strategies.is_empty() {
        text += "| way | works | W at rest | first, ms | times full speed | wake, ms | VRAM, MiB | \
                 resident, MiB |\n|---|---|---|---|---|---|---|---|\n";
        if let Some(alone) = &result.alone {
            let cells = [
                number(alone.watts_at_rest, 0),
                number(alone.first_ms, 1),
                number(alone.ratio, 2),
            ];
            text += &format!("| {} | | {} | | | |\n", alone.label, cells.join(" | "));
        }
        result
            .strategies
            .iter()
            .for_each(|one| strategy(&mut text, one));
        text.push('\n');
    }
    text += "| request | rest, s | left alone, ms | ready, ms | ratio |\n|---|---|---|---|---|\n";
    for workload in &result.workloads {
        for rest in &workload.rests {
            let cells = [
                number(rest.cold_ms, 1),
                number(rest.warm_ms, 1),
                number(rest.ratio, 2),
            ];
            let (name, rest_s) = (workload.name, rest.rest_s);
            text += &format!("| {name} | {rest_s} | {} |\n", cells.join(" | "));
        }
    }
    let hold = number(result.hold_time_s, 1);
    let watts = &result.watts;
    let watts = [watts.asleep, watts.cold, watts.warm].map(|watts| number(watts, 0));
    text += &format!(
        "\nClocks stay up after work: {hold} s. Watts asleep, loaded, ready: {}.\n",
        watts.join(", ")
    );
    text
}

/// The same as JSON, in the form of `bench --json` without the UUID.
pub fn share_json(result: &BenchmarkResult, private: &Private) -> Value {
    let result = without(result, private);
    let mut value = serde_json::to_value(result).expect("a result is plain data");
    if let Some(fields) = value.as_object_mut() {
        fields.remove("uuid");
    }
    value
}

/// Without private parts in the texts that hold the driver's message.
fn without(result: &BenchmarkResult, private: &Private) -> BenchmarkResult {
    let mut result = result.clone();
    let clean = |text: &mut String| *text = redact(text, private);
    clean(&mut result.verdict);
    for one in &mut result.strategies {
        clean(&mut one.text);
        clean(&mut one.detail);
        one.why_not.iter_mut().for_each(clean);
    }
    result
}

fn strategy(text: &mut String, one: &StrategyResult) {
    let mib = |bytes: Option<u64>| number(bytes.map(|bytes| Bytes(bytes).gib() * 1024.0), 1);
    let works = match &one.why_not {
        None => "yes".to_owned(),
        Some(why_not) => format!("no: {}", why_not.replace('|', "/")),
    };
    let cells = [
        one.label.clone(),
        works,
        number(one.watts_at_rest, 0),
        number(one.first_ms, 1),
        number(one.ratio, 2),
        number(one.wake_ms, 1),
        mib(one.vram_bytes),
        mib(one.resident_bytes),
    ];
    writeln!(text, "| {} |", cells.join(" | ")).expect("text");
}

fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(none, |value| format!("{value:.digits$}"))
}

fn none() -> String {
    "–".to_owned()
}
