//! What Ollama has installed already, by what its models folder holds.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{format::Format, model::Model};

/// The media type of a model's weights in Ollama's manifests.
const WEIGHTS: &str = "application/vnd.ollama.image.model";

/// The tags that are installed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Installed {
    tags: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Manifest {
    layers: Vec<Layer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Layer {
    media_type: String,
}

impl Installed {
    /// Adds the manifest at that path below `manifests`, such as
    /// `registry.ollama.ai/library/qwen3.6/27b`; whether it describes a model with weights.
    pub fn add(&mut self, path: &str, manifest: &str) -> bool {
        let has_weights = serde_json::from_str::<Manifest>(manifest).is_ok_and(|manifest| {
            manifest
                .layers
                .iter()
                .any(|layer| layer.media_type == WEIGHTS)
        });
        let tag = tag_of(path);
        match tag {
            Some(tag) if has_weights => self.tags.insert(tag),
            _ => false,
        }
    }

    /// Whether that model is there in that format, by its tag or as a file of Hugging Face.
    pub fn has(&self, model: &Model, format: Format) -> bool {
        let of_library = model
            .ollama
            .get(&format)
            .is_some_and(|tag| self.has_tag(tag));
        let of_repository = model.gguf.as_ref().is_some_and(|gguf| {
            gguf.formats.contains(&format)
                && self.has_tag(&format!("hf.co/{}:{format}", gguf.repository))
        });
        of_library || of_repository
    }

    /// Whether nothing is installed.
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty()
    }

    fn has_tag(&self, tag: &str) -> bool {
        self.tags.contains(&tag.to_ascii_lowercase())
    }
}

/// `name:tag` of a path below `manifests`; a library's models go without their registry.
fn tag_of(path: &str) -> Option<String> {
    let path = path.replace('\\', "/").to_ascii_lowercase();
    let (name, tag) = path.rsplit_once('/')?;
    let name = name
        .strip_prefix("registry.ollama.ai/library/")
        .or_else(|| name.strip_prefix("registry.ollama.ai/"))
        .unwrap_or(name);
    Some(format!("{name}:{tag}"))
}

#[cfg(test)]
mod tests;
