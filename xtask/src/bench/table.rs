//! The measured values, their bars, and whether that is good enough.

use serde_json::{Value, json};

/// One measurement.
#[derive(Debug)]
pub(super) struct Row {
    /// The name of the value.
    pub(super) what: String,
    /// Of every number in this row.
    pub(super) unit: &'static str,
    pub(super) ours: f64,
    /// The same of what we are compared with.
    pub(super) baseline: Option<f64>,
    pub(super) bar: Option<Bar>,
}

/// The limit that is good enough.
#[derive(Clone, Copy, Debug)]
pub(super) enum Bar {
    AtMost(f64),
    AtLeast(f64),
    /// The baseline is at least so many times ours.
    TimesLess(f64),
}

impl Row {
    pub(super) fn new(what: impl Into<String>, unit: &'static str, ours: f64) -> Self {
        Self {
            what: what.into(),
            unit,
            ours,
            baseline: None,
            bar: None,
        }
    }

    pub(super) fn against(self, baseline: f64) -> Self {
        Self {
            baseline: Some(baseline),
            ..self
        }
    }

    pub(super) fn bar(self, bar: Bar) -> Self {
        Self {
            bar: Some(bar),
            ..self
        }
    }

    /// Returns whether the bar was cleared; `None` without one.
    pub(super) fn is_ok(&self) -> Option<bool> {
        Some(match self.bar? {
            Bar::AtMost(most) => self.ours <= most,
            Bar::AtLeast(least) => self.ours >= least,
            Bar::TimesLess(times) => self.baseline? >= times * self.ours,
        })
    }

    /// Ours as a share of the baseline.
    fn ratio(&self) -> Option<f64> {
        self.baseline
            .filter(|baseline| *baseline != 0.0)
            .map(|baseline| self.ours / baseline)
    }

    fn cells(&self) -> [String; 5] {
        let bar = self.bar.map(|bar| match bar {
            Bar::AtMost(most) => format!("at most {}", number(most)),
            Bar::AtLeast(least) => format!("at least {}", number(least)),
            Bar::TimesLess(times) => format!("{} times less", number(times)),
        });
        let against: Vec<String> = self.baseline.map(number).into_iter().chain(bar).collect();
        [
            self.what.clone(),
            format!("{} {}", number(self.ours), self.unit),
            against.join("; "),
            self.ratio().map(ratio).unwrap_or_default(),
            match self.is_ok() {
                Some(true) => "ok".to_owned(),
                Some(false) => "missed".to_owned(),
                None => String::new(),
            },
        ]
    }

    fn json(&self) -> Value {
        let bar = self.bar.map(|bar| match bar {
            Bar::AtMost(most) => json!({"at_most": most}),
            Bar::AtLeast(least) => json!({"at_least": least}),
            Bar::TimesLess(times) => json!({"times_less": times}),
        });
        json!({
            "what": self.what,
            "unit": self.unit,
            "ours": self.ours,
            "baseline": self.baseline,
            "bar": bar,
            "ratio": self.ratio(),
            "ok": self.is_ok(),
        })
    }
}

/// The rows as JSON, with what they were measured on.
pub(super) fn json(machine: &str, rows: &[Row]) -> Value {
    json!({"machine": machine, "rows": rows.iter().map(Row::json).collect::<Vec<_>>()})
}

/// The rows as text, aligned.
pub(super) fn text(rows: &[Row]) -> String {
    let head = ["what", "ours", "baseline or bar", "ratio", "verdict"].map(str::to_owned);
    let lines: Vec<_> = std::iter::once(head)
        .chain(rows.iter().map(Row::cells))
        .collect();
    let width = |column: usize| {
        let widths = lines.iter().map(|cells| cells[column].chars().count());
        widths.max().unwrap_or(0)
    };
    let widths = [0, 1, 2, 3, 4].map(width);
    let mut text = String::new();
    for cells in &lines {
        let padded: Vec<_> = cells
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        text.push_str(padded.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// With as many digits as are significant.
fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 || value == value.trunc() => format!("{value:.0}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

fn ratio(ratio: f64) -> String {
    match ratio {
        r if (0.995..1.005).contains(&r) => "the same".to_owned(),
        0.0 => "none".to_owned(),
        r if r < 1.0 => format!("{} x less", number(1.0 / r)),
        r => format!("{} x more", number(r)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> [Row; 4] {
        [
            Row::new("pulses", "/h", 330.0)
                .against(36_000.0)
                .bar(Bar::TimesLess(50.0)),
            Row::new("time ready, rounded up", "%", 99.3).bar(Bar::AtLeast(99.5)),
            Row::new("wake-ups", "/s", 0.8).bar(Bar::AtMost(1.0)),
            Row::new("a step", "ns", 812.4),
        ]
    }

    #[test]
    fn columns_are_aligned_and_bars_are_judged() {
        let expected = [
            "what                    ours      baseline or bar       ratio       verdict",
            "pulses                  330 /h    36000; 50 times less  109 x less  ok",
            "time ready, rounded up  99.30 %   at least 99.50                    missed",
            "wake-ups                0.800 /s  at most 1                         ok",
            "a step                  812 ns",
        ];
        assert_eq!(text(&rows()).lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn nothing_against_something_is_reported_as_such() {
        assert_eq!(ratio(0.0), "none");
        assert_eq!(ratio(1.001), "the same");
        assert_eq!(ratio(2.5), "2.50 x more");
        let zero = Row::new("pulses", "/h", 0.0)
            .against(36_000.0)
            .bar(Bar::AtMost(0.0));
        assert_eq!(zero.is_ok(), Some(true));
    }

    #[test]
    fn json_has_the_same() {
        let json = json("a machine", &rows());
        assert_eq!(json["machine"], "a machine");
        assert_eq!(json["rows"][0]["ok"], true);
        assert_eq!(json["rows"][1]["bar"]["at_least"], 99.5);
        assert_eq!(json["rows"][3]["ok"], Value::Null);
    }
}
