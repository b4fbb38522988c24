//! What one setting accepts, and how it gets from TOML into [`Settings`] and back.

use toml_edit::{Array, Item, Value};

use super::{Settings, list};
use crate::protocol::{SettingKind, SettingOption};

/// One setting's kind and its place in [`Settings`].
pub(super) enum Field {
    Bool(Place<bool>),
    Whole {
        min: u64,
        max: u64,
        unit: &'static str,
        place: Place<u64>,
    },
    /// A whole number, or the word when it is `None`.
    WholeOr {
        word: &'static str,
        min: u64,
        max: u64,
        unit: &'static str,
        place: Place<Option<u64>>,
    },
    Decimal {
        min: f64,
        max: f64,
        unit: &'static str,
        place: Place<Option<f64>>,
    },
    Choice {
        /// Each word with what people are shown.
        options: &'static [(&'static str, &'static str)],
        get: fn(&Settings) -> String,
        /// An error for an unknown word.
        set: fn(&mut Settings, &str) -> Result<(), String>,
    },
    Text {
        max_length: usize,
        place: Place<String>,
    },
    List {
        /// What has to be given, as `expected` continues a sentence.
        expected: &'static str,
        get: fn(&Settings) -> Option<Vec<Value>>,
        /// An error has the entry that cannot be used, or `None` when it is the list itself.
        set: fn(&mut Settings, &Array) -> Result<(), Option<String>>,
    },
}

/// How a value is taken from the settings and put there.
pub(super) struct Place<T> {
    pub(super) get: fn(&Settings) -> T,
    pub(super) set: fn(&mut Settings, T),
}

/// A value that cannot be used, in two halves of a sentence.
pub(super) struct Wrong {
    /// What is there, as `"hot"` or `a section`.
    pub(super) found: String,
    /// What would be right, as `a whole number from 50 to 95 °C`.
    pub(super) expected: String,
}

impl Field {
    /// Puts a value into the settings, which stay as they are when it cannot be used.
    pub(super) fn put(&self, settings: &mut Settings, item: &Item) -> Result<(), Wrong> {
        let Some(value) = item.as_value() else {
            return Err(self.wrong("a section".to_owned()));
        };
        let fits = |number: &i64, min: u64, max: u64| {
            u64::try_from(*number).is_ok_and(|number| (min..=max).contains(&number))
        };
        let taken = match self {
            Self::Bool(place) => value.as_bool().map(|on| (place.set)(settings, on)),
            Self::Whole {
                min, max, place, ..
            } => {
                let number = value.as_integer().filter(|number| fits(number, *min, *max));
                number.map(|number| (place.set)(settings, number.unsigned_abs()))
            }
            Self::WholeOr { word, place, .. } if value.as_str() == Some(word) => {
                (place.set)(settings, None);
                Some(())
            }
            Self::WholeOr {
                min, max, place, ..
            } => {
                let number = value.as_integer().filter(|number| fits(number, *min, *max));
                number.map(|number| (place.set)(settings, Some(number.unsigned_abs())))
            }
            Self::Decimal {
                min, max, place, ..
            } => {
                let whole = value.as_integer().map(|whole| whole as f64);
                let number = value.as_float().or(whole);
                let number = number.filter(|number| (*min..=*max).contains(number));
                number.map(|number| (place.set)(settings, Some(number)))
            }
            Self::Choice { set, .. } => value.as_str().and_then(|word| set(settings, word).ok()),
            Self::Text { max_length, place } => value
                .as_str()
                .filter(|text| is_text(text, *max_length))
                .map(|text| (place.set)(settings, text.to_owned())),
            Self::List { set, .. } => match value.as_array().map(|array| set(settings, array)) {
                Some(Err(Some(entry))) => {
                    return Err(self.wrong(format!("a list with the entry {entry}")));
                }
                taken => taken.and_then(Result::ok),
            },
        };
        taken.ok_or_else(|| self.wrong(show(value)))
    }

    /// The value in the settings; `None` for one that is not set.
    pub(super) fn value(&self, settings: &Settings) -> Option<Value> {
        let whole = |number: u64| Value::from(i64::try_from(number).unwrap_or(i64::MAX));
        match self {
            Self::Bool(place) => Some((place.get)(settings).into()),
            Self::Whole { place, .. } => Some(whole((place.get)(settings))),
            Self::WholeOr { word, place, .. } => {
                Some((place.get)(settings).map_or_else(|| (*word).into(), whole))
            }
            Self::Decimal { place, .. } => (place.get)(settings).map(Value::from),
            Self::Choice { get, .. } => Some(get(settings).into()),
            Self::Text { place, .. } => Some((place.get)(settings).into()),
            Self::List { get, .. } => get(settings).map(|entries| entries.into_iter().collect()),
        }
    }

    /// A value as a user types it: TOML, or the bare text of a string or of a list of strings.
    pub(super) fn parse(&self, text: &str) -> Result<Value, Wrong> {
        let text = text.trim();
        let as_toml = text.parse::<Value>().ok();
        let as_text = self.parse_bare(text);
        let mut refusal = None;
        for mut value in as_toml.into_iter().chain(as_text) {
            value.decor_mut().clear();
            let item = Item::Value(value);
            match (self.put(&mut Settings::default(), &item), item.into_value()) {
                (Ok(()), Ok(value)) => return Ok(value),
                (Err(wrong), _) => _ = refusal.get_or_insert(wrong),
                (Ok(()), Err(_)) => {}
            }
        }
        Err(refusal.unwrap_or_else(|| self.wrong(show(&text.into()))))
    }

    fn parse_bare(&self, text: &str) -> Option<Value> {
        match self {
            Self::Bool(_) | Self::Whole { .. } | Self::Decimal { .. } => None,
            Self::WholeOr { .. } | Self::Choice { .. } | Self::Text { .. } => Some(text.into()),
            Self::List { .. } => {
                let entries = text.split(',').map(str::trim);
                let entries = entries.filter(|entry| !entry.is_empty());
                let value = |entry: &str| {
                    let number = entry.parse::<i64>();
                    number.map_or_else(|_| entry.into(), Value::from)
                };
                Some(entries.map(value).collect())
            }
        }
    }

    /// What is accepted, to end the sentence “it has to be …”.
    fn expected(&self) -> String {
        match self {
            Self::Bool(_) => "true or false".to_owned(),
            Self::Whole { min, max, unit, .. } => {
                format!("a whole number from {min} to {max} {unit}")
            }
            Self::WholeOr {
                word,
                min,
                max,
                unit,
                ..
            } => format!("\"{word}\" or a whole number from {min} to {max} {unit}"),
            Self::Decimal { min, max, unit, .. } => {
                format!("a number from {min} to {max} {unit}")
            }
            Self::Choice { options, .. } => {
                let words: Vec<String> = options
                    .iter()
                    .map(|(word, _)| format!("\"{word}\""))
                    .collect();
                list::any_of(&words.iter().map(String::as_str).collect::<Vec<_>>())
            }
            Self::Text { max_length, .. } => {
                format!("a text of 1 to {max_length} characters in quotes")
            }
            Self::List { expected, .. } => (*expected).to_owned(),
        }
        .trim_end()
        .to_owned()
    }

    /// What is accepted, for faces.
    pub(super) fn kind(&self) -> SettingKind {
        let number = |min, max, integer, unit: &str, word: Option<&str>| SettingKind::Number {
            min,
            max,
            integer,
            unit: unit.to_owned(),
            word: word.map(str::to_owned),
        };
        match self {
            Self::Bool(_) => SettingKind::Bool,
            Self::Whole { min, max, unit, .. } => {
                number(*min as f64, *max as f64, true, unit, None)
            }
            Self::WholeOr {
                word,
                min,
                max,
                unit,
                ..
            } => number(*min as f64, *max as f64, true, unit, Some(word)),
            Self::Decimal { min, max, unit, .. } => number(*min, *max, false, unit, None),
            Self::Choice { options, .. } => SettingKind::Choice {
                options: options
                    .iter()
                    .map(|(value, title)| SettingOption {
                        value: (*value).to_owned(),
                        title: (*title).to_owned(),
                    })
                    .collect(),
            },
            Self::Text { max_length, .. } => SettingKind::Text {
                max_length: *max_length,
            },
            Self::List { .. } => SettingKind::List,
        }
    }

    fn wrong(&self, found: String) -> Wrong {
        Wrong {
            found,
            expected: self.expected(),
        }
    }
}

/// Most characters of a wrong value that are shown.
const MAX_SHOWN: usize = 60;

/// A value as it is quoted to people: on one line and not for pages.
pub(super) fn show(value: &Value) -> String {
    let text = value.to_string();
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn is_text(text: &str, max_length: usize) -> bool {
    !text.trim().is_empty()
        && text.chars().count() <= max_length
        && !text.contains(char::is_control)
}
