use serde::{Deserialize, Serialize};

/// NVML's bit set of clocks event reasons (formerly throttle reasons).
///
/// Kept as the driver gave it: newer drivers set bits that this list does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClocksEventReasons(pub u64);

/// Bit, name and whether it limits the clocks for heat or power (`nvmlClocksEventReason*`, nvml.h).
const KNOWN: [(u64, &str, bool); 9] = [
    (0x001, "gpu_idle", false),
    (0x002, "applications_clocks_setting", false),
    (0x004, "sw_power_cap", true),
    (0x008, "hw_slowdown", true),
    (0x010, "sync_boost", false),
    (0x020, "sw_thermal_slowdown", true),
    (0x040, "hw_thermal_slowdown", true),
    (0x080, "hw_power_brake_slowdown", true),
    (0x100, "display_clock_setting", false),
];

impl ClocksEventReasons {
    /// The clocks are low because nothing runs.
    pub const GPU_IDLE: Self = Self(0x1);
    /// The clocks were set or locked by a user (`nvmlClocksThrottleReasonUserDefinedClocks` is the
    /// same bit).
    pub const APPLICATIONS_CLOCKS_SETTING: Self = Self(0x2);
    /// The software power limit holds the clocks down.
    pub const SW_POWER_CAP: Self = Self(0x4);
    /// The hardware slows down, for heat or power.
    pub const HW_SLOWDOWN: Self = Self(0x8);
    /// The driver slows down for heat.
    pub const SW_THERMAL_SLOWDOWN: Self = Self(0x20);
    /// The hardware slows down for heat.
    pub const HW_THERMAL_SLOWDOWN: Self = Self(0x40);
    /// An external power brake slows the hardware down.
    pub const HW_POWER_BRAKE: Self = Self(0x80);

    /// Returns true if any bit of `other` is set.
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Returns true if heat or power holds the clocks down.
    pub fn is_limited(self) -> bool {
        KNOWN
            .iter()
            .any(|(bit, _, limits)| *limits && self.0 & bit != 0)
    }

    /// The set reasons by name; a bit without one is `unknown_0x…`.
    pub fn names(self) -> Vec<String> {
        (0..u64::BITS)
            .map(|shift| 1 << shift)
            .filter(|bit| self.0 & bit != 0)
            .map(|bit| match KNOWN.iter().find(|(known, ..)| *known == bit) {
                Some((_, name, _)) => (*name).to_owned(),
                None => format!("unknown_{bit:#x}"),
            })
            .collect()
    }
}
