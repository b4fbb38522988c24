//! The activity around every card, and its programs' use of the processor.

use std::time::Duration;

use super::{Guest, SimulatedMachine};
use crate::{
    Moment,
    gpu::{ComputeProcess, ProcessLoad},
    host::StartTime,
    simulation::{
        Event, EventKind, ProcessorTimes, Request, SimulatedProcess,
        card::Environment,
        processor::{Activity, Processor},
    },
    units::{Bytes, Percent},
};

/// Process id of a [`Guest`] on the first card; the next card's has the next one.
const GUEST_PID: u32 = 39_999;
/// The time that the machine has run when its scenario begins: then programs may have started
/// before.
const UPTIME: Duration = Duration::from_secs(3600);
/// Linux counts the start of a process in ticks of 10 ms.
const TICK_MS: u128 = 10;

/// A program that runs.
pub(super) struct Running<'a> {
    pub(super) program: &'a SimulatedProcess,
    /// Its GPU; all of them when absent.
    pub(super) gpu: Option<u32>,
    pub(super) started: StartTime,
}

impl SimulatedMachine {
    /// From now on another process computes this much there; with 0 it is gone.
    pub fn set_load(&mut self, index: u32, utilization: Percent, now: Moment) {
        let guest = Guest {
            vram: Bytes(0),
            utilization,
            boosts: true,
        };
        self.set_guest(index, Some(guest).filter(|g| g.utilization.0 > 0), now);
    }

    /// From now on this program runs there, or none.
    pub fn set_guest(&mut self, index: u32, guest: Option<Guest>, now: Moment) {
        self.advance(now);
        if let Some(place) = self.guests.get_mut(index as usize) {
            *place = guest;
            self.surround();
        }
    }

    /// Ends everything that was made to happen.
    pub fn end_events(&mut self) {
        self.events.clear();
        self.surround();
    }

    /// Lets something happen from now on, for a time or for ever.
    pub fn happen(
        &mut self,
        gpu: Option<u32>,
        kind: EventKind,
        lasts: Option<Duration>,
        now: Moment,
    ) {
        self.advance(now);
        let elapsed = self.now.since(self.start);
        // What is over stays so.
        self.events
            .retain(|event| event.is_active(elapsed) || event.next_change(elapsed).is_some());
        self.events.push(Event {
            at: elapsed,
            lasts,
            repeat_every: None,
            gpu,
            kind,
        });
        self.surround();
    }

    /// A program that runs has used so much processor time by now beside what it uses by itself: for
    /// real processes on a simulated machine.
    pub fn set_processor_time(&mut self, pid: u32, used: Duration, now: Moment) {
        self.advance(now);
        if let Some(processor) = self.processors.iter_mut().find(|p| p.pid == pid) {
            processor.set_outside(used);
            self.surround_holders();
        }
    }

    /// From now on a program keeps its GPU this busy by itself.
    pub fn set_program_utilization(&mut self, pid: u32, utilization: Percent, now: Moment) {
        self.advance(now);
        for event in &mut self.events {
            if let EventKind::Process(program) = &mut event.kind
                && program.pid == pid
            {
                program.utilization = utilization;
            }
        }
        self.surround();
    }

    /// Ends every program with that process id, for good.
    pub fn end_program(&mut self, pid: u32, now: Moment) {
        self.advance(now);
        self.events.retain(|event| match &event.kind {
            EventKind::Process(program) => program.pid != pid,
            _ => true,
        });
        self.surround();
    }

    /// Passes on the activity around the cards now.
    pub(super) fn surround(&mut self) {
        self.next_event = self.next_event(self.now);
        self.turn_processors();
        for index in 0..self.cards.len() {
            let around = self.environment(index);
            self.cards[index].surround(around, self.now);
        }
        self.surround_holders();
    }

    pub(super) fn programs(&self) -> impl Iterator<Item = Running<'_>> {
        self.active().filter_map(|event| match &event.kind {
            EventKind::Process(program) => Some(Running {
                program,
                gpu: event.gpu,
                started: self.started(event, program),
            }),
            _ => None,
        })
    }

    fn started(&self, event: &Event, program: &SimulatedProcess) -> StartTime {
        program.started.unwrap_or_else(|| {
            let elapsed = self.now.since(self.start);
            let began = elapsed - event.active_for(elapsed).unwrap_or_default();
            let ticks = (UPTIME + began).as_millis() / TICK_MS;
            StartTime(u64::try_from(ticks).unwrap_or(u64::MAX))
        })
    }

    /// The requests under way, with whether the GPU works for it yet.
    fn requests(&self) -> impl Iterator<Item = (&Event, &Request, bool)> {
        let elapsed = self.now.since(self.start);
        self.events.iter().filter_map(move |event| {
            let EventKind::Request(request) = &event.kind else {
                return None;
            };
            let asked_for = event.active_for(elapsed)?;
            Some((event, request, asked_for >= request.lead))
        })
    }

    /// The process id of the [`Guest`] on that card. It started at 0.
    pub fn guest_pid(index: u32) -> u32 {
        GUEST_PID + index
    }

    /// The guests as processes, each with its card.
    fn guests(&self) -> impl Iterator<Item = (u32, Guest)> {
        let guests = (0..).zip(&self.guests);
        guests.filter_map(|(index, guest)| Some((Self::guest_pid(index), (*guest)?)))
    }

    fn turn_processors(&mut self) {
        let now = self.now;
        let mut before = std::mem::take(&mut self.processors);
        let guests = self.guests().map(|(pid, guest)| {
            let times = ProcessorTimes::default();
            (pid, StartTime(0), times, guest.utilization.0 > 0)
        });
        let programs = self.programs().map(
            |Running {
                 program, started, ..
             }| {
                let asked = |(_, request, _): (_, &Request, _)| request.pid == program.pid;
                let busy = program.utilization.0 > 0 || self.requests().any(asked);
                (program.pid, started, program.processor, busy)
            },
        );
        let turned = guests.chain(programs).map(|(pid, started, times, busy)| {
            let known = before
                .iter()
                .position(|p| (p.pid, p.started) == (pid, started));
            let mut processor = match known {
                Some(at) => before.swap_remove(at),
                None => Processor::new(pid, started, times, now),
            };
            let activity = match busy {
                _ if self.is_suspended() => Activity::Asleep,
                true => Activity::Busy,
                false => Activity::Idle,
            };
            processor.turn(activity, now);
            processor
        });
        self.processors = turned.collect();
    }

    fn environment(&self, index: usize) -> Environment {
        let mut around = Environment {
            power_source: self.power_source(),
            ..Environment::default()
        };
        let here = |event: &Event| event.gpu.is_none_or(|gpu| gpu as usize == index);
        for event in self.active().filter(|event| here(event)) {
            match &event.kind {
                EventKind::Process(program) => {
                    let works = |(asked, request, works): &(&Event, &Request, bool)| {
                        request.pid == program.pid && here(asked) && *works
                    };
                    let requests = self.requests().filter(works);
                    let busy = requests.map(|(_, request, _)| request.utilization.0).max();
                    let utilization = program.utilization.0.max(busy.unwrap_or(0));
                    around.admit(program, Percent(utilization));
                }
                // Part of what its program does.
                EventKind::Request(_) => {}
                EventKind::Battery | EventKind::UndersizedAdapter | EventKind::PowerSaver => {}
                EventKind::Suspend => around.asleep = true,
                EventKind::Fault(kind) => around.faults.push(*kind),
                EventKind::BoostRefused => around.boost_refused = true,
                EventKind::Hang => around.hangs = true,
                EventKind::SensorLost => around.sensor_lost = true,
                EventKind::Reports(reading, value) => around.reports.add(*reading, value.clone()),
                EventKind::Heat(ambient) => around.ambient = Some(*ambient),
            }
        }
        if let Some(guest) = self.guests[index] {
            let program = SimulatedProcess {
                pid: Self::guest_pid(index as u32),
                vram: guest.vram,
                boosts: guest.boosts,
                ..SimulatedProcess::default()
            };
            around.admit(&program, guest.utilization);
        }
        around
    }
}

impl Environment {
    fn admit(&mut self, program: &SimulatedProcess, utilization: Percent) {
        if !program.gpu_open {
            return;
        }
        self.utilization = self.utilization.max(utilization.0);
        self.driven |= utilization.0 > 0 && program.holds_clocks;
        self.contexts_boost |= program.boosts;
        self.by_process.push(ProcessLoad {
            pid: program.pid,
            percent: utilization,
        });
        self.processes.push(ComputeProcess {
            pid: program.pid,
            vram: Some(program.vram),
        });
    }
}
