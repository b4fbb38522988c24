use std::sync::LazyLock;

use thiserror::Error;

use super::model::Model;

mod entry;
mod reader;

/// The models that can be suggested.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalogue {
    /// The day its entries were checked against their publishers, as `2026-11-23`; a file of the
    /// user's own may leave it out.
    pub checked: Option<String>,
    /// In the file's order.
    pub models: Vec<Model>,
}

/// What is wrong in a catalogue file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}, {key}: {message}")]
pub struct CatalogueError {
    /// Line in the file, from 1.
    pub line: usize,
    /// The key, such as `kv_heads` or `experts.count`; `TOML` when the file cannot be read at all.
    pub key: String,
    /// What was wrong and what would be right.
    pub message: String,
}

impl Catalogue {
    /// The catalogue that comes with the program.
    pub fn embedded() -> &'static Self {
        static EMBEDDED: LazyLock<Catalogue> = LazyLock::new(|| {
            Catalogue::parse(include_str!("catalogue.toml")).expect("checked by a test")
        });
        &EMBEDDED
    }

    /// Reads a catalogue file; the first thing that is wrong refuses it whole.
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        entry::catalogue(text)
    }

    /// This catalogue with the entries of the user's own added; those of the same name are
    /// replaced, whatever their case.
    #[must_use]
    pub fn with(&self, own: Self) -> Self {
        let mut all = self.clone();
        for model in own.models {
            let same = |known: &&mut Model| known.name.eq_ignore_ascii_case(&model.name);
            match all.models.iter_mut().find(same) {
                Some(known) => *known = model,
                None => all.models.push(model),
            }
        }
        all
    }
}

#[cfg(test)]
mod tests;
