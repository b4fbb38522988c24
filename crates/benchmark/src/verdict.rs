use gpu_keepalive_core::{
    benchmark::{BenchmarkResult, ColdCase, RestResult, StrategyResult, words::means},
    settings::Strategy,
};
use gpu_keepalive_text::{decimal, text};

use crate::strategies::Comparison;

/// From this many times as long on, a first request is worth keeping the GPU ready for: less drowns in the
/// spread of a request on a machine with a desktop.
const WORTH_IT: f64 = 1.1;

/// The verdict of a benchmark, in a few sentences.
pub(super) fn of(benchmark: &BenchmarkResult, comparison: &Comparison) -> String {
    let simulated = benchmark.simulated.then(|| text!("verdict-simulated"));
    let sentences = simulated
        .into_iter()
        .chain([gain(benchmark)])
        .chain(choice(benchmark, comparison))
        .chain(how_cold(benchmark))
        .chain(benchmark.disturbed.then(|| text!("verdict-disturbed")));
    sentences.collect::<Vec<_>>().join(" ")
}

fn gain(benchmark: &BenchmarkResult) -> String {
    // The longest rest is the one that matters; of its requests the one that gains most.
    let longest = benchmark.workloads.iter().flat_map(|w| &w.rests);
    let Some(longest) = longest.map(|rest| rest.rest_s).max() else {
        return text!("verdict-nothing-measured");
    };
    let rests = benchmark
        .workloads
        .iter()
        .flat_map(|workload| &workload.rests)
        .filter(|rest| rest.rest_s == longest);
    let best = rests.max_by(|a, b| {
        let ratio = |rest: &RestResult| rest.ratio.unwrap_or(0.0);
        ratio(a).total_cmp(&ratio(b))
    });
    let measured = best.and_then(|best| Some((best.ratio?, best.cold_ms?, best.warm_ms?)));
    let Some((ratio, cold, warm)) = measured else {
        return text!("verdict-not-both-measured");
    };
    let (cold, warm) = (decimal(cold, 1), decimal(warm, 1));
    if ratio >= WORTH_IT {
        return text!(
            "verdict-worth-it",
            rest = longest,
            ratio = decimal(ratio, 1),
            warm = warm,
            cold = cold
        );
    }
    match benchmark.hold_time_s {
        Some(hold) if hold > f64::from(longest) => {
            text!("verdict-stays-up", hold = decimal(hold, 0), rest = longest)
        }
        _ => text!(
            "verdict-not-needed",
            rest = longest,
            cold = cold,
            warm = warm
        ),
    }
}

/// Which strategy the engine should use, and why.
fn choice(benchmark: &BenchmarkResult, comparison: &Comparison) -> Vec<String> {
    let all = &benchmark.strategies;
    let limit = comparison.max_wake.as_millis().to_string();
    let is_chosen = |one: &&StrategyResult| Some(one.strategy) == benchmark.chosen;
    let Some(chosen) = all.iter().find(is_chosen) else {
        let never_cold = benchmark.cold_case == ColdCase::NeverCold;
        return match all.is_empty() || never_cold {
            true => Vec::new(),
            false => vec![text!("verdict-nothing-works", limit = limit)],
        };
    };
    let watts = |one: &StrategyResult| comparison.more_watts(one.watts_at_rest);
    let cost = match watts(chosen) {
        Some(more) => text!("benchmark-more-watts", power = decimal(more, 0)),
        None => text!("verdict-power-not-reported"),
    };
    if chosen.strategy == Strategy::Standby {
        let mut held = all.iter().filter(|one| one.strategy != Strategy::Standby);
        let held = held.find(|one| one.works).and_then(watts);
        let held = held.map(|more| text!("verdict-holding-costs", power = decimal(more, 0)));
        let best = text!("verdict-wake-it", cost = cost, limit = limit);
        return [best].into_iter().chain(held).collect();
    }
    let standby = all.first().filter(|one| one.strategy == Strategy::Standby);
    let standby = standby.filter(|standby| !standby.works).map(|standby| {
        let why = standby.why_not.as_deref().unwrap_or_default();
        text!("verdict-not-woken", why = why)
    });
    let held_by = means(chosen.strategy);
    let best = text!(
        "verdict-hold-it",
        means = held_by,
        cost = cost,
        limit = limit
    );
    [best].into_iter().chain(standby).collect()
}

fn how_cold(benchmark: &BenchmarkResult) -> Option<String> {
    match benchmark.cold_case {
        ColdCase::Ordinary => None,
        ColdCase::BoostDisabled => Some(text!("verdict-boost-disabled")),
        ColdCase::NeverCold => Some(text!("verdict-never-cold")),
    }
}
