use std::{collections::BTreeMap, time::Duration};

use gpu_keepalive_core::{
    benchmark::{
        BenchmarkResult, BenchmarkWatts, CardFacts, ClockSample, ColdCase, LADDER, Plan, Platform,
        RestResult, Workload, WorkloadResult,
    },
    gpu::{GpuInfo, Inspection},
    settings::Strategy,
    units::{Bytes, Watts},
};

use crate::{
    strategies::{Comparison, Trial},
    verdict,
};

/// The subject of the numbers.
#[derive(Clone, Debug)]
pub struct About {
    /// The GPU.
    pub gpu: GpuInfo,
    /// Day of the measurement.
    pub date: String,
    /// True if the GPU is simulated.
    pub simulated: bool,
    /// The system; `None` where the GPU is simulated.
    pub platform: Option<Platform>,
    /// The amount of work.
    pub plan: Plan,
    /// The means by which the GPU was kept ready.
    pub kept_by: String,
    /// The delay of the first answer that is allowed compared with full speed.
    pub max_wake: Duration,
}

/// Everything that was measured, as it comes in.
#[derive(Clone, Debug, Default)]
pub struct Measurements {
    /// From the end of work until the clocks fell.
    pub hold_time: Option<Duration>,
    /// The clocks from then on, and until they and the power had settled.
    pub after_work: Vec<ClockSample>,
    /// The card's set-up, read between requests.
    pub inspection: Inspection,
    /// True if the program's boost had to be switched off for the clocks to fall.
    pub boost_disabled: bool,
    /// Requests right after others.
    pub back_to_back: BTreeMap<Workload, Vec<Duration>>,
    /// First requests after a rest of so many seconds, with nothing that keeps the GPU ready.
    pub cold: BTreeMap<(Workload, u32), Vec<Duration>>,
    /// The same, kept ready.
    pub warm: BTreeMap<(Workload, u32), Vec<Duration>>,
    /// With nothing loaded.
    pub asleep_watts: Vec<Watts>,
    /// With the program loaded and the clocks fallen.
    pub cold_watts: Vec<Watts>,
    /// Kept ready.
    pub warm_watts: Vec<Watts>,
    /// Each strategy.
    pub trials: BTreeMap<Strategy, Trial>,
    /// Requests per second without pulses and beside them, a pair each.
    pub rates: Vec<[f64; 2]>,
    /// Memory that keeping it ready took.
    pub vram: Option<Bytes>,
    /// True if another program was seen to compute.
    pub disturbed: bool,
}

impl Measurements {
    /// The result that they add up to.
    pub fn benchmark(&self, about: About) -> BenchmarkResult {
        let comparison = self.comparison(about.max_wake);
        let mut strategies: Vec<_> = LADDER
            .iter()
            .filter_map(|strategy| {
                let trial = self.trials.get(strategy)?;
                Some(comparison.strategy(*strategy, trial))
            })
            .collect();
        let best = strategies.iter_mut().find(|one| one.works);
        let chosen = best.map(|best| {
            best.best = true;
            best.strategy
        });
        let mut card = CardFacts {
            sm_clock_max_mhz: about.gpu.sm_clock_max.map(|clock| clock.0),
            ..CardFacts::default()
        };
        card.add(&self.inspection);
        let mut benchmark = BenchmarkResult {
            gpu: about.gpu.name,
            uuid: about.gpu.uuid,
            driver: about.gpu.driver_version,
            date: about.date,
            simulated: about.simulated,
            card,
            platform: about.platform,
            quick: about.plan.quick,
            rounds: about.plan.rounds,
            disturbed: self.disturbed,
            hold_time_s: self.hold_time.map(|time| time.as_secs_f64()),
            after_work: ClockSample::thinned(&self.after_work),
            max_wake_ms: Some(millis(about.max_wake)),
            cold_case: match (self.hold_time, self.boost_disabled) {
                (None, _) => ColdCase::NeverCold,
                (_, true) => ColdCase::BoostDisabled,
                (_, false) => ColdCase::Ordinary,
            },
            kept_by: about.kept_by,
            workloads: Workload::ALL.map(|workload| self.workload(workload)).into(),
            watts: BenchmarkWatts {
                asleep: median_watts(&self.asleep_watts),
                cold: median_watts(&self.cold_watts),
                warm: median_watts(&self.warm_watts),
            },
            vram_bytes: self.vram.map(|vram| vram.0),
            chosen,
            alone: (!strategies.is_empty()).then(|| comparison.alone(self.cold_decode_ms())),
            strategies,
            slowdown_percent: self.slowdown_percent(),
            verdict: String::new(),
        };
        benchmark.verdict = verdict::of(&benchmark, &comparison);
        benchmark
    }

    /// The first strategy that holds the clocks and keeps the promise.
    pub fn holder(&self, max_wake: Duration) -> Option<Strategy> {
        let comparison = self.comparison(max_wake);
        let holds = |(strategy, trial): &(&Strategy, &Trial)| {
            **strategy != Strategy::Standby && comparison.strategy(**strategy, trial).works
        };
        let mut trials = self.trials.iter();
        trials.find(holds).map(|(strategy, _)| *strategy)
    }

    fn comparison(&self, max_wake: Duration) -> Comparison {
        let ready = self.back_to_back.get(&Workload::Decode);
        Comparison {
            ready_ms: ready.and_then(|all| median_ms(all)),
            cold_watts: median_watts(&self.cold_watts),
            max_wake,
        }
    }

    /// The first request after the longest rest of a GPU that is left alone.
    fn cold_decode_ms(&self) -> Option<f64> {
        let cold = self
            .cold
            .iter()
            .rfind(|((of, _), _)| *of == Workload::Decode);
        cold.and_then(|(_, all)| median_ms(all))
    }

    fn workload(&self, workload: Workload) -> WorkloadResult {
        let back_to_back = self.back_to_back.get(&workload);
        let mut rests: Vec<u32> = self
            .cold
            .keys()
            .chain(self.warm.keys())
            .filter(|(of, _)| *of == workload)
            .map(|(_, rest)| *rest)
            .collect();
        rests.sort_unstable();
        rests.dedup();
        WorkloadResult {
            name: workload,
            text: workload.label(),
            back_to_back_ms: back_to_back.and_then(|all| median_ms(all)),
            back_to_back_spread_ms: back_to_back.and_then(|all| spread_ms(all)),
            rests: rests
                .into_iter()
                .map(|rest| self.rest(workload, rest))
                .collect(),
        }
    }

    fn rest(&self, workload: Workload, rest_s: u32) -> RestResult {
        let (cold, warm) = (
            self.cold.get(&(workload, rest_s)),
            self.warm.get(&(workload, rest_s)),
        );
        let cold_ms = cold.and_then(|all| median_ms(all));
        let warm_ms = warm.and_then(|all| median_ms(all));
        RestResult {
            rest_s,
            cold_ms,
            cold_spread_ms: cold.and_then(|all| spread_ms(all)),
            warm_ms,
            warm_spread_ms: warm.and_then(|all| spread_ms(all)),
            ratio: cold_ms.zip(warm_ms).map(|(cold, warm)| cold / warm),
        }
    }

    fn slowdown_percent(&self) -> Option<f64> {
        let percents = self
            .rates
            .iter()
            .map(|[alone, beside]| 100.0 * (1.0 - beside / alone));
        median(percents.collect())
    }
}

pub(super) fn median_watts(watts: &[Watts]) -> Option<f64> {
    median(watts.iter().map(|watts| watts.0).collect())
}

pub(super) fn median_ms(durations: &[Duration]) -> Option<f64> {
    median(durations.iter().copied().map(millis).collect())
}

fn spread_ms(durations: &[Duration]) -> Option<f64> {
    let (least, most) = (durations.iter().min()?, durations.iter().max()?);
    Some(millis(*most - *least))
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// The middle value, or the mean of the two in the middle.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    Some(if values.len().is_multiple_of(2) {
        (values[middle - 1] + upper) / 2.0
    } else {
        upper
    })
}
