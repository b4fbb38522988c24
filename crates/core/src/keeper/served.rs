//! Process trees that `gpu-keepalive serve` announced.

use std::{sync::Arc, time::Duration};

use super::{ClientId, Keeper, Ticket};
use crate::{
    Moment,
    host::Served,
    protocol::{ApiError, ErrorCode, MAX_SERVED, Reply},
};

/// The longest time in which an announced tree is to be found in the process table.
const FOLLOWED_WITHIN: Duration = Duration::from_secs(5);
/// The time until the machine is sampled again where the last sample does not know a tree yet.
const AGAIN: Duration = Duration::from_millis(100);

/// Trees by the client that announced them. A tree is forgotten with its client; its processes that
/// were found by then are sensed until they end.
#[derive(Clone, Debug, Default)]
pub(super) struct ServedTrees {
    roots: Vec<(ClientId, u32)>,
    wanted: Arc<Served>,
    /// Announcements to be answered once that round was followed, and until when.
    waiting: Vec<(Ticket, u64, Moment)>,
}

impl ServedTrees {
    /// The process trees that the next host sample is to follow.
    pub(super) fn wanted(&self) -> Arc<Served> {
        Arc::clone(&self.wanted)
    }

    /// The time when the oldest announcement is given up.
    pub(super) fn waits_until(&self) -> Option<Moment> {
        self.waiting.iter().map(|(_, _, until)| *until).min()
    }

    /// Forgets the trees of a client that is gone. The next sample need not hurry for that.
    pub(super) fn client_gone(&mut self, client: ClientId) {
        let before = self.roots.len();
        self.roots.retain(|(of, _)| *of != client);
        if self.roots.len() != before {
            self.renew(self.wanted.round);
        }
    }

    fn renew(&mut self, round: u64) {
        let roots = self.roots.iter().map(|(_, pid)| *pid).collect();
        self.wanted = Arc::new(Served { roots, round });
    }
}

impl Keeper {
    /// Senses that process and its descendants; replies once they have been searched for.
    pub(super) fn serve(&mut self, client: ClientId, ticket: Ticket, pid: u32, now: Moment) {
        let served = &mut self.served;
        if !served.roots.contains(&(client, pid)) {
            if served.roots.len() >= MAX_SERVED {
                let message = format!("{MAX_SERVED} commands are served already; end one of them");
                let error = ApiError::new(ErrorCode::TooManyServed, message);
                return self.reply(ticket, Err(error));
            }
            served.roots.push((client, pid));
        }
        let round = served.wanted.round + 1;
        served.renew(round);
        served.waiting.push((ticket, round, now + FOLLOWED_WITHIN));
        self.host_sample_at = now;
    }

    /// A host sample has followed the announcements up to that round.
    pub(super) fn served_followed(&mut self, round: u64, now: Moment) {
        let waiting = std::mem::take(&mut self.served.waiting);
        let (followed, waiting): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|(_, of, _)| *of <= round);
        self.served.waiting = waiting;
        for (ticket, ..) in followed {
            self.reply(ticket, Ok(Reply::Done));
        }
        if !self.served.waiting.is_empty() {
            self.host_sample_at = self.host_sample_at.min(now + AGAIN);
        }
    }

    /// Replies to announcements that no sample has followed in time: they stand all the same.
    pub(super) fn give_up_serving(&mut self, now: Moment) {
        if self.served.waits_until().is_some_and(|until| now >= until) {
            for (ticket, ..) in std::mem::take(&mut self.served.waiting) {
                self.reply(ticket, Ok(Reply::Done));
            }
        }
    }
}
