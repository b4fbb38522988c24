//! What was measured on cards elsewhere, for those who have the same card.

use std::sync::LazyLock;

use gpu_keepalive_text::{decimal, text};

use super::{Record, RecordStrategy, words};

/// Every record of `docs/results`, one a line: `records.jsonl` is made from them by
/// `GPU_KEEPALIVE_WRITE_DOCS=1 cargo test --test integration -- tidy::results`, so that this crate
/// builds by itself.
static RECORDS: LazyLock<Vec<Record>> = LazyLock::new(|| {
    let lines = include_str!("records.jsonl").lines();
    lines
        .filter_map(|line| super::read_record(line).ok())
        .collect()
});

/// The newest record of a card of that name; `None` where none was measured.
pub fn seen(gpu: &str) -> Option<&'static Record> {
    let records = RECORDS.iter().filter(|record| record.gpu == gpu);
    records.max_by(|a, b| a.date.cmp(&b.date))
}

/// A sentence about it: what the best way cost there, and what leaving it alone.
pub fn seen_elsewhere(gpu: &str) -> Option<String> {
    sentence(seen(gpu)?)
}

fn sentence(record: &Record) -> Option<String> {
    let best = record.strategies.iter().find(|one| one.works)?;
    let best = text!(
        "seen-elsewhere",
        gpu = &record.gpu,
        date = &record.date,
        driver = &record.driver,
        way = words::label(best.strategy),
        detail = detail(best)?
    );
    let alone = record.alone.and_then(|alone| alone.later_ms);
    let alone = alone.map(|ms| text!("seen-alone", ms = decimal(ms, 0)));
    Some(
        [best]
            .into_iter()
            .chain(alone)
            .collect::<Vec<_>>()
            .join(" "),
    )
}

/// Power and first answer, as far as they are known.
fn detail(one: &RecordStrategy) -> Option<String> {
    let cost = &one.cost;
    let power = match (cost.more_watts, cost.watts_at_rest) {
        (Some(more), _) => Some(text!("benchmark-more-watts", power = decimal(more, 0))),
        (None, Some(watts)) => Some(text!("seen-watts", power = decimal(watts, 0))),
        (None, None) => None,
    };
    let first = match (cost.later_ms, cost.ratio) {
        (Some(later), _) => Some(words::first_answer(later)),
        (None, Some(ratio)) => Some(text!("seen-ratio", ratio = decimal(ratio, 2))),
        (None, None) => None,
    };
    let known: Vec<_> = power.into_iter().chain(first).collect();
    (!known.is_empty()).then(|| known.join(", "))
}

#[cfg(test)]
mod tests;
