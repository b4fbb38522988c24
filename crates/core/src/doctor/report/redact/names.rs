//! Names that stand alone in a text.

/// Replaces a name where it is not part of a longer word, in capitals or not.
pub(super) fn replace(text: &str, name: &str, instead: &str) -> String {
    if name.is_empty() {
        return text.to_owned();
    }
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let here = rest.get(..name.len());
        let found = here.is_some_and(|here| here.eq_ignore_ascii_case(name));
        let after = rest.get(name.len()..).unwrap_or_default();
        let joined = result.ends_with(char::is_alphanumeric)
            || after.starts_with(char::is_alphanumeric)
            // The placeholder of another name.
            || (result.ends_with('[') && after.starts_with(']'));
        if found && !joined {
            result += instead;
            rest = after;
        } else {
            result.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    result
}
