//! Settings that are lists: programs and GPUs, entry by entry.

use std::{fmt, str::FromStr};

use gpu_keepalive_text::text;

use super::{AiProgram, GpuSelector};
use crate::gpu::GpuUuid;

impl FromStr for AiProgram {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, argument) = match text.trim().split_once(':') {
            Some((name, argument)) => (name.trim(), Some(argument.trim())),
            None => (text.trim(), None),
        };
        let name = name.to_lowercase();
        let name = name.strip_suffix(".exe").unwrap_or(&name);
        let drive = name.len() == 1 && argument.is_some_and(|rest| rest.starts_with(['/', '\\']));
        let named = !name.is_empty()
            && !name.starts_with('-')
            && !name.contains(['/', '\\'])
            && argument != Some("");
        if drive || !named || text.contains(char::is_control) {
            return Err(text!("not-a-program", entry = text));
        }
        Ok(Self {
            name: name.to_owned(),
            argument: argument.map(str::to_owned),
        })
    }
}

impl fmt::Display for AiProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match &self.argument {
            Some(argument) => write!(f, ":{argument}"),
            None => Ok(()),
        }
    }
}

impl FromStr for GpuSelector {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Ok(index) = text.parse() {
            return Ok(Self::Index(index));
        }
        let digits = text
            .get(..4)
            .filter(|prefix| prefix.eq_ignore_ascii_case("GPU-"))
            .map(|_| text[4..].to_lowercase());
        match digits {
            Some(digits) if !digits.is_empty() && digits.chars().all(is_uuid_character) => {
                Ok(Self::Uuid(GpuUuid(format!("GPU-{digits}"))))
            }
            _ => Err(text!("not-a-gpu", entry = text)),
        }
    }
}

impl fmt::Display for GpuSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => index.fmt(f),
            Self::Uuid(uuid) => uuid.fmt(f),
        }
    }
}

/// `a, b or c`.
pub(super) fn any_of(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [word] => (*word).to_owned(),
        [first @ .., last] => text!("any-of", first = first.join(", "), last = *last),
    }
}

fn is_uuid_character(c: char) -> bool {
    c.is_ascii_hexdigit() || c == '-'
}
