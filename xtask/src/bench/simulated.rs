//! The benchmarks that need no hardware: the policy and the closed loop, in virtual time.

use anyhow::{Context, Result};
use serde_json::Value;

use super::{
    measure::{json_of, number},
    table::{Bar, Row},
};
use crate::shell;

/// One step, and a year of a laptop's days.
pub(super) fn policy() -> Result<Vec<Row>> {
    let measured = measure("policy")?;
    let number = |path| number(&measured, path);
    let mut rows = vec![
        Row::new("one policy step on a warm GPU", "ns", number("/step_ns")?),
        Row::new("a simulated year of a laptop", "s", number("/year/took_s")?),
        Row::new("  decisions in it", "decisions", number("/year/decisions")?),
        Row::new("  requests in it", "requests", number("/year/requests")?),
    ];
    let hours = measured.pointer("/year/hours").and_then(Value::as_object);
    for (phase, hours) in hours.context("the year has hours")? {
        let hours = hours.as_f64().context("hours are a number")?;
        let what = format!("  of it {}", phase.to_lowercase());
        rows.push(Row::new(what, "h", hours));
    }
    Ok(rows)
}

/// Against the original's fixed 100 ms on the same simulated cards.
pub(super) fn governor() -> Result<Vec<Row>> {
    let measured = measure("governor")?;
    let mut rows = Vec::new();
    for card in list(&measured, "hold_times")? {
        let hold_s = number(card, "/hold_s")?;
        // The bar is set for the card that was measured: 18 s.
        let bar = (hold_s == 18.0).then_some(Bar::TimesLess(50.0));
        rows.extend(hour(&format!("hold time {hold_s} s"), card, bar)?);
    }
    let context = measured.get("context").context("a card held by context")?;
    rows.extend(hour(
        "held by its context",
        context,
        Some(Bar::AtMost(0.0)),
    )?);
    for day in list(&measured, "working_days")? {
        rows.extend(working_day(day)?);
    }
    Ok(rows)
}

fn hour(card: &str, measured: &Value, pulses: Option<Bar>) -> Result<Vec<Row>> {
    let row = |what: &str, unit, key: &str| -> Result<Row> {
        let ours = number(measured, &format!("/ours/{key}"))?;
        let original = number(measured, &format!("/original/{key}"))?;
        Ok(Row::new(format!("{card}: {what}"), unit, ours).against(original))
    };
    let mut pulse_row = row("pulses", "/h", "pulses_per_hour")?;
    pulse_row.bar = pulses;
    let mut first = row("pulses in the first hour", "/h", "pulses_first_hour")?;
    first.bar = pulses;
    Ok(vec![
        pulse_row,
        first,
        row("wake-ups of the loop", "/h", "wake_ups_per_hour")?,
        row("time ready after 1 min", "%", "ready_percent")?.bar(Bar::AtLeast(99.5)),
        row("energy, pulses taken as free", "Wh/h", "wh_per_hour")?,
    ])
}

fn working_day(day: &Value) -> Result<Vec<Row>> {
    let card = day.get("card").and_then(Value::as_str).context("a card")?;
    let number = |path| number(day, path);
    let requests = number("/requests")?;
    let day = format!("24 h, {requests} requests, {card}");
    // The energy that the card draws without any keepalive is the requests' own.
    let unheld = number("/nobody/wh")?;
    let (ours, original) = (
        number("/ours/wh")? - unheld,
        number("/original/wh")? - unheld,
    );
    let saved = 100.0 * (1.0 - ours / original);
    Ok(vec![
        Row::new(format!("{day}: energy of keeping warm"), "Wh", ours).against(original),
        Row::new(format!("{day}: of it saved"), "%", saved).bar(Bar::AtLeast(80.0)),
        Row::new(
            format!("{day}: cold within the warm window"),
            "requests",
            number("/ours/cold_in_window")?,
        )
        .bar(Bar::AtMost(0.0)),
        Row::new(
            format!("{day}: cold in all"),
            "requests",
            number("/ours/cold")?,
        )
        .against(number("/nobody/cold")?),
        Row::new(format!("{day}: pulses"), "", number("/ours/pulses")?)
            .against(number("/original/pulses")?),
    ])
}

/// Runs one of the core's benchmarks.
fn measure(bench: &str) -> Result<Value> {
    let bench = ["bench", "--package", "gpu-keepalive-core", "--bench", bench];
    json_of(&mut shell::cargo(&bench))
}

fn list<'a>(value: &'a Value, key: &str) -> Result<&'a Vec<Value>> {
    let list = value.get(key).and_then(Value::as_array);
    list.with_context(|| format!("no list “{key}”"))
}
