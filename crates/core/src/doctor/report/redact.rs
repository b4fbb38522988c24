//! Takes out of a text what must not leave the machine.
//!
//! Of paths those stay that are the same on every machine, and our own; all else goes by its form:
//! repositories of models with their owner, addresses, UUIDs, and values that are named, or formed,
//! like a secret, or named like a model.

use super::Private;

mod models;
mod paths;
mod secrets;

/// The text without what `private` names, and without what looks private by its form.
pub fn redact(text: &str, private: &Private) -> String {
    // The owner of a home is private wherever the name stands.
    let owners = paths::owners(text);
    let lines = text.split('\n').map(|line| {
        let line = secrets::hide(line);
        let line = paths::hide(&line, private.home.as_deref());
        models::hide(&line)
    });
    let mut text = lines.collect::<Vec<_>>().join("\n");
    let user = private.user.iter().chain(&owners);
    let user = user.map(|name| (name.as_str(), "[user]"));
    let host = private.host.iter().flat_map(|host| {
        let short = host.split('.').next().unwrap_or_default();
        [(host.as_str(), "[host]"), (short, "[host]")]
    });
    let programs = private.programs.iter();
    let programs = programs.map(|name| (name.as_str(), "[program]"));
    for (name, instead) in user.chain(host).chain(programs) {
        text = replace(&text, name, instead);
    }
    text
}

/// Replaces a name where it is not part of a longer word, in capitals or not.
fn replace(text: &str, name: &str, instead: &str) -> String {
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

#[cfg(test)]
mod tests;
