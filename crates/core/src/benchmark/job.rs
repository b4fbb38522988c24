use std::time::Duration;

use super::Plan;
use crate::{gpu::GpuInfo, units::Celsius};

/// What is to be measured.
#[derive(Clone, Debug)]
pub struct Job {
    /// The GPU.
    pub gpu: GpuInfo,
    /// Whether it is simulated.
    pub simulated: bool,
    /// How much is measured.
    pub plan: Plan,
    /// It must stay below this temperature; `None` without a limit.
    pub limit: Option<Celsius>,
}

/// What is being done, and how long everything takes at most from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// For people.
    pub text: String,
    /// At most.
    pub left: Duration,
}
