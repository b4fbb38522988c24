use serde::{Deserialize, Serialize};

use super::memory::Memory;

/// How much of the free VRAM a model may take.
///
/// The original tool drew its lines at 45, 65 and 85 % of the VRAM, for the weights alone and with
/// 1 GB for each billion parameters at 4 bits, which left the rest to everything it did not count.
/// Here everything is counted, and against what is free, so its upper lines are the first two and
/// the error bar is the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Up to 65 %: room for a much longer context, or for another program beside it.
    Conservative,
    /// Up to 85 %: room for a longer context.
    Optimal,
    /// Up to all of it, less the error bar. A model that fits only in part is in this tier too.
    Aggressive,
}

impl Tier {
    /// Every tier, the smallest first.
    pub const ALL: [Self; 3] = [Self::Conservative, Self::Optimal, Self::Aggressive];

    /// Largest share of the free VRAM that everything together may take.
    pub const fn share(self) -> f64 {
        match self {
            Self::Conservative => 0.65,
            Self::Optimal => 0.85,
            Self::Aggressive => 1.0,
        }
    }

    /// The smallest tier that holds so much.
    pub(crate) fn of(memory: &Memory, free_gib: f64) -> Self {
        let holds = |tier: &Self| memory.total() <= tier.share() * free_gib;
        Self::ALL
            .into_iter()
            .find(holds)
            .unwrap_or(Self::Aggressive)
    }
}
