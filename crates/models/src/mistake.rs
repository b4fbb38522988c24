//! What both readers of TOML files say of a mistake: its line, and what serde expected.

/// The line, from 1, of a byte of a text.
pub fn line_at(text: impl AsRef<[u8]>, byte: usize) -> usize {
    let text = text.as_ref();
    let before = &text[..byte.min(text.len())];
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}

/// What serde found wrong in a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// This key has to be there.
    Missing(String),
    /// A key that is none of these.
    UnknownKey(String),
    /// A value that is not what it should be, such as `a whole number from 1 to 16`.
    Expected(String),
    /// A value that was refused in these words.
    Refused(String),
}

impl Mistake {
    /// Takes the message of an error of serde's apart.
    pub fn of(message: &str) -> Self {
        let message = message.trim();
        if let Some(key) = message.strip_prefix("missing field ") {
            return Self::Missing(plain(key));
        }
        // What was found comes before and may contain anything.
        let Some((found, expected)) = message.rsplit_once(", expected ") else {
            return match message.starts_with("unknown field ") {
                true => Self::UnknownKey(String::new()),
                false => Self::Refused(message.to_owned()),
            };
        };
        match expected {
            _ if found.starts_with("unknown field ") => {
                Self::UnknownKey(plain(expected.trim_start_matches("one of ")))
            }
            "a boolean" => Self::Expected("true or false".to_owned()),
            "a string" => Self::Expected("a text".to_owned()),
            "u32" => Self::Expected(format!("a whole number from 0 to {}", u32::MAX)),
            "u64" => Self::Expected(format!("a whole number from 0 to {}", i64::MAX)),
            _ => Self::Expected(plain(expected)),
        }
    }
}

/// Serde's names without its quotes.
fn plain(names: &str) -> String {
    names.replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_counted_from_1_and_never_beyond_the_text() {
        let lines = [0, 2, 3, 99].map(|byte| line_at("a\n\nb", byte));
        assert_eq!(lines, [1, 2, 3, 3]);
    }

    #[test]
    fn what_serde_found_is_not_taken_for_what_it_expected() {
        use Mistake::*;
        let cases = [
            ("missing field `layers`\n", Missing("layers".into())),
            (
                "unknown field `a`, there are no fields",
                UnknownKey(String::new()),
            ),
            (
                "unknown field `a`, expected one of `b`, `c`",
                UnknownKey("b, c".into()),
            ),
            (
                "unknown variant `a`, expected `b` or `c`",
                Expected("b or c".into()),
            ),
            (
                "invalid type: string \", expected a boolean\", expected u32",
                Expected("a whole number from 0 to 4294967295".into()),
            ),
            (
                "invalid type: integer `1`, expected a boolean",
                Expected("true or false".into()),
            ),
            ("write a day", Refused("write a day".into())),
        ];
        for (message, mistake) in cases {
            assert_eq!(Mistake::of(message), mistake, "{message}");
        }
    }
}
