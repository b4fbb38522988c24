//! What a record may hold: its form, and nothing that identifies a card, a machine or a person.

use std::fmt;

use serde_json::Value;

use super::{Record, SCHEMA};
use crate::{
    doctor::{Private, redact},
    gpu::{PciBusId, plausible},
};

/// Why something is no record: a sentence for each reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(pub Vec<String>);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Refused {}

/// So many digits in a row are the number of something.
const SERIAL_DIGITS: usize = 8;
/// Parts of the names of fields that identify something.
const IDENTIFYING: [&str; 8] = [
    "uuid", "serial", "host", "user", "path", "pci_bus", "mail", "address",
];

/// Reads a record. Refuses what has another form, what is of a simulated GPU, and what holds
/// anything private.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_record(text: &str) -> Result<Record, Refused> {
    let value: Value = serde_json::from_str(text).map_err(|e| Refused(vec![e.to_string()]))?;
    let mut wrong = Vec::new();
    private(&value, "", &mut wrong);
    match serde_json::from_value::<Record>(value.clone()) {
        Ok(record) => {
            unknown(&value, &record.to_json(), "", &mut wrong);
            implausible(&record, &mut wrong);
            match wrong.is_empty() {
                true => Ok(record),
                false => Err(Refused(wrong)),
            }
        }
        Err(error) => {
            wrong.push(error.to_string());
            Err(Refused(wrong))
        }
    }
}

fn implausible(record: &Record, wrong: &mut Vec<String>) {
    if record.schema != SCHEMA {
        wrong.push(format!("schema is {} and not {SCHEMA}", record.schema));
    }
    if record.simulated {
        wrong.push("the GPU is simulated".to_owned());
    }
    if record.date.parse::<jiff::civil::Date>().is_err() || record.date.len() != 10 {
        wrong.push(format!("“{}” is no date", record.date));
    }
    if !record.gpu.starts_with("NVIDIA ") || name(&record.gpu) != record.gpu {
        wrong.push(format!("“{}” is no name of a GPU", record.gpu));
    }
    let versions = [Some(&record.driver), record.version.as_ref()];
    for given in versions.into_iter().flatten() {
        if given.is_empty() || version(given) != **given {
            wrong.push(format!("“{given}” is no version"));
        }
    }
    let vbios = record.card.vbios.as_deref();
    if vbios.is_some_and(|vbios| plausible::vbios(vbios).is_none()) {
        wrong.push("card.vbios is no version of a video BIOS".to_owned());
    }
}

/// A marketing name as it may be given away: letters, digits, blanks and dashes.
pub(super) fn name(raw: &str) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || " -()+".contains(*c);
    let name: String = raw.chars().filter(plain).collect();
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A version as it may be given away: numbers and points.
pub(super) fn version(raw: &str) -> String {
    let plain = |c: &char| c.is_ascii_digit() || *c == '.';
    raw.chars().take_while(plain).take(20).collect()
}

/// Finds fields that a record does not have. One that is null, false or empty is left out there.
fn unknown(given: &Value, known: &Value, at: &str, wrong: &mut Vec<String>) {
    match (given, known) {
        (Value::Object(given), known) => {
            for (field, value) in given {
                let is_empty = value.as_array().is_some_and(Vec::is_empty);
                let is_left_out = is_empty || matches!(value, Value::Null | Value::Bool(false));
                match known.get(field) {
                    Some(known) => unknown(value, known, &below(at, field), wrong),
                    None if is_left_out => {}
                    None => wrong.push(format!("{} is no field of a record", below(at, field))),
                }
            }
        }
        (Value::Array(given), Value::Array(known)) => {
            for (given, known) in given.iter().zip(known) {
                unknown(given, known, at, wrong);
            }
        }
        _ => {}
    }
}

fn below(at: &str, field: &str) -> String {
    match at {
        "" => field.to_owned(),
        at => format!("{at}.{field}"),
    }
}

/// Looks for private values in every text and every name of a field.
fn private(value: &Value, at: &str, wrong: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            if let Some(what) = kind(text) {
                wrong.push(format!("{at} holds {what}"));
            }
        }
        Value::Array(all) => all.iter().for_each(|one| private(one, at, wrong)),
        Value::Object(fields) => {
            for (field, value) in fields {
                let at = below(at, field);
                let name = field.to_ascii_lowercase();
                if IDENTIFYING.iter().any(|part| name.contains(part)) {
                    wrong.push(format!("{at} does not belong into a record"));
                }
                private(value, &at, wrong);
            }
        }
        _ => {}
    }
}

/// The private thing in a text.
fn kind(text: &str) -> Option<&'static str> {
    let mut parts = text.split(|c: char| c.is_whitespace() || "(),;".contains(c));
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).map(str::len);
    if parts.any(|part| part.parse::<PciBusId>().is_ok()) {
        Some("a PCI address")
    } else if redact(text, &Private::default()) != text {
        Some("a path, an address, an identifier or a key")
    } else if numbers.any(|digits| digits >= SERIAL_DIGITS) {
        Some("a serial number")
    } else if text.contains(['/', '\\', '~', '@']) {
        Some("a path or an address")
    } else {
        None
    }
}
