//! Addresses, and values that are named or formed like a secret, word by word.

use core::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Parts of the names of options and variables whose value is secret.
const SECRET_NAMES: [&str; 9] = [
    "token",
    "secret",
    "passw",
    "pwd",
    "apikey",
    "api-key",
    "api_key",
    "credential",
    "cookie",
];
/// The beginnings of keys that services issue.
const SECRET_BEGINNINGS: [&str; 14] = [
    "sk-",
    "hf_",
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "nvapi-",
    "AKIA",
    "AIza",
    "eyJ",
    "Bearer",
];
/// From so many characters on a word with digits among its letters is taken for a key.
const LONG: usize = 24;
const LONG_HEX: usize = 16;
/// Our own names that are as long have fewer digits.
const DIGITS: usize = 4;

/// The line with every such word replaced.
pub(super) fn hide(line: &str) -> String {
    let mut result = String::with_capacity(line.len());
    let mut next_is_secret = false;
    for piece in line.split_inclusive(is_space) {
        let word = piece.trim_end_matches(is_space);
        let space = &piece[word.len()..];
        if word.is_empty() {
            result += space;
            continue;
        }
        let (before, core, after) = stripped(word);
        result += before;
        if next_is_secret && !core.starts_with('-') {
            result += "[secret]";
            next_is_secret = core.eq_ignore_ascii_case("bearer");
        } else {
            next_is_secret = announces_secret(core, after);
            result += &hidden(core);
        }
        result += after;
        result += space;
    }
    result
}

fn is_space(c: char) -> bool {
    c.is_whitespace()
}

/// The word without the quotes, brackets and stops around it.
fn stripped(word: &str) -> (&str, &str, &str) {
    let around = |c: char| {
        matches!(
            c,
            '"' | '\'' | '“' | '”' | '(' | ')' | '<' | '>' | ',' | ';' | '`' | '{' | '}'
        )
    };
    let core = word.trim_start_matches(around);
    let before = &word[..word.len() - core.len()];
    let end = |c: char| around(c) || matches!(c, '.' | ':' | '!' | '?');
    let inner = core.trim_end_matches(end);
    (before, inner, &core[inner.len()..])
}

/// Returns true if the value of this option, variable or header is the next word.
fn announces_secret(word: &str, after: &str) -> bool {
    let names_it = is_secret_name(word);
    let is_option = word.starts_with('-') && !word.contains('=');
    let is_header = after.starts_with(':') || word.eq_ignore_ascii_case("bearer");
    word.eq_ignore_ascii_case("bearer") || (names_it && (is_option || is_header))
}

fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let named = SECRET_NAMES.iter().any(|part| name.contains(part));
    // Models are measured in tokens, too.
    let is_other = ["authorization", "bearer", "-hft"].contains(&&*name);
    named && !name.contains("tokens") || is_other
}

fn hidden(word: &str) -> String {
    if is_url(word) {
        return "[url]".to_owned();
    }
    if let Some((name, value)) = word.split_once(['=', ':'])
        && is_secret_name(name)
        && !value.is_empty()
        && !value.starts_with(':')
    {
        return format!("{}[secret]", &word[..=name.len()]);
    }
    if let Some((name, value)) = word.split_once('=') {
        let (before, core, after) = stripped(value);
        return format!("{}={before}{}{after}", hidden(name), hidden(core));
    }
    if let Some(address) = address(word) {
        return address.to_owned();
    }
    if let Some(hidden) = uuids(word) {
        return hidden;
    }
    if is_key(word) {
        return "[secret]".to_owned();
    }
    word.to_owned()
}

fn is_url(word: &str) -> bool {
    let scheme = word.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|s| {
        !s.is_empty()
            && s.chars()
                .all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c))
    })
}

fn address(word: &str) -> Option<&'static str> {
    let bare = word.trim_matches(['[', ']']);
    let bare = bare.split(['/', '%']).next().unwrap_or_default();
    let is_ip = bare
        .parse::<IpAddr>()
        .is_ok_and(|ip| ip != IpAddr::V6(Ipv6Addr::UNSPECIFIED))
        || word.parse::<SocketAddr>().is_ok();
    if is_ip {
        return Some("[ip]");
    }
    let groups: Vec<_> = word.split([':', '-']).collect();
    let is_octet = |group: &&str| group.len() == 2 && group.bytes().all(|b| b.is_ascii_hexdigit());
    if groups.len() == 6 && groups.iter().all(is_octet) {
        return Some("[mac]");
    }
    let (name, domain) = word.rsplit_once('@')?;
    let is_domain = domain.contains(|c: char| c.is_alphanumeric());
    (!name.is_empty() && is_domain).then_some("[email]")
}

/// The word with every UUID in it replaced; a GPU's identifies one card among all in the world.
fn uuids(word: &str) -> Option<String> {
    let at = word.find("GPU-").into_iter().chain(word.find("MIG-")).min();
    if let Some(at) = at {
        let (prefix, number) = word.split_at(at + 4);
        let end = number.find(|c: char| !c.is_ascii_hexdigit() && c != '-');
        let end = end.unwrap_or(number.len());
        // Shorter is a word such as “GPU-bound”.
        return (end >= 8).then(|| format!("{prefix}[uuid]{}", &number[end..]));
    }
    let groups: Vec<_> = word.split('-').map(str::len).collect();
    let is_hex = word.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    (groups == [8, 4, 4, 4, 12] && is_hex).then(|| "[uuid]".to_owned())
}

fn is_key(word: &str) -> bool {
    let begins = |beginning: &&str| {
        let rest = word.strip_prefix(*beginning);
        rest.is_some_and(|rest| rest.len() >= 8 && rest.bytes().any(|b| b.is_ascii_digit()))
    };
    if SECRET_BEGINNINGS.iter().any(begins) {
        return true;
    }
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
    let is_hex = word.bytes().all(|b| b.is_ascii_hexdigit());
    if is_hex && word.len() >= LONG_HEX && letters > 0 {
        return true;
    }
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b"+=_-".contains(&b);
    word.len() >= LONG && digits >= DIGITS && letters > 0 && word.bytes().all(is_word)
}
