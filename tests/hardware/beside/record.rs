use std::{collections::BTreeMap, fmt::Write};

use serde_json::{Value, json};

use super::keeper::Kind;

/// The measured values, in the order of the table, with their units.
const ROWS: [(&str, &str); 13] = [
    ("vram_mib", "VRAM, MiB"),
    ("vram_asleep_mib", "VRAM while asleep, MiB"),
    ("resident_mib", "resident memory, MiB"),
    ("cpu_percent", "CPU, % of a core"),
    ("watts", "GPU at rest, W"),
    ("ready_percent", "ready at rest, % of looks"),
    ("decode_back_to_back_ms", "decode without a rest, ms"),
    ("decode_first_ms", "decode after 20 s, ms"),
    ("prefill_back_to_back_ms", "prefill without a rest, ms"),
    ("prefill_first_ms", "prefill after 20 s, ms"),
    ("first_ratio", "first request, times one without a rest"),
    ("slowdown_percent", "slowdown of a busy program, %"),
    ("slowdown_spread", "… spread of its middle half"),
];

/// Every value that was measured, by keeper.
#[derive(Default)]
pub(super) struct Record(BTreeMap<Kind, BTreeMap<&'static str, Vec<f64>>>);

impl Record {
    pub(super) fn add(&mut self, kind: Kind, what: &'static str, value: f64) {
        let values = self.0.entry(kind).or_default();
        values.entry(what).or_default().push(value);
    }

    pub(super) fn to_json(&self) -> Value {
        let of_kind = |values: &BTreeMap<&'static str, Vec<f64>>| -> Value {
            let entry = |(what, values): (&&str, &Vec<f64>)| {
                let value = json!({ "median": median(values), "values": values });
                ((*what).to_owned(), value)
            };
            Value::Object(values.iter().map(entry).collect())
        };
        let entry = |(kind, values): (&Kind, _)| (kind.to_string(), of_kind(values));
        Value::Object(self.0.iter().map(entry).collect())
    }

    pub(super) fn table(&self) -> String {
        let mut table = format!("{:<42}", "");
        for kind in self.0.keys() {
            write!(table, "{kind:>16}").expect("text");
        }
        for (what, title) in ROWS {
            write!(table, "\n{title:<42}").expect("text");
            for kind in self.0.keys() {
                let text = self
                    .value(*kind, what)
                    .map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"));
                write!(table, "{text:>16}").expect("text");
            }
        }
        table
    }

    /// Each bar of the project on this card, with what was measured.
    pub(super) fn bars(&self) -> Value {
        use Kind::{Engine, Loop};
        let share = |what| Some(self.value(Engine, what)? / self.value(Loop, what)?);
        let bars = [
            ("VRAM, share of the loop's", 0.55, share("vram_mib")),
            (
                "VRAM while asleep, MiB",
                0.0,
                self.value(Engine, "vram_asleep_mib"),
            ),
            (
                "resident memory, share of the loop's",
                0.25,
                share("resident_mib"),
            ),
            ("CPU, share of the loop's", 0.10, share("cpu_percent")),
            (
                "first request after 20 s, times one without a rest",
                1.05,
                self.value(Engine, "first_ratio"),
            ),
            (
                "slowdown of a busy program, %",
                0.1,
                self.value(Engine, "slowdown_percent"),
            ),
        ];
        let bars = bars.map(|(what, at_most, measured)| {
            let met = measured.map(|value| value <= at_most);
            json!({ "what": what, "at_most": at_most, "measured": measured, "met": met })
        });
        json!(bars)
    }

    fn value(&self, kind: Kind, what: &str) -> Option<f64> {
        let values = self.0.get(&kind)?;
        match what {
            "slowdown_spread" => Some(spread(values.get("slowdown_percent")?)),
            _ => Some(median(values.get(what)?)),
        }
    }
}

pub(super) fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

fn spread(values: &[f64]) -> f64 {
    quantile(values, 0.75) - quantile(values, 0.25)
}

/// Linear between the two nearest values.
fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let position = share * (sorted.len() - 1) as f64;
    let (below, above) = (position.floor() as usize, position.ceil() as usize);
    sorted[below] + (sorted[above] - sorted[below]) * position.fract()
}
