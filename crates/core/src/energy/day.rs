use serde::{Deserialize, Deserializer, Serialize, de::Error};

use super::{
    baseline::Baseline,
    by_gpu::{ByGpu, Entry},
    interval::Interval,
    savings::Savings,
};
use crate::{
    gpu::{GpuUuid, PowerSource},
    units::{Joules, Watts},
};

/// One calendar day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Day {
    /// Seconds held, others' computing included, summed over the GPUs.
    #[serde(deserialize_with = "amount")]
    pub(super) warm_s: f64,
    pub(super) cold_starts_avoided: u64,
    /// Seconds standing by, summed over the GPUs.
    #[serde(deserialize_with = "amount")]
    pub(super) standby_s: f64,
    pub(super) savings: ByGpu<Savings>,
    accounts: ByGpu<Account>,
}

/// The energy that one GPU drew on one power source in one day, while it was held and no other
/// process computed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Account {
    /// Seconds charged against a settled baseline.
    #[serde(default, deserialize_with = "amount")]
    settled_s: f64,
    /// Energy drawn in them.
    #[serde(default, deserialize_with = "amount")]
    settled_j: f64,
    /// Energy that the GPU would have drawn in them at rest.
    #[serde(default, deserialize_with = "amount")]
    rest_j: f64,
    /// Seconds that wait for a baseline.
    #[serde(default, deserialize_with = "amount")]
    open_s: f64,
    /// Energy drawn in them.
    #[serde(default, deserialize_with = "amount")]
    open_j: f64,
}

impl Day {
    /// Returns true if nothing was counted on it.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Counts what was counted on another day as well.
    pub(super) fn add(&mut self, other: Self) {
        self.warm_s += other.warm_s;
        self.cold_starts_avoided = self
            .cold_starts_avoided
            .saturating_add(other.cold_starts_avoided);
        self.standby_s += other.standby_s;
        for one in other.accounts.iter() {
            let account = self.accounts.of(&one.gpu, one.power_source);
            account.add(&one.record);
        }
        for one in other.savings.iter() {
            let savings = self.savings.of(&one.gpu, one.power_source);
            savings.merge(&one.record);
        }
    }

    /// Counts a stretch in which the GPU was held.
    pub(super) fn charge(&mut self, gpu: &GpuUuid, interval: &Interval, resting: Option<Watts>) {
        self.warm_s += interval.seconds;
        if interval.others_busy {
            return;
        }
        let account = self.accounts.of(gpu, interval.power_source);
        match (interval.drawn, resting) {
            (Some(Joules(drawn)), Some(Watts(resting))) => {
                account.settled_s += interval.seconds;
                account.settled_j += drawn;
                account.rest_j += resting * interval.seconds;
            }
            (Some(Joules(drawn)), None) => {
                account.open_s += interval.seconds;
                account.open_j += drawn;
            }
            // The empty account shows that something could not be measured.
            (None, _) => {}
        }
    }

    /// Adds to what was charged, or takes away from it.
    pub(super) fn correct(&mut self, gpu: &GpuUuid, source: PowerSource, Joules(more): Joules) {
        let account = self.accounts.of(gpu, source);
        let charged = if account.open_s > 0.0 {
            &mut account.open_j
        } else {
            &mut account.settled_j
        };
        *charged = (*charged + more).max(0.0);
    }

    /// Charges what was waiting for this baseline.
    pub(super) fn settle(&mut self, gpu: &GpuUuid, source: PowerSource, Watts(resting): Watts) {
        if let Some(account) = self.accounts.get_mut(gpu, source) {
            account.settled_s += account.open_s;
            account.settled_j += account.open_j;
            account.rest_j += resting * account.open_s;
            (account.open_s, account.open_j) = (0.0, 0.0);
        }
    }

    /// Energy drawn above rest; `None` when there was some and nothing of it is known.
    pub(super) fn above_rest(&self, baselines: &ByGpu<Baseline>) -> Option<Joules> {
        sum_of_known(&self.accounts, |one| {
            let resting = baselines.get(&one.gpu, one.power_source);
            one.record.above_rest(resting)
        })
    }
}

impl Account {
    fn add(&mut self, other: &Self) {
        self.settled_s += other.settled_s;
        self.settled_j += other.settled_j;
        self.rest_j += other.rest_j;
        self.open_s += other.open_s;
        self.open_j += other.open_j;
    }

    fn above_rest(&self, resting: Option<&Baseline>) -> Option<Joules> {
        let settled = (self.settled_s > 0.0).then_some(self.settled_j - self.rest_j);
        let estimate = resting
            .and_then(Baseline::estimate)
            .filter(|_| self.open_s > 0.0);
        let open = estimate.map(|Watts(resting)| self.open_j - resting * self.open_s);
        let sum = match (settled, open) {
            (None, None) => return None,
            (settled, open) => settled.unwrap_or(0.0) + open.unwrap_or(0.0),
        };
        Some(Joules(sum.max(0.0)))
    }
}

/// The sum of what is known; `None` where there are records and nothing is known of any.
pub(super) fn sum_of_known<T>(
    all: &ByGpu<T>,
    known: impl Fn(&Entry<T>) -> Option<Joules>,
) -> Option<Joules> {
    let known: Vec<Joules> = all.iter().filter_map(known).collect();
    let unknown = known.is_empty() && !all.is_empty();
    // Adding onto zero: an empty f64 sum is -0.0.
    (!unknown).then(|| Joules(known.iter().fold(0.0, |sum, Joules(joules)| sum + joules)))
}

/// More than all GPUs of a machine are held, or draw, in its life. A sum of such numbers is one, too.
const MOST: f64 = 1e15;

/// Reads a number that cannot be negative: one that is belongs to a damaged file. One that is larger
/// than any sum counts as the largest, so that adding to it stays a number.
pub(super) fn amount<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let value = f64::deserialize(from)?;
    if value.is_finite() && value >= 0.0 {
        return Ok(value.min(MOST));
    }
    Err(D::Error::custom(format!(
        "{value} in the energy record should be a number from 0 up"
    )))
}
