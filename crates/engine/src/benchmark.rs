//! The seam to the benchmark, which is a crate of its own, and the results that are kept.

use std::{collections::BTreeMap, future::Future, path::Path, pin::Pin};

use gpu_keepalive_core::{
    benchmark::{BenchmarkResult, Job, Progress},
    gpu::{GpuError, GpuInfo},
};

use crate::{
    clock::Clock,
    gpu::GpuSource,
    store::{self, StoredFile},
};

/// The measurement of a GPU on request: `gpu-keepalive-benchmark`, for an engine that was given it.
pub trait Measure<S: GpuSource>: Send + Sync + 'static {
    /// Measures one GPU that nothing of ours holds meanwhile; `holder` is its `hold` process, or why
    /// there is none, and `report` receives the progress. Dropping the future ends its program.
    fn measure<'a>(
        &'a self,
        job: &'a Job,
        gpu: &'a mut S::Gpu,
        holder: Result<S::Holder, GpuError>,
        clock: &'a Clock,
        report: Box<dyn FnMut(Progress) + Send + 'a>,
    ) -> Measuring<'a>;
}

/// A measurement under way: its result, or a sentence with the reason why there is none.
pub type Measuring<'a> =
    Pin<Box<dyn Future<Output = Result<Box<BenchmarkResult>, String>> + Send + 'a>>;

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

#[cfg(test)]
mod tests;
