use super::{BenchmarkResult, ColdCase, RestResult, StrategyResult, strategies::Comparison};
use crate::settings::Strategy;

/// From this many times as long on, a first request is worth keeping the GPU ready for: less drowns in the
/// spread of a request on a machine with a desktop.
const WORTH_IT: f64 = 1.1;

/// The verdict of a benchmark, in a few sentences.
pub(super) fn of(benchmark: &BenchmarkResult, comparison: &Comparison) -> String {
    let simulated = if benchmark.simulated {
        "Simulated. "
    } else {
        ""
    };
    format!(
        "{simulated}{}{}{}{}",
        gain(benchmark),
        choice(benchmark, comparison),
        how_cold(benchmark),
        disturbed(benchmark)
    )
}

fn gain(benchmark: &BenchmarkResult) -> String {
    // The longest rest is the one that matters; of its requests the one that gains most.
    let longest = benchmark.workloads.iter().flat_map(|w| &w.rests);
    let Some(longest) = longest.map(|rest| rest.rest_s).max() else {
        return "No request was measured.".to_owned();
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
        return "No request was measured both cold and ready.".to_owned();
    };
    if ratio >= WORTH_IT {
        return format!(
            "After a rest of {longest} s the first request is {ratio:.1} times as fast when this \
             GPU is kept ready ({warm:.1} ms instead of {cold:.1} ms)."
        );
    }
    match benchmark.hold_time_s {
        Some(hold) if hold > f64::from(longest) => format!(
            "This GPU stays at full speed for {hold:.0} s after work by itself. For rests of up to \
             {longest} s it does not need to be kept ready."
        ),
        _ => format!(
            "This GPU does not need to be kept ready: after a rest of {longest} s the first \
             request takes {cold:.1} ms, and {warm:.1} ms if it is."
        ),
    }
}

/// Which strategy the engine should use, and why.
fn choice(benchmark: &BenchmarkResult, comparison: &Comparison) -> String {
    let all = &benchmark.strategies;
    let limit = comparison.max_wake.as_millis();
    let is_chosen = |one: &&StrategyResult| Some(one.strategy) == benchmark.chosen;
    let Some(chosen) = all.iter().find(is_chosen) else {
        let never_cold = benchmark.cold_case == ColdCase::NeverCold;
        return match all.is_empty() || never_cold {
            true => String::new(),
            false => format!(
                " No way that may be tried keeps the first answer within {limit} ms of full speed."
            ),
        };
    };
    let promise = format!("the first answer came within {limit} ms of full speed");
    let first = match all.first().filter(|one| one.strategy == Strategy::Standby) {
        Some(standby) if !standby.works => {
            let why = standby.why_not.as_deref().unwrap_or_default();
            format!(" It is not woken on request, because {why}.")
        }
        _ => String::new(),
    };
    let watts = |one: &StrategyResult| comparison.more_watts(one.watts_at_rest);
    let cost = match watts(chosen) {
        Some(more) => format!("{more:.0} W more at rest"),
        None => "power that this GPU does not report".to_owned(),
    };
    match chosen.strategy {
        Strategy::Standby => {
            let mut held = all.iter().filter(|one| one.strategy != Strategy::Standby);
            let held = held.find(|one| one.works).and_then(watts);
            let held = held.map(|more| format!(" Holding the clocks would cost {more:.0} W."));
            format!(
                " Best here: wake it on request, for {cost}; {promise}.{}",
                held.unwrap_or_default()
            )
        }
        strategy => {
            format!(
                " Best here: hold it by {}, for {cost}; {promise}.{first}",
                super::means(strategy)
            )
        }
    }
}

fn how_cold(benchmark: &BenchmarkResult) -> &'static str {
    match benchmark.cold_case {
        ColdCase::Ordinary => "",
        ColdCase::BoostDisabled => {
            " This was measured with a program started with CUDA_DISABLE_PERF_BOOST=1. Any other \
             program holds the clocks of this GPU by itself as long as it is loaded."
        }
        ColdCase::NeverCold => " Its clocks were not seen to fall while a program was loaded.",
    }
}

fn disturbed(benchmark: &BenchmarkResult) -> &'static str {
    if benchmark.disturbed {
        " Another program used this GPU meanwhile, so these numbers may be wrong. Measure again \
         when no other program uses it."
    } else {
        ""
    }
}
