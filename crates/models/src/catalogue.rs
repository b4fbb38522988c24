use std::sync::LazyLock;

use thiserror::Error;

use super::model::Model;

mod check;
mod entry;
mod read;
mod value;

/// The models that can be suggested.
#[derive(Clone, Debug, Default, PartialEq)]
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
    /// The key, such as `kv_heads` or `experts.count`; `TOML` where the syntax is wrong.
    pub key: String,
    /// What was wrong and what would be right.
    pub message: String,
}

/// The files that come with the program, by publisher.
const EMBEDDED: [(&str, &str); 9] = [
    ("qwen.toml", include_str!("../catalogue/qwen.toml")),
    ("google.toml", include_str!("../catalogue/google.toml")),
    ("meta.toml", include_str!("../catalogue/meta.toml")),
    ("mistral.toml", include_str!("../catalogue/mistral.toml")),
    ("nvidia.toml", include_str!("../catalogue/nvidia.toml")),
    ("openai.toml", include_str!("../catalogue/openai.toml")),
    ("china.toml", include_str!("../catalogue/china.toml")),
    ("others.toml", include_str!("../catalogue/others.toml")),
    (
        "embedding.toml",
        include_str!("../catalogue/embedding.toml"),
    ),
];

impl Catalogue {
    /// The catalogue that comes with the program.
    pub fn embedded() -> &'static Self {
        static EMBEDDED_CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
            let mut all = Catalogue::default();
            for (file, text) in EMBEDDED {
                let (part, problems) = Catalogue::read(text);
                assert!(problems.is_empty(), "{file}: {problems:?}");
                all.checked = all.checked.max(part.checked);
                all.models.extend(part.models);
            }
            all
        });
        &EMBEDDED_CATALOGUE
    }

    /// Reads a catalogue file: the entries that are right, and what is wrong with the others.
    pub fn read(text: &str) -> (Self, Vec<CatalogueError>) {
        read::read(text)
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

    /// The entry of that name, whatever its case.
    pub fn find(&self, name: &str) -> Option<&Model> {
        let same = |model: &&Model| model.name.eq_ignore_ascii_case(name);
        self.models.iter().find(same)
    }
}

#[cfg(test)]
mod tests;
