use std::path::PathBuf;

use super::number_of;

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
