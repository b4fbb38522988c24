//! The `hold` processes of the machine's cards.

use super::SimulatedMachine;
use crate::{
    Moment,
    gpu::holder::{HolderCommand, HolderReport},
    simulation::holder::{Holder, Seen},
};

impl SimulatedMachine {
    /// Sends a command to the `hold` process of that GPU, which runs from the first one on. It gets
    /// to it when the driver's call under way has returned, and at no time while the GPU hangs.
    pub fn hold(&mut self, index: u32, command: HolderCommand, now: Moment) {
        self.advance(now);
        if let Some(holder) = self.holders.get_mut(index as usize) {
            holder.command(command);
            self.holders_act();
        }
    }

    /// The oldest report of that process that was not taken yet and is written by the latest moment
    /// given.
    pub fn take_holder_report(&mut self, index: u32) -> Option<HolderReport> {
        self.holders.get_mut(index as usize)?.take_report(self.now)
    }

    /// The time when a `hold` process next does something by itself, or has written a report; in
    /// the past where a report waits to be taken.
    pub fn next_holder_step(&self) -> Option<Moment> {
        let reports = self.holders.iter().filter_map(Holder::reports_at);
        reports.chain(self.holders_act_at()).min()
    }

    /// The same of one GPU.
    pub fn holder_step(&self, index: u32) -> Option<Moment> {
        let place = index as usize;
        let (holder, card) = (self.holders.get(place)?, self.cards.get(place)?);
        let steps = [holder.reports_at(), holder.acts_at(card.hangs())];
        steps.into_iter().flatten().min()
    }

    /// Stops the `hold` process of that GPU as SIGSTOP does, until it is ended. Its boost ends by
    /// itself.
    pub fn stop_hold(&mut self, index: u32, now: Moment) {
        self.advance(now);
        if let Some(holder) = self.holders.get_mut(index as usize) {
            holder.halt();
        }
    }

    /// Kills the `hold` process of that GPU, as an administrator's `kill` would.
    pub fn kill_hold(&mut self, index: u32, now: Moment) {
        self.end_hold(index, now);
        self.killed_holders.push(index);
    }

    /// Returns true if the `hold` process of that GPU was killed since this was last asked.
    pub fn take_killed_hold(&mut self, index: u32) -> bool {
        let killed = &mut self.killed_holders;
        let at = killed.iter().position(|killed| *killed == index);
        at.map(|at| killed.remove(at)).is_some()
    }

    /// Ends the `hold` process of that GPU, whatever it does, and with it its boost.
    pub fn end_hold(&mut self, index: u32, now: Moment) {
        self.advance(now);
        let place = index as usize;
        if let (Some(holder), Some(card)) = (self.holders.get_mut(place), self.cards.get_mut(place))
        {
            *holder = Holder::new(self.now);
            card.close_boost(self.now);
        }
    }

    pub(super) fn holders_act_at(&self) -> Option<Moment> {
        let holders = self.holders.iter().zip(&self.cards);
        let act_at = holders.filter_map(|(holder, card)| holder.acts_at(card.hangs()));
        act_at.min()
    }

    /// Lets each do what is due now.
    pub(super) fn holders_act(&mut self) {
        let now = self.now;
        for (holder, card) in self.holders.iter_mut().zip(&mut self.cards) {
            while holder.acts_at(card.hangs()).is_some_and(|at| at <= now) {
                holder.act(&mut Seen {
                    card,
                    processors: &self.processors,
                    now,
                });
            }
        }
    }

    pub(super) fn surround_holders(&mut self) {
        for (holder, card) in self.holders.iter_mut().zip(&mut self.cards) {
            holder.surround(&mut Seen {
                card,
                processors: &self.processors,
                now: self.now,
            });
        }
    }
}
