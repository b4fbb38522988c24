//! Accepted values as text.

use super::list::any_of;
use crate::protocol::{SettingKind, SettingOption};

impl SettingKind {
    /// The accepted values, to end the sentence “it has to be …”.
    pub(super) fn expected(&self) -> String {
        let text = match self {
            Self::Bool => "true or false".to_owned(),
            Self::Number {
                min,
                max,
                integer,
                unit,
                word,
            } => {
                let number = match integer {
                    true => "a whole number",
                    false => "a number",
                };
                let word = word.as_ref().map(|word| format!("\"{word}\" or "));
                let word = word.unwrap_or_default();
                format!("{word}{number} from {min} to {max} {unit}")
            }
            Self::Choice { options } => any_word(options),
            Self::Text { max_length } => format!("a text of 1 to {max_length} characters"),
            Self::ChoiceList { options } => format!("a list of any of {}", any_word(options)),
            Self::TextList => "a list of texts".to_owned(),
            Self::GpuList => "a list of GPUs, each by its number or its UUID".to_owned(),
        };
        text.trim_end().to_owned()
    }
}

fn any_word(options: &[SettingOption]) -> String {
    let quoted = |option: &SettingOption| format!("\"{}\"", option.value);
    let words: Vec<String> = options.iter().map(quoted).collect();
    any_of(&words.iter().map(String::as_str).collect::<Vec<_>>())
}
