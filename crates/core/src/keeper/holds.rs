use std::{collections::BTreeMap, time::Duration};

use super::{ClientId, status::seconds};
use crate::{
    Moment,
    gpu::{GpuInfo, GpuUuid},
    policy::HeldFor,
    protocol::{HoldKind, HoldStatus},
};

/// Holds by the client that asked for them. One that has released its own is kept until it is gone.
#[derive(Clone, Debug, Default)]
pub(super) struct Holds(BTreeMap<ClientId, Option<Hold>>);

#[derive(Clone, Debug)]
pub(super) struct Hold {
    /// `None` for every one.
    pub(super) gpu: Option<GpuUuid>,
    pub(super) held_for: HeldFor,
    pub(super) kind: HoldKind,
    pub(super) since: Moment,
}

impl Hold {
    fn is_of(&self, gpu: &GpuInfo) -> bool {
        self.gpu.as_ref().is_none_or(|uuid| *uuid == gpu.uuid)
    }
}

impl Holds {
    /// The number of clients that hold a GPU, or did so since they connected.
    pub(super) fn users(&self) -> u32 {
        self.0.len() as u32
    }

    pub(super) fn hold(&mut self, client: ClientId, hold: Hold) {
        self.0.insert(client, Some(hold));
    }

    /// Ends the client's hold; false if it has none.
    pub(super) fn release(&mut self, client: ClientId) -> bool {
        let hold = self.0.get_mut(&client);
        hold.is_some_and(|hold| hold.take().is_some())
    }

    pub(super) fn client_gone(&mut self, client: ClientId) {
        self.0.remove(&client);
    }

    /// The oldest client's hold of that GPU.
    pub(super) fn of(&self, gpu: &GpuInfo) -> Option<&HeldFor> {
        let mut held = self.0.values().flatten();
        held.find(|hold| hold.is_of(gpu)).map(|hold| &hold.held_for)
    }

    /// Every hold of that GPU, for people.
    pub(super) fn report(&self, gpu: &GpuInfo, now: Moment) -> impl Iterator<Item = HoldStatus> {
        let held = self.0.iter().filter_map(|(client, hold)| {
            let hold = hold.as_ref()?;
            Some((client, hold))
        });
        held.filter(|(_, hold)| hold.is_of(gpu))
            .map(move |(client, hold)| HoldStatus {
                id: Some(client.0),
                kind: hold.kind,
                application: Some(hold.held_for.application.clone()),
                reason: hold.held_for.reason.clone(),
                since_s: seconds(now.since(hold.since)),
            })
    }
}

/// A demand of the user for a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct WarmUp {
    pub(super) since: Moment,
    pub(super) until: Moment,
}

impl WarmUp {
    /// A demand from now on, which never shortens one that is there.
    pub(super) fn extended(earlier: Option<Self>, wanted: Duration, now: Moment) -> Self {
        let until = now + wanted;
        match earlier {
            Some(Self { since, until: end }) => Self {
                since,
                until: until.max(end),
            },
            None => Self { since: now, until },
        }
    }

    pub(super) fn report(self, now: Moment) -> HoldStatus {
        HoldStatus {
            id: None,
            kind: HoldKind::Warm,
            application: None,
            reason: None,
            since_s: seconds(now.since(self.since)),
        }
    }
}
