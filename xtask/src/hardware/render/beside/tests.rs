use insta::assert_snapshot;
use serde_json::{Value, json};

use super::tables;

/// Invented figures.
fn row(watts: f64, first: f64) -> Value {
    json!({
        "watts_at_rest": watts,
        "highest_mhz_at_rest": 345,
        "first_token": {"first_ms": first, "back_to_back_ms": 4.5, "ratio": first / 4.5},
        "answer": {"first_ms": first * 10.0, "back_to_back_ms": 45.0, "ratio": null},
        "rounds": [{}, {}, {}],
        "vram_mib": 0.0,
        "resident_mib": 2.25,
        "compute_pids": [],
    })
}

fn results(steps: Value) -> Value {
    json!({
        "date": "2026-01-02T03:04:05Z",
        "arguments": {"dry": false},
        "machine": {"gpu": "An invented card", "driver": "1.2.3", "kernel": "6.1"},
        "steps": steps,
    })
}

fn whole() -> Value {
    let rows = json!({
        "own": row(131.25, 4.56), "nobody": row(80.0, 18.5), "loop": row(131.0, 4.6),
        "context": row(131.0, 4.6), "boost": row(131.0, 4.6), "standby": row(80.4, 4.7),
    });
    results(json!({"start": {}, "beside-llama": {"rows": rows}}))
}

fn partial() -> Value {
    let mut unheld = row(80.0, 56.5);
    unheld["rounds"] = json!([{}, {}]);
    unheld["vram_mib"] = Value::Null;
    let rows = json!({"own": row(131.25, 12.5), "nobody": unheld});
    let why = "loop and later: 40 s left, 55 s needed";
    results(json!({"beside-decoder": {"rows": rows, "not_measured": why}}))
}

#[test]
fn each_server_has_a_table_and_missing_rows_are_named() {
    assert_snapshot!(tables(&[whole(), partial()]).unwrap());
}

#[test]
fn a_failed_call_is_reported_as_failed() {
    let mut failed = partial();
    let step = &mut failed["steps"]["beside-decoder"];
    step["not_measured"] = Value::Null;
    step["error"] = "TimeoutError: no engine".into();
    let text = tables(&[failed]).unwrap();
    assert!(
        text.contains("(the call failed: TimeoutError: no engine)."),
        "{text}"
    );
}

#[test]
fn a_server_that_was_not_measured_is_named() {
    let text = tables(&[partial()]).unwrap();
    assert!(
        text.ends_with("Not measured: llama.cpp's server.\n\n"),
        "{text}"
    );
}

#[test]
fn results_that_prove_nothing_are_refused() {
    let mut dry = whole();
    dry["arguments"]["dry"] = true.into();
    let twice = [whole(), whole()];
    let nothing = results(json!({"beside-llama": {"rows": {}}, "pairs": {"rows": {}}}));
    let refusals = [tables(&[dry]), tables(&twice), tables(&[nothing])];
    let refusals = refusals.map(|refused| refused.unwrap_err().to_string());
    assert_snapshot!(refusals.join("\n"));
}
