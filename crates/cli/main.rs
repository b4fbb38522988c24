//! `gpu-keepalive`: the engine without a desktop, and the switches of a running one.

use std::process::ExitCode;

use anyhow::Context;
use clap::CommandFactory;
use gpu_keepalive_engine::{
    clock::Clock,
    locale,
    log_tail::{LogTail, directives, log_panics},
    output_queue::OutputQueue,
};
use tracing_subscriber::{
    EnvFilter, Layer,
    fmt::{format::Writer, time::FormatTime},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use args::{Args, Command};
use exit::End;

mod args;
mod bench;
mod changes;
mod doctor;
mod duration;
mod energy;
mod exit;
mod gpus;
mod inference;
mod output;
mod quiet;
mod reach;
mod recommend;
mod render;
mod run;
mod serve;
mod settings;
#[cfg(windows)]
mod setup;
mod status;
mod switches;
mod text;
mod usage;
mod wakes;

fn main() -> ExitCode {
    // The engine starts this program again in a hidden role to talk to the driver.
    if let Some(code) = gpu_keepalive_engine::driver::serve(std::env::args_os().skip(1)) {
        return code;
    }
    let args = match usage::arguments() {
        Ok(args) => args,
        Err(code) => return code,
    };
    locale::use_language_of_user();
    let as_json = args.command.wants_json();
    if matches!(args.command, Command::Serve { .. }) {
        serve::before_any_thread();
    }
    let errors = OutputQueue::new("log", anstream::stderr);
    let flushed = errors.flush_on_drop();
    let log = start_log(args.debug, &errors);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let result = match runtime {
        Ok(runtime) => {
            let result = runtime.block_on(execute(args, log));
            // A thread that hangs at a file must not keep this program from its end.
            runtime.shutdown_background();
            result
        }
        Err(error) => Err(error.into()),
    };
    let end = result.unwrap_or_else(|error| exit::report(&error, as_json, &errors).into());
    drop(flushed);
    end.code()
}

async fn execute(args: Args, log: LogTail) -> anyhow::Result<End> {
    let simulate = args.simulate;
    match args.command {
        Command::Run(run) => run::run(run, simulate, log).await?,
        Command::Status(status) => status::status(status).await?,
        Command::Switch(switch) => switches::switch(switch).await?,
        Command::Quit => switches::quit().await?,
        Command::Inference { command } => return inference::inference(&command).await,
        Command::Serve { command } => return serve::serve(&command).await,
        Command::Quiet(quiet) => quiet::quiet(quiet).await?,
        Command::Gpus { json } => gpus::gpus(json, simulate).await?,
        Command::Wakes { json } => wakes::wakes(json).await?,
        Command::Energy { days, json } => energy::energy(days, json).await?,
        Command::Bench(bench) => bench::bench(bench, simulate).await?,
        Command::Recommend(recommend) => recommend::recommend(recommend, simulate).await?,
        Command::Doctor { json } => return Ok(doctor::doctor(json, simulate).await?.into()),
        Command::Settings(settings) => settings::settings(settings).await?,
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "gpu-keepalive", &mut script);
            output::write(&script)?;
        }
        Command::Manual { folder } => clap_mangen::generate_to(Args::command(), &folder)
            .with_context(|| format!("cannot write the manual into {}", folder.display()))?,
        #[cfg(windows)]
        Command::Setup(command) => setup::setup(command).await?,
    }
    Ok(ExitCode::SUCCESS.into())
}

/// Logs to standard error: warnings, every decision with `--debug`, or the levels of `RUST_LOG`.
/// The newest lines are also kept for the window, with what changed as well.
fn start_log(debug: bool, errors: &OutputQueue) -> LogTail {
    let tail = LogTail::default();
    let (writer, errors) = (tail.clone(), errors.clone());
    let kept = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .with_filter(filter("info"));
    let shown = tracing_subscriber::fmt::layer()
        .with_timer(LocalTime)
        .with_target(false)
        .with_writer(move || errors.clone())
        .with_filter(filter(if debug { "debug" } else { "warn" }));
    tracing_subscriber::registry().with(shown).with(kept).init();
    log_panics();
    tail
}

/// The time of day as in the lines of `run`, to the millisecond.
struct LocalTime;

impl FormatTime for LocalTime {
    fn format_time(&self, out: &mut Writer<'_>) -> std::fmt::Result {
        let time = Clock::Boot.time_of_day();
        write!(out, "{}", time.strftime("%H:%M:%S%.3f"))
    }
}

fn filter(ours: &str) -> EnvFilter {
    EnvFilter::builder().parse_lossy(directives(ours))
}
