//! The gate at the boundary of the driver: turns its raw numbers into quantities and passes on
//! only what a card can have. Zeros, NVML's sentinels and all else count as not reported.
//!
//! Every number comes in the driver's own unit, widened to 64 bits, so that −1 and
//! `NVML_VALUE_NOT_AVAILABLE` are above every bound whatever their width. The simulated driver
//! passes through the same gate.

use std::ops::RangeInclusive;

use super::{ClocksEventReasons, ComputeCapability, GpuUuid, PState, PciBusId};
use crate::units::{Bytes, Celsius, Joules, Megahertz, Percent, Watts};

/// 125 °C is the usual highest junction temperature of silicon, and no card's shutdown threshold
/// reaches it: NVML gives 90 to 110 °C, nouveau takes 105 °C for critical. An 8-bit sensor that is
/// broken gives 127 or 128.
const CELSIUS: RangeInclusive<u64> = 1..=125;
/// A slowdown threshold below the lowest limit that the settings take would pause a GPU at rest.
const SLOWDOWN_CELSIUS: RangeInclusive<u64> = 50..=*CELSIUS.end();
/// Twice the highest power that is announced for one package, for its peaks: 3,600 W (Rubin Ultra),
/// after 2,300 W (Rubin) and 1,400 W (GB300). The sentinel −1 is 600 times as much.
const MILLIWATTS: RangeInclusive<u64> = 1..=7_200_000;
/// The counter begins when the driver is loaded: ten years at the highest power.
const MILLIJOULES: RangeInclusive<u64> = 1..=*MILLIWATTS.end() * 10 * 365 * 86_400;
/// The record under liquid nitrogen is 4,095 MHz (RTX 4090, 2023); Blackwell reached 4,002 MHz.
const SM_MHZ: RangeInclusive<u64> = 1..=5_000;
/// NVML gives half the rate of a pin, and GDDR7 ends at 48 Gbit/s (JESD239), far above HBM4E.
const MEMORY_MHZ: RangeInclusive<u64> = 1..=24_000;
/// NVML's utilization is the share of its sample period in which a kernel ran.
const PERCENT: RangeInclusive<u64> = 0..=100;
/// The smallest part of a card that a virtual machine is given has 512 MiB (vGPU M10-0B); the
/// largest announced card has 1 TB (Rubin Ultra), in either way to count it.
const VRAM: RangeInclusive<u64> = 512 << 20..=1 << 40;
/// Kepler is 3, Blackwell 12; the pulse needs 5.
const CAPABILITY_MAJOR: RangeInclusive<u64> = 1..=99;
/// CUDA writes a capability as one number, ten times the major one plus the minor one.
const CAPABILITY_MINOR: RangeInclusive<u64> = 0..=9;
/// Process ids are signed in Linux, and Windows numbers far below that. 0 is no process.
const PID: RangeInclusive<u64> = 1..=i32::MAX as u64;
/// Microseconds since 1970: later than the year 2100 is no time stamp.
const TIME_STAMP: RangeInclusive<u64> = 0..=4_102_444_800_000_000;
/// Linux has minor numbers for 255 GPUs.
const GPUS: RangeInclusive<u64> = 0..=255;
/// PCI Express 7.0 is the newest that is specified (2025).
const PCIE_GENERATION: RangeInclusive<u64> = 1..=7;
/// The widths that a link can have (PCI Express base specification).
const PCIE_WIDTHS: [u64; 7] = [1, 2, 4, 8, 12, 16, 32];
/// A video BIOS of NVIDIA's has five groups of two digits.
const VBIOS_GROUPS: usize = 5;
/// `NVML_DEVICE_UUID_V2_BUFFER_SIZE` and `NVML_DEVICE_NAME_V2_BUFFER_SIZE`, nvml.h.
const LONGEST_TEXT: usize = 96;

fn within(raw: u64, range: RangeInclusive<u64>) -> Option<u64> {
    range.contains(&raw).then_some(raw)
}

/// A core temperature in degrees Celsius.
pub fn temperature(raw: u64) -> Option<Celsius> {
    within(raw, CELSIUS).map(|degrees| Celsius(degrees as i32))
}

/// The temperature at which a card slows itself down, in degrees Celsius.
pub fn slowdown_temperature(raw: u64) -> Option<Celsius> {
    within(raw, SLOWDOWN_CELSIUS).map(|degrees| Celsius(degrees as i32))
}

/// Power drawn, or a limit of it, in milliwatts.
pub fn power(raw: u64) -> Option<Watts> {
    within(raw, MILLIWATTS).map(|milliwatts| Watts(milliwatts as f64 / 1000.0))
}

/// The energy counter in millijoules.
pub fn energy(raw: u64) -> Option<Joules> {
    within(raw, MILLIJOULES).map(|millijoules| Joules(millijoules as f64 / 1000.0))
}

/// Returns true if one card can have drawn that much in so many seconds: a counter may jump, stand
/// still or go back.
pub fn can_have_drawn(energy: Joules, seconds: f64) -> bool {
    let highest = *MILLIWATTS.end() as f64 / 1000.0;
    energy.0 > 0.0 && energy.0 <= highest * seconds
}

/// An SM clock, present or highest, in MHz.
pub fn sm_clock(raw: u64) -> Option<Megahertz> {
    within(raw, SM_MHZ).map(|mhz| Megahertz(mhz as u32))
}

/// A memory clock in MHz.
pub fn memory_clock(raw: u64) -> Option<Megahertz> {
    within(raw, MEMORY_MHZ).map(|mhz| Megahertz(mhz as u32))
}

/// A P-state; NVML's 32 is unknown.
pub fn pstate(raw: u64) -> Option<PState> {
    PState::new(u32::try_from(raw).ok()?)
}

/// A utilization, of a card or by a process, in percent.
pub fn utilization(raw: u64) -> Option<Percent> {
    within(raw, PERCENT).map(|percent| Percent(percent as u32))
}

/// The clocks event reasons; all bits at once are a sentinel. Unknown bits are kept.
pub fn clocks_event_reasons(raw: u64) -> Option<ClocksEventReasons> {
    let is_sentinel = raw == u64::MAX || raw == u64::from(u32::MAX);
    (!is_sentinel).then_some(ClocksEventReasons(raw))
}

/// One reading of a card's memory, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawMemory {
    /// All of it.
    pub total: u64,
    /// Memory in use.
    pub used: u64,
    /// Free memory.
    pub free: u64,
}

impl RawMemory {
    /// All of the memory.
    pub fn total(self) -> Option<Bytes> {
        within(self.total, VRAM).map(Bytes)
    }

    /// The free memory. The three numbers have to agree: a card without any use is not free of
    /// nothing, and the parts are no more than the whole.
    pub fn free(self) -> Option<Bytes> {
        let total = self.total()?;
        let parts = self.used.checked_add(self.free)?;
        (parts > 0 && parts <= total.0).then_some(Bytes(self.free))
    }
}

/// Memory that one process has taken, in bytes; `total` is that of the card.
pub fn process_memory(raw: u64, total: Option<Bytes>) -> Option<Bytes> {
    let most = total.map_or(*VRAM.end(), |total| total.0);
    within(raw, 1..=most).map(Bytes)
}

/// A process id.
pub fn pid(raw: u64) -> Option<u32> {
    within(raw, PID).map(|pid| pid as u32)
}

/// The time stamp of a utilization sample, in microseconds since 1970.
pub fn time_stamp(raw: u64) -> Option<u64> {
    within(raw, TIME_STAMP)
}

/// The utilization by the busiest of some processes; `complete` is false where the reading of one
/// of them counts as not reported: then only work that was seen is certain.
pub fn busiest(readings: impl IntoIterator<Item = Percent>, complete: bool) -> Option<Percent> {
    let busiest = readings.into_iter().max().unwrap_or_default();
    (complete || busiest.0 > 0).then_some(busiest)
}

/// The number of GPUs.
pub fn gpu_count(raw: u64) -> Option<u32> {
    within(raw, GPUS).map(|count| count as u32)
}

/// A compute capability.
pub fn compute_capability(major: u64, minor: u64) -> Option<ComputeCapability> {
    Some(ComputeCapability {
        major: within(major, CAPABILITY_MAJOR)? as u32,
        minor: within(minor, CAPABILITY_MINOR)? as u32,
    })
}

/// A name without control characters and surplus blanks; `None` when nothing is left, or when it
/// is not a text.
pub fn name(raw: &str) -> Option<String> {
    let printable = raw.chars().map(|c| if c.is_control() { ' ' } else { c });
    let printable: String = printable
        .filter(|c| *c != char::REPLACEMENT_CHARACTER)
        .collect();
    let words: Vec<&str> = printable.split_whitespace().collect();
    let name: String = words.join(" ").chars().take(LONGEST_TEXT).collect();
    name.chars().any(char::is_alphanumeric).then_some(name)
}

/// The name of a GPU whose driver gives none.
pub const UNNAMED: &str = "NVIDIA GPU";

/// A UUID such as `GPU-5e2c1a34-…`: one word of letters, digits and dashes, not all zeros.
pub fn uuid(raw: &str) -> Option<GpuUuid> {
    let is_word = raw
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'/');
    let (kind, number) = raw.split_once('-')?;
    let is_number = number.bytes().any(|b| b != b'0' && b != b'-');
    let is_uuid = is_word && is_number && !kind.is_empty() && raw.len() < LONGEST_TEXT;
    is_uuid.then(|| GpuUuid(raw.to_owned()))
}

/// A PCI address. All zeros is the place of the machine's own bridge.
pub fn pci_bus_id(raw: &str) -> Option<PciBusId> {
    let id: PciBusId = raw.parse().ok()?;
    let PciBusId {
        domain,
        bus,
        device,
        function,
    } = id;
    (domain | u32::from(bus) | u32::from(device) | u32::from(function) > 0).then_some(id)
}

/// The version of a video BIOS, such as `96.00.99.00.01`: hexadecimal groups.
pub fn vbios(raw: &str) -> Option<String> {
    let is_group = |group: &str| group.len() == 2 && group.bytes().all(|b| b.is_ascii_hexdigit());
    let groups = raw.split('.').count();
    let is_version = groups == VBIOS_GROUPS && raw.split('.').all(is_group);
    is_version.then(|| raw.to_owned())
}

/// A generation of PCI Express.
pub fn pcie_generation(raw: u64) -> Option<u32> {
    within(raw, PCIE_GENERATION).map(|generation| generation as u32)
}

/// The number of lanes of a PCI Express link.
pub fn pcie_width(raw: u64) -> Option<u32> {
    PCIE_WIDTHS.contains(&raw).then_some(raw as u32)
}

#[cfg(test)]
mod tests;
