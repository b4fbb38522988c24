//! The programs that are known by themselves, as data.

use super::{
    ProcessKind,
    command_line::{CommandLine, Run},
    names::{file_name, same_name, stem},
};

mod media;
mod ordinary;
mod text;

/// One program and the signs by which it is recognised.
#[derive(Debug)]
pub(super) struct Rule {
    /// Its name for people.
    pub(super) label: Label,
    pub(super) kind: ProcessKind,
    /// One of them is enough.
    is: &'static [Pattern],
}

/// The name of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// This.
    Own(&'static str),
    /// The name of the program that started it where that is known, otherwise this: other
    /// programs bring this one along.
    Brought(&'static str),
    /// Its script's name, or that of the program that started it where there is no script.
    Script(&'static str),
}

/// One sign of a program. Names are in lower case; a version or an edition may follow them.
#[derive(Debug)]
enum Pattern {
    /// An executable, a script or a module of one of these names. Shells do not count.
    Named(&'static [&'static str]),
    /// The same, whose first argument that is no option is one of these.
    Command(&'static [&'static str], &'static [&'static str]),
    /// The same as `Command`, with one of these options besides.
    CommandWith(
        &'static [&'static str],
        &'static [&'static str],
        &'static [&'static str],
    ),
    /// An executable, a script or a module with one of these arguments, or one that ends so.
    With(&'static [&'static str], &'static [&'static str]),
    /// One of these Python modules, or a module below it.
    Module(&'static [&'static str]),
    /// A script or module of one of these names in one of these folders.
    In(&'static [&'static str], &'static [&'static str]),
    /// An executable of one of these names somewhere below one of these folders.
    Below(&'static [&'static str], &'static [&'static str]),
    /// An executable whose name ends so.
    Ending(&'static str),
    /// A process that renamed itself to `this::…`; the second list names the parts that are meant,
    /// by how they begin.
    Title(&'static str, &'static [&'static str]),
    /// Any interpreter.
    Interpreter,
}

/// The rule for a process that was started like this.
pub(super) fn find(started: &CommandLine<'_>) -> Option<&'static Rule> {
    if started.is_shell() {
        return None;
    }
    all().find(|rule| rule.is.iter().any(|pattern| pattern.matches(started)))
}

/// In the order in which they are tried.
pub(super) fn all() -> impl Iterator<Item = &'static Rule> {
    text::RULES
        .iter()
        .chain(media::RULES)
        .chain(ordinary::RULES)
}

impl Pattern {
    fn matches(&self, started: &CommandLine<'_>) -> bool {
        match self {
            Self::Named(names) => is_named(started, names),
            Self::Command(names, commands) => is_named(started, names) && does(started, commands),
            Self::CommandWith(names, commands, options) => {
                is_named(started, names) && does(started, commands) && has(started, options)
            }
            Self::With(names, arguments) => is_named(started, names) && has(started, arguments),
            Self::Module(modules) => match started.run {
                Run::Module(module) => modules.iter().any(|wanted| is_below(module, wanted)),
                _ => false,
            },
            Self::In(names, folders) => {
                !matches!(started.run, Run::Itself)
                    && is_named(started, names)
                    && started.home.is_some_and(|home| {
                        let home = file_name(home);
                        folders.iter().any(|folder| same_name(home, folder))
                    })
            }
            Self::Below(names, folders) => {
                is_named(started, names)
                    && started
                        .folders
                        .iter()
                        .any(|part| folders.iter().any(|folder| same_name(part, folder)))
            }
            Self::Ending(end) => match started.run {
                Run::Itself => started.programs.iter().any(|name| name.ends_with(end)),
                Run::Script(script) => file_name(script).to_lowercase().ends_with(end),
                _ => false,
            },
            Self::Title(title, parts) => started.title.is_some_and(|(first, rest)| {
                first.eq_ignore_ascii_case(title)
                    && (parts.is_empty() || parts.iter().any(|part| rest.starts_with(part)))
            }),
            Self::Interpreter => started.is_interpreter(),
        }
    }
}

fn is_named(started: &CommandLine<'_>, names: &[&str]) -> bool {
    let is = |actual: &str| names.iter().any(|wanted| same_name(actual, wanted));
    match started.run {
        Run::Itself => started.programs.iter().any(|program| is(program)),
        Run::Script(script) => is(stem(file_name(script))),
        Run::Module(module) => names
            .iter()
            .any(|wanted| module.eq_ignore_ascii_case(wanted)),
        Run::Code => false,
    }
}

fn does(started: &CommandLine<'_>, commands: &[&str]) -> bool {
    let first = started.operands.iter().find(|a| !a.starts_with('-'));
    first.is_some_and(|first| commands.contains(first))
}

fn has(started: &CommandLine<'_>, wanted: &[&str]) -> bool {
    started.operands.iter().any(|argument| {
        let name = argument.split_once('=').map_or(*argument, |(name, _)| name);
        wanted.iter().any(|wanted| {
            name == *wanted || (wanted.starts_with('.') && argument.ends_with(wanted))
        })
    })
}

fn is_below(module: &str, wanted: &str) -> bool {
    module
        .strip_prefix(wanted)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests;
