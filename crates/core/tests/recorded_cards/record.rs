//! A recorded card, as `tests/hardware/standby/series.py` writes it.

use serde::Deserialize;
use serde_json::Value;

/// The values of one card's sensors over time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Record {
    pub(crate) card: Card,
    pub(crate) series: Vec<Series>,
}

/// The first line.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Card {
    pub(crate) card: String,
    pub(crate) driver: String,
    pub(crate) date: String,
    pub(crate) sm_clock_max_mhz: u32,
    pub(crate) period_ms: f64,
    made_up: bool,
}

/// Samples and events of some seconds, with times from its beginning.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) samples: Vec<Reading>,
    pub(crate) events: Vec<Event>,
}

/// The values of the sensors at one time. Between two readings they were like the first of them.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub(crate) struct Reading {
    pub(crate) at: f64,
    pub(crate) mhz: u32,
    pub(crate) pstate: u8,
    pub(crate) watts: f64,
    pub(crate) _utilization: Option<u32>,
}

/// An action, from `at` for `took` milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub(crate) struct Event {
    pub(crate) at: f64,
    pub(crate) event: Did,
    pub(crate) took: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Did {
    /// The boost was requested.
    Boost,
    /// The boost was cleared.
    Clear,
    /// The process that had requested it was killed.
    Kill,
    /// A context that boosts was opened.
    Load,
    /// It was closed.
    Close,
    /// Work began in a context that does not boost, and ended.
    Request,
}

impl Event {
    pub(crate) fn end(&self) -> f64 {
        self.at + self.took
    }
}

impl Record {
    /// Reads a file's text.
    ///
    /// # Errors
    /// A line that is none of a record's, by its number, or a record of no card.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut lines = (1..).zip(text.lines());
        let (_, first) = lines.next().ok_or("an empty file is no record")?;
        let card: Card = read(
            1,
            first.parse(),
            "the card, such as {\"card\": \"NVIDIA H200\", …}",
        )?;
        if card.made_up {
            return Err(format!(
                "“{}” is made up, and no record of a card",
                card.card
            ));
        }
        let mut series: Vec<Series> = Vec::new();
        for (number, line) in lines {
            let value: Value = read(number, line.parse(), "JSON")?;
            if let Some(name) = value["series"].as_str() {
                series.push(Series {
                    name: name.to_owned(),
                    ..Series::default()
                });
                continue;
            }
            let Some(open) = series.last_mut() else {
                return Err(format!("line {number}: a series has to begin before it"));
            };
            if value.is_array() {
                let sample: Reading = read(number, Ok(value), "a sample of five numbers")?;
                if open.samples.last().is_some_and(|last| last.at > sample.at) {
                    return Err(format!(
                        "line {number}: it is earlier than the sample before it"
                    ));
                }
                open.samples.push(sample);
            } else {
                open.events.push(read(number, Ok(value), "an event")?);
            }
        }
        Ok(Self { card, series })
    }
}

fn read<T: serde::de::DeserializeOwned>(
    number: usize,
    value: serde_json::Result<Value>,
    right: &str,
) -> Result<T, String> {
    value
        .and_then(serde_json::from_value)
        .map_err(|error| format!("line {number} is not {right}: {error}"))
}
