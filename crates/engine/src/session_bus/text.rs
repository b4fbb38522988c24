/// Most characters of a name or a reason.
const MOST: usize = gpu_keepalive_core::protocol::MAX_HOLD_CHARACTERS;

/// A text of another program as it can be shown everywhere: on one line, with markup escaped.
/// `None` where it is longer than the limit.
pub(super) fn harmless(text: &str) -> Option<String> {
    if text.chars().count() > MOST {
        return None;
    }
    let one_line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let escaped = one_line
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    Some(escaped.trim().to_owned())
}
