use serde::{Deserialize, Serialize};

use crate::gpu::{GpuUuid, PowerSource};

/// One record for each GPU and power source, in their order, so that sums do not depend on which
/// came first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct ByGpu<T>(Vec<Entry<T>>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry<T> {
    pub(super) gpu: GpuUuid,
    pub(super) power_source: PowerSource,
    #[serde(flatten)]
    pub(super) record: T,
}

impl<T> ByGpu<T> {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry<T>> {
        self.0.iter()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets the records for which `keep` is false.
    pub(super) fn retain(&mut self, keep: impl FnMut(&Entry<T>) -> bool) {
        self.0.retain(keep);
    }

    pub(super) fn get(&self, gpu: &GpuUuid, power_source: PowerSource) -> Option<&T> {
        let mut entries = self.iter();
        let entry = entries.find(|one| one.gpu == *gpu && one.power_source == power_source)?;
        Some(&entry.record)
    }

    pub(super) fn get_mut(&mut self, gpu: &GpuUuid, power_source: PowerSource) -> Option<&mut T> {
        let mut entries = self.0.iter_mut();
        let entry = entries.find(|one| one.gpu == *gpu && one.power_source == power_source)?;
        Some(&mut entry.record)
    }
}

impl<T: Default> ByGpu<T> {
    /// The record to write to, begun anew where there is none.
    pub(super) fn of(&mut self, gpu: &GpuUuid, power_source: PowerSource) -> &mut T {
        let key = (gpu, power_source);
        let place = self
            .0
            .binary_search_by(|one| (&one.gpu, one.power_source).cmp(&key));
        let index = place.unwrap_or_else(|index| {
            let entry = Entry {
                gpu: gpu.clone(),
                power_source,
                record: T::default(),
            };
            self.0.insert(index, entry);
            index
        });
        &mut self.0[index].record
    }
}
