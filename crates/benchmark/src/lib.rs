//! Measures what keeping one GPU ready is worth: every strategy beside leaving it alone.
//!
//! A program of ours plays the user's AI ([`BenchmarkWorkload`]); the GPU is kept ready, or not, through
//! the same seams that the engine uses ([`Gpu`], [`Holder`]). Each strategy is tried after the same
//! rest. Dropping the measurement releases everything.
//!
//! The arithmetic and its sentences ([`Measurements`], [`StrategyResult`], the verdict, [`share`]) are
//! pure: they name neither the engine nor a clock.
//!
//! [`Gpu`]: gpu_keepalive_engine::gpu::Gpu
//! [`Holder`]: gpu_keepalive_engine::gpu::Holder
//! [`StrategyResult`]: gpu_keepalive_core::benchmark::StrategyResult

// The library is checked without its tests as well.
#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests make files"))]

mod measure;
mod measurements;
mod platform;
mod share;
mod strategies;
#[cfg(test)]
mod tests;
mod verdict;
mod workloads;

use gpu_keepalive_core::{
    benchmark::{Job, Progress},
    gpu::GpuError,
};
use gpu_keepalive_engine::{
    benchmark::{Measure, Measuring},
    clock::Clock,
    gpu::GpuSource,
};

pub use measure::measure;
pub use measurements::{About, Measurements};
pub use share::{POST_TO, results_page, share};
pub use strategies::{Trial, WhyNot};
pub use workloads::{
    BenchmarkWorkload, MeasureError, NvidiaWorkloads, SimulatedWorkloads, Workloads,
};

/// The benchmark that an engine runs on request, with workloads from that source.
#[derive(Clone, Debug)]
pub struct Benchmark<W>(pub W);

impl<S: GpuSource, W: Workloads> Measure<S> for Benchmark<W> {
    fn measure<'a>(
        &'a self,
        job: &'a Job,
        gpu: &'a mut S::Gpu,
        holder: Result<S::Holder, GpuError>,
        clock: &'a Clock,
        report: Box<dyn FnMut(Progress) + Send + 'a>,
    ) -> Measuring<'a> {
        Box::pin(async move {
            let measured = measure(job, gpu, holder, &self.0, clock, report).await;
            measured.map(Box::new).map_err(|error| error.to_string())
        })
    }
}
