//! Boosts that this process holds itself, of the GPUs that are named from one moment to the next.

use std::{collections::BTreeMap, time::Duration};

use gpu_keepalive_core::{
    Moment,
    gpu::{GpuError, PciBusId, holder::Renewal},
};

use super::rm::{BoostClient, Kernel, LinuxKernel};

#[cfg(test)]
mod tests;

/// The time until a GPU whose boost was refused is asked again.
const AGAIN: Duration = Duration::from_secs(60);

/// A boost of each GPU that is named, asked of this machine's driver. Dropping it ends them.
pub(crate) struct OwnBoosts(Boosts<LinuxKernel>);

impl OwnBoosts {
    /// Holds none yet.
    pub(crate) fn new() -> Self {
        Self(Boosts::with(LinuxKernel))
    }

    /// Holds the boosts of these GPUs and no others, renewed where that is due. Returns those that
    /// are held from now on, and those that the driver refused, with its error.
    pub(crate) fn hold(&mut self, gpus: &[PciBusId], now: Moment) -> Asked {
        self.0.hold(gpus, now)
    }
}

/// The driver's answers about a boost, by GPU.
pub(crate) type Asked = Vec<(PciBusId, Result<(), GpuError>)>;

struct Boosts<K: Kernel> {
    kernel: K,
    renewal: Renewal,
    held: BTreeMap<PciBusId, (Option<BoostClient<K>>, Moment)>,
}

impl<K: Kernel + Clone> Boosts<K> {
    fn with(kernel: K) -> Self {
        Self {
            kernel,
            renewal: Renewal::default(),
            held: BTreeMap::new(),
        }
    }

    fn hold(&mut self, gpus: &[PciBusId], now: Moment) -> Asked {
        self.held.retain(|gpu, _| gpus.contains(gpu));
        let mut asked = Vec::new();
        for gpu in gpus {
            let (client, due) = self.held.remove(gpu).unwrap_or((None, now));
            if now < due {
                self.held.insert(*gpu, (client, due));
                continue;
            }
            let is_renewal = client.is_some();
            let open = || BoostClient::open(self.kernel.clone(), *gpu);
            let boosted = client.map_or_else(open, Ok).and_then(|client| {
                client.boost(self.renewal.lasting)?;
                Ok(client)
            });
            let (kept, result) = match boosted {
                Ok(client) => ((Some(client), now + self.renewal.every), Ok(())),
                Err(error) => ((None, now + AGAIN), Err(error)),
            };
            self.held.insert(*gpu, kept);
            if !is_renewal || result.is_err() {
                asked.push((*gpu, result));
            }
        }
        asked
    }
}
