//! Values of options and variables that name a model. What is a path or a repository by its form
//! is hidden before; here a name alone is, since it may be a file of the user's.

/// Parts of such names, in the options of llama.cpp, vLLM, SGLang, TGI and of Python programs.
const NAMES: [&str; 10] = [
    "model",
    "repo",
    "lora",
    "adapter",
    "mmproj",
    "tokenizer",
    "alias",
    "checkpoint",
    "ckpt",
    "hf-file",
];
/// How the short ones of llama.cpp begin: `-hf`, `-hff`, `-hfd`.
const SHORT: &str = "-hf";
const HIDDEN: &str = "[model]";

/// The line with every such value replaced, numbers excepted.
pub(super) fn hide(line: &str) -> String {
    let mut result = String::with_capacity(line.len());
    let mut is_value = false;
    let mut open = None;
    for piece in line.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        let space = &piece[word.len()..];
        if let Some(quote) = open {
            let Some(end) = word.find(quote) else {
                continue;
            };
            open = None;
            result += &word[end..];
        } else if word.is_empty() {
            // More blanks before the value.
        } else if is_value && !bare(word).starts_with('-') {
            is_value = false;
            open = push_value(&mut result, word);
        } else if let Some((name, value)) = word.split_once('=')
            && names_model(name)
        {
            is_value = false;
            result += name;
            result.push('=');
            open = push_value(&mut result, value);
        } else {
            is_value = bare(word).starts_with('-') && names_model(word);
            result += word;
        }
        if open.is_none() {
            result += space;
        }
    }
    result
}

/// Without the quotes, brackets and commas of a list around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|c| matches!(c, '"' | '\'' | '[' | ']' | '(' | ')' | ',' | '{' | '}'))
}

fn names_model(name: &str) -> bool {
    let name = bare(name).to_ascii_lowercase();
    name.starts_with(SHORT) || NAMES.iter().any(|part| name.contains(part))
}

/// Writes a value as it may be shown. Returns its quote where that is not closed yet.
fn push_value(result: &mut String, value: &str) -> Option<char> {
    let first = value.chars().next()?;
    let quote = ['"', '\''].into_iter().find(|quote| *quote == first);
    let inner = &value[quote.map_or(0, char::len_utf8)..];
    let end = match quote {
        Some(quote) => inner.find(quote),
        None => Some(
            inner
                .trim_end_matches([',', ';', ':', '.', ')', ']', '"', '\''])
                .len(),
        ),
    };
    let (name, after) = inner.split_at(end.unwrap_or(inner.len()));
    let is_number = name.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    result.extend(quote);
    // What is hidden already says what it was.
    result.push_str(if is_number || name.starts_with('[') {
        name
    } else {
        HIDDEN
    });
    result.push_str(after);
    quote.filter(|_| end.is_none())
}
