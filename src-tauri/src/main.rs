//! `gpu-keepalive-app`: the engine with a tray icon, and in its second role (`--window`) the window.

// The program is checked without its tests as well.
#![cfg_attr(
    test,
    allow(
        clippy::disallowed_methods,
        reason = "tests make files, and wait for them"
    )
)]
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::{
    io::{IsTerminal, Write},
    process::ExitCode,
};

use clap::Parser;
use gpu_keepalive_engine::{
    gpu::simulated::load_scenario,
    locale,
    log_tail::{LogTail, directives, log_panics},
    output_queue::OutputQueue,
};
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};

use crate::{engine_link::Claim, engine_link::Hosting, page::Page};

mod commands;
mod controller;
mod desktop;
mod engine_link;
mod login_entry;
mod notifications;
mod page;
/// The requirements of each system on a desktop program.
#[cfg_attr(target_os = "linux", path = "platform/linux.rs")]
#[cfg_attr(windows, path = "platform/windows.rs")]
mod platform;
#[cfg(test)]
mod samples;
mod tray;
mod tray_app;
mod window_app;
mod window_process;
mod zoom;

/// Keeps your NVIDIA GPU at full speed when your local AI asks for it, and asleep when it does not.
#[derive(Debug, Parser)]
#[command(name = "gpu-keepalive-app", version)]
struct Args {
    /// Start without a window, as at login.
    #[arg(long)]
    hidden: bool,
    /// Use simulated GPUs: the name of a preset, such as rtx-3070-laptop, or a scenario file.
    #[arg(
        long,
        value_name = "PRESET|FILE",
        env = "GPU_KEEPALIVE_SIMULATE",
        hide_env_values = true
    )]
    simulate: Option<String>,
    /// Show only the window of a GPU Keepalive that runs already.
    #[arg(long, value_name = "PAGE", num_args = 0..=1, default_missing_value = "overview")]
    window: Option<Page>,
    /// Take pages from standard input, and end with it: how the tray speaks with its window.
    #[arg(long, hide = true, requires = "window")]
    pages_on_stdin: bool,
}

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return written(&error),
    };
    let errors = OutputQueue::new("log", std::io::stderr);
    let _flushed = errors.flush_on_drop();
    start(args, &errors).unwrap_or_else(|error| {
        platform::report(&error, &errors);
        ExitCode::FAILURE
    })
}

/// Writes help, the version, or what is wrong with the arguments; the exit code for it.
fn written(text: &clap::Error) -> ExitCode {
    let result = text.print().and_then(|()| std::io::stdout().flush());
    match result {
        // Its reader has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) if !text.use_stderr() => {
            let mut errors = std::io::stderr();
            _ = writeln!(
                errors,
                "gpu-keepalive-app: cannot write to standard output: {error}"
            );
            ExitCode::FAILURE
        }
        _ => ExitCode::from(if text.use_stderr() { 2 } else { 0 }),
    }
}

fn start(args: Args, errors: &OutputQueue) -> anyhow::Result<ExitCode> {
    let log = start_log(errors.clone());
    locale::use_language_of_user();
    platform::identify();
    platform::require_display()?;
    if let Some(page) = args.window {
        platform::require_web_view()?;
        window_app::run(page, args.pages_on_stdin)?;
        return Ok(ExitCode::SUCCESS);
    }
    let scenario = args.simulate.as_deref().map(load_scenario).transpose()?;
    let driver = match scenario {
        Some(_) => None,
        None => Some(engine_link::driver_program()?),
    };
    let hosting = Hosting {
        scenario,
        driver,
        log,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    match runtime.block_on(engine_link::claim(args.hidden))? {
        Claim::OtherRuns => Ok(ExitCode::SUCCESS),
        claim => tray_app::run(runtime, claim, hosting, args.hidden, errors.clone()),
    }
}

/// Logs to standard error: warnings, or the levels of `RUST_LOG`. The newest lines are also kept
/// for the window, with what changed as well.
fn start_log(errors: OutputQueue) -> LogTail {
    let tail = LogTail::default();
    let writer = tail.clone();
    let kept = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .with_filter(filter("info"));
    let shown = tracing_subscriber::fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(move || errors.clone())
        .with_filter(filter("warn"));
    tracing_subscriber::registry().with(shown).with(kept).init();
    log_panics();
    tail
}

fn filter(ours: &str) -> EnvFilter {
    EnvFilter::builder().parse_lossy(directives(ours))
}

fn context() -> tauri::Context {
    tauri::generate_context!()
}
