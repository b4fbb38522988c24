//! Takes out of a text what must not leave the machine.

use super::Private;

/// First folders of paths that are the same on every machine.
const COMMON: [&str; 15] = [
    "proc", "sys", "dev", "usr", "etc", "lib", "lib64", "run", "var", "tmp", "opt", "bin", "sbin",
    "nix", "snap",
];

pub(crate) fn redact(text: &str, private: &Private) -> String {
    let mut text = text.to_owned();
    if let Some(home) = private.home.as_deref().filter(|home| home.len() > 1) {
        text = text.replace(home.trim_end_matches(['/', '\\']), "~");
    }
    text = other_paths(&text);
    text = uuids(&text);
    let names = [(&private.user, "[user]"), (&private.host, "[host]")];
    for (name, instead) in names {
        if let Some(name) = name {
            text = whole_words(&text, name, instead);
        }
    }
    for program in &private.programs {
        text = whole_words(&text, program, "[program]");
    }
    text
}

/// Replaces a name where it is not part of a longer word.
fn whole_words(text: &str, name: &str, instead: &str) -> String {
    if name.is_empty() {
        return text.to_owned();
    }
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, after) = (&rest[..at], &rest[at + name.len()..]);
        let joined = before.ends_with(char::is_alphanumeric)
            || (before.is_empty() && result.ends_with(char::is_alphanumeric))
            || after.starts_with(char::is_alphanumeric);
        result += before;
        result += if joined { name } else { instead };
        rest = after;
    }
    result + rest
}

/// A GPU's UUID tells one card from every other in the world.
fn uuids(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("GPU-").into_iter().chain(rest.find("MIG-")).min() {
        let (before, from) = rest.split_at(at);
        let (prefix, from) = from.split_at(4);
        let end = from
            .find(|c: char| !c.is_ascii_hexdigit() && c != '-')
            .unwrap_or(from.len());
        result += before;
        result += prefix;
        // Shorter is a word such as “GPU-bound”.
        result += if end < 8 { &from[..end] } else { "[uuid]" };
        rest = &from[end..];
    }
    result + rest
}

/// Replaces paths that begin in a folder of the user's own making.
fn other_paths(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['/', '\\']) {
        let windows = at >= 2 && rest[..at].ends_with(':') && {
            let drive = rest[..at - 1].chars().next_back();
            drive.is_some_and(|c| c.is_ascii_alphabetic())
        };
        let start = if windows { at - 2 } else { at };
        let begins = rest[..start]
            .chars()
            .next_back()
            .map_or(result.is_empty() || result.ends_with(']'), |c| {
                !c.is_alphanumeric() && !matches!(c, '~' | '.' | '/' | '\\' | '-' | '_')
            });
        let end = at + rest[at..].find(ends_a_path).unwrap_or(rest.len() - at);
        let path = &rest[at + 1..end];
        let first = path.split(['/', '\\']).next().unwrap_or_default();
        let is_private = begins && !first.is_empty() && (windows || !COMMON.contains(&first));
        result += &rest[..start];
        result += if is_private {
            "[path]"
        } else {
            &rest[start..end]
        };
        rest = &rest[end..];
    }
    result + rest
}

fn ends_a_path(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '”' | '“' | ',' | ';' | ')' | ':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_private_is_replaced() {
        let private = Private {
            home: Some("/home/al".to_owned()),
            user: Some("al".to_owned()),
            host: Some("box".to_owned()),
            programs: vec!["bot".to_owned()],
        };
        let cases = [
            ("/home/al/.config/x", "~/.config/x"),
            ("al: all signal, al", "[user]: all signal, [user]"),
            ("box, xbox, box2, my-box", "[host], xbox, box2, my-[host]"),
            ("bot and robots", "[program] and robots"),
            ("in /srv/models/x.gguf, then", "in [path], then"),
            ("\"/data/x\"", "\"[path]\""),
            (
                "/proc/driver/nvidia and /usr/bin",
                "/proc/driver/nvidia and /usr/bin",
            ),
            (r"at D:\work\x", "at [path]"),
            ("16 GT/s, and/or, 1 / 2", "16 GT/s, and/or, 1 / 2"),
            ("https://example.org/a", "https://example.org/a"),
            ("GPU-0fa4e000-12 lost", "GPU-[uuid] lost"),
            ("GPU-bound", "GPU-bound"),
            ("GPU 0", "GPU 0"),
        ];
        for (text, expected) in cases {
            assert_eq!(redact(text, &private), expected);
        }
    }

    #[test]
    fn without_secrets_a_text_stays_as_it_is() {
        let text = "P2, 1200 MHz of 2100 MHz";
        assert_eq!(redact(text, &Private::default()), text);
    }
}
