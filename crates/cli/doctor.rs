use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use gpu_keepalive_core::protocol::{Doctor, Finding, Request, Severity};
use gpu_keepalive_engine::{
    clock::Clock,
    doctor::{Places, examine},
    gpu::{
        nvidia::{Backend, NvidiaSource},
        simulated::{load_scenario, simulated},
    },
    machine::Machine,
    paths::Paths,
    settings_store::SettingsStore,
};

use crate::{
    output,
    reach::{self, ask},
    text::wrapped,
};

#[cfg(test)]
mod tests;

/// Widest line of a sentence, without its margin of four.
const WIDTH: usize = 76;
const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Prints every finding; fails when one is worse than a warning.
pub(crate) async fn doctor(as_json: bool, simulate: Option<String>) -> anyhow::Result<ExitCode> {
    let doctor = match reach::engine_if_any().await? {
        Some(mut client) => ask!(client, Request::Doctor, Doctor),
        None => alone(simulate).await?,
    };
    if as_json {
        output::write_json(&serde_json::to_value(&doctor)?)?;
    } else {
        output::write(render(&doctor).as_bytes())?;
    }
    Ok(match doctor.worst() {
        Severity::Error => ExitCode::FAILURE,
        Severity::Ok | Severity::Info | Severity::Warning => ExitCode::SUCCESS,
    })
}

async fn alone(simulate: Option<String>) -> anyhow::Result<Doctor> {
    let settings = SettingsStore::load(Paths::of_user()?.settings);
    if let Some(name) = simulate {
        let (source, host) = simulated(load_scenario(&name)?, Clock::Boot);
        return Ok(examine(source, host, &settings, None).await);
    }
    let program = std::env::current_exe()?;
    let source = NvidiaSource::new(Backend::Process { program });
    let machine = Machine::new(Clock::Boot);
    Ok(examine(source, machine, &settings, Some(Places::here())).await)
}

/// Every finding, marked by a sign and a word as well as by colour.
fn render(doctor: &Doctor) -> String {
    if doctor.findings.is_empty() {
        return "Nothing is known yet; ask again in a moment.\n".to_owned();
    }
    let blocks: Vec<_> = doctor.findings.iter().map(block).collect();
    blocks.join("\n")
}

fn block(finding: &Finding) -> String {
    let (sign, word, colour) = match finding.severity {
        Severity::Ok => ("✓", "ok", AnsiColor::Green),
        Severity::Info => ("i", "note", AnsiColor::Cyan),
        Severity::Warning => ("!", "warning", AnsiColor::Yellow),
        Severity::Error => ("✗", "error", AnsiColor::Red),
    };
    let colour = colour.on_default();
    let mut text = format!(
        "{colour}{sign} {word}{colour:#}: {BOLD}{}{BOLD:#} {DIM}[{}]{DIM:#}\n",
        finding.title, finding.id
    );
    for line in wrapped(&finding.evidence, WIDTH) {
        text += &format!("    {DIM}{line}{DIM:#}\n");
    }
    for (number, line) in wrapped(&finding.advice, WIDTH).into_iter().enumerate() {
        text += if number == 0 { "  → " } else { "    " };
        text += &line;
        text.push('\n');
    }
    text
}
