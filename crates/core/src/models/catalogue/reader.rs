use std::{cell::RefCell, collections::BTreeSet, fmt::Display, ops::RangeInclusive};

use toml_edit::{Item, TableLike};

use super::CatalogueError;

/// One table of the file: every key is asked for by name, and what was never asked for is wrong.
pub(super) struct Reader<'a> {
    text: &'a str,
    table: &'a dyn TableLike,
    /// Byte at which the table begins, where a missing key is reported.
    start: usize,
    /// Key of an inner table with its dot; empty for an entry itself.
    prefix: String,
    asked: RefCell<BTreeSet<String>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, table: &'a dyn TableLike, start: usize) -> Self {
        Self {
            text,
            table,
            start,
            prefix: String::new(),
            asked: RefCell::default(),
        }
    }

    /// An inner table.
    pub(super) fn table(&self, key: &str) -> Result<Option<Self>, CatalogueError> {
        let Some(item) = self.get(key) else {
            return Ok(None);
        };
        let table = item
            .as_table_like()
            .ok_or_else(|| self.wrong(key, "this is to be a table, as in { a = 1, b = 2 }"))?;
        let start = item.span().map_or(self.start, |span| span.start);
        let inner = Self::new(self.text, table, start);
        Ok(Some(Self {
            prefix: format!("{}{key}.", self.prefix),
            ..inner
        }))
    }

    /// The tables of an array such as `[[model]]`, with the byte at which each begins.
    pub(super) fn tables(&self, key: &str) -> Result<Vec<Self>, CatalogueError> {
        let Some(item) = self.get(key) else {
            return Ok(Vec::new());
        };
        let tables = item
            .as_array_of_tables()
            .ok_or_else(|| self.wrong(key, format!("write each one under [[{key}]]")))?;
        let reader = |table: &'a toml_edit::Table| {
            let start = table.span().map_or(self.start, |span| span.start);
            Self::new(self.text, table, start)
        };
        Ok(tables.iter().map(reader).collect())
    }

    /// The keys of a table whose keys are data.
    pub(super) fn keys(&self) -> Vec<String> {
        self.table.iter().map(|(key, _)| key.to_owned()).collect()
    }

    pub(super) fn text(&self, key: &str) -> Result<String, CatalogueError> {
        self.optional_text(key)?.ok_or_else(|| self.missing(key))
    }

    pub(super) fn optional_text(&self, key: &str) -> Result<Option<String>, CatalogueError> {
        let Some(item) = self.get(key) else {
            return Ok(None);
        };
        match item.as_str() {
            Some(text) if !text.trim().is_empty() => Ok(Some(text.to_owned())),
            _ => Err(self.wrong(key, "this is to be a text, as in \"Qwen\"")),
        }
    }

    pub(super) fn flag(&self, key: &str) -> Result<bool, CatalogueError> {
        let Some(item) = self.get(key) else {
            return Ok(false);
        };
        item.as_bool()
            .ok_or_else(|| self.wrong(key, "this is to be true or false"))
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
        let Some(item) = self.get(key) else {
            return Ok(None);
        };
        item.as_integer()
            .filter(|number| range.contains(number))
            .and_then(|number| T::try_from(number).ok())
            .map(Some)
            .ok_or_else(|| {
                let (low, high) = range.into_inner();
                self.wrong(
                    key,
                    format!("this is to be a whole number from {low} to {high}"),
                )
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
        let Some(item) = self.get(key) else {
            return Ok(None);
        };
        item.as_float()
            .or_else(|| item.as_integer().map(|whole| whole as f64))
            .filter(|number| range.contains(number))
            .map(Some)
            .ok_or_else(|| {
                let (low, high) = range.into_inner();
                self.wrong(key, format!("this is to be a number from {low} to {high}"))
            })
    }

    /// Refuses a key that was never asked for.
    pub(super) fn finish(&self) -> Result<(), CatalogueError> {
        let asked = self.asked.borrow();
        match self.table.iter().find(|(key, _)| !asked.contains(*key)) {
            Some((unknown, _)) => {
                let known: Vec<_> = asked.iter().map(String::as_str).collect();
                Err(self.wrong(
                    unknown,
                    format!("no such key; known are {}", known.join(", ")),
                ))
            }
            None => Ok(()),
        }
    }

    /// That error at that key, or at the beginning of the table when the key is not there.
    pub(super) fn wrong(&self, key: &str, message: impl Display) -> CatalogueError {
        let start = self
            .table
            .get_key_value(key)
            .and_then(|(key, item)| key.span().or_else(|| item.span()))
            .map_or(self.start, |span| span.start);
        let found = self
            .table
            .get(key)
            .and_then(Item::as_value)
            .map_or_else(String::new, |value| {
                format!("“{}” will not do: ", value.to_string().trim())
            });
        CatalogueError {
            line: line_of(self.text, start),
            key: format!("{}{key}", self.prefix),
            message: format!("{found}{message}"),
        }
    }

    fn missing(&self, key: &str) -> CatalogueError {
        self.wrong(key, "this key is missing")
    }

    fn get(&self, key: &str) -> Option<&'a Item> {
        self.asked.borrow_mut().insert(key.to_owned());
        self.table.get(key)
    }
}

/// The line, from 1, of a byte.
pub(super) fn line_of(text: &str, byte: usize) -> usize {
    let before = &text.as_bytes()[..byte.min(text.len())];
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}
