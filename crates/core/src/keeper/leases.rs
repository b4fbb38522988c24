use std::collections::BTreeMap;

use super::ClientId;
use crate::Moment;

/// Leases by the client that holds them. A client can hold several, as a program can run several
/// inferences at once.
#[derive(Clone, Debug, Default)]
pub(super) struct Leases {
    held: BTreeMap<ClientId, u32>,
    ended: Option<Moment>,
}

impl Leases {
    pub(super) fn count(&self) -> u32 {
        self.held.values().sum()
    }

    /// The time when the last lease ended.
    pub(super) fn ended(&self) -> Option<Moment> {
        self.ended
    }

    pub(super) fn begin(&mut self, client: ClientId) {
        *self.held.entry(client).or_default() += 1;
    }

    /// Ends one lease; false if the client holds none.
    pub(super) fn end(&mut self, client: ClientId, now: Moment) -> bool {
        let Some(held) = self.held.get_mut(&client) else {
            return false;
        };
        *held -= 1;
        if *held == 0 {
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
}
