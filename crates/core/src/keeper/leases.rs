use std::collections::BTreeMap;

use super::{ClientId, status::seconds};
use crate::{
    Moment,
    protocol::{HoldKind, HoldStatus},
};

/// Leases by the client that holds them. A client can hold several, as a program can run several
/// inferences at once.
#[derive(Clone, Debug, Default)]
pub(super) struct Leases {
    held: BTreeMap<ClientId, Held>,
    ended: Option<Moment>,
}

#[derive(Clone, Copy, Debug)]
struct Held {
    count: u32,
    since: Moment,
}

impl Leases {
    pub(super) fn count(&self) -> u32 {
        self.held.values().map(|held| held.count).sum()
    }

    /// The time when the last lease ended.
    pub(super) fn ended(&self) -> Option<Moment> {
        self.ended
    }

    pub(super) fn begin(&mut self, client: ClientId, now: Moment) {
        let first = Held {
            count: 0,
            since: now,
        };
        self.held.entry(client).or_insert(first).count += 1;
    }

    /// Ends one lease; false if the client holds none.
    pub(super) fn end(&mut self, client: ClientId, now: Moment) -> bool {
        let Some(held) = self.held.get_mut(&client) else {
            return false;
        };
        held.count -= 1;
        if held.count == 0 {
            self.held.remove(&client);
        }
        self.ended = Some(now);
        true
    }

    /// Ends all leases of a client that is gone.
    pub(super) fn client_gone(&mut self, client: ClientId, now: Moment) {
        if self.held.remove(&client).is_some() {
            self.ended = Some(now);
        }
    }

    /// The leases of each client, for people.
    pub(super) fn report(&self, now: Moment) -> impl Iterator<Item = HoldStatus> {
        self.held.values().map(move |held| HoldStatus {
            id: None,
            kind: HoldKind::Lease,
            application: None,
            reason: None,
            since_s: seconds(now.since(held.since)),
        })
    }
}
