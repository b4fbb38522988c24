use super::names::{file_name, lower_name, program_name, stem};

/// The command line of a process, taken apart into the parts that programs are known by.
///
/// A process is known by its executable, unless that runs another program: Python by its module,
/// script or web application, Node by its script, a loader (`ld.so`, `ape`) by the file it loads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine<'a> {
    /// Executable and the name it was called by, in lower case without `.exe`.
    pub(super) programs: Vec<String>,
    /// The first of them as it is written.
    written: String,
    /// Folders above the executable, in lower case.
    pub(super) folders: Vec<String>,
    /// The code that an interpreter runs; [`Run::Itself`] for any other program.
    pub(super) run: Run<'a>,
    /// The arguments of what runs: those after the executable, the module or the script.
    pub(super) operands: Vec<&'a str>,
    /// The first part of a name that the process gave itself, such as `VLLM` of `VLLM::EngineCore`.
    pub(super) title: Option<(&'a str, &'a str)>,
    /// The folder of the script, or the working folder where a module is found in it.
    pub(super) home: Option<&'a str>,
    /// All arguments after the first.
    pub(super) arguments: Vec<&'a str>,
    interpreter: Option<Interpreter>,
}

/// The code that a process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Run<'a> {
    /// Its own executable.
    Itself,
    /// A Python module (`-m name`), or the module of a web application (`uvicorn name:app`).
    Module(&'a str),
    /// A script, or the program that a loader loads.
    Script(&'a str),
    /// Code from the command line or from standard input, which identifies nothing.
    Code,
}

/// A program that runs other programs, which are what the user knows it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Interpreter {
    Python,
    JavaScript,
    Shell,
    /// Maps a program into its own process: the dynamic linker, or the loader of `.llamafile`s.
    Loader,
    /// Runs a file whose name identifies nothing.
    Other,
}

/// Servers that run the web application `module:name` in their own process.
const APPLICATION_SERVERS: [&str; 4] = ["uvicorn", "gunicorn", "hypercorn", "granian"];

impl<'a> CommandLine<'a> {
    /// Reads a process table's entry.
    ///
    /// `executable` is the path or name of the file that runs, empty when the system does not
    /// report it (another user's process). `argv` is the command line, its first element being the
    /// name the program was called by. `folder` is the working directory, needed to place a
    /// relative script.
    pub fn new(executable: &str, argv: &'a [impl AsRef<str>], folder: Option<&'a str>) -> Self {
        let called_by = argv.first().map_or("", AsRef::as_ref);
        let arguments: Vec<&str> = argv.iter().skip(1).map(AsRef::as_ref).collect();
        let mut programs: Vec<String> = Vec::new();
        let mut written = "";
        for path in [executable, called_by] {
            let name = lower_name(path);
            if !name.is_empty() && !programs.contains(&name) {
                programs.push(name);
                written = if written.is_empty() { path } else { written };
            }
        }
        let path = if executable.contains(SEPARATORS) {
            executable
        } else {
            called_by
        };
        let interpreter = programs.iter().find_map(|name| Interpreter::named(name));
        let (run, operands) = match interpreter {
            Some(interpreter) => interpreter.runs(&arguments),
            None => (Run::Itself, arguments.clone()),
        };
        let (run, operands) = application(run, operands);
        Self {
            home: home(run, folder),
            folders: above(path),
            title: called_by.split_once("::"),
            written: program_name(written).to_owned(),
            programs,
            run,
            operands,
            arguments,
            interpreter,
        }
    }

    /// The name that identifies the process, as it was written: `llama-server`, `main.py`, `vllm`.
    pub(super) fn known_by(&self) -> &str {
        match self.run {
            Run::Module(module) => module,
            Run::Script(script) => file_name(script),
            Run::Itself | Run::Code => &self.written,
        }
    }

    /// Returns true if it runs any code it is given, so that its own name identifies nothing.
    pub(super) fn is_interpreter(&self) -> bool {
        self.interpreter
            .is_some_and(|one| !matches!(one, Interpreter::Shell | Interpreter::Loader))
    }

    /// Returns true if it only starts other programs.
    pub(super) fn is_shell(&self) -> bool {
        self.interpreter == Some(Interpreter::Shell)
    }

    /// Everything an entry of the user's list may name it by, in lower case.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names = self.programs.clone();
        let mut add = |name: &str| {
            let name = name.to_lowercase();
            if !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        };
        if let Some((title, _)) = self.title {
            add(title);
        }
        match self.run {
            Run::Module(module) => {
                module
                    .match_indices('.')
                    .for_each(|(end, _)| add(&module[..end]));
                add(module);
            }
            Run::Script(script) => {
                add(file_name(script));
                add(stem(file_name(script)));
            }
            Run::Itself | Run::Code => {}
        }
        names
    }

    /// The folders that an entry of the user's list may name it by, in lower case.
    pub(super) fn places(&self) -> Vec<String> {
        let Run::Script(script) = self.run else {
            return Vec::new();
        };
        let written = folder_of(script).map(file_name);
        [written, self.home.map(file_name)]
            .into_iter()
            .flatten()
            .filter(|folder| !matches!(*folder, "" | "." | ".."))
            .map(str::to_lowercase)
            .collect()
    }
}

pub(super) const SEPARATORS: [char; 2] = ['/', '\\'];

impl Interpreter {
    fn named(name: &str) -> Option<Self> {
        match name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.') {
            "python" | "pythonw" | "pypy" => Some(Self::Python),
            "node" | "nodejs" | "bun" | "deno" => Some(Self::JavaScript),
            "sh" | "bash" | "dash" | "zsh" | "ksh" | "fish" => Some(Self::Shell),
            "java" | "javaw" | "ruby" | "julia" | "rscript" | "perl" | "dotnet" | "lua"
            | "luajit" => Some(Self::Other),
            "ape" | ".ape-" | "ld.so" => Some(Self::Loader),
            _ if name.starts_with("ld-linux") => Some(Self::Loader),
            _ => None,
        }
    }

    fn runs<'a>(self, arguments: &[&'a str]) -> (Run<'a>, Vec<&'a str>) {
        let rest = |from: usize| arguments.get(from..).unwrap_or_default().to_vec();
        let mut at = 0;
        while let Some(argument) = arguments.get(at).copied() {
            at += 1;
            if self.takes_value(argument) {
                at += 1;
            } else if let Some(flags) = argument.strip_prefix('-').filter(|f| !f.is_empty()) {
                match self {
                    Self::Python if flags.starts_with(['-', 'W', 'X']) => {}
                    Self::Python => match flags.find(['c', 'm']) {
                        Some(found) if flags[found..].starts_with('c') => {
                            return (Run::Code, rest(at));
                        }
                        Some(found) if found + 1 < flags.len() => {
                            return (Run::Module(&flags[found + 1..]), rest(at));
                        }
                        Some(_) => {
                            let module = arguments.get(at);
                            return (module.map_or(Run::Code, |m| Run::Module(m)), rest(at + 1));
                        }
                        None => {}
                    },
                    Self::JavaScript if matches!(flags, "e" | "p" | "-eval" | "-print") => {
                        let script = arguments.get(at).and_then(|code| required_script(code));
                        return (script.map_or(Run::Code, Run::Script), rest(at + 1));
                    }
                    Self::Shell if !flags.starts_with('-') && flags.contains('c') => {
                        return (Run::Code, rest(at));
                    }
                    Self::Other if matches!(flags, "jar" | "cp" | "classpath") => {
                        let archive = arguments.get(at);
                        return (archive.map_or(Run::Code, |a| Run::Script(a)), rest(at + 1));
                    }
                    Self::JavaScript | Self::Shell | Self::Loader | Self::Other => {}
                }
            } else if argument == "-" {
                return (Run::Code, rest(at));
            } else if !(matches!(self, Self::JavaScript) && argument == "run") {
                return (Run::Script(argument), rest(at));
            }
        }
        (Run::Code, Vec::new())
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
            Self::Loader => matches!(option, "--library-path" | "--argv0" | "--preload"),
            Self::Other => false,
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

/// The web application instead of the server that runs it: `uvicorn speaches.main:create_app`.
fn application<'a>(run: Run<'a>, operands: Vec<&'a str>) -> (Run<'a>, Vec<&'a str>) {
    let server = match run {
        Run::Module(module) => module,
        Run::Script(script) => stem(file_name(script)),
        Run::Itself | Run::Code => return (run, operands),
    };
    if !APPLICATION_SERVERS.contains(&server) {
        return (run, operands);
    }
    let module = operands.iter().find_map(|argument| {
        let (module, name) = argument.split_once(':')?;
        let starts_a_name = |part: &str| part.starts_with(|c: char| c.is_alphabetic() || c == '_');
        let is_module = module
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
        (is_module && starts_a_name(module) && starts_a_name(name)).then_some(module)
    });
    (module.map_or(run, Run::Module), operands)
}

/// The place of the script or the module, as far as it is known.
fn home<'a>(run: Run<'a>, folder: Option<&'a str>) -> Option<&'a str> {
    let script = match run {
        Run::Script(script) => script,
        Run::Module(_) => return folder,
        Run::Itself | Run::Code => return None,
    };
    match folder_of(script) {
        Some(".") | None => folder,
        Some(written) => Some(written),
    }
}

fn folder_of(path: &str) -> Option<&str> {
    Some(path.trim_end_matches(SEPARATORS).rsplit_once(SEPARATORS)?.0)
}

/// The folders above a file, in lower case.
fn above(path: &str) -> Vec<String> {
    let parts = path.split(SEPARATORS);
    let mut folders: Vec<String> = parts
        .filter(|part| !matches!(*part, "" | "." | ".."))
        .map(str::to_lowercase)
        .collect();
    folders.pop();
    folders
}
