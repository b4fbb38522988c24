use std::{
    error::Error, ffi::OsString, ops::RangeInclusive, path::PathBuf, str::FromStr, time::Duration,
};

use clap::{
    Parser, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use gpu_keepalive_core::{
    benchmark::Plan,
    models::{DEFAULT_CONTEXT_TOKENS, Format, KvCache, MAX_CONTEXT_TOKENS, Use},
    protocol::Request,
    quiet::UnitName,
    settings::Mode,
};
use serde_json::Value;

#[cfg(windows)]
use crate::setup::SetupCommand;
use crate::{duration::parse_duration, status::StatusArgs};

/// Keeps your NVIDIA GPU at full speed when your local AI asks for it, and asleep when it does not.
#[derive(Debug, Parser)]
#[command(name = "gpu-keepalive", version, arg_required_else_help = true, after_help = EXIT_CODES)]
pub(crate) struct Args {
    /// Use simulated GPUs: the name of a preset, such as rtx-3070-laptop, or a scenario file.
    #[arg(
        long,
        global = true,
        help_heading = GLOBAL,
        value_name = "PRESET|FILE",
        env = "GPU_KEEPALIVE_SIMULATE",
        hide_env_values = true,
        allow_hyphen_values = true
    )]
    pub(crate) simulate: Option<String>,
    /// Log every decision with its reason to standard error.
    #[arg(long, global = true, help_heading = GLOBAL)]
    pub(crate) debug: bool,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

const GLOBAL: &str = "Options of every command";
const EXIT_CODES: &str = "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 GPU Keepalive is not \
                          running, 4 no NVIDIA GPU or driver.";

const SERVE_HELP: &str = "\
COMMAND is started with CUDA_DISABLE_PERF_BOOST=1 (Linux, driver 580.105.08 and later), and its \
requests are sensed by the running GPU Keepalive. Signals are passed on, and the exit code is the \
command's: 127 if it was not found, 126 if it cannot be run, 128 and the signal's number if a signal \
ended it. If GPU Keepalive is not running or switched off, COMMAND runs unchanged.";

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Keep the GPUs ready until Ctrl-C, and print what changes.
    ///
    /// Ctrl-Z releases the GPUs before this program stops, and `fg` or SIGCONT has them held again.
    /// Stopped by SIGSTOP or a debugger it can release nothing: a boost then ends by itself within
    /// 30 seconds, a context and the driver's maximum-performance setting stay as they are. No time
    /// in which this program was stopped is counted.
    Run(RunArgs),
    /// Show what GPU Keepalive is doing.
    Status(StatusArgs),
    #[command(flatten)]
    Switch(Switch),
    /// End the app, or “gpu-keepalive run”, once the GPUs are released.
    Quit,
    /// Run a command during which no pulses are sent, and pass its exit code on.
    Inference {
        /// The command and its arguments, after two dashes.
        #[arg(last = true, required = true, value_name = "COMMAND")]
        command: Vec<OsString>,
    },
    /// Start an AI server that lets the GPU rest while no request comes, and wake the GPU for each.
    #[command(after_help = SERVE_HELP)]
    Serve {
        /// The server and its arguments, after two dashes.
        #[arg(last = true, required = true, value_name = "COMMAND")]
        command: Vec<OsString>,
    },
    /// List the AI servers that keep a GPU at full speed by themselves, and what makes each quiet.
    Quiet(QuietArgs),
    /// List the GPUs.
    Gpus {
        /// Write one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Show the last 100 times that a request woke the GPU, and how long each took.
    Wakes {
        /// Write one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Show what keeping the GPU ready cost and brought, by day.
    Energy {
        /// How many days back, today included: 1 to 90.
        #[arg(long, default_value_t = 30, value_parser = number_of("days", 1..=90), allow_hyphen_values = true)]
        days: u32,
        /// Write one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Measure how much faster the first request is when the GPU is kept ready, in which way, and
    /// what each way costs.
    Bench(BenchArgs),
    /// Suggest models that fit your GPU, or a stated amount of VRAM.
    Recommend(RecommendArgs),
    /// Say why a GPU is slow or is not held, and what to do.
    Doctor {
        /// Write one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Show or change the settings.
    #[command(subcommand)]
    Settings(SettingsCommand),
    /// Write the completion script for a shell to standard output.
    Completions {
        /// The shell.
        #[arg(allow_hyphen_values = true)]
        shell: clap_complete::Shell,
    },
    /// Write the manual pages into a folder; for those who make packages.
    #[command(hide = true)]
    Manual {
        /// The folder, which is there already.
        folder: PathBuf,
    },
    /// Enter this program in the registry, or remove what was entered; for the Setup program.
    #[cfg(windows)]
    #[command(hide = true, subcommand)]
    Setup(SetupCommand),
}

impl Command {
    /// Whether it answers in JSON, also when it fails.
    pub(crate) fn wants_json(&self) -> bool {
        match self {
            Self::Status(status) => status.json,
            Self::Bench(bench) => bench.json,
            Self::Quiet(quiet) => quiet.json,
            Self::Recommend(recommend) => recommend.json,
            Self::Gpus { json }
            | Self::Wakes { json }
            | Self::Energy { json, .. }
            | Self::Doctor { json } => *json,
            Self::Run(_)
            | Self::Quit
            | Self::Switch(_)
            | Self::Inference { .. }
            | Self::Serve { .. }
            | Self::Settings(_)
            | Self::Completions { .. }
            | Self::Manual { .. } => false,
            #[cfg(windows)]
            Self::Setup(_) => false,
        }
    }
}

/// `run`.
#[derive(Debug, clap::Args)]
pub(crate) struct RunArgs {
    /// When to keep the GPUs ready, instead of what the settings say.
    #[arg(long, value_parser = word_of(Mode::ALL), allow_hyphen_values = true)]
    pub(crate) mode: Option<Mode>,
    /// End with success if GPU Keepalive is running already, as for a service beside the app.
    #[arg(long)]
    pub(crate) unless_running: bool,
    /// End a few seconds after the last program that holds a GPU has disconnected.
    #[arg(long, hide = true)]
    pub(crate) until_unused: bool,
    /// A setting for this run, instead of what the settings file says.
    #[arg(long, hide = true, value_name = "KEY=VALUE", value_parser = setting)]
    pub(crate) set: Vec<(String, Value)>,
}

/// A key and its value, which is JSON or else text.
fn setting(text: &str) -> Result<(String, Value), String> {
    let (key, value) = text.split_once('=').ok_or("use KEY=VALUE")?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
    Ok((key.to_owned(), value))
}

/// The switches of the tray, on a running engine.
#[derive(Debug, Subcommand)]
pub(crate) enum Switch {
    /// Switch the keepalive on.
    On,
    /// Switch the keepalive off.
    Off,
    /// Release the GPUs until you resume, or for a time.
    Pause {
        /// For how long, such as 30m or 1h30m; without it until you resume.
        #[arg(long = "for", value_name = "TIME", value_parser = parse_duration, allow_hyphen_values = true)]
        time: Option<Duration>,
    },
    /// End a pause.
    Resume,
    /// Choose when the GPUs are kept ready.
    Mode {
        /// always: from start to stop. while_loaded: as long as an AI program has the GPU open.
        /// on_demand: from the first sign of use until some time after the last.
        #[arg(value_parser = word_of(Mode::ALL), allow_hyphen_values = true)]
        mode: Mode,
    },
    /// Make the GPUs ready now, before the first request.
    Warm {
        /// For how long, such as 30m or 1h30m; without it as long as the settings say.
        #[arg(long = "for", value_name = "TIME", value_parser = parse_duration, allow_hyphen_values = true)]
        time: Option<Duration>,
    },
}

impl Switch {
    /// What the engine is asked.
    pub(crate) fn request(&self) -> Request {
        let seconds = |time: &Option<Duration>| time.map(|time| time.as_secs_f64());
        match self {
            Self::On => Request::On,
            Self::Off => Request::Off,
            Self::Pause { time } => Request::Pause {
                for_s: seconds(time),
            },
            Self::Resume => Request::Resume,
            Self::Mode { mode } => Request::Mode { mode: *mode },
            Self::Warm { time } => Request::Warm {
                for_s: seconds(time),
            },
        }
    }
}

/// `quiet`.
#[derive(Debug, clap::Args)]
pub(crate) struct QuietArgs {
    /// Make a service of yours quiet: writes a drop-in for systemd and restarts nothing.
    #[arg(long, value_name = "UNIT", conflicts_with = "remove", value_parser = UnitName::from_str)]
    pub(crate) write: Option<UnitName>,
    /// Undo --write.
    #[arg(long, value_name = "UNIT", value_parser = UnitName::from_str)]
    pub(crate) remove: Option<UnitName>,
    /// Write one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `bench`.
#[derive(Debug, clap::Args)]
pub(crate) struct BenchArgs {
    /// The GPU to measure, by its number.
    #[arg(long, value_name = "NUMBER", value_parser = parse_gpu, allow_hyphen_values = true)]
    pub(crate) gpu: Option<u32>,
    /// How often each request is measured: 1 to 20; without it twice, and once with --quick.
    #[arg(long, value_parser = number_of("rounds", 1..=Plan::MAX_ROUNDS), allow_hyphen_values = true)]
    pub(crate) rounds: Option<u32>,
    /// One rest, just long enough for the clocks of this GPU to fall: one to three minutes.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Write one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
    /// Write a record to give to others: the card with its video BIOS, driver and power limit, the
    /// system and the results, and nothing that tells who you are. Markdown, or JSON with --json;
    /// in English always.
    #[arg(long)]
    pub(crate) share: bool,
}

impl BenchArgs {
    pub(crate) fn plan(&self) -> Plan {
        Plan::new(self.quick, self.rounds)
    }
}

/// `recommend`.
#[derive(Debug, clap::Args)]
pub(crate) struct RecommendArgs {
    /// Calculate for a card of so many GiB of VRAM instead of your own.
    #[arg(long, value_name = "GIB", value_parser = parse_gib, allow_hyphen_values = true)]
    pub(crate) vram: Option<f64>,
    /// How many tokens of context you want.
    #[arg(long, value_name = "TOKENS", default_value_t = DEFAULT_CONTEXT_TOKENS, value_parser = parse_tokens, allow_hyphen_values = true)]
    pub(crate) context: u64,
    /// What the model is for.
    #[arg(long = "use", value_name = "USE", default_value_t, ignore_case = true, value_parser = word_of(&Use::ALL), allow_hyphen_values = true)]
    pub(crate) purpose: Use,
    /// How the KV cache is stored; q8_0 takes about half, q4_0 about a quarter.
    #[arg(long, value_name = "TYPE", default_value_t, ignore_case = true, value_parser = word_of(&KvCache::ALL), allow_hyphen_values = true)]
    pub(crate) kv_cache: KvCache,
    /// Suggest this format alone.
    #[arg(long, ignore_case = true, value_parser = word_of(&Format::ALL), allow_hyphen_values = true)]
    pub(crate) format: Option<Format>,
    /// Write one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `settings`.
#[derive(Debug, Subcommand)]
pub(crate) enum SettingsCommand {
    /// Print where the settings file is.
    Path,
    /// Print every setting with its value.
    Show,
    /// Print the value of one setting, as it is written in the file.
    Get {
        /// Such as thermal.max_temperature.
        #[arg(allow_hyphen_values = true)]
        key: String,
    },
    /// Change one setting.
    Set {
        /// Such as thermal.max_temperature.
        key: String,
        /// The new value: true or false, a number, a word, or a list with commas between its entries.
        #[arg(
            required_unless_present = "default",
            conflicts_with = "default",
            allow_hyphen_values = true
        )]
        value: Option<String>,
        /// Go back to the default.
        #[arg(long)]
        default: bool,
    },
}

/// One of these words.
fn word_of<T>(words: &'static [(&'static str, T)]) -> impl TypedValueParser<Value = T>
where
    T: FromStr<Err: Into<Box<dyn Error + Send + Sync>>> + Clone + Send + Sync,
{
    PossibleValuesParser::new(words.iter().map(|(word, _)| *word)).try_map(|word| word.parse())
}

pub(crate) fn number_of(
    what: &'static str,
    range: RangeInclusive<u32>,
) -> impl Fn(&str) -> Result<u32, String> + Clone {
    move |text| {
        let number = text.parse().ok();
        number.filter(|n| range.contains(n)).ok_or_else(|| {
            let (least, most) = (range.start(), range.end());
            format!("this has to be a number of {what} from {least} to {most}")
        })
    }
}

fn parse_gpu(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| {
        "this has to be the number of a GPU, such as 0; “gpu-keepalive gpus” lists them".to_owned()
    })
}

fn parse_gib(text: &str) -> Result<f64, String> {
    text.parse()
        .map_err(|_| "this has to be a number of GiB, such as 8 or 24".to_owned())
}

fn parse_tokens(text: &str) -> Result<u64, String> {
    let tokens = text.parse().ok();
    tokens
        .filter(|tokens| (1..=MAX_CONTEXT_TOKENS).contains(tokens))
        .ok_or_else(|| {
            format!(
                "this has to be a number of tokens from 1 to {MAX_CONTEXT_TOKENS}, such as 8192"
            )
        })
}
