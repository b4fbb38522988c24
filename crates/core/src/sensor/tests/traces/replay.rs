//! A recorded server, watched as the `hold` process and the keeper watch it.

use std::collections::BTreeMap;

use super::*;
use crate::gpu::holder::Sensing;

/// The content of a file of `tests/fixtures/traces`; its format is in `record.py` there.
pub(super) struct Trace {
    processes: Vec<String>,
    /// Cumulative processor time of each, from that moment on.
    used: BTreeMap<Moment, Vec<Duration>>,
    pub(super) asks: Vec<Ask>,
    pub(super) end: Moment,
}

/// Inference that a client asked for.
pub(super) struct Ask {
    pub(super) at: Moment,
    pub(super) done: Moment,
}

impl Trace {
    pub(super) fn parse(text: &str) -> Self {
        let mut trace = Self {
            processes: Vec::new(),
            used: BTreeMap::new(),
            asks: Vec::new(),
            end: at(0),
        };
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut words = line.split(' ');
            let first = words.next().expect("a word");
            if first == "processes" {
                trace.processes = words.map(str::to_owned).collect();
                continue;
            }
            let now = Moment::from_origin(us(first.parse().expect("microseconds")));
            match words.clone().next().expect("a second word") {
                "ask" => trace.asks.push(Ask { at: now, done: now }),
                "done" => trace.asks.last_mut().expect("an ask before").done = now,
                "end" => trace.end = now,
                "poll" => {}
                _ => {
                    let used = words.map(|word| us(word.parse().expect("microseconds")));
                    trace.used.insert(now, used.collect());
                }
            }
        }
        assert!(trace.end > at(0) && !trace.used.is_empty());
        trace
    }

    fn readings(&self, now: Moment) -> Vec<Option<Duration>> {
        let zero = || vec![Duration::ZERO; self.processes.len()];
        let last = self.used.range(..=now).next_back();
        let used = last.map_or_else(zero, |(_, used)| used.clone());
        used.into_iter().map(Some).collect()
    }

    /// Returns true if the GPU worked in between: it begins so long after the ask and ends with the
    /// answer.
    fn worked(&self, from: Moment, to: Moment) -> bool {
        let lead = ms(20);
        let in_it = |ask: &Ask| ask.at + lead < to && from < ask.done;
        self.asks.iter().any(in_it)
    }
}

/// The form in which the driver reports work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Driver {
    /// Each process's utilisation since the last sample.
    ByProcess,
    /// The GPU's alone, averaged over the second before.
    Whole,
}

/// The result of a replay.
pub(super) struct Outcome {
    pub(super) sensor: Sensor,
    /// The times when the clocks were raised and released.
    pub(super) raised: Vec<(Moment, Moment)>,
    pub(super) paused_at: Option<Moment>,
}

impl Outcome {
    pub(super) fn is_up(&self, from: Moment, to: Moment) -> bool {
        let mut raised = self.raised.iter();
        raised.any(|(up, down)| *up <= to && *down >= from)
    }

    pub(super) fn false_wakes_between(&self, from: Moment, to: Moment) -> usize {
        let wakes = self.sensor.wakes();
        let in_it =
            |wake: &&Wake| wake.verdict == Verdict::False && from <= wake.at && wake.at < to;
        wakes.filter(in_it).count()
    }
}

/// The keeper samples so often while a wake is judged, and so often otherwise.
const JUDGING: Duration = Duration::from_millis(250);
const RESTING: Duration = Duration::from_secs(2);
/// The driver's call, as on an H200.
const CALL: Duration = Duration::from_millis(9);

/// Plays a trace once, with the first check at `phase`.
pub(super) fn replay(trace: &Trace, driver: Driver, phase: Duration) -> Outcome {
    Replay::new(trace, driver, phase).run()
}

struct Replay<'a> {
    trace: &'a Trace,
    driver: Driver,
    watch: Watch,
    armed: Option<Vec<SensedProcess>>,
    outcome: Outcome,
    sampled: Moment,
    next_sample: Moment,
}

impl<'a> Replay<'a> {
    fn new(trace: &'a Trace, driver: Driver, phase: Duration) -> Self {
        let start = at(0) + phase;
        let mut sensor = Sensor::new(LearnedThresholds::default(), ReadinessSettings::default());
        let candidates: Vec<_> = (1..)
            .zip(&trace.processes)
            .map(|(pid, name)| candidate(pid, name))
            .collect();
        sensor.watch(&candidates);
        Self {
            trace,
            driver,
            watch: Watch::new(start),
            armed: None,
            outcome: Outcome {
                sensor,
                raised: Vec::new(),
                paused_at: None,
            },
            sampled: start,
            next_sample: start,
        }
    }

    fn run(mut self) -> Outcome {
        loop {
            let next_check = self.watch.next().filter(|_| self.armed.is_some());
            let next = next_check.map_or(self.next_sample, |at| at.min(self.next_sample));
            if next > self.trace.end {
                return self.outcome;
            }
            if next == self.next_sample {
                self.sample(next);
            } else {
                self.check(next);
            }
        }
    }

    fn check(&mut self, now: Moment) {
        let readings = self.trace.readings(now);
        match self.watch.check(now, |index| readings[index]) {
            Some(Step::Raise(cause)) => {
                let raised = self.watch.raised(cause, now, CALL, now + CALL);
                self.outcome.sensor.raised(&raised, true);
                self.outcome.raised.push((raised.at, self.trace.end));
                self.next_sample = now + JUDGING;
            }
            Some(Step::Renew) => self.watch.renewed(now),
            Some(Step::Release(reason)) => self.release(reason, now),
            None => {}
        }
    }

    fn release(&mut self, reason: ReleaseReason, now: Moment) {
        if let Some(released) = self.watch.released(reason, now) {
            self.outcome.sensor.released(&released);
            self.outcome.raised.last_mut().expect("a raise").1 = now;
        }
    }

    /// The keeper's part at each sample of the GPU.
    fn sample(&mut self, now: Moment) {
        self.arm(now);
        if self.armed.is_some() {
            self.watch.confirm(now);
            let read_at = self.watch.read_at();
            self.outcome.sensor.used(&self.watch.report(), read_at);
        }
        self.outcome
            .sensor
            .clocks(now, Some(self.watch.is_raised()));
        let from = match self.driver {
            Driver::ByProcess => self.sampled,
            Driver::Whole => now - UTILISATION_PERIOD,
        };
        let percent = Percent(u32::from(self.trace.worked(from, now)));
        // The work is the last process's: the runner's where there is one.
        let last = self.trace.processes.len() as u32;
        let by_process = [(last, percent)];
        let work = GpuWork {
            from,
            to: now,
            processes: (self.driver == Driver::ByProcess).then_some(&by_process[..]),
            gpu: Some(percent),
        };
        match self.outcome.sensor.work(&work) {
            Some(Advice::Stay) => self.watch.stay(ms(3000), now),
            Some(Advice::ReleaseFalse) => {
                self.watch.take_back_request();
                self.release(ReleaseReason::Asked, now);
            }
            Some(Advice::Release) => self.release(ReleaseReason::Asked, now),
            Some(Advice::Raise) => {
                self.watch.commanded(ms(3000), now);
                self.outcome.sensor.raised_as_advised(now);
                self.outcome.raised.push((now, self.trace.end));
            }
            None => {}
        }
        self.arm(now);
        self.sampled = now;
        let judging = self.outcome.sensor.is_judging();
        self.next_sample = now + if judging { JUDGING } else { RESTING };
    }

    /// Arms, or disarms, as the sensor advises.
    fn arm(&mut self, now: Moment) {
        match self.outcome.sensor.sensed(now) {
            Sensed::Watch(processes) if self.armed.as_ref() != Some(&processes) => {
                let sensing = Sensing {
                    processes: processes.clone(),
                    ..Sensing::default()
                };
                let readings = self.trace.readings(now);
                let readings: Vec<_> = readings.into_iter().flatten().collect();
                if self.armed.is_none() {
                    self.watch = Watch::new(now);
                }
                self.watch.arm(sensing, &readings, now);
                self.outcome.sensor.armed(now);
                self.armed = Some(processes);
            }
            Sensed::Watch(_) => {}
            Sensed::Pause(_) => {
                self.outcome.paused_at.get_or_insert(now);
                self.release(ReleaseReason::Asked, now);
                self.armed = None;
                self.outcome.sensor.disarmed(now);
            }
            Sensed::Hold(verdict) => panic!("{verdict}"),
        }
    }
}
