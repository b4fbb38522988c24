//! Names of files and folders, and when two of them name the same program.

use super::command_line::SEPARATORS;

pub(super) fn file_name(path: &str) -> &str {
    path.trim_end_matches(SEPARATORS)
        .rsplit(SEPARATORS)
        .next()
        .unwrap_or_default()
}

/// The file's name without `.exe`.
pub(super) fn program_name(path: &str) -> &str {
    let name = file_name(path);
    match name.len().checked_sub(4) {
        Some(at) if name.is_char_boundary(at) && name[at..].eq_ignore_ascii_case(".exe") => {
            &name[..at]
        }
        _ => name,
    }
}

/// The same in lower case.
pub(super) fn lower_name(path: &str) -> String {
    program_name(path).to_lowercase()
}

/// A script's name without its ending.
pub(super) fn stem(name: &str) -> &str {
    let ends = [".py", ".pyc", ".pyw", ".js", ".mjs", ".cjs", ".sh", ".exe"];
    let end = ends
        .into_iter()
        .find(|end| name.len() > end.len() && name.to_ascii_lowercase().ends_with(end));
    end.map_or(name, |end| &name[..name.len() - end.len()])
}

/// Suffixes that releases, archives and copies append to a program's name.
const EDITIONS: [&str; 41] = [
    "aarch", "amd", "arm", "avx", "avxvnni", "branch", "copy", "cpu", "cu", "cublas", "cuda",
    "dev", "develop", "embedded", "exl", "fallback", "git", "gpu", "grpc", "latest", "linux",
    "mac", "macos", "main", "master", "native", "new", "nightly", "noavx", "nocuda", "nvidia",
    "oldpc", "portable", "release", "rocm", "source", "stable", "v", "vulkan", "win", "windows",
];

/// Returns true if `actual` is `wanted`, or `wanted` with a version or an edition after it:
/// `ComfyUI-0.3.60`, `koboldcpp_cu12`, `text-generation-webui-main (1)`. `wanted` is in lower case.
pub(super) fn same_name(actual: &str, wanted: &str) -> bool {
    let actual = actual.to_lowercase();
    let Some(rest) = actual.strip_prefix(wanted) else {
        return false;
    };
    let separated = rest.is_empty() || rest.starts_with(is_separator);
    separated && rest.split(is_separator).all(is_edition)
}

fn is_separator(c: char) -> bool {
    matches!(c, '-' | '_' | '.' | ' ' | '+' | '(' | ')')
}

/// Nothing, a version such as `0`, `v3lora`, `b4567` or `86x64`, or a word for an edition.
fn is_edition(part: &str) -> bool {
    let word = part.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = part.strip_prefix('v').unwrap_or(part);
    let version = number.starts_with(|c: char| c.is_ascii_digit())
        && number.chars().all(|c| c.is_ascii_alphanumeric())
        && number.len() <= 8;
    let lettered = word.len() == 1 && word.len() < part.len();
    word.is_empty() || version || lettered || EDITIONS.contains(&word)
}
