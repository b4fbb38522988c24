//! Physical quantities with their unit in the type.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! quantity {
    ($(#[$meta:meta])* $name:ident($inner:ty), $($format:tt)+) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
        #[cfg_attr(test, derive(ts_rs::TS))]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, $($format)+, self.0)
            }
        }
    };
}

quantity!(
    /// Degrees Celsius, as whole degrees: NVML reports no finer.
    #[derive(Eq, Ord)]
    Celsius(i32), "{} °C");
quantity!(
    /// Electrical power in watts.
    Watts(f64), "{:.1} W");
quantity!(
    /// Energy in joules (watt-seconds).
    Joules(f64), "{:.1} J");
quantity!(
    /// Clock frequency in megahertz.
    #[derive(Eq, Ord)]
    Megahertz(u32), "{} MHz");
quantity!(
    /// Share of time or capacity, 0 to 100.
    #[derive(Eq, Ord)]
    Percent(u32), "{} %");
quantity!(
    /// Memory in bytes.
    #[derive(Eq, Ord)]
    Bytes(u64), "{} B");

impl Bytes {
    /// Bytes in one binary gigabyte.
    pub const GIB: u64 = 1 << 30;

    /// `mib` binary megabytes.
    pub const fn from_mib(mib: u64) -> Self {
        Self(mib.saturating_mul(1 << 20))
    }

    /// In binary gigabytes.
    pub fn gib(self) -> f64 {
        self.0 as f64 / Self::GIB as f64
    }

    /// In whole binary megabytes, rounded down.
    pub const fn mib(self) -> u64 {
        self.0 >> 20
    }
}

impl Joules {
    /// Joules in one watt-hour.
    pub const PER_WATT_HOUR: f64 = 3600.0;

    /// In watt-hours.
    pub fn watt_hours(self) -> f64 {
        self.0 / Self::PER_WATT_HOUR
    }
}
