use std::{collections::BTreeMap, path::Path};

use gpu_keepalive_core::{benchmark::BenchmarkResult, gpu::GpuInfo};

use crate::store::{self, StoredFile};

/// The newest measurement of each GPU and driver, in the folder of what we keep.
#[derive(Clone, Debug, Default)]
pub struct KeptBenchmarks(BTreeMap<String, BenchmarkResult>);

const FILE: &str = "proofs.json";

impl KeptBenchmarks {
    /// Reads what there is.
    pub fn load(folder: &Path) -> Self {
        Self(store::load(&folder.join(FILE)))
    }

    /// The measurement of that GPU with the driver it has now.
    pub fn of(&self, gpu: &GpuInfo) -> Option<&BenchmarkResult> {
        self.0.get(&key(&gpu.uuid.0, &gpu.driver_version))
    }

    /// Takes it instead of an earlier one.
    pub fn insert(&mut self, benchmark: BenchmarkResult) {
        self.0
            .insert(key(&benchmark.uuid.0, &benchmark.driver), benchmark);
    }

    /// Takes it, in that folder too. Returns a sentence about what had to be set aside.
    ///
    /// # Errors
    /// A sentence with the reason why it was not written.
    pub fn keep(folder: &Path, benchmark: BenchmarkResult) -> Result<Option<String>, String> {
        let (mut file, kept) = StoredFile::load(&folder.join(FILE));
        let mut kept = Self(kept);
        kept.insert(benchmark);
        file.replace(&kept.0)
    }
}

fn key(uuid: &str, driver: &str) -> String {
    format!("{uuid} {driver}")
}
