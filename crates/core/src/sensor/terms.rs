//! The inputs and results of the sensor.

use super::{HoldInstead, SensingPause};
use crate::{Moment, gpu::holder::SensedProcess, host::StartTime, units::Percent};

/// A process that could be watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its process id.
    pub pid: u32,
    /// The time of its start.
    pub started: StartTime,
    /// The name under which its threshold is learned.
    pub program: String,
}

/// The driver's report of GPU work between two moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GpuWork<'a> {
    /// Work before this is not in it. For the GPU's own utilisation a period before the sample.
    pub from: Moment,
    /// Work after this is not in it.
    pub to: Moment,
    /// Utilisation by process; `None` where the driver does not report it.
    pub processes: Option<&'a [(u32, Percent)]>,
    /// Utilisation of the whole GPU; `None` where the driver does not report it.
    pub gpu: Option<Percent>,
}

/// The consequence of a report of GPU work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// The GPU computes: the clocks stay up for the time they linger.
    Stay,
    /// The wake was false: release the clocks at once.
    ReleaseFalse,
    /// The GPU has rested for as long as the clocks linger, whatever the processor does.
    Release,
    /// A request was missed: raise the clocks now for the time they linger. Taken as done, unless
    /// [`Sensor::refused`](super::Sensor::refused) follows.
    Raise,
}

/// The processes to sense on one GPU, if any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sensed {
    /// Watch these.
    Watch(Vec<SensedProcess>),
    /// Sense nothing for a while.
    Pause(SensingPause),
    /// Sensing does not keep the promise on this GPU: hold the clocks.
    Hold(HoldInstead),
}
