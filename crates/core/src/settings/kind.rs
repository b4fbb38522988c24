//! Accepted values as text.

use gpu_keepalive_text::{number, text};

use super::list::any_of;
use crate::protocol::{SettingKind, SettingOption};

impl SettingKind {
    /// The accepted values, to end the sentence “it has to be …”.
    pub(super) fn expected(&self) -> String {
        let text = match self {
            Self::Bool => text!("expected-bool"),
            Self::Number {
                min,
                max,
                integer,
                unit,
                word,
            } => {
                let (least, most) = (number(*min), number(*max));
                let number = match integer {
                    true => text!("expected-whole", least = least, most = most, unit = unit),
                    false => text!("expected-number", least = least, most = most, unit = unit),
                };
                match word {
                    Some(word) => any_of(&[&format!("\"{word}\""), &number]),
                    None => number,
                }
            }
            Self::Choice { options } => any_word(options),
            Self::Text { max_length } => text!("expected-text", most = *max_length),
            Self::ChoiceList { options } => {
                text!("expected-choices", choices = any_word(options))
            }
            Self::TextList => text!("expected-texts"),
            Self::GpuList => text!("expected-gpus"),
        };
        text.trim_end().to_owned()
    }
}

fn any_word(options: &[SettingOption]) -> String {
    let quoted = |option: &SettingOption| format!("\"{}\"", option.value);
    let words: Vec<String> = options.iter().map(quoted).collect();
    any_of(&words.iter().map(String::as_str).collect::<Vec<_>>())
}
