//! `gpu-keepalive`: the engine without a desktop, and the switches of a running one.

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Args, Command};

mod args;
mod changes;
mod duration;
mod exit;
mod gpus;
mod inference;
mod output;
mod reach;
mod render;
mod run;
mod settings;
mod status;
mod switches;
mod text;

fn main() -> ExitCode {
    // The engine starts this program again in a hidden role to talk to the driver.
    if let Some(code) = gpu_keepalive_engine::driver::serve(std::env::args_os().skip(1)) {
        return code;
    }
    let args = Args::parse();
    start_log(args.debug);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(execute(args)),
        Err(error) => Err(error.into()),
    };
    result.unwrap_or_else(|error| exit::report(&error))
}

async fn execute(args: Args) -> anyhow::Result<ExitCode> {
    let simulate = args.simulate;
    match args.command {
        Command::Run(run) => run::run(run, simulate).await?,
        Command::Status(status) => status::status(status).await?,
        Command::Switch(switch) => switches::switch(switch).await?,
        Command::Inference { command } => return inference::inference(&command).await,
        Command::Gpus { json } => gpus::gpus(json, simulate).await?,
        Command::Settings(settings) => settings::settings(settings).await?,
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "gpu-keepalive", &mut script);
            output::write(&script)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Logs to standard error: warnings, every decision with `--debug`, or what `RUST_LOG` says.
fn start_log(debug: bool) {
    let ours = if debug { "debug" } else { "warn" };
    let filter = tracing_subscriber::EnvFilter::builder()
        .with_default_directive(tracing::level_filters::LevelFilter::WARN.into())
        .parse_lossy(std::env::var("RUST_LOG").unwrap_or_else(|_| {
            [
                "gpu_keepalive",
                "gpu_keepalive_engine",
                "gpu_keepalive_core",
            ]
            .map(|target| format!("{target}={ours}"))
            .join(",")
        }));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(anstream::stderr)
        .init();
}
