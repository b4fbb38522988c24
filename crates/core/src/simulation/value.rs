//! Values of a scenario file that are checked while they are read, for serde's `deserialize_with`.

use std::{fmt, time::Duration};

use serde::{
    Deserialize, Deserializer,
    de::{Error, IntoDeserializer},
};

use super::model::METRICS;
use crate::{
    gpu::{ComputeCapability, GpuUuid, PState, PciBusId},
    units::{Bytes, Megahertz, Percent},
};

/// A value that `read` makes something of; `right` describes those that it does.
pub(super) fn checked<'de, D: Deserializer<'de>, R: Deserialize<'de>, T>(
    from: D,
    right: impl fmt::Display,
    read: impl FnOnce(R) -> Option<T>,
) -> Result<T, D::Error> {
    let value = R::deserialize(from).ok().and_then(read);
    value.ok_or_else(|| D::Error::custom(format!("use {right}")))
}

fn number<'de, D: Deserializer<'de>>(from: D, low: f64, high: f64) -> Result<f64, D::Error> {
    let right = format!("a number from {low} to {high}");
    checked(from, right, |n: f64| (low..=high).contains(&n).then_some(n))
}

fn whole<'de, D: Deserializer<'de>>(from: D, most: u64) -> Result<u64, D::Error> {
    let right = format!("a whole number from 0 to {most}");
    checked(from, right, |n: u64| (n <= most).then_some(n))
}

/// A time of at most `most` units of `unit` seconds.
fn time<'de, D: Deserializer<'de>>(from: D, unit: f64, most: f64) -> Result<Duration, D::Error> {
    number(from, 0.0, most).map(|n| Duration::from_secs_f64(n * unit))
}

/// Such a time, or a list of the shortest and the longest.
fn times<'de, D>(from: D, unit: f64, most: f64) -> Result<(Duration, Duration), D::Error>
where
    D: Deserializer<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Ends {
        Both(f64),
        Each(f64, f64),
    }

    let right = format!("a number from 0 to {most}, or a list of two that rise");
    checked(from, right, |ends: Ends| {
        let (shortest, longest) = match ends {
            Ends::Both(n) => (n, n),
            Ends::Each(shortest, longest) => (shortest, longest),
        };
        let rise = 0.0 <= shortest && shortest <= longest && longest <= most;
        let time = |n: f64| Duration::from_secs_f64(n * unit);
        rise.then(|| (time(shortest), time(longest)))
    })
}

fn not_blank(text: String) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// One function for each kind of value, which reads it into a field or into an `Option`.
macro_rules! readers {
    ($($(#[$meta:meta])* $name:ident($from:ident) -> $value:ty $read:block)+) => {$(
        $(#[$meta])*
        pub(super) fn $name<'de, D, T>($from: D) -> Result<T, D::Error>
        where
            D: Deserializer<'de>,
            T: From<$value>,
        {
            $read.map(<T as From<$value>>::from)
        }
    )+};
}

readers! {
    /// Seconds, at most thirty years: longer than any simulation, and far from any overflow.
    seconds(from) -> Duration { time(from, 1.0, 1e9) }
    /// Seconds within an hour.
    hour(from) -> Duration { time(from, 1.0, 3600.0) }
    /// One or two times in seconds within an hour.
    hours(from) -> (Duration, Duration) { times(from, 1.0, 3600.0) }
    /// Milliseconds within an hour.
    hour_ms(from) -> Duration { time(from, 1e-3, 3.6e6) }
    /// Milliseconds of one second.
    second_ms(from) -> Duration { time(from, 1e-3, 1000.0) }
    /// Milliseconds of a call.
    call_ms(from) -> Duration { time(from, 1e-3, 10_000.0) }
    /// One or two times in milliseconds of a call.
    calls_ms(from) -> (Duration, Duration) { times(from, 1e-3, 10_000.0) }
    /// Microseconds within a second.
    second_us(from) -> Duration { time(from, 1e-6, 1e6) }
    /// A clock in megahertz.
    mhz(from) -> Megahertz {
        number(from, 1.0, 100_000.0).map(|n| Megahertz(n.round() as u32))
    }
    /// Memory in binary megabytes.
    mib(from) -> Bytes { whole(from, 1 << 30).map(Bytes::from_mib) }
    /// A P-state by its number.
    pstate(from) -> PState {
        checked(from, "a whole number from 0 to 15", PState::new)
    }
    /// Percent of something that has no more than all.
    percent(from) -> Percent { number(from, 0.0, 100.0).map(|n| Percent(n as u32)) }
    /// Such percent as a share of 1.
    share(from) -> f64 { number(from, 0.0, 100.0).map(|n| n / 100.0) }
    /// Percent of one processor core as a share of 1.
    cores(from) -> f64 { number(from, 0.0, 100_000.0).map(|n| n / 100.0) }
    /// Power in watts.
    watts(from) -> f64 { number(from, 0.0, 10_000.0) }
    /// Temperature of the air.
    air_c(from) -> f64 { number(from, -50.0, 100.0) }
    /// Temperature of the air while something heats it.
    heat_c(from) -> f64 { number(from, -50.0, 150.0) }
    /// Temperature of a chip.
    chip_c(from) -> f64 { number(from, 1.0, 150.0) }
    /// Degrees that a watt makes.
    c_per_w(from) -> f64 { number(from, 0.0, 100.0) }
    /// A time constant in seconds.
    constant_s(from) -> f64 { number(from, 0.001, 1e6) }
    /// A text that is not blank.
    name(from) -> String { checked(from, "a text", not_blank) }
    /// A command line, as it is written.
    command(from) -> String {
        checked(from, "a command line such as \"ollama runner\"", |text: String| {
            (!text.trim().is_empty()).then_some(text)
        })
    }
    uuid(from) -> GpuUuid {
        checked(from, "a text such as \"GPU-5e2c1a34\"", not_blank).map(GpuUuid)
    }
    pci_bus_id(from) -> PciBusId {
        checked(from, "a PCI address such as \"0000:01:00.0\"", |text: String| text.parse().ok())
    }
    compute_capability(from) -> ComputeCapability {
        checked(from, "a text such as \"8.9\"", |text: String| {
            let (major, minor) = text.split_once('.')?;
            let (major, minor) = (major.parse().ok()?, minor.parse().ok()?);
            Some(ComputeCapability { major, minor })
        })
    }
    /// A list of what a driver can leave unsaid.
    metrics(from) -> Vec<&'static str> {
        let names = METRICS.map(|(name, _)| name);
        let known = |given: &String| names.into_iter().find(|name| name == given);
        let right = format!("a list of {}", names.join(", "));
        checked(from, right, |given: Vec<String>| given.iter().map(known).collect())
    }
}

/// A variant by its name; anything else is answered with the names that there are.
pub(super) fn choice<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let name = String::deserialize(from).unwrap_or_default();
    T::deserialize(name.into_deserializer())
}
