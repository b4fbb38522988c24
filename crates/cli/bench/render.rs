use std::fmt::Write;

use gpu_keepalive_core::{
    benchmark::{BenchmarkResult, WorkloadResult},
    units::Bytes,
};

/// The result as text.
pub(super) fn text(benchmark: &BenchmarkResult) -> String {
    let simulated = if benchmark.simulated {
        " (simulated)"
    } else {
        ""
    };
    let mut text = format!(
        "{}{simulated}, driver {}\n\n{}\n\n",
        benchmark.gpu, benchmark.driver, benchmark.verdict
    );
    for (title, value) in [
        ("Clocks stay up after work", hold_time(benchmark)),
        ("Power", power(benchmark)),
        ("Held by", kept_by(benchmark)),
    ] {
        text += &format!("{title:<27}{value}\n");
    }
    if !benchmark.strategies.is_empty() {
        text += &strategies(benchmark);
    }
    text += &format!(
        "\n{:<27}{:>16}{:>16}{:>10}\n",
        "First request, ms", "cold", "ready", "times"
    );
    benchmark
        .workloads
        .iter()
        .for_each(|workload| rows(&mut text, workload));
    text += &match (benchmark.quick, benchmark.rounds) {
        (true, 1) => "A quick benchmark: each request once.\n".to_owned(),
        (_, 1) => "Each request once.\n".to_owned(),
        (_, rounds) => format!("Medians of {rounds} rounds and their spread.\n"),
    };
    text
}

/// A row for each strategy, and below them why some of them are not used here.
fn strategies(benchmark: &BenchmarkResult) -> String {
    let width = benchmark.strategies.iter().map(|one| one.label.len()).max();
    let width = width.unwrap_or(0) + 4;
    let mut text = "\n".to_owned();
    let mut row = |name: &str, cells: [String; 5]| {
        let [watts, first, wake, vram, memory] = cells;
        let row = format!("{name:<width$}{watts:>10}{first:>12}{wake:>11}{vram:>12}{memory:>11}");
        writeln!(text, "{}", row.trim_end()).expect("text");
    };
    let heading = ["W idle", "first, ms", "wake, ms", "VRAM, MiB", "RAM, MiB"];
    row("Way to keep it ready", heading.map(str::to_owned));
    let fixed = |value: Option<f64>, digits: usize| {
        value.map_or_else(unknown, |value| format!("{value:.digits$}"))
    };
    let mib = |bytes: Option<u64>| fixed(bytes.map(|bytes| Bytes(bytes).gib() * 1024.0), 0);
    if let Some(alone) = &benchmark.alone {
        let (watts, first) = (fixed(alone.watts_at_rest, 0), fixed(alone.first_ms, 1));
        let none = String::new;
        row(
            &format!("  {}", alone.label),
            [watts, first, none(), none(), none()],
        );
    }
    for one in benchmark.strategies.iter().filter(|one| one.works) {
        let mark = if benchmark.chosen == Some(one.strategy) {
            "*"
        } else {
            " "
        };
        let cells = [
            fixed(one.watts_at_rest, 0),
            fixed(one.first_ms, 1),
            one.wake_ms
                .map_or_else(String::new, |wake| format!("{wake:.1}")),
            mib(one.vram_bytes),
            mib(one.resident_bytes),
        ];
        row(&format!("{mark} {}", one.label), cells);
    }
    if benchmark.chosen.is_some() {
        text += "* Best here.\n";
    }
    let not_here = benchmark.strategies.iter().filter(|one| !one.works);
    not_here.for_each(|one| text += &format!("{}.\n", one.text));
    text
}

fn rows(text: &mut String, workload: &WorkloadResult) {
    let mut row = |title: String, cells: [String; 3]| {
        let [cold, warm, ratio] = cells;
        let row = format!("{title:<27}{cold:>16}{warm:>16}{ratio:>10}");
        writeln!(text, "{}", row.trim_end()).expect("text");
    };
    let right_after = milliseconds(workload.back_to_back_ms, workload.back_to_back_spread_ms);
    let name = workload.name.to_string();
    row(
        format!("{name} right after work"),
        [right_after, String::new(), String::new()],
    );
    for rest in &workload.rests {
        let ratio = rest.ratio.map(|ratio| format!("{ratio:.2}"));
        row(
            format!("{name} after {} s", rest.rest_s),
            [
                milliseconds(rest.cold_ms, rest.cold_spread_ms),
                milliseconds(rest.warm_ms, rest.warm_spread_ms),
                ratio.unwrap_or_else(unknown),
            ],
        );
    }
}

fn milliseconds(median: Option<f64>, spread: Option<f64>) -> String {
    match median.zip(spread) {
        Some((median, spread)) => format!("{median:.1} ({spread:.1})"),
        None => unknown(),
    }
}

fn hold_time(benchmark: &BenchmarkResult) -> String {
    let not_seen = || "longer than the benchmark waited".to_owned();
    benchmark
        .hold_time_s
        .map_or_else(not_seen, |seconds| format!("{seconds:.1} s"))
}

fn power(benchmark: &BenchmarkResult) -> String {
    let watts = |watts: Option<f64>, when: &str| {
        let watts = watts.map(|watts| format!("{watts:.0} W"));
        format!("{} {when}", watts.unwrap_or_else(unknown))
    };
    [
        watts(benchmark.watts.asleep, "asleep"),
        watts(benchmark.watts.cold, "with a program loaded"),
        watts(benchmark.watts.warm, "ready"),
    ]
    .join(", ")
}

fn kept_by(benchmark: &BenchmarkResult) -> String {
    let mut text = benchmark.kept_by.clone();
    if let Some(bytes) = benchmark.vram_bytes {
        text += &format!(", with {} MiB of VRAM", Bytes(bytes).mib());
    }
    match benchmark.slowdown_percent {
        Some(percent) if percent >= 0.01 => {
            text += &format!("; a busy program is {percent:.2} % slower beside it");
        }
        Some(_) => text += "; a busy program is no slower beside it",
        None => {}
    }
    text
}

fn unknown() -> String {
    "–".to_owned()
}
