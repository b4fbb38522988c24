//! Which running processes are AI programs, told from how they were started.

use crate::settings::AiProgram;

#[cfg(test)]
mod tests;

/// How a process was started, reduced to what [`AiProgram`]s are compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine<'a> {
    /// Everything the process may be listed under, in lower case.
    names: Vec<String>,
    arguments: Vec<&'a str>,
}

impl<'a> CommandLine<'a> {
    /// Reads a process table's entry.
    ///
    /// `executable` is the path or name of the file that runs, empty when the system does not tell
    /// (another user's process). `argv` is the command line, its first element being the name the
    /// program was called by. `folder` is the working directory, needed to place a relative script.
    pub fn new(executable: &str, argv: &'a [impl AsRef<str>], folder: Option<&str>) -> Self {
        let called_by = argv.first().map_or("", AsRef::as_ref);
        let arguments: Vec<&str> = argv.iter().skip(1).map(AsRef::as_ref).collect();
        let mut names = Vec::new();
        for path in [executable, called_by] {
            add(&mut names, program_name(path));
        }
        if let Some((title, _)) = called_by.split_once("::") {
            // Workers of vLLM and SGLang rename themselves: `VLLM::EngineCore`.
            add(&mut names, title);
        }
        if let Some(interpreter) = names.iter().find_map(|name| Interpreter::named(name)) {
            match interpreter.runs(&arguments) {
                Some(Run::Module(module)) => add_module(&mut names, module),
                Some(Run::Script(script)) => add_script(&mut names, script, folder),
                None => {}
            }
        }
        Self { names, arguments }
    }
}

impl AiProgram {
    /// Whether a process that was started like this is this program.
    pub fn matches(&self, started: &CommandLine<'_>) -> bool {
        started.names.contains(&self.name)
            && self.argument.as_ref().is_none_or(|wanted| {
                started
                    .arguments
                    .iter()
                    .any(|argument| argument.eq_ignore_ascii_case(wanted))
            })
    }
}

/// A program that runs other programs, which are what the user knows it by.
#[derive(Clone, Copy)]
enum Interpreter {
    Python,
    JavaScript,
    Shell,
}

/// What an interpreter was asked to run.
enum Run<'a> {
    Module(&'a str),
    Script(&'a str),
}

impl Interpreter {
    fn named(name: &str) -> Option<Self> {
        match name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.') {
            "python" | "pythonw" | "pypy" => Some(Self::Python),
            "node" | "nodejs" | "bun" | "deno" => Some(Self::JavaScript),
            "sh" | "bash" | "dash" | "zsh" | "ksh" | "fish" => Some(Self::Shell),
            _ => None,
        }
    }

    fn runs<'a>(self, arguments: &[&'a str]) -> Option<Run<'a>> {
        let mut rest = arguments.iter().copied();
        while let Some(argument) = rest.next() {
            if self.takes_value(argument) {
                rest.next();
            } else if let Some(flags) = argument.strip_prefix('-') {
                match self {
                    Self::Python if flags.starts_with(['-', 'W', 'X']) => {}
                    Self::Python => match flags.find(['c', 'm']) {
                        Some(at) if flags[at..].starts_with('c') => return None,
                        Some(at) if at + 1 < flags.len() => {
                            return Some(Run::Module(&flags[at + 1..]));
                        }
                        Some(_) => return rest.next().map(Run::Module),
                        None => {}
                    },
                    Self::JavaScript if matches!(flags, "e" | "p" | "-eval" | "-print") => {
                        return rest.next().and_then(required_script).map(Run::Script);
                    }
                    Self::Shell if !flags.starts_with('-') && flags.contains('c') => return None,
                    Self::JavaScript | Self::Shell => {}
                }
            } else if !(matches!(self, Self::JavaScript) && argument == "run") {
                return Some(Run::Script(argument));
            }
        }
        None
    }

    /// Options whose value is the next argument.
    fn takes_value(self, option: &str) -> bool {
        match self {
            Self::Python => matches!(option, "-W" | "-X" | "--check-hash-based-pycs"),
            Self::JavaScript => matches!(
                option,
                "-r" | "--require" | "--import" | "--loader" | "-C" | "--conditions"
            ),
            Self::Shell => matches!(option, "-o" | "-O" | "+o" | "+O" | "--rcfile"),
        }
    }
}

/// The script file that a line of JavaScript ends with, as LM Studio starts its workers:
/// `require("/home/…/llmworker.js")`.
fn required_script(code: &str) -> Option<&str> {
    let (_, call) = code.rsplit_once("require(")?;
    let quote = call.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let script = call[1..].split(quote).next()?;
    script.contains(SEPARATORS).then_some(script)
}

/// A module and the packages it is in: `vllm.entrypoints.api` is also `vllm.entrypoints`, `vllm`.
fn add_module(names: &mut Vec<String>, module: &str) {
    for (end, _) in module.match_indices('.') {
        add(names, &module[..end]);
    }
    add(names, module);
}

/// A script's file name with and without its extension, and the folder it is in.
fn add_script(names: &mut Vec<String>, script: &str, folder: Option<&str>) {
    let mut parts = script.rsplit(SEPARATORS);
    let file = parts.next().unwrap_or_default();
    add(names, file);
    if let Some((stem, _)) = file.rsplit_once('.') {
        add(names, stem);
    }
    let script_folder = parts.find(|part| !matches!(*part, "" | "."));
    let absolute = script.starts_with(SEPARATORS) || script.get(1..2) == Some(":");
    let working_folder = folder.filter(|_| !absolute).map(file_name);
    for folder in [script_folder, working_folder].into_iter().flatten() {
        add(names, folder);
        // The folder that a source archive from GitHub unpacks to.
        for suffix in ["-main", "-master"] {
            folder
                .strip_suffix(suffix)
                .into_iter()
                .for_each(|name| add(names, name));
        }
    }
}

fn add(names: &mut Vec<String>, name: &str) {
    let name = name.to_lowercase();
    if !name.is_empty() && !names.contains(&name) {
        names.push(name);
    }
}

const SEPARATORS: [char; 2] = ['/', '\\'];

fn file_name(path: &str) -> &str {
    path.trim_end_matches(SEPARATORS)
        .rsplit(SEPARATORS)
        .next()
        .unwrap_or_default()
}

fn program_name(path: &str) -> &str {
    let name = file_name(path);
    match name.len().checked_sub(4) {
        Some(at) if name.is_char_boundary(at) && name[at..].eq_ignore_ascii_case(".exe") => {
            &name[..at]
        }
        _ => name,
    }
}
