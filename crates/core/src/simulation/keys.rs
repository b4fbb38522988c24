use std::ops::Range;

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, Visitor, value::MapDeserializer},
    forward_to_deserialize_any,
};
use thiserror::Error;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::models::{Mistake, line_at, one_line};

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
        ScenarioError {
            file: self.file.to_owned(),
            line: span.map(|span| line_at(self.text, span.start)),
            key: key.into(),
            problem: problem.into(),
        }
    }
}

/// One table, read a struct at a time; a key that none of them has is an error in the end.
///
/// So a table may be spread over several structs and every error still names its key, which
/// serde's `flatten` would lose.
pub(super) struct Keys<'a> {
    source: Source<'a>,
    /// As errors call it; empty for the whole file.
    name: &'static str,
    table: Spanned<DeTable<'a>>,
    /// Has the values of the keys that the table leaves out.
    like: DeTable<'static>,
    known: Vec<&'static str>,
    /// The key whose value is being read.
    reading: &'static str,
}

impl<'a> Keys<'a> {
    pub(super) fn new(source: Source<'a>, name: &'static str, table: Spanned<DeTable<'a>>) -> Self {
        Self {
            source,
            name,
            table,
            like: DeTable::new(),
            known: Vec::new(),
            reading: "",
        }
    }

    /// Takes the values of the keys that are left out from another table.
    pub(super) fn fill_from(&mut self, like: Option<DeTable<'static>>) {
        self.like = like.unwrap_or_default();
    }

    /// Reads the keys that `T` has.
    pub(super) fn read<T: Deserialize<'a>>(&mut self) -> Result<T, ScenarioError> {
        T::deserialize(&mut *self).map_err(|error| match Mistake::of(error.message()) {
            Mistake::Missing(key) => self.missing(&key),
            Mistake::Expected(right) => self.wrong(self.reading, format!("use {right}")),
            Mistake::Refused(right) => self.wrong(self.reading, right),
            Mistake::UnknownKey(known) => self.wrong(self.reading, format!("use {known}")),
        })
    }

    /// The `[[key]]` tables, none when absent.
    pub(super) fn tables(
        &mut self,
        key: &'static str,
    ) -> Result<Vec<Spanned<DeTable<'a>>>, ScenarioError> {
        self.known.push(key);
        let Some(value) = self.table.get_ref().get(key) else {
            return Ok(Vec::new());
        };
        let table = |value: &Spanned<DeValue<'a>>| {
            Some(Spanned::new(
                value.span(),
                value.get_ref().as_table()?.clone(),
            ))
        };
        let tables = value.get_ref().as_array();
        tables
            .and_then(|tables| tables.iter().map(table).collect())
            .ok_or_else(|| self.wrong(key, format!("write it as [[{key}]] tables")))
    }

    /// Returns true if the key is in the table itself.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.get_ref().contains_key(key)
    }

    /// The error of a key that must be there.
    pub(super) fn missing(&self, key: &str) -> ScenarioError {
        let right = match self.name {
            "gpus" => "is missing; add it, or start from a preset with “like”",
            _ => "is missing; add it",
        };
        let place = Some(self.table.span());
        self.source.error(place, self.path(key), right)
    }

    /// The error of a key's value that cannot be.
    pub(super) fn wrong(&self, key: &str, right: impl AsRef<str>) -> ScenarioError {
        let entry = self.table.get_ref().get_key_value(key);
        let given = entry.and_then(|(_, value)| self.source.text.get(value.span()));
        let given = given.map_or(String::new(), |text| {
            format!("is {}; ", one_line(text, MAX_SHOWN))
        });
        let place = entry.map(|(key, _)| key.span());
        let problem = format!("{given}{}", right.as_ref());
        self.source.error(place, self.path(key), problem)
    }

    /// Refuses every key that no struct has.
    pub(super) fn finish(&self) -> Result<(), ScenarioError> {
        let known = |key: &str| self.known.contains(&key);
        let keys = self.table.get_ref().keys();
        let Some(key) = keys.into_iter().find(|key| !known(key.get_ref())) else {
            return Ok(());
        };
        let problem = format!("is not known here; use {}", self.known.join(", "));
        Err(self
            .source
            .error(Some(key.span()), self.path(key.get_ref()), problem))
    }

    fn path(&self, key: &str) -> String {
        match self.name {
            "" => one_line(key, MAX_SHOWN),
            name => format!("{name}.{}", one_line(key, MAX_SHOWN)),
        }
    }
}

impl<'de> Deserializer<'de> for &mut Keys<'de> {
    type Error = toml::de::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.known.extend(fields);
        let values = fields.iter().filter_map(|key| {
            let own = self.table.get_ref().get(*key);
            let value = own.or_else(|| self.like.get(*key))?;
            self.reading = key;
            Some((*key, value.clone()))
        });
        visitor.visit_map(MapDeserializer::new(values))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(Self::Error::custom("only a struct names its keys"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
