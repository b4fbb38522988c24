//! The accepted values of one setting, and its conversion from TOML into [`Settings`] and back.

use gpu_keepalive_text::{Key, text};
use serde_json::Value as Json;
use toml_edit::{Array, Item, Value};

use super::{
    Settings,
    json::{show, show_json, to_toml},
};
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
        options: Options,
        get: fn(&Settings) -> String,
        /// An error for an unknown word.
        set: fn(&mut Settings, &str) -> Result<(), String>,
    },
    Text {
        max_length: usize,
        place: Place<String>,
    },
    List {
        of: Entries,
        /// Continues the sentence “it has to be”.
        expected: Key,
        get: fn(&Settings) -> Option<Vec<Value>>,
        /// An error has the entry that cannot be used, or `None` when it is the list itself.
        set: fn(&mut Settings, &Array) -> Result<(), Option<String>>,
    },
}

/// Values, each with its title.
pub(super) type Options = &'static [(&'static str, Key)];

/// The entries of a list.
pub(super) enum Entries {
    Texts,
    Gpus,
    Choices(Options),
}

/// The accessors of a value in the settings.
pub(super) struct Place<T> {
    pub(super) get: fn(&Settings) -> T,
    pub(super) set: fn(&mut Settings, T),
}

/// A value that cannot be used, in two halves of a sentence.
pub(super) struct Wrong {
    /// The present value, as `"hot"` or `a section`.
    pub(super) found: String,
    /// The expected value, as `a whole number from 50 to 95 °C`.
    pub(super) expected: String,
}

impl Field {
    /// Puts a value into the settings, which stay as they are when it cannot be used.
    pub(super) fn put(&self, settings: &mut Settings, item: &Item) -> Result<(), Wrong> {
        let Some(value) = item.as_value() else {
            return Err(self.wrong(text!("found-section")));
        };
        let fits = |number: &i64, min: u64, max: u64| {
            u64::try_from(*number).is_ok_and(|number| (min..=max).contains(&number))
        };
        let taken = match self {
            Self::Bool(place) => value.as_bool().map(|on| (place.set)(settings, on)),
            Self::Whole {
                min, max, place, ..
            } => {
                let number = whole(value).filter(|number| fits(number, *min, *max));
                number.map(|number| (place.set)(settings, number.unsigned_abs()))
            }
            Self::WholeOr { word, place, .. } if value.as_str() == Some(word) => {
                (place.set)(settings, None);
                Some(())
            }
            Self::WholeOr {
                min, max, place, ..
            } => {
                let number = whole(value).filter(|number| fits(number, *min, *max));
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
                    return Err(self.wrong(text!("found-entry", entry = entry)));
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

    /// A value from the wire, as TOML.
    pub(super) fn accept(&self, json: &Json) -> Result<Value, Wrong> {
        let Some(mut value) = to_toml(json) else {
            return Err(self.wrong(show_json(json)));
        };
        if let (Self::Whole { .. } | Self::WholeOr { .. }, Some(number)) = (self, whole(&value)) {
            value = number.into();
        }
        self.put(&mut Settings::default(), &Item::Value(value.clone()))?;
        Ok(value)
    }

    /// The accepted values, for faces.
    pub(super) fn kind(&self) -> SettingKind {
        let number = |min, max, integer, unit: &str, word: Option<&str>| SettingKind::Number {
            min,
            max,
            integer,
            unit: named(unit),
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
                options: reported(options),
            },
            Self::Text { max_length, .. } => SettingKind::Text {
                max_length: *max_length,
            },
            Self::List { of, .. } => match of {
                Entries::Texts => SettingKind::TextList,
                Entries::Gpus => SettingKind::GpuList,
                Entries::Choices(options) => SettingKind::ChoiceList {
                    options: reported(options),
                },
            },
        }
    }

    fn wrong(&self, found: String) -> Wrong {
        let expected = match self {
            Self::List { expected, .. } => expected.text(),
            _ => self.kind().expected(),
        };
        Wrong { found, expected }
    }
}

/// Whole numbers below 2^53 have a float of their own.
const MAX_EXACT: f64 = (1_u64 << 53) as f64;

fn reported(options: Options) -> Vec<SettingOption> {
    let option = |(value, title): &(&str, Key)| SettingOption {
        value: (*value).to_owned(),
        title: title.text(),
    };
    options.iter().map(option).collect()
}

/// A unit that is a word, in the language in force; a symbol is the same in each.
fn named(unit: &str) -> String {
    match unit {
        "minutes" => text!("unit-minutes"),
        "per kWh" => text!("unit-per-kwh"),
        symbol => symbol.to_owned(),
    }
}

fn is_text(text: &str, max_length: usize) -> bool {
    !text.trim().is_empty()
        && text.chars().count() <= max_length
        && !text.contains(char::is_control)
}

/// A whole number; JSON does not distinguish 15 from 15.0, and a file need not.
fn whole(value: &Value) -> Option<i64> {
    let exact = |number: &f64| number.fract() == 0.0 && number.abs() < MAX_EXACT;
    let float = || value.as_float().filter(exact).map(|number| number as i64);
    value.as_integer().or_else(float)
}
