use std::time::Duration;

use super::{
    Counters, Event, EventKind, Performed, Scenario,
    card::Card,
    faults::{refused, stops_every_call},
    holder::Holder,
    processor::Processor,
};
use crate::{
    Moment,
    gpu::{Action, GpuError, GpuErrorKind, GpuList, Outcome, PciBusId, PowerSource},
    host::{HostEvent, HostSample},
    settings::{AiProgram, Strategy},
    units::{Bytes, Megahertz, Percent},
};

mod environment;
mod holders;

use environment::Running;

/// A machine that lives through a [`Scenario`].
///
/// Every method that takes a moment first lets everything happen that is due by then; an earlier
/// moment than the latest given counts as that one.
#[derive(Clone, Debug)]
pub struct SimulatedMachine {
    start: Moment,
    now: Moment,
    events: Vec<Event>,
    /// The time when the next event begins or ends.
    next_event: Option<Moment>,
    cards: Vec<Card>,
    /// The `hold` process of each card.
    holders: Vec<Holder>,
    /// The processor time of every program that runs.
    processors: Vec<Processor>,
    /// Programs that were let run by hand, by card.
    guests: Vec<Option<Guest>>,
    announced: Announced,
    /// Cards whose driver process was killed.
    killed: Vec<u32>,
    /// Cards whose `hold` process was killed.
    killed_holders: Vec<u32>,
}

/// The subjects of [`HostEvent`]s, as they were last announced.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Announced {
    suspended: bool,
    power_source: PowerSource,
    power_saver: bool,
}

/// A program that a test runs beside those of the scenario, with a context open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guest {
    /// VRAM it has taken.
    pub vram: Bytes,
    /// Its utilization of the GPU now.
    pub utilization: Percent,
    /// True if the driver may raise the clocks for its open context alone, where it does.
    pub boosts: bool,
}

/// Resident memory of a `hold` process (H200, driver 580.159.04).
pub const HOLD_RESIDENT: Bytes = Bytes(18 * (1 << 20) / 10);
/// Resident memory of a process with a CUDA context: the least of 118 to 145 MiB (H200, the same).
pub const CONTEXT_RESIDENT: Bytes = Bytes::from_mib(118);

/// Times that a process with a context has `/dev/nvidia-uvm` open (H200, driver 580.159.04).
const UVM_FILES: u32 = 2;

impl SimulatedMachine {
    /// The machine at the beginning of its scenario.
    pub fn new(scenario: Scenario, start: Moment) -> Self {
        let Scenario {
            seed,
            cards,
            events,
            ..
        } = scenario;
        let mut machine = Self {
            start,
            now: start,
            events,
            next_event: None,
            guests: vec![None; cards.len()],
            holders: vec![Holder::new(start); cards.len()],
            processors: Vec::new(),
            killed: Vec::new(),
            killed_holders: Vec::new(),
            announced: Announced {
                suspended: false,
                power_source: PowerSource::Ac,
                power_saver: false,
            },
            cards: cards
                .into_iter()
                .map(|model| Card::new(model, seed, start))
                .collect(),
        };
        machine.surround();
        // A machine that begins asleep announces that.
        machine.announced.power_source = machine.power_source();
        machine.announced.power_saver = machine.saves_power();
        machine
    }

    /// Lets time pass until `now`; the same in one jump as in many.
    pub fn advance(&mut self, now: Moment) {
        loop {
            let changes = self.cards.iter().filter_map(Card::next_change);
            let holders = self.holders_act_at();
            let Some(next) = changes.chain(self.next_event).chain(holders).min() else {
                break;
            };
            if next > now {
                break;
            }
            self.now = next.max(self.now);
            for card in &mut self.cards {
                if card.next_change().is_some_and(|at| at <= self.now) {
                    card.change(self.now);
                }
            }
            if self.next_event.is_some_and(|at| at <= self.now) {
                self.surround();
            }
            self.holders_act();
        }
        self.now = now.max(self.now);
    }

    /// The GPUs that the driver lists. Wakes them.
    ///
    /// # Errors
    /// The fault of the driver: absent, mismatched, no GPU left; [`GpuErrorKind::TimedOut`] at once
    /// while one of them hangs.
    pub fn discover(&mut self, now: Moment) -> Result<GpuList, GpuError> {
        self.advance(now);
        if let Some(kind) = self.driver_fault() {
            return Err(refused(kind));
        }
        if self.cards.iter().any(Card::hangs) {
            return Err(refused(GpuErrorKind::TimedOut));
        }
        let mut list = GpuList::default();
        for card in &mut self.cards {
            list.add(card.discovered(self.now));
        }
        if list == GpuList::default() {
            return Err(refused(GpuErrorKind::NoGpu));
        }
        list.usable()
    }

    /// Does one thing to the GPU of that index.
    pub fn perform(&mut self, index: u32, action: Action, now: Moment) -> Performed {
        self.advance(now);
        let now = self.now;
        match self.cards.get_mut(index as usize) {
            Some(card) => card.perform(action, now),
            None => Performed::Done(Err(refused(GpuErrorKind::GpuNotFound))),
        }
    }

    /// The time that the driver takes for it, after which the result is there.
    pub fn call_time(&self, index: u32, action: Action) -> Duration {
        match action {
            Action::Hold {
                strategy: Strategy::PowerMizer,
                ..
            } => self
                .cards
                .get(index as usize)
                .map_or(Duration::ZERO, |card| card.model().power_mizer_call),
            _ => Duration::ZERO,
        }
    }

    /// The same as a driver process with a deadline does it: one that hangs is ended then. Returns
    /// when the result is there, and the result.
    pub fn perform_in_time(
        &mut self,
        index: u32,
        action: Action,
        now: Moment,
    ) -> (Moment, Result<Outcome, GpuError>) {
        match self.perform(index, action, now) {
            Performed::Done(result) => (now + self.call_time(index, action), result),
            Performed::Hangs => {
                let late = now + action.deadline();
                self.end_process(index, late);
                (late, Err(late_answer(action)))
            }
        }
    }

    /// Kills our driver process of that GPU, if one runs, and everything it holds with it.
    pub fn kill_process(&mut self, index: u32, now: Moment) {
        self.end_process(index, now);
        self.killed.push(index);
    }

    /// Returns true if our driver process of that GPU was killed since this was last asked.
    pub fn take_killed(&mut self, index: u32) -> bool {
        let at = self.killed.iter().position(|killed| *killed == index);
        at.map(|at| self.killed.remove(at)).is_some()
    }

    /// The event that the machine announces by itself, if it has not yet: a suspend, its end,
    /// another power source or power profile.
    pub fn take_host_event(&mut self) -> Option<HostEvent> {
        let present = self.situation();
        if present.suspended != self.announced.suspended {
            self.announced.suspended = present.suspended;
            return Some(match present.suspended {
                true => HostEvent::Suspending,
                false => HostEvent::Resumed,
            });
        }
        if present != self.announced {
            self.announced = present;
            return Some(HostEvent::PowerSourceChanged);
        }
        None
    }

    fn situation(&self) -> Announced {
        Announced {
            suspended: self.is_suspended(),
            power_source: self.power_source(),
            power_saver: self.saves_power(),
        }
    }

    /// Ends our driver process of that GPU, and everything it holds with it.
    pub fn end_process(&mut self, index: u32, now: Moment) {
        self.advance(now);
        let now = self.now;
        if let Some(card) = self.cards.get_mut(index as usize) {
            card.end_process(now);
        }
    }

    /// One host sample: the machine around the GPUs, and the AI processes on it.
    pub fn host(&mut self, ai_programs: &[AiProgram], now: Moment) -> HostSample {
        self.advance(now);
        let uvm_open = self.programs().filter(|running| running.program.gpu_open);
        let guests = self.guests.iter().flatten().count();
        let uvm_open = UVM_FILES * (uvm_open.count() + guests) as u32;
        let device = |card: &Card| card.model().info.pci_bus_id;
        let mut ai_processes: Vec<_> = self
            .programs()
            .filter_map(|running| {
                let cards = (0..).zip(&self.cards);
                let opened = cards.filter(|(index, _)| running.gpu.is_none_or(|gpu| gpu == *index));
                let devices = opened.map(|(_, card)| device(card));
                let Running {
                    program, started, ..
                } = running;
                program.recognised(started, ai_programs, devices)
            })
            .collect();
        ai_processes.sort_by_key(|process| process.pid);
        let can_suspend = || self.cards.iter().filter(|card| card.model().runtime_d3);
        HostSample {
            power_source: self.power_source(),
            power_saver: self.saves_power(),
            ai_programs: ai_processes,
            runtime_pm: can_suspend()
                .map(|card| (device(card), card.runtime_pm()))
                .collect(),
            suspended_for: can_suspend()
                .map(|card| (device(card), card.suspended_for(self.now)))
                .collect(),
            uvm_open: Some(uvm_open),
            served_round: 0,
        }
    }

    /// The next begin or end of a scenario's event after `now`; `None` when nothing more comes.
    pub fn next_event(&self, now: Moment) -> Option<Moment> {
        let elapsed = now.since(self.start);
        let changes = self.events.iter().filter_map(|e| e.next_change(elapsed));
        changes.min().map(|after| self.start + after)
    }

    /// The same after the latest moment given.
    pub fn upcoming(&self) -> Option<Moment> {
        self.next_event
    }

    /// The place of that GPU on the PCI bus; `None` when there is none.
    pub fn pci_bus_id(&self, index: u32) -> Option<PciBusId> {
        let card = self.cards.get(index as usize)?;
        Some(card.model().info.pci_bus_id)
    }

    /// The machine's source of power now.
    pub fn power_source(&self) -> PowerSource {
        self.active().fold(PowerSource::Ac, |source, event| {
            source.worse(match event.kind {
                EventKind::Battery => PowerSource::Battery,
                EventKind::UndersizedAdapter => PowerSource::UndersizedAdapter,
                _ => PowerSource::Ac,
            })
        })
    }

    /// Returns true if the machine's power profile saves power now.
    pub fn saves_power(&self) -> bool {
        self.active().any(|e| e.kind == EventKind::PowerSaver)
    }

    /// Returns true if the machine sleeps now.
    pub fn is_suspended(&self) -> bool {
        self.active().any(|e| e.kind == EventKind::Suspend)
    }

    /// Returns true if a request would find this GPU at full speed, whatever its driver reports.
    pub fn is_ready(&mut self, index: u32, now: Moment) -> bool {
        self.advance(now);
        self.cards.get(index as usize).is_some_and(Card::is_ready)
    }

    /// The counters of the GPU of that index; `None` when there is none.
    pub fn counters(&mut self, index: u32, now: Moment) -> Option<Counters> {
        self.advance(now);
        Some(self.cards.get(index as usize)?.counters(self.now))
    }

    /// The SM clock of that GPU, whatever its driver reports.
    pub fn sm_clock(&mut self, index: u32, now: Moment) -> Option<Megahertz> {
        self.advance(now);
        let card = self.cards.get(index as usize)?;
        card.reading(self.now).sm_clock
    }

    /// The time that one of our pulses takes there.
    pub fn pulse_duration(&self, index: u32) -> Option<Duration> {
        Some(self.cards.get(index as usize)?.model().pulse)
    }

    fn active(&self) -> impl Iterator<Item = &Event> + Clone {
        let elapsed = self.now.since(self.start);
        self.events.iter().filter(move |e| e.is_active(elapsed))
    }

    /// A fault of the whole driver.
    fn driver_fault(&self) -> Option<GpuErrorKind> {
        self.active().find_map(|event| match event.kind {
            EventKind::Fault(kind) if event.gpu.is_none() && stops_every_call(kind) => Some(kind),
            _ => None,
        })
    }
}

/// The error of a driver that did not answer within an action's deadline.
pub fn late_answer(action: Action) -> GpuError {
    let message = format!("the driver did not answer within {:?}", action.deadline());
    GpuError::new(GpuErrorKind::TimedOut, message)
}
