//! Paths, of Linux and of Windows.

/// The beginnings of paths that are the same on every machine.
const SYSTEM: [&str; 28] = [
    "/proc",
    "/sys",
    "/dev/nvidia",
    "/dev/dri",
    "/dev/dxg",
    "/dev/null",
    "/usr/bin",
    "/usr/sbin",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/libexec",
    "/usr/local/bin",
    "/usr/local/lib",
    "/usr/local/cuda",
    "/usr/share",
    "/etc",
    "/bin",
    "/sbin",
    "/lib",
    "/lib64",
    "/run/user",
    "/run/systemd",
    "/run/opengl-driver",
    "/run/nvidia-persistenced",
    "/run/dbus",
    "/nix/store",
    "/var/log",
];
/// The same on Windows, in small letters, without the drive.
const WINDOWS: [&str; 2] = [r"\windows\", r"\program files\nvidia corporation\"];
/// Folders of a home that lead to ours.
const HOME_FOLDERS: [&str; 9] = [
    ".config", ".local", "share", "state", ".cache", "AppData", "Local", "Roaming", "Programs",
];
/// The folders of home folders.
const HOMES: [&str; 4] = ["/home/", "/Users/", r"\Users\", r"\Documents and Settings\"];
/// Files that are models, or may be.
const MODELS: [&str; 10] = [
    ".gguf",
    ".safetensors",
    ".bin",
    ".pt",
    ".pth",
    ".onnx",
    ".ckpt",
    ".engine",
    ".npz",
    ".mlmodel",
];
/// Words with a stroke that name no one's model.
const KNOWN_PAIRS: [&str; 9] = [
    "and/or",
    "n/a",
    "i/o",
    "input/output",
    "driver/library",
    "read/write",
    "on/off",
    "cpu/gpu",
    "tcp/ip",
];
/// What a rate is by.
const DENOMINATORS: [&str; 7] = ["s", "ms", "min", "h", "day", "month", "token"];
/// How the cache of Hugging Face's programs calls the folder of a repository.
const CACHED: [&str; 2] = ["models--", "datasets--"];
const HIDDEN: &str = "[path]";

/// Those whose homes are named in a text.
pub(super) fn owners(text: &str) -> Vec<String> {
    let text = text.replace("\\\\", "\\");
    let mut owners = Vec::new();
    for homes in HOMES {
        for (at, _) in text.match_indices(homes) {
            let rest = &text[at + homes.len()..];
            let end = rest.find(|c: char| {
                c == '/' || c == '\\' || c.is_whitespace() || is_quote(c) || ",;:)".contains(c)
            });
            let name = &rest[..end.unwrap_or(rest.len())];
            if name.len() > 1 && name != "Public" {
                owners.push(name.to_owned());
            }
        }
    }
    // A longer name first, so that a shorter one does not take a part of it.
    owners.sort_by_key(|name| std::cmp::Reverse(name.len()));
    owners.dedup();
    owners
}

/// The line with every path replaced that is not the same everywhere or ours.
pub(super) fn hide(line: &str, home: Option<&str>) -> String {
    let mut result = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let before = result.chars().next_back();
        let is_start = before.is_none_or(|c| !c.is_alphanumeric() && !"~./\\-_]%$".contains(c));
        let length = if is_start {
            path_length(rest, before)
        } else {
            None
        };
        match length {
            Some(length) => {
                let (path, after) = rest.split_at(length);
                result += &shown(path, home);
                rest = after;
            }
            None => {
                result.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    result
}

/// The length of the path that begins here, if one does.
fn path_length(text: &str, before: Option<char>) -> Option<usize> {
    // A quoted one may have blanks in it.
    if let Some(quote) = before.and_then(closing)
        && let Some(end) = text.find(quote)
        && begins_path(&text[..end])
    {
        return Some(end);
    }
    let word = &text[..word_length(text)];
    if !begins_path(word) && !is_relative_path(word) {
        return None;
    }
    let mut length = word.len();
    // An unquoted one may, too: what follows belongs to it if it leads on to another folder.
    if begins_path(word) {
        while let Some(more) = continues(&text[length..]) {
            length += more;
        }
    }
    let path = text[..length].trim_end_matches(['.', '!', '?']);
    Some(path.len()).filter(|length| *length > 0)
}

fn closing(quote: char) -> Option<char> {
    match quote {
        '"' | '\'' | '`' => Some(quote),
        '“' => Some('”'),
        _ => None,
    }
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`' | '“' | '”')
}

/// Up to a blank, a quote, or a stop that is followed by one or by the next path.
fn word_length(text: &str) -> usize {
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        let is_stop = ",;:)]}>|".contains(c);
        let ends =
            next.is_none_or(|n| n.is_whitespace() || is_quote(n) || n == '/' || ",;:)".contains(n));
        let is_line_number = c == ':' && next.is_some_and(|n| n.is_ascii_digit());
        // A drive's colon.
        let is_drive = c == ':' && at == 1;
        if c.is_whitespace() || is_quote(c) || (is_stop && (ends || is_line_number) && !is_drive) {
            return at;
        }
    }
    text.len()
}

/// The length of the text after a blank that still belongs to the path before it.
fn continues(text: &str) -> Option<usize> {
    let after = text.strip_prefix(' ')?;
    let mut length = 1;
    let mut words = after;
    // A folder's or a file's name has few parts.
    for _ in 0..4 {
        let word = &words[..word_length(words)];
        if word.is_empty() || begins_path(word) {
            return None;
        }
        length += word.len();
        if word.contains(['/', '\\']) || is_file(word) {
            return Some(length);
        }
        words = words[word.len()..].strip_prefix(' ')?;
        length += 1;
    }
    None
}

fn begins_path(word: &str) -> bool {
    let mut chars = word.chars();
    let (first, second, third) = (chars.next(), chars.next(), chars.next());
    let is_slash = |c: Option<char>| matches!(c, Some('/' | '\\'));
    let named = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace() && c != '/');
    match first {
        Some('/') => named(second),
        Some('\\') => second == Some('\\') && named(third),
        Some('~') => word.contains(['/', '\\']),
        Some('$' | '%') => word.contains(['/', '\\']),
        Some('.') => is_slash(second) || (second == Some('.') && is_slash(third)),
        Some(c) if c.is_ascii_alphabetic() => second == Some(':') && is_slash(third),
        _ => false,
    }
}

/// Returns true if it is a path within some folder; “and/or” and “GT/s” are none.
fn is_relative_path(word: &str) -> bool {
    let parts: Vec<_> = word.split(['/', '\\']).collect();
    let is_number = |part: &&str| part.bytes().all(|b| b.is_ascii_digit());
    let is_value = parts.first().is_some_and(|first| first.contains('='));
    let is_path = parts.len() > 1 && !is_value && !parts.iter().all(is_number);
    // An option with its value, such as “-m/data/x”.
    let is_option = word.starts_with('-');
    let is_sure =
        word.contains('\\') || is_option || parts.len() > 2 || is_file(word) || is_repository(word);
    let is_cached = CACHED.iter().any(|beginning| word.starts_with(beginning));
    is_model(word) || is_cached || (is_path && is_sure)
}

/// Whether it may be a repository such as `owner/model:Q4_K_M`. Its owner is a person more often
/// than not, and no list of those that are not stays true.
fn is_repository(word: &str) -> bool {
    let word = word.trim_end_matches(['.', '!', '?']).to_ascii_lowercase();
    let Some((owner, model)) = word.split_once('/') else {
        return false;
    };
    let is_name = |name: &str| {
        let mut bytes = name.bytes();
        let first = bytes.next().is_some_and(|b| b.is_ascii_alphanumeric());
        first && bytes.all(|b| b.is_ascii_alphanumeric() || b"._-:@".contains(&b))
    };
    let is_known = KNOWN_PAIRS.contains(&&*word) || DENOMINATORS.contains(&model);
    is_name(owner) && is_name(model) && !is_known
}

/// Returns true if it ends like a file's name.
fn is_file(word: &str) -> bool {
    let word = word.trim_end_matches(['.', '!', '?']);
    let Some((name, ending)) = word.rsplit_once('.') else {
        return false;
    };
    let letters = ending.bytes().any(|b| b.is_ascii_alphabetic());
    let short =
        (1..=11).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric());
    !name.is_empty() && letters && short
}

fn is_model(word: &str) -> bool {
    let word = word.trim_end_matches(['.', '!', '?']).to_ascii_lowercase();
    MODELS
        .iter()
        .any(|ending| word.len() > ending.len() && word.ends_with(ending))
}

/// The path as it may be shown.
fn shown(path: &str, home: Option<&str>) -> String {
    if is_system(path) {
        return path.to_owned();
    }
    let home = home.map(|home| home.trim_end_matches(['/', '\\']));
    let in_home = home.filter(|home| !home.is_empty()).and_then(|home| {
        let rest = path.strip_prefix(home)?;
        (rest.is_empty() || rest.starts_with(['/', '\\'])).then_some(rest)
    });
    let in_home = in_home.or_else(|| {
        path.strip_prefix('~')
            .filter(|r| r.starts_with(['/', '\\']))
    });
    match in_home {
        Some("") => "~".to_owned(),
        Some(rest) if is_ours(rest) => format!("~{rest}"),
        _ => HIDDEN.to_owned(),
    }
}

fn is_system(path: &str) -> bool {
    let parts = path.split('/');
    let plain = !parts
        .clone()
        .any(|part| part.starts_with('.') && part.len() > 1);
    let begins = |system: &&str| {
        let rest = path.strip_prefix(*system);
        // `/dev/nvidia0` and `/usr/local/cuda-13` begin like that, too.
        let device = *system == "/dev/nvidia" || *system == "/usr/local/cuda";
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || device)
    };
    let lower = path.to_ascii_lowercase();
    let windows = |folder: &&str| lower.get(2..).is_some_and(|rest| rest.starts_with(*folder));
    let known = SYSTEM.iter().any(begins) || WINDOWS.iter().any(windows);
    known && plain && !is_model(path) && !path.contains("/models/")
}

/// Returns true if a path within a home is one of ours: folders that lead there, and names that we
/// gave.
fn is_ours(rest: &str) -> bool {
    let mut parts = rest.split(['/', '\\']).filter(|part| !part.is_empty());
    let ours = parts.by_ref().find(|part| !HOME_FOLDERS.contains(part));
    let is_ours = ours.is_some_and(|name| {
        let name = name.to_ascii_lowercase().replace(['_', ' '], "-");
        name.starts_with("gpu-keepalive")
    });
    let plain = |part: &str| {
        part.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    };
    is_ours && parts.clone().count() <= 2 && parts.all(plain)
}
