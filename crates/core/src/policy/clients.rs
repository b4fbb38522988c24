use super::{GpuPolicy, is_busy};
use crate::{
    host::{AiProcess, HostSample},
    units::Percent,
};

impl GpuPolicy {
    /// The AI processes that have this GPU open, of those in `host`.
    pub fn clients<'a>(
        &self,
        host: &'a HostSample,
    ) -> impl Iterator<Item = &'a AiProcess> + use<'a, '_> {
        self.demand.clients(host)
    }

    /// The AI process that computes, by the newest sample: the busiest of them where the driver
    /// reports it by process, otherwise the only one that has the GPU open.
    pub fn answering<'a>(&self, host: &'a HostSample) -> Option<&'a AiProcess> {
        let sample = self.history.sample()?;
        let load = |process: &AiProcess| -> Option<Percent> {
            let mut reported = sample.process_utilization.iter().flatten();
            let one = reported.find(|one| one.pid == process.pid)?;
            Some(one.percent).filter(|percent| percent.0 > 0)
        };
        let clients: Vec<&AiProcess> = self.clients(host).collect();
        let busiest = clients
            .iter()
            .filter_map(|process| Some((load(process)?, *process)))
            .max_by_key(|(load, _)| *load);
        match (busiest, clients.as_slice()) {
            (Some((_, process)), _) => Some(process),
            (None, [only]) if is_busy(sample) == Some(true) => Some(only),
            _ => None,
        }
    }
}
