//! A recommendation as text for a terminal.

use std::fmt::Write;

use gpu_keepalive_core::models::{KvCache, ModelFit, Placement, Recommendation, Runtime, Tier};
use gpu_keepalive_text::{Language, grouped};

use crate::text::wrapped;

/// Columns that a line may have.
const WIDTH: usize = 100;

/// Text of at most 100 columns, apart from commands, which are never broken.
pub(super) fn render(answer: &Recommendation) -> String {
    let mut text = heading(answer);
    if let Some(best) = answer.models.first().filter(|best| best.fits) {
        take_this_one(&mut text, answer, best);
    }
    for tier in Tier::ALL.into_iter().rev() {
        let on_card = |fit: &&ModelFit| fit.fits && fit.placement == Placement::Gpu;
        let models = answer
            .models
            .iter()
            .filter(on_card)
            .filter(|fit| fit.tier == tier);
        section(&mut text, &tier_title(tier), models);
    }
    let of_placement = |placement| {
        answer
            .models
            .iter()
            .filter(move |fit| fit.placement == placement)
    };
    section(
        &mut text,
        "With experts in main memory: larger models, at the speed of that memory",
        of_placement(Placement::ExpertsOnCpu),
    );
    section(
        &mut text,
        "Fits only in part: slower than anything above",
        of_placement(Placement::Partial),
    );
    smaller_context(&mut text, answer);
    for note in &answer.notes {
        text.push('\n');
        for line in wrapped(note, WIDTH - 4) {
            _ = writeln!(text, "{line}");
        }
    }
    text
}

fn heading(answer: &Recommendation) -> String {
    let assumed = if answer.free_is_assumed {
        " (assumed; the rest is for the desktop and driver)"
    } else {
        ""
    };
    let ram_assumed = if answer.ram_is_assumed {
        " (assumed)"
    } else {
        ""
    };
    let format = answer
        .format
        .map_or_else(String::new, |format| format!(", {format} only"));
    let checked = answer.checked.as_deref().unwrap_or("an unknown day");
    format!(
        "{:.1} GiB of VRAM, {:.1} GiB free{assumed}\n\
         {:.0} GiB of RAM{ram_assumed}; for {}, {} tokens of context, KV cache in {}{format}\n\
         All sizes in GiB (2^30 bytes), for one card. Catalogue checked on {checked}.\n",
        answer.vram_gib,
        answer.free_gib,
        answer.ram_gib,
        answer.purpose,
        in_english(answer.context_tokens),
        answer.kv_cache,
    )
}

fn take_this_one(text: &mut String, answer: &Recommendation, best: &ModelFit) {
    let installed = if best.installed {
        ", installed already"
    } else {
        ""
    };
    let title = format!(
        "Take this one: {} in {}, {:.1} ± {:.1} GiB, {}{installed}.",
        best.name,
        best.format,
        best.total_gib,
        best.error_gib,
        speed(best),
    );
    text.push('\n');
    for line in wrapped(&title, WIDTH - 4) {
        _ = writeln!(text, "{line}");
    }
    if best.placement == Placement::ExpertsOnCpu {
        for line in wrapped(&best.reason, WIDTH - 4) {
            _ = writeln!(text, "  {line}");
        }
    }
    for commands in &best.commands {
        let runtime = match commands.runtime {
            Runtime::Ollama => "Ollama",
            Runtime::LlamaCpp => "llama.cpp",
            Runtime::LmStudio => "LM Studio",
        };
        _ = writeln!(text, "  {runtime:<10} {}", commands.fetch);
        _ = writeln!(text, "  {:<10} {}", "", commands.run);
    }
    if best
        .commands
        .iter()
        .any(|commands| commands.runtime == Runtime::Ollama)
    {
        let tag = best.fetch.trim_start_matches("ollama pull ");
        let hint = if answer.kv_cache == KvCache::F16 {
            format!(
                "If Ollama runs already, quit it first; or keep it, and after “ollama run {tag}” write “/set parameter num_ctx {}”.",
                best.context_tokens
            )
        } else {
            "If Ollama runs already, quit it first: it takes the cache's type only when it starts."
                .to_owned()
        };
        for line in wrapped(&hint, WIDTH - 4) {
            _ = writeln!(text, "  {line}");
        }
    }
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
        "  {:<34} {:<7} {:>12} {:>5} {:>5} {:>13} {:>16}",
        "MODEL", "FORMAT", "TOTAL", "KV", "RAM", "MAX CONTEXT", "TOKENS/S"
    );
    for fit in models {
        row(text, fit);
    }
}

fn row(text: &mut String, fit: &ModelFit) {
    let total = format!("{:.1} ± {:.1}", fit.total_gib, fit.error_gib);
    let ram = if fit.placement == Placement::Gpu {
        "-".to_owned()
    } else {
        format!("{:.0}", fit.ram_gib)
    };
    let most = match fit.max_context_tokens {
        0 => "-".to_owned(),
        tokens => in_english(tokens),
    };
    let [slow, fast] = fit.tokens_per_s;
    let tokens = format!("{slow:.0} to {fast:.0}");
    _ = writeln!(
        text,
        "  {:<34} {:<7} {total:>12} {:>5.1} {ram:>5} {most:>13} {tokens:>16}",
        fit.name, fit.format, fit.kv_cache_gib,
    );
    let installed = if fit.installed { "Installed. " } else { "" };
    for line in wrapped(&format!("{installed}{}", fit.reason), WIDTH - 4) {
        _ = writeln!(text, "    {line}");
    }
    let licence = if fit.commercial_use {
        format!("{} licence", fit.licence)
    } else {
        format!("{} licence: not for commercial use", fit.licence)
    };
    _ = writeln!(text, "    {} ({licence})", fit.fetch);
}

fn smaller_context(text: &mut String, answer: &Recommendation) {
    if answer.smaller_context.is_empty() {
        return;
    }
    _ = writeln!(text, "\nOnly with a smaller context than asked for");
    for model in &answer.smaller_context {
        _ = writeln!(
            text,
            "  {:<34} {:<7} up to {} tokens",
            model.name,
            model.format,
            in_english(model.context_tokens)
        );
    }
}

/// A number for these tables, which are in English.
fn in_english(number: u64) -> String {
    Language::ENGLISH.within(|| grouped(number))
}

fn speed(fit: &ModelFit) -> String {
    let [slow, fast] = fit.tokens_per_s;
    format!("about {slow:.0} to {fast:.0} tokens a second")
}

#[cfg(test)]
mod tests;
