//! Recognises the AI processes among the running ones by how they were started.
//!
//! Three things decide: the rules, which know programs by executable, module, script and folder;
//! the user's list, which adds to them; and, for names that anything may have, whether the process
//! has a CUDA context open.

use serde::{Deserialize, Serialize};

use crate::settings::AiProgram;

mod command_line;
mod label;
mod names;
mod rules;
#[cfg(test)]
mod tests;

pub use command_line::CommandLine;
pub use label::{display_name, label};

/// The use of the GPU by a recognised program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcessKind {
    /// It computes: having the GPU open means that a model is loaded, or about to be.
    Worker,
    /// It computes in the process of its window, which draws with the GPU all day: only a CUDA
    /// context shows that a model is loaded.
    Window,
    /// It starts workers or passes requests on. It is known for its name, and is no AI process.
    Service,
    /// Its name identifies nothing (`python`, `main`): it counts only with a CUDA context open.
    Ordinary,
}

/// A process that was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// The name it was started by, harmless to show: `llama-server`, `main.py`, `vllm`.
    pub name: String,
    /// Its use of the GPU.
    pub kind: ProcessKind,
}

/// Our own executables begin with this.
const OWN_NAME: &str = "gpu-keepalive";

/// Returns true if an executable of that name or path is one of ours, for any user and in any role.
///
/// The kernel keeps only 15 bytes of a process's name, which is enough.
pub fn is_keepalive(program: &str) -> bool {
    names::lower_name(program).starts_with(OWN_NAME)
}

/// Recognises a process by the rules and by the user's list.
pub fn recognise(started: &CommandLine<'_>, listed: &[AiProgram]) -> Option<Recognised> {
    let known = rules::find(started).map(|rule| rule.kind);
    let entry = if listed.is_empty() {
        None
    } else {
        let (names, places) = (started.names(), started.places());
        let matches = |entry: &AiProgram| entry.matched(started, &names, &places);
        listed.iter().filter_map(matches).max()
    };
    let kind = match (entry, known) {
        (Some(Match::ByName), Some(ProcessKind::Window)) => ProcessKind::Window,
        (Some(Match::ByName), _) => ProcessKind::Worker,
        (_, Some(kind)) => kind,
        (Some(Match::ByFolder), None) => ProcessKind::Ordinary,
        (None, None) => return None,
    };
    Some(Recognised {
        name: display_name(started.known_by()),
        kind,
    })
}

/// The quality of a match with an entry of the user's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Match {
    /// By the folder of a script, or by a name that anything may have.
    ByFolder,
    /// By the name of the program, the module or the script.
    ByName,
}

impl AiProgram {
    /// Returns true if a process that was started like this is this program.
    pub fn matches(&self, started: &CommandLine<'_>) -> bool {
        self.matched(started, &started.names(), &started.places())
            .is_some()
    }

    fn matched(
        &self,
        started: &CommandLine<'_>,
        names: &[String],
        places: &[String],
    ) -> Option<Match> {
        let by_name = names.contains(&self.name);
        let by_folder = places
            .iter()
            .any(|place| names::same_name(place, &self.name));
        let has_argument = self.argument.as_ref().is_none_or(|wanted| {
            let mut arguments = started.arguments.iter();
            arguments.any(|argument| argument.eq_ignore_ascii_case(wanted))
        });
        let is_ordinary = || rules::programs().ordinary_names.contains(&self.name);
        match (has_argument, by_name, by_folder) {
            (false, ..) | (_, false, false) => None,
            (_, true, _) if !is_ordinary() => Some(Match::ByName),
            _ => Some(Match::ByFolder),
        }
    }
}
