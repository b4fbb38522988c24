//! The resting baseline: what a GPU draws when it is left alone.
//!
//! Law: rest is cut into blocks of [`BLOCK_S`] seconds, whose mean power is one observation; the
//! last [`BLOCKS`] of them are kept, and the baseline is their lower quartile.
//!
//! Whatever contaminates rest (a video, a compositor, a fan still spinning) adds power, so the
//! quartile stays put while up to three quarters of the blocks are contaminated. Where it errs, it
//! errs low, which overstates our own cost and never understates it. A resting power that changes
//! for good is believed after a quarter of the window when it fell (5 minutes of rest) and after
//! three quarters when it rose (15 minutes).
//!
//! Until the first block is complete, the lowest single reading at rest stands in for it, and what
//! is computed with it stays provisional.

use serde::{Deserialize, Serialize};

use super::day::amount;
use crate::units::{Joules, Watts};

/// Length of a block in seconds: many times the second over which drivers average power, so that
/// the noise of single readings is gone from its mean.
const BLOCK_S: f64 = 30.0;

/// Blocks kept: 20 minutes of rest, long enough to outlast a passing contamination.
const BLOCKS: usize = 40;

/// The learned resting power of one GPU on one power source.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Baseline {
    /// Mean watts of each complete block, oldest first.
    #[serde(default, deserialize_with = "amounts")]
    blocks_w: Vec<f64>,
    /// The lowest single reading, until a block is complete.
    #[serde(default, deserialize_with = "watts")]
    first_look: Option<Watts>,
    /// The block being filled.
    #[serde(skip)]
    joules: f64,
    #[serde(skip)]
    seconds: f64,
}

impl Baseline {
    /// Takes in a single reading at rest.
    pub(super) fn add(&mut self, power: Option<Watts>) {
        if !self.blocks_w.is_empty() {
            return;
        }
        let lowest = |seen: Watts| power.map_or(seen, |now| Watts(seen.0.min(now.0)));
        self.first_look = self.first_look.map(lowest).or(power);
    }

    /// Takes in a stretch of rest.
    pub(super) fn learn(&mut self, drawn: Joules, seconds: f64) {
        self.joules += drawn.0;
        self.seconds += seconds;
        if self.seconds < BLOCK_S {
            return;
        }
        if self.blocks_w.len() >= BLOCKS {
            self.blocks_w.remove(0);
        }
        self.blocks_w.push(self.joules / self.seconds);
        self.first_look = None;
        (self.joules, self.seconds) = (0.0, 0.0);
    }

    /// The baseline that is charged against; `None` until a block is complete.
    pub(super) fn settled(&self) -> Option<Watts> {
        lower_quartile(&self.blocks_w)
    }

    /// The best that is known, provisional included.
    pub(super) fn estimate(&self) -> Option<Watts> {
        self.settled().or(self.first_look)
    }
}

pub(super) fn lower_quartile(watts: &[f64]) -> Option<Watts> {
    let mut sorted = watts.to_vec();
    sorted.sort_by(f64::total_cmp);
    let quartile = sorted.len().checked_sub(1)? / 4;
    sorted.get(quartile).copied().map(Watts)
}

#[derive(Deserialize)]
struct Amount(#[serde(deserialize_with = "amount")] f64);

/// Reads numbers that cannot be negative.
pub(super) fn amounts<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<f64>, D::Error> {
    let amounts = Vec::<Amount>::deserialize(from)?;
    Ok(amounts.into_iter().map(|Amount(value)| value).collect())
}

fn watts<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Watts>, D::Error> {
    let watts = Option::<Amount>::deserialize(from)?;
    Ok(watts.map(|Amount(value)| Watts(value)))
}
