use std::path::Path;

use gpu_keepalive_core::host::GpuUse;

/// The GPUs that processes have open, which only Linux reports.
#[derive(Debug)]
pub(super) struct Open;

impl Open {
    pub(super) fn new(_root: &Path) -> Self {
        Self
    }

    pub(super) fn begin_read(&mut self, _ours: &[u32]) {}

    pub(super) fn gpu_use(&mut self, _pid: u32, _ordinary: bool, _due: bool) -> GpuUse {
        GpuUse::Unknown
    }

    pub(super) fn end_read(&mut self) {}

    pub(super) fn uvm_open_by_others(&self) -> Option<u32> {
        None
    }
}

/// Only Linux reports them.
pub(super) fn quiet(_pid: u32) -> Option<bool> {
    None
}
