use super::{BenchmarkResult, ColdCase, RestResult};

/// From this many times as long on, a first request is worth keeping the GPU ready for: less drowns in the
/// spread of a request on a machine with a desktop.
const WORTH_IT: f64 = 1.1;

/// What a benchmark says, in one sentence or two.
pub(super) fn of(benchmark: &BenchmarkResult) -> String {
    let simulated = if benchmark.simulated {
        "Simulated. "
    } else {
        ""
    };
    format!(
        "{simulated}{}{}{}",
        gain(benchmark),
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
             GPU is kept ready ({warm:.1} ms instead of {cold:.1} ms), for {}.",
            cost(benchmark)
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

fn cost(benchmark: &BenchmarkResult) -> String {
    match benchmark.watts.warm.zip(benchmark.watts.cold) {
        Some((warm, cold)) => format!("{:.0} W more", warm - cold),
        None => "power that this GPU does not report".to_owned(),
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
