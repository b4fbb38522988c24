use std::{io::IsTerminal, path::PathBuf};

use gpu_keepalive_core::protocol::{Event, Status};
use gpu_keepalive_engine::socket::Subscription;

use crate::{
    args::number_of,
    exit::WrongUsage,
    output, reach,
    render::{line, render},
};

mod metrics_file;
mod prometheus;
mod waybar;

/// `status`.
#[derive(Debug, clap::Args)]
pub(crate) struct StatusArgs {
    /// Write one JSON object; with --watch one a line.
    #[arg(long)]
    pub(crate) json: bool,
    /// Follow what changes until Ctrl-C: one line that is redrawn, or lines when the output is
    /// not a terminal.
    #[arg(long)]
    pub(crate) watch: bool,
    /// Write it for another program: a line of JSON for every change, as waybar reads them, or
    /// metrics for the textfile collector of Prometheus' node_exporter.
    #[arg(long, conflicts_with_all = ["json", "watch"])]
    pub(crate) format: Option<StatusFormat>,
    /// Write the metrics to this file, in the place of what it held.
    #[arg(long, value_name = "FILE", requires = "format")]
    pub(crate) output: Option<PathBuf>,
    /// Write them again every so many seconds, 1 to 3600, until Ctrl-C.
    #[arg(
        long,
        value_name = "SECONDS",
        requires = "output",
        value_parser = number_of("seconds", 1..=3600),
        allow_hyphen_values = true
    )]
    pub(crate) every: Option<u32>,
}

/// A format of another program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum StatusFormat {
    Waybar,
    Prometheus,
}

/// Shows what the engine is doing, once or as it changes.
pub(crate) async fn status(args: StatusArgs) -> anyhow::Result<()> {
    match args.format {
        Some(StatusFormat::Waybar) if args.output.is_some() => {
            let right = "--output is for --format prometheus; waybar reads what is printed";
            Err(WrongUsage(right.to_owned()).into())
        }
        Some(StatusFormat::Waybar) => follow(false, waybar::line).await,
        Some(StatusFormat::Prometheus) => match args.output {
            Some(file) => metrics_file::write(&file, args.every).await,
            None => Ok(output::write(prometheus::text(&once().await?).as_bytes())?),
        },
        None if args.watch && args.json => {
            follow(false, |status| serde_json::json!(status).to_string()).await
        }
        None if args.watch => follow(std::io::stdout().is_terminal(), line).await,
        None if args.json => Ok(output::write_json(&serde_json::to_value(once().await?)?)?),
        None => Ok(output::write(render(&once().await?).as_bytes())?),
    }
}

async fn once() -> anyhow::Result<Status> {
    reach::status(&mut reach::engine().await?).await
}

/// Writes a line for every change until Ctrl-C; `redraw` draws each over the last.
async fn follow(redraw: bool, text: fn(&Status) -> String) -> anyhow::Result<()> {
    let subscription = reach::engine().await?.subscribe().await?;
    let result = tokio::select! {
        biased;
        signal = tokio::signal::ctrl_c() => Ok(signal?),
        result = write_changes(subscription, redraw, text) => result,
    };
    if redraw {
        output::write(b"\n")?;
    }
    result
}

async fn write_changes(
    mut subscription: Subscription,
    redraw: bool,
    text: fn(&Status) -> String,
) -> anyhow::Result<()> {
    let mut shown = String::new();
    loop {
        let Event::Status(status) = subscription.next().await? else {
            continue;
        };
        let text = text(&status);
        if text != shown {
            output::write(as_shown(&text, redraw).as_bytes())?;
            shown = text;
        }
    }
}

fn as_shown(text: &str, redraw: bool) -> String {
    const TO_START_AND_CLEAR: &str = "\r\u{1b}[2K";
    if !redraw {
        return format!("{text}\n");
    }
    let width = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0));
    format!("{TO_START_AND_CLEAR}{}", fit(text, width))
}

/// The text within a width; without its colours where it has to be cut.
fn fit(text: &str, width: usize) -> String {
    let plain = anstream::adapter::strip_str(text).to_string();
    if plain.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = plain.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_never_wraps() {
        assert_eq!(fit("\u{1b}[32mwarm\u{1b}[0m", 4), "\u{1b}[32mwarm\u{1b}[0m");
        assert_eq!(fit("\u{1b}[32mwarm\u{1b}[0m, P0", 5), "warm…");
        assert_eq!(fit("54 °C", 5), "54 °C");
        assert_eq!(fit("warm", 0), "…");
    }

    #[test]
    fn where_nothing_is_redrawn_every_change_is_a_line() {
        assert_eq!(as_shown("warm", false), "warm\n");
    }
}
