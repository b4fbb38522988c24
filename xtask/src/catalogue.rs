//! `cargo xtask catalogue`.

use anyhow::{Result, ensure};
use clap::Args;
use gpu_keepalive_models::{
    Catalogue, audit,
    published::{self, Compared},
};

#[derive(Args)]
pub(crate) struct CatalogueArgs {
    /// Print every row, and not only those outside their bound.
    #[arg(long)]
    all: bool,
}

/// Least share of measured loads within the error bar, below which the bar has got worse.
///
/// Not more because several published loads are readings of a whole card with a desktop of
/// unknown size on it, whereas our sizes are held against the VRAM that is free.
const LOADS: f64 = 0.75;
/// Least share of published speeds within the calculated range.
const SPEEDS: f64 = 0.85;

/// Prints how the catalogue compares with what was published; fails outside the bounds.
pub(crate) fn catalogue(args: &CatalogueArgs) -> Result<()> {
    println!("{} entries", Catalogue::embedded().models.len());
    let doubts = audit();
    for doubt in &doubts {
        println!("  implausible: {doubt}");
    }
    let sizes = table(
        "Sizes of files in GB, within 3 % or the rounding of their page",
        &published::sizes(),
        args.all,
    );
    let loads = published::loads();
    let (measured, calculated): (Vec<_>, Vec<_>) =
        loads.into_iter().partition(|load| load.measured);
    let others = table(
        "Loads in GiB that other programs calculate",
        &calculated,
        args.all,
    );
    let loads = table(
        "Loads in GiB that were measured, within the error bar",
        &measured,
        args.all,
    );
    for (whole_card, of) in [(false, "what the runtime took"), (true, "the whole card")] {
        let rows = measured.iter().filter(|load| load.whole_card == whole_card);
        let within = rows.clone().filter(|load| load.within()).count();
        println!("  of {of}: {within} of {} within", rows.count());
    }
    let speeds = table(
        "Tokens a second, within the range",
        &published::speeds(),
        args.all,
    );
    ensure!(doubts.is_empty(), "{} implausible entries", doubts.len());
    ensure!(sizes == 1.0, "files are outside 3 %");
    ensure!(
        others == 1.0,
        "loads that others calculate are outside the bar"
    );
    ensure!(
        loads >= LOADS,
        "fewer than {:.0} % of the loads are within the bar",
        100.0 * LOADS
    );
    ensure!(
        speeds >= SPEEDS,
        "fewer than {:.0} % of the speeds are in range",
        100.0 * SPEEDS
    );
    Ok(())
}

/// Prints a table; the share within the bounds.
fn table(title: &str, rows: &[Compared], all: bool) -> f64 {
    let within = rows.iter().filter(|row| row.within()).count();
    let mut off: Vec<f64> = rows.iter().map(Compared::off).collect();
    off.sort_by(f64::total_cmp);
    let median = off.get(off.len() / 2).copied().unwrap_or_default();
    println!(
        "\n{title}: {within} of {} ({:.0} %), median {:+.1} %",
        rows.len(),
        100.0 * within as f64 / rows.len() as f64,
        100.0 * median
    );
    for row in rows.iter().filter(|row| all || !row.within()) {
        println!(
            "  {} {:8.2} published, {:8.2} ± {:.2} calculated ({:+.1} %): {} [{}]",
            if row.within() { "  " } else { "->" },
            row.published,
            row.calculated,
            row.bound,
            100.0 * row.off(),
            row.what,
            row.source
        );
    }
    within as f64 / rows.len() as f64
}
