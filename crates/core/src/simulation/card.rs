use std::time::Duration;

use super::CardModel;
use crate::{
    Moment,
    gpu::{
        Action, ClocksEventReasons, ComputeProcess, GpuError, GpuErrorKind, HoldReport, Outcome,
        PState, PowerSource, PulseReport, Sample,
    },
    host::RuntimePm,
    settings::Strategy,
    units::{Bytes, Celsius, Joules, Megahertz, Percent, Watts},
};

mod segment;

use segment::Segment;

/// Time from the last close until the device suspends (reported: btop#738).
const SUSPEND_AFTER: Duration = Duration::from_secs(6);
/// P-state of a card that computes with fallen clocks (reported: llama.cpp#17880).
const PARTIAL_PSTATE: u8 = 3;
/// Its SM clock as a share of the boost clock (assumed).
const PARTIAL_CLOCK: f64 = 0.4;
/// SM clock while the hardware slows down for heat, as a share of the boost clock (assumed).
const SLOWED_CLOCK: f64 = 0.5;

/// What came of an action.
#[derive(Clone, Debug, PartialEq)]
pub enum Performed {
    /// The driver answered.
    Done(Result<Outcome, GpuError>),
    /// It never will. Whoever asked ends the process after [`Action::deadline`] with
    /// [`SimulatedMachine::end_process`](super::SimulatedMachine::end_process).
    Hangs,
}

/// What a card has been through, for tests and benchmarks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counters {
    /// Samples that were answered.
    pub samples: u64,
    /// Pulses that ran.
    pub pulses: u64,
    /// Contexts that were opened.
    pub contexts: u64,
    /// Whether we have NVML open.
    pub nvml_open: bool,
    /// Whether we have a context open.
    pub context_open: bool,
    /// The strategy we hold.
    pub held: Option<Strategy>,
    /// How long it was ready.
    pub ready: Duration,
    /// All energy it drew.
    pub energy: Joules,
}

/// What goes on around a card at some moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Surroundings {
    /// Others with a context: process id and VRAM.
    pub(super) processes: Vec<ComputeProcess>,
    /// The busiest of them.
    pub(super) utilization: u32,
    /// One of them keeps the clocks up by its work.
    pub(super) driven: bool,
    pub(super) power_source: PowerSource,
    /// The temperature of the air, when it is not the card's own.
    pub(super) ambient: Option<f64>,
    /// The machine sleeps.
    pub(super) asleep: bool,
    pub(super) hangs: bool,
    pub(super) sensor_lost: bool,
    pub(super) faults: Vec<GpuErrorKind>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Clocks {
    Low,
    Rising(Moment),
    High,
}

/// One card as it is now.
#[derive(Clone, Debug)]
pub(super) struct Card {
    model: CardModel,
    seed: u64,
    around: Surroundings,
    nvml_open: bool,
    held: Option<Strategy>,
    /// VRAM of our context.
    context: Option<Bytes>,
    /// The context died under us; every call on it fails until it is let go.
    context_dead: bool,
    clocks: Clocks,
    /// Something keeps the clocks up for as long as it lasts.
    driven: bool,
    /// When the clocks fall, unless there is work before.
    falls_at: Option<Moment>,
    /// How many holds began: picks the next jitter.
    holds: u64,
    suspended: bool,
    suspends_at: Option<Moment>,
    /// The hardware slows itself down for heat.
    slowed: bool,
    segment: Segment,
    counters: Counters,
}

impl Card {
    /// A card at rest since long ago; suspended if it can.
    pub(super) fn new(model: CardModel, seed: u64, start: Moment) -> Self {
        let watts = if model.runtime_d3 {
            0.0
        } else {
            model.rest_watts
        };
        let ambient = model.ambient;
        let settled = ambient + watts * model.thermal_resistance;
        Self {
            seed: seed ^ u64::from(model.info.index).wrapping_mul(0x9e37_79b9_7f4a_7c15),
            around: Surroundings::default(),
            nvml_open: false,
            held: None,
            context: None,
            context_dead: false,
            clocks: Clocks::Low,
            driven: false,
            falls_at: None,
            holds: 0,
            suspended: model.runtime_d3,
            suspends_at: None,
            slowed: false,
            segment: Segment::new(&model, start, settled, watts, ambient),
            counters: Counters::default(),
            model,
        }
    }

    pub(super) fn model(&self) -> &CardModel {
        &self.model
    }

    /// When something here next changes by itself.
    pub(super) fn next_change(&self) -> Option<Moment> {
        let rises_at = match self.clocks {
            Clocks::Rising(at) => Some(at),
            _ => None,
        };
        let crosses_at = self.segment.crosses_at();
        [rises_at, self.falls_at, self.suspends_at, crosses_at]
            .into_iter()
            .flatten()
            .min()
    }

    /// Lets everything happen that is due by `now`.
    pub(super) fn change(&mut self, now: Moment) {
        let due = |at: Option<Moment>| at.is_some_and(|at| at <= now);
        if matches!(self.clocks, Clocks::Rising(at) if at <= now) {
            self.clocks = Clocks::High;
        }
        if due(self.falls_at) {
            self.falls_at = None;
            self.clocks = Clocks::Low;
        }
        if due(self.suspends_at) {
            self.suspends_at = None;
            self.suspended = true;
        }
        if due(self.segment.crosses_at()) {
            self.slowed = !self.slowed;
        }
        self.settle(now);
    }

    /// Puts the card into other surroundings.
    pub(super) fn surround(&mut self, around: Surroundings, now: Moment) {
        let arrived = around
            .processes
            .iter()
            .any(|new| self.around.processes.iter().all(|old| old.pid != new.pid));
        self.around = around;
        if self.around.asleep {
            self.context_dead = self.context.is_some();
        }
        if self.has(GpuErrorKind::ContextLost) {
            self.context_dead = self.context.is_some();
        }
        if let Some(fault) = self.fault()
            && !matches!(fault, GpuErrorKind::NotSupported | GpuErrorKind::Other)
        {
            self.let_go();
        }
        if arrived {
            self.work(now);
        }
        self.settle(now);
    }

    /// Does what our process is asked to do.
    pub(super) fn perform(&mut self, action: Action, now: Moment) -> Performed {
        let idle = !self.nvml_open && self.held.is_none();
        let lets_go = matches!(action, Action::Release | Action::Close);
        if self.around.hangs && !(idle && lets_go) {
            return Performed::Hangs;
        }
        let result = match action {
            Action::Sample => self.opened().map(|()| {
                self.counters.samples += 1;
                Outcome::Sampled(Box::new(self.sample(now)))
            }),
            Action::Hold {
                strategy,
                matrix_size,
            } => self.hold(strategy, matrix_size, now),
            Action::Pulse => self.pulse(now),
            Action::Release => {
                self.release();
                Ok(Outcome::Released)
            }
            Action::Close => {
                self.let_go();
                Ok(Outcome::Closed)
            }
        };
        self.settle(now);
        Performed::Done(result)
    }

    /// Our process is gone, and all it held with it.
    pub(super) fn end_process(&mut self, now: Moment) {
        self.let_go();
        self.settle(now);
    }

    /// The driver lists its GPUs: wakes the card and closes it again.
    pub(super) fn discovered(&mut self, now: Moment) {
        self.wake();
        self.settle(now);
    }

    /// The fault that every call on this card meets now.
    pub(super) fn fault(&self) -> Option<GpuErrorKind> {
        let mut faults = self.around.faults.iter().copied();
        faults.find(|kind| stops_every_call(*kind))
    }

    /// Whether the next request finds it at full speed, whatever the driver tells.
    pub(super) fn is_ready(&self) -> bool {
        self.look(self.segment.since())
            .ready(self.model.info.sm_clock_max)
            .unwrap_or(false)
    }

    pub(super) fn runtime_pm(&self) -> RuntimePm {
        match (self.model.runtime_d3, self.suspended) {
            (false, _) => RuntimePm::Unsupported,
            (true, false) => RuntimePm::Active,
            (true, true) => RuntimePm::Suspended,
        }
    }

    pub(super) fn counters(&self, now: Moment) -> Counters {
        Counters {
            nvml_open: self.nvml_open,
            context_open: self.context.is_some(),
            held: self.held,
            ready: self.segment.ready_time(now),
            energy: Joules(self.segment.joules(now)),
            ..self.counters
        }
    }

    fn has(&self, kind: GpuErrorKind) -> bool {
        self.around.faults.contains(&kind)
    }

    /// Opens NVML, which wakes the device, or says why not.
    fn opened(&mut self) -> Result<(), GpuError> {
        if let Some(kind) = self.fault() {
            return Err(refused(kind));
        }
        if self.around.asleep {
            return Err(GpuError::new(
                GpuErrorKind::Other,
                "nvmlDeviceGetHandleByUUID: the machine is suspended",
            ));
        }
        self.nvml_open = true;
        self.wake();
        Ok(())
    }

    fn hold(
        &mut self,
        strategy: Strategy,
        matrix_size: u32,
        now: Moment,
    ) -> Result<Outcome, GpuError> {
        let dead = self.context_dead;
        self.opened()?;
        if dead {
            return Err(refused(GpuErrorKind::ContextLost));
        }
        self.release();
        let vram = match strategy {
            Strategy::PowerMizer => {
                if self.model.power_mizer == super::PowerMizer::Unsupported {
                    return Err(refused(GpuErrorKind::NotSupported));
                }
                None
            }
            Strategy::Context => Some(self.open_context(0, now)?),
            Strategy::Pulse => Some(self.open_context(matrix_size, now)?),
        };
        self.held = Some(strategy);
        Ok(Outcome::Held(HoldReport { vram }))
    }

    /// Opens a context with room for `matrix_size` squared half-precision values.
    fn open_context(&mut self, matrix_size: u32, now: Moment) -> Result<Bytes, GpuError> {
        use GpuErrorKind::*;
        let refusal = [CudaMissing, ExclusiveMode, OutOfMemory];
        if let Some(kind) = refusal.into_iter().find(|kind| self.has(*kind)) {
            return Err(refused(kind));
        }
        let needed = Bytes(self.model.context_vram.0 + 2 * u64::from(matrix_size).pow(2));
        if needed > self.vram_free() {
            return Err(refused(OutOfMemory));
        }
        self.context = Some(needed);
        self.counters.contexts += 1;
        self.work(now);
        Ok(needed)
    }

    fn pulse(&mut self, now: Moment) -> Result<Outcome, GpuError> {
        if let Some(kind) = self.fault() {
            return Err(refused(kind));
        }
        if self.context_dead {
            return Err(refused(GpuErrorKind::ContextLost));
        }
        if self.held != Some(Strategy::Pulse) {
            return Err(GpuError::new(
                GpuErrorKind::Other,
                "cuLaunchKernel: no pulse is held",
            ));
        }
        self.counters.pulses += 1;
        self.work(now);
        let elapsed = self.model.pulse;
        Ok(Outcome::Pulsed(PulseReport { elapsed }))
    }

    fn release(&mut self) {
        self.held = None;
        self.context = None;
        self.context_dead = false;
    }

    fn let_go(&mut self) {
        self.release();
        self.nvml_open = false;
    }

    fn wake(&mut self) {
        self.suspended = false;
        self.suspends_at = None;
    }

    /// A moment of work: raises the clocks, and puts off their fall.
    fn work(&mut self, now: Moment) {
        let up_at = match self.clocks {
            Clocks::Low => now + self.model.ramp,
            Clocks::Rising(at) => at,
            Clocks::High => now,
        };
        if up_at > now {
            self.clocks = Clocks::Rising(up_at);
        } else {
            self.clocks = Clocks::High;
        }
        self.falls_at = if self.driven {
            None
        } else {
            Some(up_at + self.next_hold())
        };
    }

    /// Brings everything that follows from the rest in line with it.
    fn settle(&mut self, now: Moment) {
        let open = self.nvml_open || self.context.is_some() || !self.around.processes.is_empty();
        if self.model.runtime_d3 && !self.around.asleep {
            if open {
                self.wake();
            } else if !self.suspended && self.suspends_at.is_none() {
                self.suspends_at = Some(now + SUSPEND_AFTER);
            }
        }
        let driven = self.is_driven();
        if driven != self.driven {
            self.driven = driven;
            self.work(now);
        }
        if self.is_dark() {
            self.clocks = Clocks::Low;
            self.falls_at = None;
        }
        self.segment.turn(
            &self.model,
            now,
            self.watts(),
            self.around.ambient.unwrap_or(self.model.ambient),
            self.slowed,
        );
        let ready = self.is_ready();
        self.segment.set_ready(ready, now);
    }

    /// No current flows: suspended, or off the bus.
    fn is_dark(&self) -> bool {
        self.suspended || self.around.asleep || self.has(GpuErrorKind::GpuLost)
    }

    fn is_driven(&self) -> bool {
        let live = self.context.is_some() && !self.context_dead;
        let context = live || !self.around.processes.is_empty();
        let mizer = self.held == Some(Strategy::PowerMizer)
            && self.model.power_mizer == super::PowerMizer::Works;
        !self.is_dark() && (self.around.driven || mizer || (self.model.context_holds && context))
    }

    /// The next hold time, with its jitter (SplitMix64 of the seed and how many there were).
    fn next_hold(&mut self) -> Duration {
        self.holds += 1;
        if self.model.hold_jitter == 0.0 {
            return self.model.hold;
        }
        let mut x = self
            .seed
            .wrapping_add(self.holds.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^= x >> 31;
        let from_minus_one_to_one = x as f64 / u64::MAX as f64 * 2.0 - 1.0;
        self.model
            .hold
            .mul_f64(1.0 + self.model.hold_jitter * from_minus_one_to_one)
    }

    fn is_partial(&self) -> bool {
        self.around.utilization > 0 && self.clocks != Clocks::High
    }

    fn is_capped(&self) -> bool {
        self.around.power_source != PowerSource::Ac
            && self.model.capped_clock.is_some()
            && self.clocks == Clocks::High
    }

    fn watts(&self) -> f64 {
        if self.is_dark() {
            return 0.0;
        }
        let model = &self.model;
        let load = f64::from(self.around.utilization) / 100.0;
        let (base, share) = match self.clocks {
            Clocks::High => (model.warm_watts, 1.0),
            _ => (model.rest_watts, PARTIAL_CLOCK),
        };
        let watts = base + (model.load_watts - model.warm_watts) * load * share;
        if self.slowed {
            model.rest_watts + (watts - model.rest_watts) * SLOWED_CLOCK
        } else {
            watts
        }
    }

    fn sm_clock(&self) -> Megahertz {
        let Megahertz(boost) = self.model.boost_clock;
        let share = |share: f64| (f64::from(boost) * share).round() as u32;
        let mut clock = match self.clocks {
            Clocks::High => boost,
            _ if self.is_partial() => share(PARTIAL_CLOCK),
            _ => return self.model.idle_clock,
        };
        if let Some(Megahertz(cap)) = self.model.capped_clock.filter(|_| self.is_capped()) {
            clock = clock.min(cap);
        }
        if self.slowed {
            clock = clock.min(share(SLOWED_CLOCK));
        }
        Megahertz(clock.max(self.model.idle_clock.0))
    }

    fn pstate(&self) -> PState {
        let idle = self.model.idle_pstate;
        match self.clocks {
            Clocks::High => self.model.boost_pstate,
            _ if self.is_partial() => {
                PState::new(PARTIAL_PSTATE.into()).map_or(idle, |partial| partial.min(idle))
            }
            _ => idle,
        }
    }

    fn reasons(&self) -> ClocksEventReasons {
        let mut bits = self.model.extra_reasons;
        if self.clocks != Clocks::High && !self.is_partial() {
            bits |= ClocksEventReasons::GPU_IDLE.0;
        }
        if self.is_capped() {
            bits |= ClocksEventReasons::SW_POWER_CAP.0;
        }
        if self.slowed {
            bits |= ClocksEventReasons::HW_SLOWDOWN.0 | ClocksEventReasons::HW_THERMAL_SLOWDOWN.0;
        }
        ClocksEventReasons(bits)
    }

    fn vram_free(&self) -> Bytes {
        let others: u64 = self
            .around
            .processes
            .iter()
            .filter_map(|process| process.vram)
            .map(|vram| vram.0)
            .sum();
        let taken = self.model.desktop_vram.0 + others + self.context.map_or(0, |vram| vram.0);
        Bytes(self.model.info.vram_total.0.saturating_sub(taken))
    }

    fn sample(&self, now: Moment) -> Sample {
        self.model.told_sample(self.look(now))
    }

    /// Everything there is to see, before the driver leaves things out.
    fn look(&self, now: Moment) -> Sample {
        let memory_clock = match self.clocks {
            Clocks::High => self.model.memory_boost,
            _ => self.model.memory_idle,
        };
        let temperature = Celsius(self.segment.celsius(now).floor() as i32);
        Sample {
            pstate: Some(self.pstate()),
            sm_clock: Some(self.sm_clock()),
            memory_clock: Some(memory_clock),
            temperature: Some(temperature).filter(|_| !self.around.sensor_lost),
            power: Some(Watts(self.segment.watts())),
            energy: Some(Joules(self.segment.joules(now))),
            utilization: Some(Percent(self.around.utilization)),
            other_utilization: Some(Percent(self.around.utilization)),
            compute_processes: Some(self.around.processes.clone()),
            clocks_event_reasons: Some(self.reasons()),
            vram_free: Some(self.vram_free()),
            vram_ours: Some(self.context.unwrap_or_default()),
            power_source: Some(self.around.power_source),
        }
    }
}

/// Whether a fault of that kind is met by every call, not by contexts alone.
pub(super) fn stops_every_call(kind: GpuErrorKind) -> bool {
    use GpuErrorKind::*;
    !matches!(
        kind,
        CudaMissing | OutOfMemory | ExclusiveMode | ContextLost
    )
}

pub(super) fn refused(kind: GpuErrorKind) -> GpuError {
    GpuError::new(kind, words(kind))
}

/// The driver's words for it.
fn words(kind: GpuErrorKind) -> &'static str {
    use GpuErrorKind::*;
    match kind {
        NvmlMissing => "libnvidia-ml.so.1: cannot open shared object file",
        CudaMissing => "libcuda.so.1: cannot open shared object file",
        DriverTooOld => "libnvidia-ml.so.1: undefined symbol",
        VersionMismatch => {
            "nvmlInit: driver/library version mismatch (NVML_ERROR_LIB_RM_VERSION_MISMATCH)"
        }
        DriverNotLoaded => "nvmlInit: driver not loaded (NVML_ERROR_DRIVER_NOT_LOADED)",
        NoGpu => "nvmlDeviceGetCount: no GPU",
        GpuNotFound => "nvmlDeviceGetHandleByUUID: not found (NVML_ERROR_NOT_FOUND)",
        GpuLost => "nvmlDeviceGetPerformanceState: GPU is lost (NVML_ERROR_GPU_IS_LOST)",
        OutOfMemory => "cuCtxCreate: out of memory (CUDA_ERROR_OUT_OF_MEMORY)",
        ExclusiveMode => {
            "cuCtxCreate: all CUDA-capable devices are busy or unavailable (CUDA_ERROR_DEVICE_UNAVAILABLE)"
        }
        NoPermission => "nvmlInit: insufficient permissions (NVML_ERROR_NO_PERMISSION)",
        NotSupported => "not supported (NVML_ERROR_NOT_SUPPORTED)",
        ContextLost => "cuLaunchKernel: unknown error (CUDA_ERROR_UNKNOWN)",
        TimedOut => "no answer in time",
        ProcessEnded => "the driver process ended",
        Panicked => "a driver binding panicked",
        Other => "unknown error (NVML_ERROR_UNKNOWN)",
    }
}
