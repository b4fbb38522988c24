use std::fmt::Write;

use crate::{
    protocol::{ModelFit, Recommendation},
    text::wrapped,
};

use super::{recommend::thousands, tiers::Tier};

/// The recommendation as text of at most 100 columns, for a terminal.
pub fn render(recommendation: &Recommendation) -> String {
    let mut text = heading(recommendation);
    for tier in Tier::ALL {
        let models = recommendation
            .models
            .iter()
            .filter(|fit| fit.fits && fit.tier == tier);
        section(&mut text, &tier_title(tier), models);
    }
    let in_part = recommendation.models.iter().filter(|fit| !fit.fits);
    section(
        &mut text,
        "Fits only in part: slower than anything above",
        in_part,
    );
    for note in &recommendation.notes {
        text.push('\n');
        for line in wrapped(note, WIDTH - 4) {
            _ = writeln!(text, "{line}");
        }
    }
    text
}

/// Columns that a line may have.
const WIDTH: usize = 100;

fn heading(recommendation: &Recommendation) -> String {
    let assumed = if recommendation.free_is_assumed {
        " (assumed: the rest for desktop and driver)"
    } else {
        ""
    };
    let format = recommendation
        .format
        .map_or_else(String::new, |format| format!(", {format} only"));
    let checked = recommendation
        .checked
        .as_deref()
        .unwrap_or("an unknown day");
    format!(
        "{:.1} GiB of VRAM, {:.1} GiB free{assumed}\n\
         {} tokens of context, KV cache in {}{format}\n\
         All sizes in GiB (2^30 bytes), for one card. Total is ± what covers 95 % of measured loads.\n\
         Catalogue checked on {checked}.\n",
        recommendation.vram_gib,
        recommendation.free_gib,
        thousands(recommendation.context_tokens),
        recommendation.kv_cache,
    )
}

fn tier_title(tier: Tier) -> String {
    let share = format!("{:.0} %", 100.0 * tier.share());
    match tier {
        Tier::Conservative => format!("Conservative: takes up to {share} of the free VRAM"),
        Tier::Optimal => format!("Optimal: takes up to {share} of the free VRAM"),
        Tier::Aggressive => "Aggressive: takes up to all of the free VRAM, less the error".into(),
    }
}

fn section<'a>(text: &mut String, title: &str, models: impl Iterator<Item = &'a ModelFit>) {
    let mut models = models.peekable();
    if models.peek().is_none() {
        return;
    }
    _ = writeln!(text, "\n{title}");
    _ = writeln!(
        text,
        "  {:<36} {:<7} {:>13} {:>8} {:>6} {:>8} {:>13}",
        "MODEL", "FORMAT", "TOTAL", "WEIGHTS", "KV", "LAYERS", "MOST CONTEXT"
    );
    for fit in models {
        row(text, fit);
    }
}

fn row(text: &mut String, fit: &ModelFit) {
    let total = format!("{:.1} ± {:.1}", fit.total_gib, fit.error_gib);
    let layers = format!("{}/{}", fit.layers_on_gpu, fit.layers);
    let most = match fit.max_context_tokens {
        0 => "-".to_owned(),
        tokens => thousands(tokens),
    };
    _ = writeln!(
        text,
        "  {:<36} {:<7} {total:>13} {:>8.1} {:>6.1} {layers:>8} {most:>13}",
        fit.name, fit.format, fit.weights_gib, fit.kv_cache_gib,
    );
    for line in wrapped(&fit.reason, WIDTH - 4) {
        _ = writeln!(text, "    {line}");
    }
    _ = writeln!(text, "    {} ({} licence)", fit.fetch, fit.licence);
}

#[cfg(test)]
mod tests;
