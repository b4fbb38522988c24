//! The same entry on Windows: a command line in the registry's key `Run`, and the Task Manager's
//! word on it in `StartupApproved\Run`.

use super::{APP, HIDDEN};
use crate::protocol::LoginEntryState;

/// The name of the value in both keys.
pub const NAME: &str = "GPU Keepalive";

/// The command line that starts that program at login. It is quoted: without that, Windows would
/// try every part of a path with blanks as a program.
pub fn command_line(program: &str) -> String {
    format!("\"{program}\" {HIDDEN}")
}

/// The program of such a command line; `None` if it is not the application.
pub fn program(command_line: &str) -> Option<&str> {
    let line = command_line.trim_start();
    let program = match line.strip_prefix('"') {
        Some(rest) => rest.split('"').next()?,
        // Without quotes it ends at its suffix.
        None => match line.to_ascii_lowercase().find(".exe") {
            Some(at) => &line[..at + ".exe".len()],
            None => line.split_whitespace().next()?,
        },
    };
    let name = program.rsplit(['\\', '/']).next()?;
    name.to_ascii_lowercase()
        .starts_with(APP)
        .then_some(program)
}

/// Returns true if the Task Manager lets it start: the first byte is even, or there is no word.
pub fn is_approved(word: Option<&[u8]>) -> bool {
    word.and_then(|bytes| bytes.first())
        .is_none_or(|first| first.is_multiple_of(2))
}

/// The state of the entry of that command line and the Task Manager's word.
pub fn state(
    line: Option<&str>,
    word: Option<&[u8]>,
    exists: impl Fn(&str) -> bool,
) -> LoginEntryState {
    let Some(line) = line else {
        return LoginEntryState::Absent;
    };
    let quoted = !line.contains(' ') || line.trim_start().starts_with('"');
    match program(line) {
        _ if !is_approved(word) => LoginEntryState::OffByUser,
        Some(program) if exists(program) && (quoted || !program.contains(' ')) => {
            LoginEntryState::On
        }
        _ => LoginEntryState::Broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAM: &str =
        r"C:\Users\Ada Lovelace\AppData\Local\Programs\GPU Keepalive\gpu-keepalive-app.exe";

    fn state_of(line: Option<&str>, word: Option<&[u8]>) -> LoginEntryState {
        state(line, word, |program| program == PROGRAM)
    }

    #[test]
    fn what_is_written_is_on_until_the_task_manager_switches_it_off() {
        let line = command_line(PROGRAM);
        assert_eq!(program(&line), Some(PROGRAM));
        // As Windows writes them: on by default, on again, off with its time.
        let words: [(Option<&[u8]>, _); 5] = [
            (None, LoginEntryState::On),
            (
                Some(&[2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
                LoginEntryState::On,
            ),
            (
                Some(&[6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
                LoginEntryState::On,
            ),
            (
                Some(&[3, 0, 0, 0, 0x5a, 0x10, 0xd1, 0x6c, 0x1e, 0x60, 0xda, 1]),
                LoginEntryState::OffByUser,
            ),
            (
                Some(&[7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
                LoginEntryState::OffByUser,
            ),
        ];
        for (word, state) in words {
            assert_eq!(state_of(Some(&line), word), state, "{word:?}");
        }
        assert_eq!(state_of(None, None), LoginEntryState::Absent);
    }

    #[test]
    fn a_path_with_blanks_and_without_quotes_is_broken() {
        let line = format!("{PROGRAM} {HIDDEN}");
        assert_eq!(program(&line), Some(PROGRAM));
        assert_eq!(state_of(Some(&line), None), LoginEntryState::Broken);
        let plain = r"C:\apps\gpu-keepalive-app.exe --hidden";
        assert_eq!(state(Some(plain), None, |_| true), LoginEntryState::On);
    }

    #[test]
    fn an_entry_of_a_program_that_is_gone_or_another_is_broken() {
        for line in [
            r#""C:\old\gpu-keepalive-app.exe" --hidden"#,
            "notepad.exe",
            "",
        ] {
            assert_eq!(
                state_of(Some(line), None),
                LoginEntryState::Broken,
                "{line}"
            );
        }
    }
}
