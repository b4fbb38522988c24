//! Files that cannot be used at all, and what is in force in their place.

use std::fmt;

use gpu_keepalive_text::text;

use super::{Settings, SettingsFile};
use crate::protocol::{SettingsProblem, Severity};

/// The source of the settings in force.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    File,
    /// Not from this file, which is damaged.
    Elsewhere {
        damage: Damage,
        earlier: bool,
    },
}

/// The reason why a whole file cannot be used.
#[derive(Clone, Debug)]
pub(super) struct Damage {
    /// The place of the file, if that is part of the mistake.
    path: Option<String>,
    line: Option<usize>,
    /// Continues “the file is”.
    what: String,
}

impl SettingsFile {
    /// Stands for a file that is there and cannot be read. The reason continues “the file is”, such
    /// as `a folder`.
    pub fn unreadable(path: impl fmt::Display, reason: impl fmt::Display) -> Self {
        let damage = Damage {
            path: Some(path.to_string()),
            line: None,
            what: reason.to_string(),
        };
        Self::without_file(damage, None)
    }

    /// The file after a change of it: where that cannot be used, the settings of before stay in
    /// force.
    pub fn replaced_by(&self, new: Self) -> Self {
        let never_read = matches!(self.origin, Origin::Elsewhere { earlier: false, .. });
        match new.origin {
            Origin::Elsewhere { damage, .. } if !never_read => {
                Self::without_file(damage, Some(self.settings.clone()))
            }
            origin => Self { origin, ..new },
        }
    }

    pub(super) fn unusable(line: Option<usize>, what: &str) -> Self {
        let damage = Damage {
            path: None,
            line,
            what: what.to_owned(),
        };
        Self::without_file(damage, None)
    }

    /// A damaged file; without settings of an earlier one every setting has its default.
    fn without_file(damage: Damage, earlier: Option<Settings>) -> Self {
        let Damage { path, line, what } = &damage;
        let shown = path.clone().unwrap_or_else(|| text!("damage-the-file"));
        let problem = SettingsProblem {
            severity: Severity::Error,
            line: *line,
            key: String::new(),
            message: match &earlier {
                Some(_) => text!("damage-earlier", file = shown, what = what),
                None => text!("damage-defaults", file = shown, what = what),
            },
        };
        let file = match (path, line) {
            (Some(path), _) => path.clone(),
            (None, Some(line)) => text!("damage-line", line = *line),
            (None, None) => text!("damage-settings-file"),
        };
        let read_only = text!("damage-read-only", file = file, what = what);
        Self {
            text: String::new(),
            problems: vec![problem],
            read_only: Some(read_only),
            origin: Origin::Elsewhere {
                earlier: earlier.is_some(),
                damage,
            },
            settings: earlier.unwrap_or_default(),
        }
    }
}
