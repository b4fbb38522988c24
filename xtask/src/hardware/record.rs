//! The record: the work of the carried folder on the machine with the GPU.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use super::render;

#[derive(Args)]
pub(crate) struct RecordArgs {
    /// Where the record goes; made when it is missing.
    directory: PathBuf,
    /// This part alone.
    #[arg(long)]
    only: Option<Part>,
    /// How often every request of the side-by-side is measured; of the bench, half as often.
    #[arg(long, default_value_t = 2)]
    rounds: u32,
    /// On a card of one's own: let a test and the bench ask the driver to prefer maximum performance.
    #[arg(long)]
    try_power_mizer: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Tests,
    Bench,
    Beside,
}

/// A test waits at most a minute for clocks to fall, twice.
const TEST_SECONDS: u32 = 150;
/// The bench waits three minutes at most for clocks to fall, and measures the rest by round.
const HOLD_WATCH_SECONDS: u32 = 180;
const BENCH_ROUND_SECONDS: u32 = 150;
/// Three keepers; a round took a little over 150 s on an H200.
const BESIDE_ROUND_SECONDS: u32 = 200;
/// The one test that is a measurement.
const BESIDE: &str = "hardware::beside::side_by_side";

/// Runs the parts one after the other, each with a deadline; what fails is recorded, and the next
/// one runs.
pub(crate) fn record(args: &RecordArgs) -> Result<()> {
    fs::create_dir_all(&args.directory)
        .with_context(|| format!("cannot make {}", args.directory.display()))?;
    let folder = env::current_exe()?;
    let folder = folder.parent().context("this program has no folder")?;
    let wanted = |part| args.only.is_none_or(|only| only == part);
    let mut record = json!({
        "date": output_of("date", &["-u", "+%Y-%m-%dT%H:%M:%SZ"]),
        "kernel": output_of("uname", &["-sr"]),
        "gpu": gpu(folder),
    });
    let runner = Runner { folder, args };
    if wanted(Part::Tests) {
        record["tests"] = runner.tests();
        runner.write(&record)?;
    }
    if wanted(Part::Bench) {
        record["bench"] = runner.bench();
        runner.write(&record)?;
    }
    if wanted(Part::Beside) {
        record["beside"] = runner.test(BESIDE, args.rounds * BESIDE_ROUND_SECONDS);
        runner.write(&record)?;
    }
    eprintln!("{}", render::text(&record));
    Ok(())
}

struct Runner<'a> {
    folder: &'a Path,
    args: &'a RecordArgs,
}

impl Runner<'_> {
    fn tests(&self) -> Value {
        let listed = output_of(
            &self.program("tests"),
            &["--list", "--ignored", "--format", "terse", "hardware::"],
        );
        let names = listed.as_str().unwrap_or_default().lines();
        let tests: Map<_, _> = names
            .filter_map(|line| line.strip_suffix(": test"))
            .filter(|name| *name != BESIDE)
            .map(|name| (name.to_owned(), self.test(name, TEST_SECONDS)))
            .collect();
        Value::Object(tests)
    }

    /// Runs one test in a process of its own: its verdict and its notes.
    fn test(&self, name: &str, seconds: u32) -> Value {
        eprintln!("{name} …");
        let notes = self.args.directory.join("notes.jsonl");
        let _ = fs::remove_file(&notes);
        let mut command = self.limited("tests", seconds);
        command
            .args(["--exact", "--ignored", "--nocapture", name])
            .env("HARDWARE_NOTES", &notes)
            .env("HARDWARE_ROUNDS", self.args.rounds.to_string());
        if self.args.try_power_mizer {
            command.env("HARDWARE_TRY_POWER_MIZER", "1");
        }
        let mut found = ended(command);
        let text = fs::read_to_string(&notes).unwrap_or_default();
        found["notes"] = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Map<_, _>>(line).ok())
            .flatten()
            .collect();
        let _ = fs::remove_file(&notes);
        let passed = found["passed"].as_bool() == Some(true);
        eprintln!("{name}: {}", if passed { "passed" } else { "FAILED" });
        found
    }

    fn bench(&self) -> Value {
        eprintln!("gpu-keepalive bench …");
        let rounds = self.args.rounds.div_ceil(2);
        let seconds = HOLD_WATCH_SECONDS + rounds * BENCH_ROUND_SECONDS;
        let mut command = self.limited("gpu-keepalive", seconds);
        let home = self.args.directory.join("home");
        if !self.args.try_power_mizer
            && let Err(error) = exclude_power_mizer(&home)
        {
            return json!({ "passed": false, "error": format!("{error:#}") });
        }
        command
            .args(["bench", "--json"])
            .args(["--rounds", &rounds.to_string()])
            .env("XDG_STATE_HOME", &home)
            .env("XDG_CONFIG_HOME", &home);
        let found = ended(command);
        let output = found["said"].as_str().unwrap_or_default();
        serde_json::from_str(output).unwrap_or(found)
    }

    /// A program of the folder, ended when it takes too long, with some time to clean up.
    fn limited(&self, program: &str, seconds: u32) -> Command {
        let mut command = Command::new("timeout");
        command
            .args(["--kill-after=10", &seconds.to_string()])
            .arg(self.program(program));
        command
    }

    fn program(&self, name: &str) -> String {
        self.folder.join(name).to_string_lossy().into_owned()
    }

    /// Writes what there is so far, so that nothing is lost when the machine goes.
    fn write(&self, record: &Value) -> Result<()> {
        let at = |name| self.args.directory.join(name);
        fs::write(at("record.json"), format!("{record:#}\n"))?;
        fs::write(at("record.txt"), render::text(record))?;
        Ok(())
    }
}

/// PowerMizer is a setting of the card, which may belong to another.
fn exclude_power_mizer(home: &Path) -> Result<()> {
    let folder = home.join("gpu-keepalive");
    fs::create_dir_all(&folder)?;
    let settings = "version = 1\nstrategy_exclude = [\"power_mizer\"]\n";
    fs::write(folder.join("settings.toml"), settings)
        .with_context(|| format!("cannot write the settings in {}", folder.display()))
}

/// Card and driver, as our own program lists them.
fn gpu(folder: &Path) -> Value {
    let program = folder.join("gpu-keepalive");
    let listed = output_of(&program.to_string_lossy(), &["gpus", "--json"]);
    let listed = serde_json::from_str(listed.as_str().unwrap_or_default());
    listed.map_or(Value::Null, |list: Value| list["gpus"][0].clone())
}

/// Runs it to its end. Returns its output, and when it failed, why.
fn ended(mut command: Command) -> Value {
    match command.stdin(Stdio::null()).output() {
        Err(error) => json!({ "passed": false, "error": error.to_string() }),
        Ok(output) => {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
            let mut found = json!({
                "passed": output.status.success(),
                "said": text(&output.stdout),
            });
            if !output.status.success() {
                found["status"] = json!(output.status.to_string());
                found["error"] = json!(text(&output.stderr));
            }
            found
        }
    }
}

/// The output of a program; null when it cannot be started.
fn output_of(program: &str, arguments: &[&str]) -> Value {
    let output = Command::new(program).args(arguments).output();
    output.map_or(Value::Null, |output| {
        json!(String::from_utf8_lossy(&output.stdout).trim_end())
    })
}
