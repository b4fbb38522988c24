use std::path::Path;

use gpu_keepalive_core::host::GpuUse;

/// The GPUs that processes have open, which only Linux reports. That one begins to use a GPU is
/// taken from its start.
#[derive(Debug)]
pub(super) struct Open {
    /// AI programs in this read, those left out whose name identifies nothing.
    running: u32,
}

impl Open {
    pub(super) fn new(_root: &Path) -> Self {
        Self { running: 0 }
    }

    pub(super) fn begin_read(&mut self, _ours: &[u32]) {
        self.running = 0;
    }

    pub(super) fn gpu_use(&mut self, _pid: u32, ordinary: bool, _due: bool) -> GpuUse {
        self.running += u32::from(!ordinary);
        GpuUse::Unknown
    }

    pub(super) fn end_read(&mut self) {}

    pub(super) fn uvm_open_by_others(&self) -> Option<u32> {
        Some(self.running)
    }
}

/// Only Linux reports them.
pub(super) fn quiet(_pid: u32) -> Option<bool> {
    None
}
