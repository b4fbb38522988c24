//! Takes out of a text what must not leave the machine.
//!
//! Of paths those stay that are the same on every machine, and our own; all else goes by its form:
//! repositories of models with their owner, addresses, UUIDs, and values that are named, or formed,
//! like a secret, or named like a model.

use super::Private;

mod models;
mod names;
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
        text = names::replace(&text, name, instead);
    }
    text
}

#[cfg(test)]
mod tests;
