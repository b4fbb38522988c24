use std::{ops::Range, time::Duration};

use thiserror::Error;
use toml_edit::{Item, Table, TableLike};

use super::RawValue;
use crate::{
    gpu::PState,
    models::one_line,
    units::{Bytes, Megahertz},
};

/// Most characters of a wrong value or key that are shown.
const MAX_SHOWN: usize = 60;

/// A mistake in a scenario file, its place, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}{problem}", self.place())]
pub struct ScenarioError {
    /// The file or preset.
    pub file: String,
    /// Line of the key, from 1; of its table when the key is missing.
    pub line: Option<usize>,
    /// Dotted key such as `gpus.hold_s`; empty when the file is not TOML.
    pub key: String,
    /// The mistake and what would be right.
    pub problem: String,
}

impl ScenarioError {
    /// `mine.toml, line 3: “gpus.hold_s” `, as far as it is known.
    fn place(&self) -> String {
        let line = self.line.map(|line| format!(", line {line}"));
        let key = Some(&self.key).filter(|key| !key.is_empty());
        let key = key.map(|key| format!("“{key}” "));
        format!(
            "{}{}: {}",
            self.file,
            line.unwrap_or_default(),
            key.unwrap_or_default()
        )
    }
}

/// The file that errors name.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
}

impl Source<'_> {
    pub(super) fn error(
        &self,
        span: Option<Range<usize>>,
        key: impl Into<String>,
        problem: impl Into<String>,
    ) -> ScenarioError {
        let line = span.map(|span| {
            let before = &self.text.as_bytes()[..span.start.min(self.text.len())];
            1 + before.iter().filter(|b| **b == b'\n').count()
        });
        ScenarioError {
            file: self.file.to_owned(),
            line,
            key: key.into(),
            problem: problem.into(),
        }
    }
}

/// One table, read key by key; a key that is not read is an error in the end.
pub(super) struct Keys<'a> {
    source: Source<'a>,
    table: &'a Table,
    name: &'static str,
    known: Vec<&'static str>,
}

impl<'a> Keys<'a> {
    /// Reads `table`, called `name` in errors (empty for the whole file).
    pub(super) fn new(source: Source<'a>, table: &'a Table, name: &'static str) -> Self {
        Self {
            source,
            table,
            name,
            known: Vec::new(),
        }
    }

    /// A number within `range`.
    pub(super) fn number(
        &mut self,
        key: &'static str,
        range: Range<f64>,
    ) -> Result<Option<f64>, ScenarioError> {
        let Some(item) = self.item(key) else {
            return Ok(None);
        };
        let number = item
            .as_float()
            .or_else(|| item.as_integer().map(|n| n as f64));
        match number {
            Some(n) if n >= range.start && n <= range.end => Ok(Some(n)),
            _ => Err(self.wrong(
                key,
                format!("use a number from {} to {}", range.start, range.end),
            )),
        }
    }

    /// A whole number of at most `max`.
    pub(super) fn integer(
        &mut self,
        key: &'static str,
        max: u64,
    ) -> Result<Option<u64>, ScenarioError> {
        let Some(item) = self.item(key) else {
            return Ok(None);
        };
        match item.as_integer().and_then(|n| u64::try_from(n).ok()) {
            Some(n) if n <= max => Ok(Some(n)),
            _ => Err(self.wrong(key, format!("use a whole number from 0 to {max}"))),
        }
    }

    /// The driver's value: a text, or a number of which −1 is the highest.
    pub(super) fn raw_value(
        &mut self,
        key: &'static str,
        is_text: bool,
    ) -> Result<RawValue, ScenarioError> {
        let Some(item) = self.item(key) else {
            return Err(self.missing(key));
        };
        let value = match is_text {
            true => item.as_str().map(|text| RawValue::Text(text.to_owned())),
            false => item.as_integer().map(|n| RawValue::Number(n as u64)),
        };
        let right = match is_text {
            true => "use a text",
            false => "use a whole number, from -1",
        };
        let is_right = item.as_integer().is_none_or(|n| n >= -1);
        value
            .filter(|_| is_right)
            .ok_or_else(|| self.wrong(key, right))
    }

    /// `true` or `false`.
    pub(super) fn boolean(&mut self, key: &'static str) -> Result<Option<bool>, ScenarioError> {
        let Some(item) = self.item(key) else {
            return Ok(None);
        };
        match item.as_bool() {
            Some(value) => Ok(Some(value)),
            None => Err(self.wrong(key, "use true or false")),
        }
    }

    /// A text that `read` makes something of; `right` describes the accepted values.
    pub(super) fn text<T>(
        &mut self,
        key: &'static str,
        right: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, ScenarioError> {
        let Some(item) = self.item(key) else {
            return Ok(None);
        };
        match item.as_str().and_then(read) {
            Some(value) => Ok(Some(value)),
            None => Err(self.wrong(key, right)),
        }
    }

    /// A text that is one of `choices`.
    pub(super) fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        choices: &[(&str, T)],
    ) -> Result<Option<T>, ScenarioError> {
        let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
        self.text(key, &format!("use one of {}", names.join(", ")), |text| {
            let found = choices.iter().find(|(name, _)| *name == text);
            found.map(|(_, value)| *value)
        })
    }

    /// A number that must be there unless there is a default for it.
    pub(super) fn needed(
        &mut self,
        key: &'static str,
        range: Range<f64>,
        default: Option<f64>,
    ) -> Result<f64, ScenarioError> {
        self.number(key, range)?
            .or(default)
            .ok_or_else(|| self.missing(key))
    }

    /// A clock in megahertz.
    pub(super) fn mhz(
        &mut self,
        key: &'static str,
        default: Option<Megahertz>,
    ) -> Result<Megahertz, ScenarioError> {
        let default = default.map(|clock| f64::from(clock.0));
        Ok(Megahertz(
            self.needed(key, 1.0..100_000.0, default)?.round() as u32,
        ))
    }

    /// Memory in binary megabytes.
    pub(super) fn mib(
        &mut self,
        key: &'static str,
        default: Option<Bytes>,
    ) -> Result<Bytes, ScenarioError> {
        let mib = self.integer(key, 1 << 30)?.map(Bytes::from_mib);
        mib.or(default).ok_or_else(|| self.missing(key))
    }

    /// A time of at most `max` units of `unit` seconds.
    pub(super) fn span(
        &mut self,
        key: &'static str,
        unit: f64,
        max: f64,
        default: Option<Duration>,
    ) -> Result<Duration, ScenarioError> {
        let given = self.number(key, 0.0..max)?;
        given
            .map(|n| Duration::from_secs_f64(n * unit))
            .or(default)
            .ok_or_else(|| self.missing(key))
    }

    /// A time of at most `max` units of `unit` seconds, or a list of the shortest and the longest.
    pub(super) fn range(
        &mut self,
        key: &'static str,
        unit: f64,
        max: f64,
    ) -> Result<Option<(Duration, Duration)>, ScenarioError> {
        let Some(item) = self.item(key) else {
            return Ok(None);
        };
        let number = |value: &toml_edit::Value| {
            let whole = value.as_integer().map(|n| n as f64);
            value.as_float().or(whole)
        };
        let ends: Option<Vec<f64>> = match item.as_array() {
            Some(list) => list.iter().map(number).collect(),
            None => item.as_value().and_then(number).map(|n| vec![n, n]),
        };
        match ends.as_deref() {
            Some([least, most]) if *least >= 0.0 && least <= most && *most <= max => {
                let span = |n: f64| Duration::from_secs_f64(n * unit);
                Ok(Some((span(*least), span(*most))))
            }
            _ => {
                let right = format!("use a number from 0 to {max}, or a list of two that rise");
                Err(self.wrong(key, right))
            }
        }
    }

    /// A P-state by its number.
    pub(super) fn pstate(
        &mut self,
        key: &'static str,
        default: Option<PState>,
    ) -> Result<PState, ScenarioError> {
        let given = self.integer(key, 15)?;
        given
            .and_then(|n| PState::new(n as u32))
            .or(default)
            .ok_or_else(|| self.missing(key))
    }

    /// A list of texts, each from `choices`.
    pub(super) fn names(
        &mut self,
        key: &'static str,
        choices: &[&'static str],
    ) -> Result<Option<Vec<&'static str>>, ScenarioError> {
        let Some(item) = self.item(key) else {
            return Ok(None);
        };
        let pick = |value: &toml_edit::Value| {
            let name = value.as_str()?;
            choices.iter().copied().find(|choice| *choice == name)
        };
        match item.as_array().map(|a| a.iter().map(pick).collect()) {
            Some(Some(names)) => Ok(Some(names)),
            _ => Err(self.wrong(key, format!("use a list of {}", choices.join(", ")))),
        }
    }

    /// The `[[key]]` tables, none when absent.
    pub(super) fn tables(&mut self, key: &'static str) -> Result<Vec<&'a Table>, ScenarioError> {
        let Some(item) = self.item(key) else {
            return Ok(Vec::new());
        };
        match item.as_array_of_tables() {
            Some(tables) => Ok(tables.iter().collect()),
            None => Err(self.wrong(key, format!("write it as [[{key}]] tables"))),
        }
    }

    /// Returns true if the key is there.
    pub(super) fn has(&mut self, key: &'static str) -> bool {
        self.item(key).is_some()
    }

    /// The error of a key that must be there.
    pub(super) fn missing(&self, key: &'static str) -> ScenarioError {
        let right = match self.name {
            "gpus" => "is missing; add it, or start from a preset with “like”",
            _ => "is missing; add it",
        };
        self.source.error(self.table.span(), self.path(key), right)
    }

    /// The error of a key's value that cannot be.
    pub(super) fn wrong(&self, key: &str, right: impl AsRef<str>) -> ScenarioError {
        let entry = self.table.get_key_value(key);
        let given = entry.map_or(String::new(), |(_, item)| {
            let text = item.span().and_then(|span| self.source.text.get(span));
            text.map_or(String::new(), |text| {
                format!("is {}; ", one_line(text, MAX_SHOWN))
            })
        });
        self.source.error(
            self.place(key),
            self.path(key),
            format!("{given}{}", right.as_ref()),
        )
    }

    /// Refuses every key that was not read.
    pub(super) fn finish(&self) -> Result<(), ScenarioError> {
        for (key, _) in self.table.iter() {
            if !self.known.contains(&key) {
                let problem = format!("is not known here; use {}", self.known.join(", "));
                return Err(self.source.error(self.place(key), self.path(key), problem));
            }
        }
        Ok(())
    }

    fn item(&mut self, key: &'static str) -> Option<&'a Item> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        self.table.get(key)
    }

    /// Where the key stands; one that is only part of a header stands where the header's table does.
    fn place(&self, key: &str) -> Option<Range<usize>> {
        let (name, item) = self.table.get_key_value(key)?;
        name.span().or_else(|| first_span(item))
    }

    fn path(&self, key: &str) -> String {
        match self.name {
            "" => one_line(key, MAX_SHOWN),
            name => format!("{name}.{}", one_line(key, MAX_SHOWN)),
        }
    }
}

fn first_span(item: &Item) -> Option<Range<usize>> {
    let inner = |table: &dyn TableLike| table.iter().find_map(|(_, item)| first_span(item));
    item.span()
        .or_else(|| item.as_table_like().and_then(inner))
        .or_else(|| {
            item.as_array_of_tables()?
                .iter()
                .find_map(|table| inner(table))
        })
}
