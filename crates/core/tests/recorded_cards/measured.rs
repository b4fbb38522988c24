//! The values measured in a record of a card, and the differences of two records.

use std::{collections::BTreeMap, fmt};

use crate::record::{Did, Event, Record, Series};

/// The duration of the boost of the series `boost-expires`, in milliseconds.
pub(crate) const EXPIRES_MS: f64 = 4000.0;

/// One step of the H200's SM clock.
const CLOCK_STEP_MHZ: u32 = 15;
/// NVML gives the power to within 5 % (its reference, nvmlDeviceGetPowerUsage).
const POWER_SHARE: f64 = 0.05;
/// Two periods of the record: a change can be seen late by one, and so can the event.
const SAMPLED_MS: f64 = 10.0;
/// The driver refreshes what NVML shows at this interval: the watts of every record change with it. The
/// simulation shows a fall at once, and a boost late.
const REFRESH_MS: f64 = 100.0;
/// The end of a boost takes effect within a second that a record's few ends show a part of: one day's
/// falls took 0.26 to 1.05 s.
const TAKES_EFFECT_MS: f64 = 1000.0;

/// The one delay of which the simulation defines when NVML shows it.
const BOOSTED: &str = "up after a boost";
const CLEARED: &str = "down after a clear";
const EXPIRED: &str = "down after the end of a boost";
const KILLED: &str = "down after a kill";
const CLOSED: &str = "down after a context";
const WORKING: &str = "up after work begins";
const WORKED: &str = "down after work";
const DELAYS: [&str; 7] = [BOOSTED, CLEARED, EXPIRED, KILLED, CLOSED, WORKING, WORKED];

/// The values to compare.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measured {
    levels: BTreeMap<&'static str, Level>,
    delays: BTreeMap<&'static str, Spread>,
}

/// Clocks and power where nothing changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Level {
    mhz: u32,
    pstate: u8,
    watts: f64,
}

/// From the end of an event until NVML shows its effect, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    least: f64,
    most: f64,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mhz, pstate, watts } = self;
        write!(f, "P{pstate}, {mhz} MHz, {watts:.1} W")
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0} to {:.0} ms", self.least, self.most)
    }
}

impl Measured {
    /// # Errors
    /// Something that a record has to show is not in it.
    pub(crate) fn of(record: &Record) -> Result<Self, String> {
        let mut delays = BTreeMap::new();
        for series in &record.series {
            let seen = Seen {
                series,
                up_mhz: record.card.sm_clock_max_mhz / 2,
            };
            for (name, ms) in seen.delays()? {
                let spread = delays.entry(name).or_insert(Spread::of(ms));
                *spread = spread.with(ms);
            }
        }
        match DELAYS.iter().find(|name| !delays.contains_key(*name)) {
            Some(missing) => Err(format!("no series says how long “{missing}” takes")),
            None => Ok(Self {
                levels: levels(record)?,
                delays,
            }),
        }
    }

    /// The differences of `simulated` from this record, as text.
    pub(crate) fn differences(&self, simulated: &Record) -> Vec<String> {
        let simulated = match Self::of(simulated) {
            Ok(simulated) => simulated,
            Err(wrong) => return vec![format!("simulated: {wrong}")],
        };
        let levels = self.levels.iter().filter_map(|(name, recorded)| {
            let simulated = simulated.levels[name];
            let alike = recorded.mhz.abs_diff(simulated.mhz) <= CLOCK_STEP_MHZ
                && recorded.pstate == simulated.pstate
                && (recorded.watts - simulated.watts).abs() <= recorded.watts * POWER_SHARE;
            (!alike).then(|| format!("{name}: recorded {recorded}, simulated {simulated}"))
        });
        let delays = self.delays.iter().filter_map(|(name, recorded)| {
            let simulated = simulated.delays[name];
            let (late, part) = match *name {
                BOOSTED => (0.0, REFRESH_MS),
                _ => (REFRESH_MS, TAKES_EFFECT_MS),
            };
            (!recorded.lies_in(simulated, late, part))
                .then(|| format!("{name}: recorded {recorded}, simulated {simulated}"))
        });
        levels.chain(delays).collect()
    }
}

impl Spread {
    fn of(ms: f64) -> Self {
        Self {
            least: ms,
            most: ms,
        }
    }

    fn with(self, ms: f64) -> Self {
        Self {
            least: self.least.min(ms),
            most: self.most.max(ms),
        }
    }

    /// Returns true if it lies in the simulated range, shown up to `late` later, and shows all of
    /// it but at most `part` at either end.
    fn lies_in(&self, simulated: Self, late: f64, part: f64) -> bool {
        let lies_in = self.least >= simulated.least - SAMPLED_MS
            && self.most <= simulated.most + late + SAMPLED_MS;
        let shows =
            self.least <= simulated.least + late + part && self.most >= simulated.most - part;
        lies_in && shows
    }
}

/// One series, and the SM clock from which on the clocks are up.
struct Seen<'a> {
    series: &'a Series,
    up_mhz: u32,
}

impl Seen<'_> {
    /// Every delay that this series shows, by its name.
    fn delays(&self) -> Result<Vec<(&'static str, f64)>, String> {
        let fall =
            |did| Ok::<_, String>(self.down(self.event(did)?.end())? - self.event(did)?.end());
        let boosted = || {
            let boost = self.event(Did::Boost)?;
            Ok::<_, String>((BOOSTED, self.up(boost.at)? - boost.end()))
        };
        Ok(match self.series.name.as_str() {
            "boost-expires" => {
                let boost = self.event(Did::Boost)?;
                let fell = self.down(self.up(boost.at)?)?;
                vec![boosted()?, (EXPIRED, fell - boost.end() - EXPIRES_MS)]
            }
            "boost-killed" => vec![boosted()?, (KILLED, fall(Did::Kill)?)],
            name if name.starts_with("boost-") => vec![boosted()?, (CLEARED, fall(Did::Clear)?)],
            "request" => {
                let work = self.event(Did::Request)?;
                let raised = self.up(work.at)?;
                let fell = self.down(raised.max(work.end()))?;
                vec![(WORKING, raised - work.at), (WORKED, fell - work.end())]
            }
            "request-boosted" => vec![(CLEARED, fall(Did::Clear)?)],
            "context" => vec![(CLOSED, fall(Did::Close)?)],
            _ => Vec::new(),
        })
    }

    fn event(&self, did: Did) -> Result<Event, String> {
        event(self.series, did)
    }

    /// The time when the clocks are up for the first time from then on.
    fn up(&self, from: f64) -> Result<f64, String> {
        self.first(from, "up", |mhz| mhz >= self.up_mhz)
    }

    /// The time when they are down.
    fn down(&self, from: f64) -> Result<f64, String> {
        self.first(from, "down", |mhz| mhz < self.up_mhz)
    }

    fn first(&self, from: f64, level: &str, is_so: impl Fn(u32) -> bool) -> Result<f64, String> {
        let mut samples = self.series.samples.iter();
        let found = samples.find(|sample| sample.at >= from && is_so(sample.mhz));
        let name = &self.series.name;
        found
            .map(|sample| sample.at)
            .ok_or_else(|| format!("{name}: not {level} after {from} ms"))
    }
}

fn event(series: &Series, did: Did) -> Result<Event, String> {
    let found = series.events.iter().find(|event| event.event == did);
    found
        .copied()
        .ok_or_else(|| format!("{}: there is no event {did:?}", series.name))
}

fn levels(record: &Record) -> Result<BTreeMap<&'static str, Level>, String> {
    let series = |name: &str| {
        let found = record.series.iter().find(|series| series.name == name);
        found.ok_or_else(|| format!("there is no series “{name}”"))
    };
    let before = |name, did, ms: f64| {
        let series = series(name)?;
        let until = event(series, did)?.at;
        level(series, until - ms, until)
    };
    let all = |name| level(series(name)?, 0.0, f64::INFINITY);
    Ok(BTreeMap::from([
        ("idle", all("idle")?),
        ("loaded", all("loaded-quiet")?),
        // The watts are means of a second.
        ("boosted", before("boost-long", Did::Clear, 2000.0)?),
        ("context", before("context", Did::Close, 1000.0)?),
    ]))
}

/// The level that it had for longest between these times, and the mean power.
fn level(series: &Series, from: f64, until: f64) -> Result<Level, String> {
    let mut lasted: BTreeMap<(u32, u8), f64> = BTreeMap::new();
    let (mut joules, mut all) = (0.0, 0.0);
    for pair in series.samples.windows(2) {
        let time = (pair[1].at.min(until) - pair[0].at.max(from)).max(0.0);
        *lasted.entry((pair[0].mhz, pair[0].pstate)).or_default() += time;
        joules += pair[0].watts * time;
        all += time;
    }
    let longest = lasted
        .into_iter()
        .max_by(|one, other| one.1.total_cmp(&other.1));
    match longest {
        Some(((mhz, pstate), time)) if time > 0.0 => Ok(Level {
            mhz,
            pstate,
            watts: joules / all,
        }),
        _ => Err(format!("{}: it has no samples for its level", series.name)),
    }
}
