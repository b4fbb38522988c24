//! How fast text comes out: the bytes read for a token, over the bandwidth they are read with.

use super::placement::Placed;

mod cards;

pub use cards::{Card, cards};

/// Share of the card's bandwidth that published measurements reached, in dense models and in
/// mixtures of experts, whose many small matrices leave more of it unused.
const DENSE: (f64, f64) = (0.50, 0.80);
const MIXTURE: (f64, f64) = (0.28, 0.62);
/// Main memory: two channels of DDR4-3200 with half of their 51 GB/s reached, up to two of
/// DDR5-6400 with 0.8 of their 102 GB/s, in GB/s.
const RAM_GBPS: (f64, f64) = (25.0, 80.0);

/// The bandwidth of a card's memory, as a range where the card is not known, in GB/s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bandwidth {
    /// The lowest.
    pub low: f64,
    /// The highest.
    pub high: f64,
}

impl Bandwidth {
    /// What the driver reports, or else that of the card with this name, or else the range of all
    /// cards with so much VRAM.
    pub fn of(reported_gbps: Option<u32>, name: Option<&str>, vram_gib: f64) -> Self {
        let known = || {
            name.and_then(|name| Card::find(name, vram_gib))
                .map(|card| card.gbps)
        };
        reported_gbps.or_else(known).map(f64::from).map_or_else(
            || Self::of_vram(vram_gib),
            |gbps| Self {
                low: gbps,
                high: gbps,
            },
        )
    }

    fn of_vram(vram_gib: f64) -> Self {
        // Within half a GiB, as drivers report a little less than what is printed on the box.
        let of_size = cards().filter(|card| (f64::from(card.vram_gib) - vram_gib).abs() <= 0.5);
        let range = of_size.fold(None, |range: Option<(u32, u32)>, card| {
            let (low, high) = range.unwrap_or((card.gbps, card.gbps));
            Some((low.min(card.gbps), high.max(card.gbps)))
        });
        let (low, high) = range.unwrap_or_else(|| nearest(vram_gib));
        Self {
            low: low.into(),
            high: high.into(),
        }
    }
}

/// Bandwidth in GB/s from what NVML reports: the highest memory clock in MHz and the bus's width in
/// bits. `None` where they make none that a card can have.
///
/// Two transfers a clock whatever the memory, as NVIDIA calculates it (CUDA C++ Best Practices
/// Guide, theoretical bandwidth): for GDDR6X and GDDR7, which transfer more, the driver's clock is
/// that of the data's own.
pub fn gbps_of_memory(clock_mhz: u32, bus_bits: u32) -> Option<u32> {
    let megabits = u64::from(clock_mhz) * u64::from(bus_bits);
    let gbps = u32::try_from(megabits / 8 * 2 / 1000).ok()?;
    GBPS.contains(&gbps).then_some(gbps)
}

/// From below the slowest card that runs models to above the fastest; outside a reading is wrong.
const GBPS: std::ops::RangeInclusive<u32> = 20..=20_000;

/// The bandwidth of the cards whose size is nearest to one that no card has.
fn nearest(vram_gib: f64) -> (u32, u32) {
    let distance = |card: &&Card| (f64::from(card.vram_gib) - vram_gib).abs();
    let nearest = cards().min_by(|one, other| distance(one).total_cmp(&distance(other)));
    nearest.map_or((0, 0), |card| (card.gbps, card.gbps))
}

/// Tokens a second of one conversation: with a full context on a slow machine, and with an empty
/// one on a fast machine.
pub(crate) fn tokens_per_s(placed: &Placed, bandwidth: Bandwidth, is_mixture: bool) -> [f64; 2] {
    let (least, most) = if is_mixture { MIXTURE } else { DENSE };
    let gpu = placed.gpu_bytes_per_token / 1e9;
    let cache = placed.memory.kv_cache * super::bytes::GIB / 1e9;
    let cpu = placed.cpu_bytes_per_token / 1e9;
    let slow = (gpu + cache) / (bandwidth.low * least) + cpu / RAM_GBPS.0;
    let fast = gpu / (bandwidth.high * most) + cpu / RAM_GBPS.1;
    [1.0 / slow, 1.0 / fast]
}

#[cfg(test)]
mod tests;
