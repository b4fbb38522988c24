//! The names of processes for people.

use super::{
    CommandLine,
    command_line::Run,
    names::file_name,
    rules::{self, Naming},
};

/// Characters of a name that are shown at most.
const LONGEST: usize = 40;

/// Names a process for people: by its rule, or by the program that started it where its own name
/// identifies nothing (`llama-server` of Ollama, `python -c …` of vLLM).
///
/// `ancestors` are the processes above it, the nearest first.
pub fn label<'a>(
    started: &CommandLine<'_>,
    ancestors: impl IntoIterator<Item = CommandLine<'a>>,
) -> String {
    let brought_by = || {
        ancestors.into_iter().find_map(|ancestor| {
            let rule = rules::find(&ancestor)?;
            match rule.naming {
                Naming::Own => Some(rule.name.clone()),
                Naming::Brought => None,
                Naming::Script => script(&ancestor),
            }
        })
    };
    let name = match rules::find(started) {
        Some(rule) => match rule.naming {
            Naming::Own => return rule.name.clone(),
            Naming::Brought => brought_by().unwrap_or_else(|| rule.name.clone()),
            Naming::Script => script(started)
                .or_else(brought_by)
                .unwrap_or_else(|| rule.name.clone()),
        },
        None => started.known_by().to_owned(),
    };
    display_name(&name)
}

fn script(started: &CommandLine<'_>) -> Option<String> {
    match started.run {
        Run::Script(script) => Some(file_name(script).to_owned()),
        Run::Module(module) => Some(module.to_owned()),
        Run::Itself | Run::Code => None,
    }
}

/// A name from outside, made harmless to show: without control characters, without characters that
/// turn the direction of text or are not seen, with single blanks, and of at most 40 characters.
pub fn display_name(name: &str) -> String {
    let visible: String = name
        .chars()
        .map(|c| {
            if c.is_control() || c.is_whitespace() {
                ' '
            } else {
                c
            }
        })
        .filter(|c| !is_invisible(*c))
        .collect();
    let words = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut characters = words.chars();
    let shown: String = characters.by_ref().take(LONGEST).collect();
    match characters.next() {
        None if shown.is_empty() => "unnamed".to_owned(),
        None => shown,
        Some(_) => {
            let kept: String = shown.chars().take(LONGEST - 1).collect();
            format!("{}…", kept.trim_end())
        }
    }
}

/// Unicode's format characters that change how the text around them is shown, or that hide
/// (general category Cf, variation selectors, tags, and the replacement of an object).
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' | '\u{34f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{fff0}'..='\u{fffc}'
        | '\u{e0000}'..='\u{e0fff}')
}
