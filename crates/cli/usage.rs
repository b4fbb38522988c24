use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, error::ErrorKind};

use crate::{args::Args, exit, output};

/// The arguments of this start; the exit code when help, the version or a mistake was written
/// instead.
pub(crate) fn arguments() -> Result<Args, ExitCode> {
    Args::try_parse().map_err(|error| {
        let written = error.print().and_then(|()| io::stdout().flush());
        if error.use_stderr() {
            if wants_json(std::env::args().skip(1)) {
                exit::write_object("wrong_usage", &mistake(&error), None);
            }
            return ExitCode::from(exit::WRONG_USAGE);
        }
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                let error = output::OutputError::from(error);
                output::note(format_args!("gpu-keepalive: {error}"));
                ExitCode::FAILURE
            }
            _ => ExitCode::SUCCESS,
        }
    })
}

/// Returns true if an option asks for JSON, as far as wrong arguments show it. The arguments after
/// two dashes are another program's.
fn wants_json(arguments: impl IntoIterator<Item = String>) -> bool {
    let ours = arguments
        .into_iter()
        .take_while(|argument| argument != "--");
    ours.into_iter()
        .any(|argument| argument == "--json" || argument.starts_with("--json="))
}

/// The mistake in one line, without the usage that follows it.
fn mistake(error: &clap::Error) -> String {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return "a command is missing; “gpu-keepalive --help” lists them".to_owned();
    }
    let text = error.to_string();
    let lines = text.lines().take_while(|line| !line.starts_with("Usage:"));
    let words: Vec<_> = lines.flat_map(str::split_whitespace).collect();
    let text = words.join(" ").replace(" tip: ", "; ");
    let end = text.find("For more information").unwrap_or(text.len());
    text[..end].trim().trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistake_of(line: &str) -> String {
        let words = ["gpu-keepalive"].into_iter().chain(line.split_whitespace());
        mistake(&Args::try_parse_from(words).expect_err("a mistake"))
    }

    #[test]
    fn a_mistake_is_one_line_without_usage() {
        let missing = "a command is missing; “gpu-keepalive --help” lists them";
        for (line, expected) in [
            ("", missing),
            ("settings", missing),
            (
                "status --jsn",
                "unexpected argument '--jsn' found; a similar argument exists: '--json'",
            ),
            (
                "energy --days 0 --json",
                "invalid value '0' for '--days <DAYS>': this has to be a number of days from 1 to 90",
            ),
            (
                "energy --json --days",
                "a value is required for '--days <DAYS>' but none was supplied",
            ),
            (
                "recommend --use poetry --json",
                "invalid value 'poetry' for '--use <USE>' \
                 [possible values: chat, code, vision, embedding]",
            ),
        ] {
            assert_eq!(mistake_of(line), expected, "{line}");
        }
    }

    #[test]
    fn json_is_asked_for_before_two_dashes() {
        let asks = |line: &str| wants_json(line.split(' ').map(str::to_owned));
        assert!(asks("status --json"));
        assert!(asks("--json=yes status"));
        assert!(!asks("inference -- curl --json"));
        assert!(!asks("status --jsonl"));
    }
}
