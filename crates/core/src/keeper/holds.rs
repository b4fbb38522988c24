use std::collections::BTreeMap;

use super::ClientId;
use crate::{
    gpu::{GpuInfo, GpuUuid},
    policy::HeldFor,
};

/// Holds by the client that asked for them. One that has released its own is kept until it is gone.
#[derive(Clone, Debug, Default)]
pub(super) struct Holds(BTreeMap<ClientId, Option<Hold>>);

#[derive(Clone, Debug)]
struct Hold {
    gpu: Option<GpuUuid>,
    held_for: HeldFor,
}

impl Holds {
    /// The number of clients that hold a GPU, or did so since they connected.
    pub(super) fn users(&self) -> u32 {
        self.0.len() as u32
    }

    pub(super) fn hold(&mut self, client: ClientId, gpu: Option<GpuUuid>, held_for: HeldFor) {
        self.0.insert(client, Some(Hold { gpu, held_for }));
    }

    pub(super) fn release(&mut self, client: ClientId) {
        if let Some(hold) = self.0.get_mut(&client) {
            *hold = None;
        }
    }

    pub(super) fn client_gone(&mut self, client: ClientId) {
        self.0.remove(&client);
    }

    /// The oldest client's hold of that GPU.
    pub(super) fn of(&self, gpu: &GpuInfo) -> Option<&HeldFor> {
        let mut held = self.0.values().flatten();
        let hold = held.find(|hold| hold.gpu.as_ref().is_none_or(|uuid| *uuid == gpu.uuid));
        hold.map(|hold| &hold.held_for)
    }
}
