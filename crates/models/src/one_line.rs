/// Text of a file or of another program as it is quoted to people: on one line, at most `most`
/// characters of it, and nothing in it that a terminal would obey.
pub fn one_line(text: &str, most: usize) -> String {
    let mut line = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let gap = (!line.is_empty()).then_some(' ');
        for character in gap.into_iter().chain(word.chars()) {
            if length == most {
                line.push('…');
                return line;
            }
            let obeyed = character.is_control();
            line.push(if obeyed {
                char::REPLACEMENT_CHARACTER
            } else {
                character
            });
            length += 1;
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_obeys_nothing_of_it_and_it_has_an_end() {
        let cases = [
            ("", ""),
            (" a \r\n\tb\u{85}c ", "a b c"),
            ("\u{1b}[2Ja\0", "\u{fffd}[2Ja\u{fffd}"),
            ("\u{9b}31m", "\u{fffd}31m"),
            ("1234567890", "1234567890"),
            ("12345678901", "1234567890…"),
            ("1234567890 ", "1234567890"),
            ("éééééééééééé", "éééééééééé…"),
        ];
        for (text, expected) in cases {
            assert_eq!(one_line(text, 10), expected, "{text:?}");
        }
    }
}
