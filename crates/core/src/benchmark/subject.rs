//! The card and the system that were measured.

use serde::{Deserialize, Serialize};

use crate::gpu::{Inspection, PcieLink, Sample};

/// What the driver reports of a card beside its name. What it does not report is left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct CardFacts {
    /// The version of the video BIOS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vbios: Option<String>,
    /// The power limit in force, in watts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power_limit_w: Option<f64>,
    /// The limit that the card was sold with, in watts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_power_limit_w: Option<f64>,
    /// The highest SM clock, in MHz.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sm_clock_max_mhz: Option<u32>,
    /// The link to the machine, read between requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pcie: Option<PcieLink>,
}

impl CardFacts {
    /// Those of an inspection.
    pub fn add(&mut self, inspection: &Inspection) {
        self.vbios.clone_from(&inspection.vbios);
        self.power_limit_w = inspection.power_limit.map(|watts| watts.0);
        self.default_power_limit_w = inspection.default_power_limit.map(|watts| watts.0);
        let pcie = inspection.pcie;
        self.pcie = (pcie != PcieLink::default()).then_some(pcie);
    }
}

/// The system, without a name of the machine or of its user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// `Debian`, `Windows`.
    pub os: String,
    /// `13`; left out for a distribution without versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
    /// The kernel's version without what a builder adds to it, such as `6.12.48`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel: Option<String>,
    /// The processor's, such as `x86_64`.
    pub architecture: String,
    /// True in the Windows Subsystem for Linux.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wsl: bool,
}

impl Platform {
    /// Of what a system says of itself, such as `Debian GNU/Linux`, `13`, `6.12.48-1-ada`, `x86_64`.
    pub fn new(os: &str, os_version: &str, kernel: &str, architecture: &str) -> Self {
        let os = os.replace(" GNU/Linux", "");
        Self {
            os: words(&os).unwrap_or_else(|| "unknown".to_owned()),
            os_version: words(os_version),
            kernel: leading_version(kernel),
            architecture: architecture.to_owned(),
            wsl: kernel.to_ascii_lowercase().contains("microsoft"),
        }
    }
}

/// Words of letters and digits, at most a few; `None` when nothing is left.
fn words(text: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || " .()+-_!".contains(c);
    let text: String = text.chars().filter(|c| plain(*c)).take(40).collect();
    let words: Vec<_> = text.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// The three numbers that it begins with: what follows them was chosen by whoever built the kernel,
/// and four would have the form of an address.
fn leading_version(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.');
    let numbers = text[..end.unwrap_or(text.len())].split('.');
    let numbers: Vec<_> = numbers.filter(|one| !one.is_empty()).take(3).collect();
    (!numbers.is_empty()).then(|| numbers.join("."))
}

/// One sample of the clocks after work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ClockSample {
    /// Seconds since the end of the last work.
    pub s: f64,
    /// SM clock in MHz.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sm_mhz: Option<u32>,
    /// Memory clock in MHz.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mhz: Option<u32>,
    /// P-state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pstate: Option<u8>,
    /// Power in watts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power_w: Option<f64>,
}

/// An SM clock that moved by less than this share is the same to a reader.
const CLOCK_STEP: f64 = 0.05;
/// Power that moved by less than this share is, too.
const POWER_STEP: f64 = 0.1;
/// A table of more is not read.
const MOST: usize = 60;

impl ClockSample {
    /// That of a sample, with its time rounded to milliseconds.
    pub fn new(seconds: f64, sample: &Sample) -> Self {
        Self {
            s: (seconds * 1000.0).round() / 1000.0,
            sm_mhz: sample.sm_clock.map(|clock| clock.0),
            memory_mhz: sample.memory_clock.map(|clock| clock.0),
            pstate: sample.pstate.map(|pstate| pstate.number()),
            power_w: sample.power.map(|power| power.0),
        }
    }

    fn differs(&self, from: &Self) -> bool {
        let moved = |now: Option<f64>, before: Option<f64>, step: f64| match now.zip(before) {
            Some((now, before)) => (now - before).abs() >= step * before.abs(),
            None => now != before,
        };
        let [now, before] = [self, from].map(|one| one.sm_mhz.map(f64::from));
        self.pstate != from.pstate
            || self.memory_mhz != from.memory_mhz
            || moved(now, before, CLOCK_STEP)
            || moved(self.power_w, from.power_w, POWER_STEP)
    }

    /// The first, the last, and each that differs from the one kept before it; every few of them
    /// where that leaves more than a table can have.
    pub fn thinned(all: &[Self]) -> Vec<Self> {
        let mut kept: Vec<Self> = Vec::new();
        for sample in all {
            if kept.last().is_none_or(|last| sample.differs(last)) {
                kept.push(*sample);
            }
        }
        if kept.last() != all.last() {
            kept.extend(all.last());
        }
        let every = kept.len().div_ceil(MOST).max(1);
        kept.into_iter().step_by(every).collect()
    }
}

#[cfg(test)]
mod tests;
