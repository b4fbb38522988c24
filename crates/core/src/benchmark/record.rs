//! A measurement that is given to others: it describes the card, and nothing of its owner.
//!
//! The form is described in `docs/results/schema.json`, where the records are kept.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    BenchmarkResult, CardFacts, ClockSample, ColdCase, Obstacle, Platform, StrategyResult, Workload,
};
use crate::settings::Strategy;

mod check;
#[cfg(test)]
mod tests;

pub use check::{Refused, read_record};

/// The version of the form.
pub const SCHEMA: u32 = 1;

/// A measurement of one card, without anything that identifies the card or its owner. What was not
/// measured or reported is left out.
///
/// Fields of the same name are those of [`BenchmarkResult`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// [`SCHEMA`].
    pub schema: u32,
    /// How the numbers came about.
    pub source: RecordSource,
    /// Version of GPU Keepalive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Day of the measurement.
    pub date: String,
    /// True if the GPU was simulated: no record then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
    /// Marketing name, as the driver gives it.
    pub gpu: String,
    /// Driver version.
    pub driver: String,
    /// More about the card.
    #[serde(default, skip_serializing_if = "is_default")]
    pub card: CardFacts,
    /// The system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// True if it was a short measurement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quick: Option<bool>,
    /// Number of times each request was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounds: Option<u32>,
    /// True if another program was seen to compute meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disturbed: Option<bool>,
    /// The delay of the first answer that was allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_wake_ms: Option<f64>,
    /// Seconds from the end of work until the clocks fell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_time_s: Option<f64>,
    /// The state of the program whose requests were measured cold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cold_case: Option<ColdCase>,
    /// The clocks from the end of work on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after_work: Vec<ClockSample>,
    /// Power drawn.
    #[serde(default, skip_serializing_if = "is_default")]
    pub watts: RecordWatts,
    /// Each kind of request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workloads: Vec<RecordWorkload>,
    /// The GPU left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alone: Option<RecordCost>,
    /// Each strategy, in the order in which the engine tries them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub strategies: Vec<RecordStrategy>,
    /// The one that the engine should use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<Strategy>,
    /// Throughput that a busy program lost while pulses ran beside it, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slowdown_percent: Option<f64>,
}

/// How the numbers of a record came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordSource {
    /// `gpu-keepalive bench --share` wrote it.
    Bench,
    /// Taken from `docs/measurements.md`: it has what was written down there.
    Measurements,
}

/// Power drawn by the GPU, in watts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecordWatts {
    /// Nothing loaded, nothing kept ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asleep: Option<f64>,
    /// The program loaded, the clocks fallen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cold: Option<f64>,
    /// The program loaded, the GPU kept ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warm: Option<f64>,
}

/// The measurement with one kind of request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordWorkload {
    /// Which.
    pub name: Workload,
    /// A request right after another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_to_back_ms: Option<f64>,
    /// The first request after each rest.
    pub rests: Vec<RecordRest>,
}

/// The first request after a rest.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordRest {
    /// Length of the rest.
    pub rest_s: u32,
    /// With nothing that keeps the GPU ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cold_ms: Option<f64>,
    /// Kept ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warm_ms: Option<f64>,
    /// Ratio of the cold time to that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
}

/// The cost and benefit of a strategy, or of none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecordCost {
    /// Power drawn at rest, in watts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watts_at_rest: Option<f64>,
    /// By how much that is more than a GPU left alone draws.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more_watts: Option<f64>,
    /// The first request after a rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_ms: Option<f64>,
    /// By how much that is later than at full speed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub later_ms: Option<f64>,
    /// Ratio of that time to the one of a request right after another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
}

/// One strategy.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordStrategy {
    /// Which.
    pub strategy: Strategy,
    /// True if it was seen to keep the promise.
    pub works: bool,
    /// The reason why it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obstacle: Option<Obstacle>,
    /// Its cost and benefit.
    #[serde(flatten)]
    pub cost: RecordCost,
    /// From the sensed start of a request to raised clocks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wake_ms: Option<f64>,
    /// VRAM that it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vram_bytes: Option<u64>,
    /// Resident memory of the process of ours that does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resident_bytes: Option<u64>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What every way is compared with.
struct Ready {
    ms: Option<f64>,
    cold_watts: Option<f64>,
}

impl Ready {
    fn of(result: &BenchmarkResult) -> Self {
        let mut workloads = result.workloads.iter();
        let decode = workloads.find(|one| one.name == Workload::Decode);
        Self {
            ms: decode.and_then(|decode| decode.back_to_back_ms),
            cold_watts: result.watts.cold,
        }
    }

    fn later_ms(&self, first_ms: Option<f64>) -> Option<f64> {
        Some((first_ms? - self.ms?).max(0.0))
    }

    fn more_watts(&self, watts: Option<f64>) -> Option<f64> {
        Some((watts? - self.cold_watts?).max(0.0))
    }
}

impl From<&BenchmarkResult> for Record {
    fn from(result: &BenchmarkResult) -> Self {
        let ready = Ready::of(result);
        let alone = result.alone.as_ref().map(|alone| RecordCost {
            watts_at_rest: alone.watts_at_rest,
            more_watts: None,
            first_ms: alone.first_ms,
            later_ms: ready.later_ms(alone.first_ms),
            ratio: alone.ratio,
        });
        let strategies = result.strategies.iter();
        let workloads = result.workloads.iter().map(|workload| RecordWorkload {
            name: workload.name,
            back_to_back_ms: workload.back_to_back_ms,
            rests: workload.rests.iter().map(RecordRest::from).collect(),
        });
        Self {
            schema: SCHEMA,
            source: RecordSource::Bench,
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            date: result.date.clone(),
            simulated: result.simulated,
            gpu: check::name(&result.gpu),
            driver: check::version(&result.driver),
            card: result.card.clone(),
            platform: result.platform.clone(),
            quick: Some(result.quick),
            rounds: Some(result.rounds),
            disturbed: Some(result.disturbed),
            max_wake_ms: result.max_wake_ms,
            hold_time_s: result.hold_time_s,
            cold_case: Some(result.cold_case),
            after_work: result.after_work.clone(),
            watts: RecordWatts {
                asleep: result.watts.asleep,
                cold: result.watts.cold,
                warm: result.watts.warm,
            },
            workloads: workloads.collect(),
            alone,
            strategies: strategies
                .map(|one| RecordStrategy::new(one, &ready))
                .collect(),
            chosen: result.chosen,
            slowdown_percent: result.slowdown_percent,
        }
        .rounded()
    }
}

impl From<&super::RestResult> for RecordRest {
    fn from(rest: &super::RestResult) -> Self {
        Self {
            rest_s: rest.rest_s,
            cold_ms: rest.cold_ms,
            warm_ms: rest.warm_ms,
            ratio: rest.ratio,
        }
    }
}

impl RecordStrategy {
    fn new(one: &StrategyResult, ready: &Ready) -> Self {
        Self {
            strategy: one.strategy,
            works: one.works,
            obstacle: one.obstacle,
            cost: RecordCost {
                watts_at_rest: one.watts_at_rest,
                more_watts: ready.more_watts(one.watts_at_rest),
                first_ms: one.first_ms,
                later_ms: ready.later_ms(one.first_ms),
                ratio: one.ratio,
            },
            wake_ms: one.wake_ms,
            vram_bytes: one.vram_bytes,
            resident_bytes: one.resident_bytes,
        }
    }
}

impl Record {
    /// The record as JSON.
    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).expect("a record is plain data")
    }

    /// Every number to a thousandth: more digits are noise, and a file is read by people.
    fn rounded(self) -> Self {
        let mut json = self.to_json();
        round(&mut json);
        serde_json::from_value(json).unwrap_or(self)
    }
}

fn round(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            let rounded = number.as_f64().map(|n| (n * 1000.0).round() / 1000.0);
            if let Some(rounded) = rounded.and_then(serde_json::Number::from_f64) {
                *number = rounded;
            }
        }
        Value::Array(all) => all.iter_mut().for_each(round),
        Value::Object(fields) => fields.values_mut().for_each(round),
        _ => {}
    }
}
