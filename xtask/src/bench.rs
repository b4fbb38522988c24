//! `cargo xtask bench`.

use std::{fs, path::PathBuf, thread};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

mod desktop;
mod engine;
mod fakes;
mod measure;
mod proc;
mod simulated;
mod standby;
mod table;

#[derive(Args)]
pub(crate) struct BenchArgs {
    /// Write the same as JSON to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Measure one part alone.
    #[arg(long, value_name = "PART")]
    only: Option<Part>,
    /// Fail when a bar is missed.
    #[arg(long)]
    check: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// One policy step, and a year of a laptop's days.
    Policy,
    /// The closed loop against the fixed 100 ms of the original, on simulated cards.
    Governor,
    /// What standing by costs (Linux).
    Standby,
    /// What the engine costs, on fake driver libraries (Linux).
    Engine,
    /// What the app costs on a desktop of its own (Linux); builds a release.
    Desktop,
}

/// Measures, and prints one table.
pub(crate) fn bench(args: &BenchArgs) -> Result<()> {
    let mut rows = Vec::new();
    for part in Part::value_variants() {
        if args.only.is_none_or(|only| only == *part) {
            rows.extend(match part {
                Part::Policy => simulated::policy(),
                Part::Governor => simulated::governor(),
                Part::Standby => standby::standby(),
                Part::Engine => engine::engine(),
                Part::Desktop => desktop::desktop(),
            }?);
        }
    }
    let machine = machine();
    println!("{machine}\n\n{}", table::text(&rows));
    if let Some(path) = &args.json {
        let json = serde_json::to_string_pretty(&table::json(&machine, &rows))?;
        fs::write(path, json + "\n").with_context(|| path.display().to_string())?;
    }
    let missed = rows.iter().filter(|row| row.is_ok() == Some(false)).count();
    if args.check && missed > 0 {
        bail!("{missed} of the bars were missed");
    }
    Ok(())
}

/// The machine that this was measured on; its load shows how far to trust it.
fn machine() -> String {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let cpus = read("/proc/cpuinfo");
    let model = cpus
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.trim() == "model name")
        .map_or("an unknown processor", |(_, model)| model.trim());
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let kernel = read("/proc/sys/kernel/osrelease");
    let load = read("/proc/loadavg");
    let load = load.split_whitespace().next().unwrap_or("unknown");
    format!(
        "{cores} cores of {model}, Linux {}, load {load} at the end",
        kernel.trim()
    )
}
