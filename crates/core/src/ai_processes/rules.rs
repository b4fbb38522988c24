//! The programs that are known by themselves: `programs.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{
    ProcessKind,
    command_line::{CommandLine, Run},
    names::{file_name, same_name, stem},
};

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Programs {
    /// Entries of the user's list that name an interpreter, or a file that is called so in many
    /// programs. With a name like these the GPU must be open.
    pub(super) ordinary_names: Vec<String>,
    /// In the order in which they are tried.
    #[serde(rename = "program")]
    pub(super) rules: Vec<Rule>,
}

/// One program and the signs by which it is recognised.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// Its name for people.
    pub(super) name: String,
    #[serde(default)]
    pub(super) naming: Naming,
    pub(super) kind: ProcessKind,
    /// One of them is enough.
    is: Vec<Sign>,
}

/// The name of a process that a rule knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Naming {
    /// The rule's.
    #[default]
    Own,
    /// That of the program that started it where that is known, otherwise the rule's: other
    /// programs bring this one along.
    Brought,
    /// Its script's, or that of the program that started it where there is no script.
    Script,
}

/// What is to be seen of a process, all of it. Names are in lower case; a version or an edition may
/// follow them.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Sign {
    /// An executable, a script or a module of one of these names.
    named: Option<Vec<String>>,
    /// The first argument that is no option is one of these.
    command: Option<Vec<String>>,
    /// One of these arguments, or one that ends so where it begins with a dot.
    argument: Option<Vec<String>>,
    /// One of these Python modules, or a module below it.
    module: Option<Vec<String>>,
    /// A script or module in one of these folders.
    script_in: Option<Vec<String>>,
    /// An executable somewhere below one of these folders.
    below: Option<Vec<String>>,
    /// An executable or script whose name ends so.
    ending: Option<String>,
    /// A process that renamed itself to `this::…`.
    title: Option<String>,
    /// What follows such a title begins with one of these.
    part: Option<Vec<String>>,
    /// Any interpreter.
    interpreter: bool,
}

/// What the file holds.
pub(super) fn programs() -> &'static Programs {
    static PROGRAMS: LazyLock<Programs> =
        LazyLock::new(|| toml::from_str(include_str!("programs.toml")).expect("checked by a test"));
    &PROGRAMS
}

/// The rule for a process that was started like this.
pub(super) fn find(started: &CommandLine<'_>) -> Option<&'static Rule> {
    if started.is_shell() {
        return None;
    }
    let mut rules = programs().rules.iter();
    rules.find(|rule| rule.is.iter().any(|sign| sign.is_seen(started)))
}

impl Sign {
    fn is_seen(&self, started: &CommandLine<'_>) -> bool {
        let all = |wanted: &Option<Vec<String>>, is: fn(&CommandLine<'_>, &[String]) -> bool| {
            wanted.as_deref().is_none_or(|wanted| is(started, wanted))
        };
        let ends = |end: &String| match started.run {
            Run::Itself => started.programs.iter().any(|name| name.ends_with(end)),
            Run::Script(script) => file_name(script).to_lowercase().ends_with(end),
            Run::Module(_) | Run::Code => false,
        };
        let first_title = started.title.map(|(first, _)| first);
        let is_titled =
            |title: &String| first_title.is_some_and(|is| is.eq_ignore_ascii_case(title));
        all(&self.named, is_named)
            && all(&self.command, does)
            && all(&self.argument, has)
            && all(&self.module, runs_module)
            && all(&self.script_in, is_in)
            && all(&self.below, is_below)
            && all(&self.part, is_part)
            && self.ending.as_ref().is_none_or(ends)
            && self.title.as_ref().is_none_or(is_titled)
            && (!self.interpreter || started.is_interpreter())
    }
}

fn is_named(started: &CommandLine<'_>, names: &[String]) -> bool {
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

fn does(started: &CommandLine<'_>, commands: &[String]) -> bool {
    let first = started.operands.iter().find(|a| !a.starts_with('-'));
    first.is_some_and(|first| commands.iter().any(|command| command == first))
}

fn has(started: &CommandLine<'_>, wanted: &[String]) -> bool {
    started.operands.iter().any(|argument| {
        let name = argument.split_once('=').map_or(*argument, |(name, _)| name);
        wanted
            .iter()
            .any(|wanted| name == wanted || (wanted.starts_with('.') && argument.ends_with(wanted)))
    })
}

fn runs_module(started: &CommandLine<'_>, modules: &[String]) -> bool {
    let Run::Module(module) = started.run else {
        return false;
    };
    modules.iter().any(|wanted| {
        let rest = module.strip_prefix(wanted.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

fn is_in(started: &CommandLine<'_>, folders: &[String]) -> bool {
    let home = started.home.filter(|_| started.run != Run::Itself);
    let home = home.map(file_name);
    home.is_some_and(|home| folders.iter().any(|folder| same_name(home, folder)))
}

fn is_below(started: &CommandLine<'_>, folders: &[String]) -> bool {
    let is = |part: &String| folders.iter().any(|folder| same_name(part, folder));
    started.folders.iter().any(is)
}

fn is_part(started: &CommandLine<'_>, parts: &[String]) -> bool {
    let rest = started.title.map(|(_, rest)| rest);
    rest.is_some_and(|rest| parts.iter().any(|part| rest.starts_with(part)))
}

#[cfg(test)]
mod tests;
