//! The same series on a simulated card.

use std::time::Duration;

use gpu_keepalive_core::{
    Moment,
    gpu::{
        Action, Outcome,
        holder::{HolderAction, HolderCommand, Renewal},
    },
    simulation::{Guest, Performed, Scenario, SimulatedMachine},
    units::{Bytes, Percent},
};

use crate::{
    measured::EXPIRES_MS,
    record::{Did, Event, Reading, Record, Series},
};

/// Between two series, so that each begins with a card at rest.
const REST: Duration = Duration::from_secs(30);
/// Number of times a series is repeated, because a simulated card draws some of its times: enough
/// that both ends of their range come near. A record has ten series of short boosts, and one of the
/// others.
const ROUNDS: usize = 60;
const ROUNDS_OF_TEN: usize = 8;
/// Sampled as often as in the record for so long after an event, and else at this interval.
const CLOSELY_MS: f64 = 300.0;
const ELSE_EVERY_MS: f64 = 20.0;
const NEVER: Duration = Duration::from_secs(3600);
/// A server of the quiet kind, with a model of a few GiB.
const QUIET: Guest = Guest {
    vram: Bytes(6 << 30),
    utilization: Percent(0),
    boosts: false,
};

/// The sensors of the scenario's first card while the same is done to it.
pub(crate) fn replay(record: &Record, scenario: &Scenario) -> Record {
    let mut machine = SimulatedMachine::new(
        Scenario {
            events: Vec::new(),
            ..scenario.clone()
        },
        Moment::ORIGIN,
    );
    let call = scenario.cards[0].boost_call;
    let mut now = Moment::ORIGIN + REST;
    let mut all = Vec::new();
    for series in &record.series {
        let number = series.name.strip_prefix("boost-");
        let is_one_of_ten = number.is_some_and(|number| number.parse::<u32>().is_ok());
        let rounds = if is_one_of_ten { ROUNDS_OF_TEN } else { ROUNDS };
        for _ in 0..rounds {
            let mut replay = Replay {
                machine: &mut machine,
                begins: now,
                call: call.as_secs_f64() * 1e3,
                period: record.card.period_ms,
            };
            all.push(replay.series(series));
            let last = series.samples.last().map_or(0.0, |sample| sample.at);
            now = at(now, last) + REST;
            machine.end_hold(0, now);
            machine.set_guest(0, None, now);
            now = now + REST;
        }
    }
    Record {
        card: record.card.clone(),
        series: all,
    }
}

struct Replay<'a> {
    machine: &'a mut SimulatedMachine,
    begins: Moment,
    /// The time that a call of the boost takes.
    call: f64,
    period: f64,
}

fn at(begins: Moment, ms: f64) -> Moment {
    begins + Duration::from_secs_f64(ms / 1e3)
}

impl Replay<'_> {
    fn series(&mut self, recorded: &Series) -> Series {
        let loaded = recorded.name.starts_with("loaded") || recorded.name.starts_with("request");
        let before = Some(QUIET).filter(|_| loaded);
        self.machine.set_guest(0, before, self.begins);
        // Opened, and long settled, when the series begins.
        self.begins = self.begins + REST;
        let lasting = match recorded.name.as_str() {
            "boost-expires" => EXPIRES_MS,
            _ => 30_000.0,
        };
        let mut series = Series {
            name: recorded.name.clone(),
            ..Series::default()
        };
        let end = recorded.samples.last().map_or(0.0, |sample| sample.at);
        let mut next = 0.0;
        for event in &recorded.events {
            let took = self.took(event);
            for (ms, begins) in [(event.at, true), (event.at + took, false)] {
                self.sample_until(&mut series, &mut next, ms);
                self.perform(event.event, begins, lasting, at(self.begins, ms));
            }
            if recorded.name == "boost-expires" {
                // So that the driver ends it, and not the process.
                self.machine.stop_hold(0, at(self.begins, event.at + took));
            }
            series.events.push(Event { took, ..*event });
            next = event.at + took;
        }
        self.sample_until(&mut series, &mut next, end);
        series
    }

    fn sample_until(&mut self, series: &mut Series, next: &mut f64, end: f64) {
        let event = series.events.last().map_or(f64::NEG_INFINITY, Event::end);
        while *next < end {
            series.samples.push(self.sample(*next));
            *next += if *next < event + CLOSELY_MS {
                self.period
            } else {
                ELSE_EVERY_MS
            };
        }
    }

    fn took(&self, event: &Event) -> f64 {
        match event.event {
            Did::Boost | Did::Clear => self.call,
            Did::Kill | Did::Load | Did::Close | Did::Request => event.took,
        }
    }

    /// The effect of an event at its beginning and at its end.
    fn perform(&mut self, did: Did, begins: bool, lasting: f64, now: Moment) {
        let hold = HolderAction::Hold(Renewal {
            lasting: Duration::from_secs_f64(lasting / 1e3),
            every: NEVER,
        });
        let mut command = |action| self.machine.hold(0, HolderCommand { id: 1, action }, now);
        match (did, begins) {
            (Did::Boost, true) => command(hold),
            (Did::Clear, true) => command(HolderAction::Disarm),
            (Did::Kill, true) => self.machine.end_hold(0, now),
            (Did::Load, false) => self.guest(Some(true), 0, now),
            (Did::Close, false) => self.guest(None, 0, now),
            (Did::Request, true) => self.guest(Some(false), 100, now),
            (Did::Request, false) => self.guest(Some(false), 0, now),
            (Did::Boost | Did::Clear | Did::Kill, false) | (Did::Load | Did::Close, true) => {}
        }
    }

    fn guest(&mut self, boosts: Option<bool>, utilization: u32, now: Moment) {
        let guest = boosts.map(|boosts| Guest {
            utilization: Percent(utilization),
            boosts,
            ..QUIET
        });
        self.machine.set_guest(0, guest, now);
    }

    fn sample(&mut self, ms: f64) -> Reading {
        let performed = self.machine.perform(0, Action::Sample, at(self.begins, ms));
        let Performed::Done(Ok(Outcome::Sampled(sample))) = performed else {
            panic!("{performed:?} is no sample");
        };
        Reading {
            at: ms,
            mhz: sample.sm_clock.expect("a clock").0,
            pstate: sample.pstate.expect("a P-state").number(),
            watts: sample.power.expect("watts").0,
            _utilization: None,
        }
    }
}
