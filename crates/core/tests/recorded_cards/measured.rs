//! What a record says of its card, and where two of them differ.

use std::{collections::BTreeMap, fmt};

use crate::record::{Did, Reading, Record, Series};

/// The duration of the boost of the series `boost-expires`, in milliseconds.
pub(crate) const EXPIRES_MS: f64 = 4000.0;

/// One step of the H200's SM clock.
const CLOCK_STEP_MHZ: u32 = 15;
/// NVML gives the power to within 5 % (its reference, nvmlDeviceGetPowerUsage).
const POWER_SHARE: f64 = 0.05;
/// Two periods of the record: a change can be late by one, and so can the event.
const SHOWN_MS: f64 = 10.0;
/// A record has a dozen draws. All of them miss an outer third of the range that they are drawn from
/// in one record of a hundred.
const MISSED_SHARE: f64 = 1.0 / 3.0;

/// What is compared.
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
        let series = |name: &str| {
            let found = record.series.iter().find(|series| series.name == name);
            found.ok_or_else(|| format!("there is no series “{name}”"))
        };
        let up = |reading: &Reading| 2 * reading.mhz >= record.card.sm_clock_max_mhz;
        let event = |series: &Series, did: Did| {
            let found = series.events.iter().find(|event| event.event == did);
            let name = &series.name;
            found
                .copied()
                .ok_or_else(|| format!("{name}: there is no event {did:?}"))
        };
        let first = |series: &Series, from: f64, raised: bool| {
            let mut samples = series.samples.iter();
            let found = samples.find(|sample| sample.at >= from && up(sample) == raised);
            let (name, level) = (&series.name, if raised { "up" } else { "down" });
            found
                .map(|sample| sample.at)
                .ok_or_else(|| format!("{name}: not {level} after {from} ms"))
        };
        let fall = |series: &Series, did: Did| {
            let event = event(series, did)?;
            Ok::<_, String>(first(series, event.end(), false)? - event.end())
        };

        let mut levels = BTreeMap::new();
        let idle = series("idle")?;
        levels.insert("idle", level(idle, 0.0, f64::INFINITY)?);
        let held = series("boost-long")?;
        let cleared = event(held, Did::Clear)?.at;
        let settled = cleared - 2000.0;
        levels.insert("boosted", level(held, settled, cleared)?);
        levels.insert(
            "loaded",
            level(series("loaded-quiet")?, 0.0, f64::INFINITY)?,
        );

        let mut delays: BTreeMap<_, Spread> = BTreeMap::new();
        let mut add = |name, ms: f64| {
            let spread = delays.entry(name).or_insert(Spread {
                least: ms,
                most: ms,
            });
            *spread = Spread {
                least: spread.least.min(ms),
                most: spread.most.max(ms),
            };
        };
        let all = record.series.iter();
        for boosted in all.filter(|series| series.name.starts_with("boost-")) {
            let boost = event(boosted, Did::Boost)?;
            let raised = first(boosted, boost.at, true)?;
            add("up after a boost", raised - boost.end());
            if event(boosted, Did::Clear).is_ok() {
                add("down after a clear", fall(boosted, Did::Clear)?);
            }
        }
        let expires = series("boost-expires")?;
        let boost = event(expires, Did::Boost)?;
        let raised = first(expires, boost.at, true)?;
        let fell = first(expires, raised, false)?;
        let name = "down after the end of a boost";
        add(name, fell - boost.end() - EXPIRES_MS);
        let killed = fall(series("boost-killed")?, Did::Kill)?;
        add("down after a kill", killed);
        let closed = fall(series("context")?, Did::Close)?;
        add("down after a context", closed);
        Ok(Self { levels, delays })
    }

    /// Where `simulated` is not like this record, in words.
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
            (!recorded.is_like(simulated))
                .then(|| format!("{name}: recorded {recorded}, simulated {simulated}"))
        });
        levels.chain(delays).collect()
    }
}

impl Spread {
    fn is_like(&self, simulated: Self) -> bool {
        let missed = (simulated.most - simulated.least) * MISSED_SHARE;
        let near = |recorded: f64, least: f64, most: f64| {
            recorded >= least - SHOWN_MS && recorded <= most + SHOWN_MS
        };
        near(self.least, simulated.least, simulated.least + missed)
            && near(self.most, simulated.most - missed, simulated.most)
    }
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
