use std::{fmt::Display, ops::RangeInclusive};

use toml_edit::{Item, TableLike};

use super::CatalogueError;

/// One table of the file, whose keys are all known ones.
pub(super) struct Reader<'a> {
    text: &'a str,
    table: &'a dyn TableLike,
    /// Byte at which the table begins, where a missing key is reported.
    start: usize,
    /// Key of an inner table with its dot; empty for an entry itself.
    prefix: String,
}

impl<'a> Reader<'a> {
    /// The whole file.
    pub(super) fn file(
        text: &'a str,
        table: &'a dyn TableLike,
        known: &[&str],
    ) -> Result<Self, CatalogueError> {
        Self {
            text,
            table,
            start: 0,
            prefix: String::new(),
        }
        .with_known(known)
    }

    /// An inner table; any key is known in it when `known` is empty.
    pub(super) fn table(&self, key: &str, known: &[&str]) -> Result<Option<Self>, CatalogueError> {
        let Some(item) = self.table.get(key) else {
            return Ok(None);
        };
        let table = item
            .as_table_like()
            .ok_or_else(|| self.wrong(key, "this is to be a table, as in { a = 1, b = 2 }"))?;
        let start = item.span().map_or(self.start, |span| span.start);
        let prefix = format!("{}{key}.", self.prefix);
        Self {
            text: self.text,
            table,
            start,
            prefix,
        }
        .with_known(known)
        .map(Some)
    }

    /// The tables of an array such as `[[model]]`.
    pub(super) fn tables(&self, key: &str, known: &[&str]) -> Result<Vec<Self>, CatalogueError> {
        let Some(item) = self.table.get(key) else {
            return Ok(Vec::new());
        };
        let tables = item
            .as_array_of_tables()
            .ok_or_else(|| self.wrong(key, format!("write each one under [[{key}]]")))?;
        let reader = |table: &'a toml_edit::Table| {
            let start = table.span().map_or(self.start, |span| span.start);
            Self {
                text: self.text,
                table,
                start,
                prefix: String::new(),
            }
            .with_known(known)
        };
        tables.iter().map(reader).collect()
    }

    /// The keys of a table whose keys are data.
    pub(super) fn keys(&self) -> Vec<String> {
        self.table.iter().map(|(key, _)| key.to_owned()).collect()
    }

    pub(super) fn text(&self, key: &str) -> Result<String, CatalogueError> {
        self.optional_text(key)?.ok_or_else(|| self.missing(key))
    }

    pub(super) fn optional_text(&self, key: &str) -> Result<Option<String>, CatalogueError> {
        let Some(item) = self.table.get(key) else {
            return Ok(None);
        };
        match item.as_str() {
            Some(text) if !text.trim().is_empty() => Ok(Some(text.to_owned())),
            _ => Err(self.unfit(key, "write a text, as in \"Qwen\"")),
        }
    }

    pub(super) fn flag(&self, key: &str) -> Result<bool, CatalogueError> {
        let Some(item) = self.table.get(key) else {
            return Ok(false);
        };
        item.as_bool()
            .ok_or_else(|| self.unfit(key, "write true or false"))
    }

    pub(super) fn whole<T: TryFrom<i64>>(
        &self,
        key: &str,
        range: RangeInclusive<i64>,
    ) -> Result<T, CatalogueError> {
        self.optional_whole(key, range)?
            .ok_or_else(|| self.missing(key))
    }

    pub(super) fn optional_whole<T: TryFrom<i64>>(
        &self,
        key: &str,
        range: RangeInclusive<i64>,
    ) -> Result<Option<T>, CatalogueError> {
        let Some(item) = self.table.get(key) else {
            return Ok(None);
        };
        item.as_integer()
            .filter(|number| range.contains(number))
            .and_then(|number| T::try_from(number).ok())
            .map(Some)
            .ok_or_else(|| {
                let (low, high) = range.into_inner();
                self.unfit(key, format!("write a whole number from {low} to {high}"))
            })
    }

    pub(super) fn number(
        &self,
        key: &str,
        range: RangeInclusive<f64>,
    ) -> Result<f64, CatalogueError> {
        self.optional_number(key, range)?
            .ok_or_else(|| self.missing(key))
    }

    pub(super) fn optional_number(
        &self,
        key: &str,
        range: RangeInclusive<f64>,
    ) -> Result<Option<f64>, CatalogueError> {
        let Some(item) = self.table.get(key) else {
            return Ok(None);
        };
        item.as_float()
            .or_else(|| item.as_integer().map(|whole| whole as f64))
            .filter(|number| range.contains(number))
            .map(Some)
            .ok_or_else(|| {
                let (low, high) = range.into_inner();
                self.unfit(key, format!("write a number from {low} to {high}"))
            })
    }

    /// That error at that key, or at the beginning of the table when the key is not there.
    pub(super) fn wrong(&self, key: &str, message: impl Display) -> CatalogueError {
        let start = self
            .table
            .get_key_value(key)
            .and_then(|(key, item)| key.span().or_else(|| item.span()))
            .map_or(self.start, |span| span.start);
        CatalogueError {
            line: line_of(self.text, start),
            key: format!("{}{key}", self.prefix),
            message: message.to_string(),
        }
    }

    /// The error of a value that will not do, with the value.
    pub(super) fn unfit(&self, key: &str, right: impl Display) -> CatalogueError {
        let value = self.table.get(key).and_then(Item::as_value);
        let shown = value.map_or_else(String::new, |value| match value.as_str() {
            Some(text) => text.to_owned(),
            None => value.to_string().trim().to_owned(),
        });
        self.wrong(key, format!("“{shown}” will not do; {right}"))
    }

    fn missing(&self, key: &str) -> CatalogueError {
        self.wrong(key, "this key is missing")
    }

    fn with_known(self, known: &[&str]) -> Result<Self, CatalogueError> {
        let is_unknown = |key: &&str| !known.is_empty() && !known.contains(key);
        match self.table.iter().map(|(key, _)| key).find(is_unknown) {
            Some(key) => {
                Err(self.wrong(key, format!("no such key; known are {}", known.join(", "))))
            }
            None => Ok(self),
        }
    }
}

/// The line, from 1, of a byte.
pub(super) fn line_of(text: &str, byte: usize) -> usize {
    let before = &text.as_bytes()[..byte.min(text.len())];
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}
