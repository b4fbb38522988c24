//! Reads a catalogue file entry by entry, so that a wrong one takes no other down.

use std::ops::Range;

use serde::{Deserialize, de::IntoDeserializer};
use toml::{
    Spanned,
    de::{DeTable, DeValue, Error},
};

use crate::{Mistake, line_at, model::Model, one_line};

use super::{Catalogue, CatalogueError, check, entry::Entry, value::Day};

/// The entries that are right, and what is wrong with the others.
pub(super) fn read(text: &str) -> (Catalogue, Vec<CatalogueError>) {
    let (file, errors) = DeTable::parse_recoverable(text);
    let mut problems: Vec<_> = errors
        .iter()
        .map(|error| syntax_error(text, error))
        .collect();
    let mut catalogue = Catalogue::default();
    for (key, value) in file.into_inner() {
        let line = line_at(text, key.span().start);
        match key.get_ref().as_ref() {
            "checked" => match Day::deserialize(value.into_deserializer()) {
                Ok(day) => catalogue.checked = Some(day.0),
                Err(error) => problems.push(CatalogueError {
                    line,
                    key: "checked".to_owned(),
                    message: error.message().to_owned(),
                }),
            },
            "model" => match value.into_inner() {
                DeValue::Array(entries) => {
                    models(text, entries, &mut catalogue.models, &mut problems);
                }
                _ => problems.push(CatalogueError {
                    line,
                    key: "model".to_owned(),
                    message: "write each model under [[model]]".to_owned(),
                }),
            },
            unknown => problems.push(CatalogueError {
                line,
                key: unknown.to_owned(),
                message: "no such key; a file has checked and [[model]]".to_owned(),
            }),
        }
    }
    for problem in &mut problems {
        problem.key = one_line(&problem.key, 60);
        problem.message = one_line(&problem.message, 1000);
    }
    problems.sort_by_key(|problem| problem.line);
    (catalogue, problems)
}

fn models<'a>(
    text: &str,
    entries: impl IntoIterator<Item = Spanned<DeValue<'a>>>,
    models: &mut Vec<Model>,
    problems: &mut Vec<CatalogueError>,
) {
    let entries: Vec<_> = entries.into_iter().collect();
    let starts: Vec<_> = entries
        .iter()
        .map(|entry| line_at(text, entry.span().start))
        .collect();
    let last_line = text.lines().count() + 1;
    let ends = starts.iter().skip(1).copied().chain([last_line]);
    let broken: Vec<_> = problems.iter().map(|problem| problem.line).collect();
    for (entry, lines) in entries.into_iter().zip(starts.iter().copied().zip(ends)) {
        // What the parser made of an entry with wrong syntax may be anything.
        if broken.iter().any(|line| (lines.0..lines.1).contains(line)) {
            continue;
        }
        match model(text, entry) {
            Ok(model)
                if models
                    .iter()
                    .any(|known| known.name.eq_ignore_ascii_case(&model.name)) =>
            {
                problems.push(CatalogueError {
                    line: lines.0,
                    key: "name".to_owned(),
                    message: format!("there is an entry “{}” already", model.name),
                });
            }
            Ok(model) => models.push(model),
            Err(problem) => problems.push(problem),
        }
    }
}

fn model(text: &str, value: Spanned<DeValue<'_>>) -> Result<Model, CatalogueError> {
    let places = Places {
        text,
        start: value.span().start,
        entry: value.get_ref().as_table().cloned().unwrap_or_default(),
    };
    let entry = Entry::deserialize(value.into_deserializer());
    let entry = entry.map_err(|error| places.reading(&error))?;
    check::entry(&entry).map_err(|(key, message)| places.checking(key, message))?;
    let model = entry.into_model();
    check::size(&model).map_err(|(key, message)| places.checking(key, message))?;
    Ok(model)
}

/// An entry with the places of its keys.
struct Places<'a> {
    text: &'a str,
    /// Byte at which the entry begins, where a missing key is reported.
    start: usize,
    entry: DeTable<'a>,
}

impl Places<'_> {
    /// A value that serde refused.
    fn reading(&self, error: &Error) -> CatalogueError {
        let span = error.span().unwrap_or(self.start..self.start);
        let path = path_of(&self.entry, &span);
        let written = self.text.get(span.clone()).unwrap_or_default();
        let written = one_line(written, 60);
        let message = match Mistake::of(error.message()) {
            Mistake::Missing(field) => {
                let inside = path.map_or_else(String::new, |path| format!("{path}."));
                return CatalogueError {
                    line: line_at(self.text, span.start),
                    key: format!("{inside}{field}"),
                    message: "this key is missing".to_owned(),
                };
            }
            Mistake::UnknownKey(known) => format!("no such key; known are {known}"),
            Mistake::Expected(right) => format!("“{written}” is not valid; write {right}"),
            Mistake::Refused(right)
                if right.starts_with("write ") || right.starts_with("name ") =>
            {
                format!("“{}” is not valid; {right}", written.trim_matches('"'))
            }
            Mistake::Refused(message) => message,
        };
        CatalogueError {
            line: line_at(self.text, span.start),
            key: path.unwrap_or_else(|| "model".to_owned()),
            message,
        }
    }

    /// Values that do not go together.
    fn checking(&self, key: &str, message: String) -> CatalogueError {
        let outer = key.split('.').next().unwrap_or(key);
        let place = self
            .entry
            .iter()
            .find(|(known, _)| known.get_ref() == outer);
        let start = place.map_or(self.start, |(known, _)| known.span().start);
        CatalogueError {
            line: line_at(self.text, start),
            key: key.to_owned(),
            message,
        }
    }
}

/// The dotted key whose name or value lies there. The keys under a header such as
/// `[model.ollama]` lie outside the header's own place, so every inner table is searched.
fn path_of(table: &DeTable<'_>, span: &Range<usize>) -> Option<String> {
    let holds = |outer: Range<usize>| outer.start <= span.start && span.end <= outer.end;
    table.iter().find_map(|(key, value)| {
        let inner = value
            .get_ref()
            .as_table()
            .and_then(|inner| path_of(inner, span));
        let own = || (holds(key.span()) || holds(value.span())).then(|| key.get_ref().to_string());
        match inner {
            Some(inner) => Some(format!("{}.{inner}", key.get_ref())),
            None => own(),
        }
    })
}

fn syntax_error(text: &str, error: &Error) -> CatalogueError {
    CatalogueError {
        line: error.span().map_or(1, |span| line_at(text, span.start)),
        key: "TOML".to_owned(),
        message: error.message().trim().to_owned(),
    }
}
