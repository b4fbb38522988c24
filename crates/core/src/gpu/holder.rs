//! The vocabulary between the keeper and the `hold` process: one per GPU, which makes the driver's
//! boost request and watches for the start of requests.
//!
//! The `hold` process raises the clocks by itself, because no other process may stand between a
//! sensed request and the driver's call. What it may do is set beforehand: [`HolderAction::Arm`]
//! names the processes, their thresholds and the limits. The keeper learns of it afterwards
//! ([`HolderReport::Raised`]) and judges.
//!
//! Both ends are the same program, so the format has no version: one JSON object a line.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use super::GpuError;
use crate::{Moment, host::StartTime};

#[cfg(test)]
mod tests;

/// The most processes that are watched for requests; with more of them the clocks are held.
pub const MOST_SENSED: usize = 32;

/// The longest line either end accepts, in bytes.
///
/// [`MOST_SENSED`] processes take at most 130 bytes each, and the rest less than 1 KiB.
pub const LONGEST_LINE: usize = 16 << 10;

/// A command and the number that its answer carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolderCommand {
    /// Returns in [`HolderReport::Reply`].
    pub id: u64,
    /// The action.
    pub action: HolderAction,
}

/// One thing for the `hold` process to do. Each gets one [`HolderReport::Reply`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HolderAction {
    /// Opens the driver and watches these processes instead of those before. A process that was
    /// watched already keeps its last reading; clocks that are raised stay so. From
    /// [`HolderAction::Hold`] the clocks are released.
    Arm(Sensing),
    /// Releases the clocks and closes the driver: nothing is open afterwards.
    Disarm,
    /// Opens the driver and requests the boost; watches nothing. It is for the keeper to send this
    /// again before the boost ends: while the keeper is stopped or hangs, nothing is renewed.
    Hold(Renewal),
    /// Raises the clocks now for at least this long, as for a lease. Needs [`HolderAction::Arm`].
    Raise {
        /// From now on.
        lasting: Duration,
    },
    /// Extends a raise to at least this long from now, because the GPU still computes. Changes
    /// nothing where the clocks are not raised.
    Stay {
        /// From now on.
        lasting: Duration,
    },
    /// Releases raised clocks at once and keeps watching.
    Release {
        /// The wake turned out to be false, so it does not count as a request.
        false_wake: bool,
    },
    /// Returns the processor time of each process.
    Report,
}

impl HolderAction {
    /// The longest it may take before the process counts as hung.
    ///
    /// Opening took 1.3 ms and the call up to 22 ms on an H200; waking a suspended laptop GPU takes
    /// a second or two.
    pub const fn deadline(&self) -> Duration {
        match self {
            Self::Arm(_) | Self::Hold(_) | Self::Raise { .. } => Duration::from_secs(5),
            Self::Disarm | Self::Stay { .. } | Self::Release { .. } | Self::Report => {
                Duration::from_secs(2)
            }
        }
    }
}

/// For the log: `sense the requests of 2 processes`.
impl fmt::Display for HolderAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arm(sensing) => write!(
                f,
                "sense the requests of {} processes",
                sensing.processes.len()
            ),
            Self::Disarm => f.write_str("sense and hold nothing"),
            Self::Hold(_) => f.write_str("hold the boost"),
            Self::Raise { .. } => f.write_str("raise the clocks"),
            Self::Stay { .. } => f.write_str("keep the clocks raised"),
            Self::Release { .. } => f.write_str("release the clocks"),
            Self::Report => f.write_str("report the use of the processor"),
        }
    }
}

/// The renewal of a boost: requested again before it expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewal {
    /// The duration that each request asks for, in whole seconds of at least 1.
    pub lasting: Duration,
    /// From one request to the next.
    pub every: Duration,
}

impl Default for Renewal {
    /// 30 s, renewed after half of it. The duration is the driver's own watchdog: a boost whose
    /// owner hangs ends by itself.
    fn default() -> Self {
        Self {
            lasting: Duration::from_secs(30),
            every: Duration::from_secs(15),
        }
    }
}

/// The processes to watch, and the limits within which the clocks are raised without asking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sensing {
    /// At most [`MOST_SENSED`]. None is allowed too: then only commands raise the clocks.
    pub processes: Vec<SensedProcess>,
    /// Raises the clocks with the boost request. Otherwise nothing is opened and asked of the
    /// driver: what is reported as raised and released is for the keeper to do.
    pub boosts: bool,
    /// Between two readings while requests are frequent.
    pub busy_period: Duration,
    /// Between two readings otherwise.
    pub idle_period: Duration,
    /// The time for which requests count as frequent after one.
    pub busy_for: Duration,
    /// From the last use of the processor to the release.
    pub linger: Duration,
    /// Between two raises: at most one a second.
    pub between_raises: Duration,
    /// Once the clocks have been raised for this long in all since the last command, they are
    /// released and not raised before the next one: the keeper may hang. A command that raises
    /// accounts for the time that it states.
    pub unconfirmed: Duration,
    /// The renewal of a raise beyond the driver's duration.
    pub renewal: Renewal,
}

impl Default for Sensing {
    /// No process, and the periods and limits of the product's promise.
    fn default() -> Self {
        Self {
            processes: Vec::new(),
            boosts: true,
            busy_period: Duration::from_millis(20),
            idle_period: Duration::from_millis(40),
            busy_for: Duration::from_secs(60),
            linger: Duration::from_secs(3),
            between_raises: Duration::from_secs(1),
            unconfirmed: Duration::from_secs(10),
            renewal: Renewal::default(),
        }
    }
}

/// A process whose processor time is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SensedProcess {
    /// Its process id.
    pub pid: u32,
    /// The time of its start.
    pub started: StartTime,
    /// Processor time in one period above which it has begun a request.
    pub threshold: Duration,
}

impl SensedProcess {
    /// Returns true if both are the same process, whatever their thresholds.
    pub fn is(&self, other: &Self) -> bool {
        (self.pid, self.started) == (other.pid, other.started)
    }
}

/// A line from the `hold` process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HolderReport {
    /// The command of that number is done, or was refused. After an error nothing is held.
    Reply {
        /// The command's.
        id: u64,
        /// Its result.
        result: Result<HolderReply, GpuError>,
    },
    /// The clocks were raised.
    Raised(Raised),
    /// The clocks were released.
    Released(Released),
    /// The driver refused to raise the clocks for a request, or to renew. Nothing is held; the
    /// processes are still watched if they were.
    Refused(Refused),
    /// A process ended and is no longer watched.
    Gone {
        /// The time when this was seen.
        at: Moment,
        /// Its process id.
        pid: u32,
    },
}

/// The result of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HolderReply {
    /// The time when it was done.
    pub at: Moment,
    /// The time that opening the driver took; `None` when it was open already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opening: Option<Duration>,
    /// The time that the call took that raised or cleared; `None` when there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<Duration>,
    /// True if the clocks are raised or held now.
    pub raised: bool,
    /// Processes that cannot be watched, after [`HolderAction::Arm`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unwatched: Vec<Unwatched>,
    /// Processor time by process, after [`HolderAction::Report`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub processes: Vec<ProcessorUse>,
    /// The time when their clocks were last read, after [`HolderAction::Report`].
    pub read_at: Moment,
}

/// A process that is not watched, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unwatched {
    /// Its process id.
    pub pid: u32,
    /// The reason.
    pub reason: UnwatchedReason,
}

/// The reason why a process cannot be watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnwatchedReason {
    /// There is no such process.
    Gone,
    /// Another process has that id by now.
    Replaced,
    /// Its start time or its clock cannot be read: `/proc` hides it, or it is in a container
    /// whose ids are not visible.
    Hidden,
}

/// Processor time of one process, all of its threads together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessorUse {
    /// Its process id.
    pub pid: u32,
    /// Since the last report of it.
    pub used: Duration,
    /// The most in one period since then.
    pub most: Duration,
}

/// The clocks were raised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raised {
    /// The time when the call returned.
    pub at: Moment,
    /// The cause of the raise.
    pub cause: RaiseCause,
    /// The time that the driver's call took.
    pub call: Duration,
    /// From the reading that showed the request to the return of the call.
    pub wake: Duration,
}

/// The cause of a raise: a process used more of the processor than its threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RaiseCause {
    /// Its process id.
    pub pid: u32,
    /// Processor time since the reading before.
    pub used: Duration,
    /// Time since the reading before.
    pub period: Duration,
}

/// The clocks were released.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released {
    /// The time when the call returned.
    pub at: Moment,
    /// The reason.
    pub reason: ReleaseReason,
    /// The time for which they were raised.
    pub raised_for: Duration,
}

/// The reason why the clocks are released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseReason {
    /// No process used the processor for as long as the clocks linger.
    Idle,
    /// The keeper asked for it.
    Asked,
    /// No command came in time: see [`Sensing::unconfirmed`] and [`HolderAction::Hold`].
    Unconfirmed,
    /// The last process that was watched has ended.
    Gone,
}

/// The driver refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The time.
    pub at: Moment,
    /// The request that the clocks were to be raised for; `None` for a renewal.
    pub cause: Option<RaiseCause>,
    /// The driver's status or the system's error.
    pub error: GpuError,
}
