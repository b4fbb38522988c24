use std::{collections::BTreeMap, io, path::Path};

use gpu_keepalive_core::{benchmark::BenchmarkResult, gpu::GpuInfo};

use crate::store;

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

    /// Takes it, in that folder too.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn keep(folder: &Path, benchmark: BenchmarkResult) -> io::Result<()> {
        let mut kept = Self::load(folder);
        kept.insert(benchmark);
        store::save(&folder.join(FILE), &kept.0)
    }
}

fn key(uuid: &str, driver: &str) -> String {
    format!("{uuid} {driver}")
}
