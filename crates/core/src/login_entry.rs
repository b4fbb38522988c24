//! The entry that starts the application at login, as a text: read and written by the same rules
//! for the application and the doctor.

pub mod run_key;

use crate::protocol::LoginEntryState;

/// The option with which the application is started at login.
pub const HIDDEN: &str = "--hidden";
/// The name of the application's program, without a suffix.
pub const APP: &str = "gpu-keepalive-app";
/// The programs of this project begin with this; one that starts the engine counts as well.
const PROGRAMS: &str = "gpu-keepalive";
/// The mark of an entry that the application wrote and may change; not that of the packaged menu
/// entry, which users and desktops copy.
const OURS: &str = "X-GPU-Keepalive-Written-By";
/// The keys with which GNOME, Cinnamon and MATE keep what the user switched off in their settings.
/// Xfce, KDE and LXQt use `Hidden`.
const ENABLED: [&str; 2] = ["X-GNOME-Autostart-enabled", "X-MATE-Autostart-enabled"];

/// A desktop entry of an autostart folder that starts this project's program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesktopEntry {
    /// The program, as the desktop would start it: a path, or a name on the `PATH`.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// The program without which the desktop ignores the entry.
    pub try_exec: Option<String>,
    /// True if the user switched it off in the desktop's settings.
    pub off: bool,
    /// True if the application wrote it.
    pub ours: bool,
}

impl DesktopEntry {
    /// Reads it; `None` if it is no entry of this project.
    pub fn parse(text: &str) -> Option<Self> {
        let mut command = split_command(&unescaped(value(text, "Exec")?))?.into_iter();
        // `env NAME=VALUE program` is how users add a variable.
        let program = command.find(|word| {
            let is_env = word.rsplit('/').next() == Some("env");
            !is_env && (word.contains('/') || !word.contains('='))
        })?;
        let arguments: Vec<_> = command.collect();
        let is_ours = |word: &str| {
            word.rsplit('/')
                .next()
                .is_some_and(|n| n.starts_with(PROGRAMS))
        };
        // The rest of a path with blanks that nobody quoted: it starts nothing, and is ours.
        let is_rest = |word: &String| word.contains('/') && !word.starts_with('/') && is_ours(word);
        if !is_ours(&program) && !arguments.iter().any(is_rest) {
            return None;
        }
        let is = |key: &str, wanted: &str| value(text, key) == Some(wanted);
        Some(Self {
            off: is("Hidden", "true") || ENABLED.iter().any(|key| is(key, "false")),
            // Version 0.1 wrote no mark; no other entry has its words.
            ours: value(text, OURS).is_some() || is_of_0_1(text, &arguments),
            try_exec: value(text, "TryExec").map(unescaped),
            program,
            arguments,
        })
    }

    /// Its state, given whether a program exists (`None` where that cannot be known).
    pub fn state(&self, exists: impl Fn(&str) -> Option<bool>) -> LoginEntryState {
        if self.off {
            LoginEntryState::OffByUser
        } else if self.missing(exists).is_some() {
            LoginEntryState::Broken
        } else {
            LoginEntryState::On
        }
    }

    /// The program that it needs and that does not exist.
    pub fn missing(&self, exists: impl Fn(&str) -> Option<bool>) -> Option<&str> {
        let needed = [Some(&self.program), self.try_exec.as_ref()];
        let mut needed = needed.into_iter().flatten();
        needed
            .find(|program| exists(program) == Some(false))
            .map(String::as_str)
    }
}

/// The entry that starts that program at login.
pub fn desktop_entry(program: &str) -> String {
    format!(
        "[Desktop Entry]\nType=Application\nName=GPU Keepalive\n\
         Comment=Keeps the GPU ready for local AI\nTryExec={}\nExec={} {HIDDEN}\n\
         Icon=gpu-keepalive\nTerminal=false\nX-GNOME-Autostart-enabled=true\n{OURS}={APP}\n",
        // The condition that makes the desktop pass over the entry when the app was removed.
        program.replace('\\', "\\\\"),
        quoted(program)
    )
}

/// That entry, switched on or off as the desktops' own settings do it; all else stays as it is.
pub fn switched(text: &str, on: bool) -> String {
    let is_switch = |line: &str| {
        let name = line.split_once('=').map(|(name, _)| name.trim());
        name.is_some_and(|name| name == "Hidden" || ENABLED.contains(&name))
    };
    let mut in_entry = false;
    let mut switched = String::with_capacity(text.len() + 64);
    for line in text.lines() {
        if line.starts_with('[') {
            in_entry = line.trim() == GROUP;
        } else if in_entry && is_switch(line) {
            continue;
        }
        switched.push_str(line);
        switched.push('\n');
        if in_entry && line.starts_with('[') {
            switched.push_str(&format!("Hidden={}\n{}={on}\n", !on, ENABLED[0]));
        }
    }
    switched
}

const GROUP: &str = "[Desktop Entry]";

/// As the Desktop Entry Specification quotes an argument of `Exec`: the quoting first, then
/// the escapes of every value.
fn quoted(argument: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in argument.chars() {
        match letter {
            '"' | '`' | '$' => quoted.extend(["\\\\", &letter.to_string()]),
            '\\' => quoted.push_str("\\\\\\\\"),
            '%' => quoted.push_str("%%"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// The value of a key of the entry itself, not of one of its actions; the last one counts.
fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let mut in_entry = false;
    let mut found = None;
    for line in text.lines() {
        if line.starts_with('[') {
            in_entry = line.trim_end() == GROUP;
        } else if let Some((name, value)) = line.split_once('=')
            && in_entry
            && name.trim_end() == key
        {
            found = Some(value.trim());
        }
    }
    found
}

/// A value without the escapes that every value may have.
fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            text.push(letter);
            continue;
        }
        match letters.next() {
            Some('s') => text.push(' '),
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('\\') | None => text.push('\\'),
            Some(other) => text.extend(['\\', other]),
        }
    }
    text
}

/// The words of a command line of `Exec`; `None` if a quote does not end.
fn split_command(command: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = command.chars();
    let mut in_quotes = false;
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                in_quotes = !in_quotes;
                word.get_or_insert_default();
            }
            '\\' => word.get_or_insert_default().extend(letters.next()),
            '%' => {
                // Any other field is one that a start at login leaves empty.
                if letters.next() == Some('%') {
                    word.get_or_insert_default().push('%');
                }
            }
            blank if blank.is_ascii_whitespace() && !in_quotes => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    (!in_quotes).then_some(words)
}

fn is_of_0_1(text: &str, arguments: &[String]) -> bool {
    arguments == [HIDDEN]
        && value(text, "Comment") == Some("Keeps the GPU ready for local AI")
        && value(text, "Categories").is_none()
}

#[cfg(test)]
mod tests;
