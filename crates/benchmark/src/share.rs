//! A record as Markdown, and the page of all of them. Always in English: records are shared.

use std::{fmt::Write, ops::Deref};

use gpu_keepalive_core::{
    benchmark::{
        BenchmarkResult, CardFacts, Platform, Record, RecordCost, RecordSource, RecordStrategy,
        words,
    },
    settings::Strategy,
    units::Bytes,
};
use gpu_keepalive_text::Language;

use crate::{strategies::Comparison, verdict};

/// The form in which a record is given to others.
pub const POST_TO: &str =
    "https://github.com/gpu-keepalive/gpu-keepalive/issues/new?template=card.yml";

/// A result as Markdown, to be pasted into an issue: its record and the verdict.
pub fn share(result: &BenchmarkResult) -> String {
    let record = Record::from(result);
    Language::ENGLISH.within(|| {
        let simulated = match record.simulated {
            true => " (simulated)\n\n**Simulated: these are not the numbers of a card.**",
            false => "",
        };
        let verdict = verdict(result).map(|verdict| format!("{verdict}\n\n"));
        let verdict = verdict.unwrap_or_default();
        format!(
            "### {}{simulated}\n\n{verdict}{}",
            record.gpu,
            Written(&record).body()
        )
    })
}

/// The verdict anew: the one that was kept is in the language of the measurement, and may hold the
/// driver's words.
fn verdict(result: &BenchmarkResult) -> Option<String> {
    let comparison = Comparison::of(result)?;
    let mut result = result.clone();
    for one in &mut result.strategies {
        one.why_not = one.obstacle.map(words::obstacle);
    }
    Some(verdict::of(&result, &comparison))
}

/// A record as text.
struct Written<'a>(&'a Record);

impl Deref for Written<'_> {
    type Target = Record;

    fn deref(&self) -> &Record {
        self.0
    }
}

impl Written<'_> {
    fn body(&self) -> String {
        let mut text = String::new();
        for (name, value) in self.facts() {
            _ = writeln!(text, "- {name}: {value}");
        }
        if self.alone.is_some() || !self.strategies.is_empty() {
            text += &self.ways();
        }
        let measured = self.workloads.iter().any(|one| !one.rests.is_empty());
        if measured {
            text += &self.requests();
        }
        if !self.after_work.is_empty() {
            text += &self.clocks();
        }
        text
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let how = match (self.source, self.quick) {
            (RecordSource::Measurements, _) => {
                Some("taken from [the measurements](../measurements.md)".to_owned())
            }
            (RecordSource::Bench, quick) => quick.map(|quick| {
                let effort = if quick { "quick" } else { "thorough" };
                let rounds = self.rounds.unwrap_or(1);
                format!("`bench`, {effort}, rounds: {rounds}")
            }),
        };
        let version = self.version.as_ref();
        let version = version.map(|version| format!(", GPU Keepalive {version}"));
        let how = how.map(|how| format!("{how}{}", version.unwrap_or_default()));
        let disturbed = self.disturbed == Some(true);
        let watts = &self.watts;
        let watts = [
            ("asleep", watts.asleep),
            ("program loaded", watts.cold),
            ("ready", watts.warm),
        ];
        let watts = watts.map(|(name, watts)| Some(format!("{name} {:.0} W", watts?)));
        let watts: Vec<_> = watts.into_iter().flatten().collect();
        let facts = [
            ("Measured", Some(self.date.clone())),
            ("How", how),
            ("Driver", Some(self.driver.clone())),
            ("VBIOS", self.card.vbios.clone()),
            ("Power limit", power_limit(&self.card)),
            ("PCIe", pcie(&self.card)),
            ("Platform", self.platform.as_ref().map(platform)),
            (
                "Clocks stay up after work",
                self.hold_time_s.map(|seconds| format!("{seconds:.1} s")),
            ),
            ("Power", (!watts.is_empty()).then(|| watts.join(", "))),
            (
                "Best",
                self.chosen
                    .map(|strategy| words::label(strategy).to_lowercase()),
            ),
            (
                "A busy program beside pulses is slower by",
                self.slowdown_percent
                    .map(|percent| format!("{percent:.2} %")),
            ),
            (
                "Another program computed meanwhile",
                disturbed.then(|| "yes, so the numbers may be wrong".to_owned()),
            ),
        ];
        let known = |(name, value): (&'static str, Option<String>)| Some((name, value?));
        facts.into_iter().filter_map(known).collect()
    }

    fn ways(&self) -> String {
        let mut text = "\n| way | works | W at rest | more, W | first, ms | later, ms | \
                        times full speed | wake, ms | VRAM, MiB | resident, MiB |\n\
                        |---|---|---|---|---|---|---|---|---|---|\n"
            .to_owned();
        if let Some(alone) = &self.alone {
            let nothing = [""; 3].map(str::to_owned);
            row(&mut text, &words::alone_label(), "", alone, nothing);
        }
        for one in &self.strategies {
            let works = match one.obstacle {
                Some(obstacle) => format!("no: {}", words::obstacle(obstacle)),
                None if one.works => "yes".to_owned(),
                None => "no".to_owned(),
            };
            let mib =
                |bytes: Option<u64>| number(bytes.map(|bytes| Bytes(bytes).gib() * 1024.0), 0);
            let rest = [
                number(one.wake_ms, 1),
                mib(one.vram_bytes),
                mib(one.resident_bytes),
            ];
            row(
                &mut text,
                &words::label(one.strategy),
                &works,
                &one.cost,
                rest,
            );
        }
        text
    }

    fn requests(&self) -> String {
        let mut text =
            "\n| request | right after another, ms | rest, s | left alone, ms | ready, ms \
                        | ratio |\n|---|---|---|---|---|---|\n"
                .to_owned();
        for workload in &self.workloads {
            for rest in &workload.rests {
                let cells = [
                    workload.name.to_string(),
                    number(workload.back_to_back_ms, 1),
                    rest.rest_s.to_string(),
                    number(rest.cold_ms, 1),
                    number(rest.warm_ms, 1),
                    number(rest.ratio, 2),
                ];
                _ = writeln!(text, "| {} |", cells.join(" | "));
            }
        }
        text
    }

    fn clocks(&self) -> String {
        let mut text =
            "\nAfter work, with nothing held:\n\n| s | SM, MHz | memory, MHz | P-state | W |\n\
                        |---|---|---|---|---|\n"
                .to_owned();
        for sample in &self.after_work {
            let cells = [
                format!("{:.1}", sample.s),
                number(sample.sm_mhz.map(f64::from), 0),
                number(sample.memory_mhz.map(f64::from), 0),
                sample
                    .pstate
                    .map_or_else(none, |pstate| format!("P{pstate}")),
                number(sample.power_w, 0),
            ];
            _ = writeln!(text, "| {} |", cells.join(" | "));
        }
        text
    }
}

/// The page of all records: what is wanted, an overview, and each of them. `None` of a file name
/// stands for a record without one.
pub fn results_page(records: &[(String, Record)]) -> String {
    Language::ENGLISH.within(|| {
        let mut text = RESULTS.to_owned();
        text += "\n| card | date | driver | system | clocks stay up | left alone | on request | held |\n\
                 |---|---|---|---|---|---|---|---|\n";
        for (file, record) in records {
            let standby = |one: &&RecordStrategy| one.strategy == Strategy::Standby;
            let on_request = record.strategies.iter().find(standby);
            let held = record.strategies.iter();
            let held = held.filter(|one| !standby(one)).find(|one| one.works);
            let cells = [
                format!("[{}]({file})", record.gpu),
                record.date.clone(),
                record.driver.clone(),
                record.platform.as_ref().map_or_else(none, |platform| platform.os.clone()),
                record.hold_time_s.map_or_else(none, |s| format!("{s:.1} s")),
                record.alone.as_ref().map_or_else(none, brief),
                on_request.map_or_else(none, brief_of),
                held.map_or_else(none, brief_of),
            ];
            _ = writeln!(text, "| {} |", cells.join(" | "));
        }
        for (_, record) in records {
            _ = write!(text, "\n## {}, {}\n\n{}", record.gpu, record.date, Written(record).body());
        }
        text
    })
}

const RESULTS: &str = "\
# Measured cards

What `gpu-keepalive bench` found on each card, made from the files beside this page, which anyone can use; their form is
in [schema.json](schema.json). A dash stands for what was not measured or not written down. “Later” is the
first answer after a rest, compared with one at full speed; watts are those at rest.

**Yours is wanted.** First of all GeForce cards (RTX 30, 40 and 50), laptops, and Windows: none of them has been measured.
Run `gpu-keepalive bench --share` while nothing else uses the GPU, look at what it prints, and paste it into
[this form](https://github.com/gpu-keepalive/gpu-keepalive/issues/new?template=card.yml). It holds the card, its
video BIOS, driver and power limit, the PCIe link, the system with its version, and the results; no name of yours or
of your machine, no path, serial number or UUID. `gpu-keepalive bench --share --json` writes the file itself, which
becomes `docs/results/CARD.json` here. A record of a simulated GPU is refused.
";

/// Watts and first answer in a cell.
fn brief(cost: &RecordCost) -> String {
    let watts = match (cost.watts_at_rest, cost.more_watts) {
        (Some(watts), _) => Some(format!("{watts:.0} W")),
        (None, Some(more)) => Some(format!("{more:.0} W more")),
        (None, None) => None,
    };
    let first = match (cost.later_ms, cost.ratio) {
        (Some(later), _) => Some(format!("{later:.0} ms later")),
        (None, Some(ratio)) => Some(format!("{ratio:.2} times full speed")),
        (None, None) => None,
    };
    let known: Vec<_> = watts.into_iter().chain(first).collect();
    match known.is_empty() {
        true => none(),
        false => known.join(", "),
    }
}

fn brief_of(one: &RecordStrategy) -> String {
    match one.works {
        true => brief(&one.cost),
        false => one.obstacle.map_or_else(none, words::obstacle),
    }
}

fn row(text: &mut String, way: &str, works: &str, cost: &RecordCost, rest: [String; 3]) {
    let cells = [
        way.to_owned(),
        works.to_owned(),
        number(cost.watts_at_rest, 0),
        number(cost.more_watts, 0),
        number(cost.first_ms, 1),
        number(cost.later_ms, 1),
        number(cost.ratio, 2),
    ];
    let cells: Vec<_> = cells.into_iter().chain(rest).collect();
    _ = writeln!(text, "| {} |", cells.join(" | "));
}

fn power_limit(card: &CardFacts) -> Option<String> {
    let limit = card.power_limit_w.map(|watts| format!("{watts:.0} W"));
    let default = card.default_power_limit_w;
    let default = default.map(|watts| format!("{watts:.0} W by default"));
    let known: Vec<_> = limit.into_iter().chain(default).collect();
    (!known.is_empty()).then(|| known.join(", "))
}

fn pcie(card: &CardFacts) -> Option<String> {
    let link = card.pcie?;
    let one = |generation: Option<u32>, width: Option<u32>| {
        let generation = generation.map(|generation| format!("generation {generation}"));
        let width = width.map(|width| format!("x{width}"));
        let known: Vec<_> = generation.into_iter().chain(width).collect();
        (!known.is_empty()).then(|| known.join(" "))
    };
    let now = one(link.generation, link.width);
    let most = one(link.max_generation, link.max_width).map(|most| format!("at most {most}"));
    let known: Vec<_> = now.into_iter().chain(most).collect();
    (!known.is_empty()).then(|| known.join(", "))
}

fn platform(platform: &Platform) -> String {
    let version = platform
        .os_version
        .iter()
        .map(|version| format!(" {version}"));
    let kernel = platform
        .kernel
        .iter()
        .map(|kernel| format!(", kernel {kernel}"));
    let wsl = platform.wsl.then(|| " in WSL".to_owned());
    let rest: String = version.chain(wsl).chain(kernel).collect();
    format!("{}{rest}, {}", platform.os, platform.architecture)
}

fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(none, |value| format!("{value:.digits$}"))
}

fn none() -> String {
    "–".to_owned()
}
