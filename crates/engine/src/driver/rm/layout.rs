//! The driver's structures, as its interface lays them out in memory.
//!
//! Fields that are neither set nor read stay zero and have no documentation of their own.

use gpu_keepalive_core::gpu::PciBusId;

/// Cards that one call lists.
pub(super) const MOST_CARDS: usize = 64;

/// `NV_STATUS`: zero when it worked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub(in crate::driver) struct Status(pub(super) u32);

impl Status {
    pub(super) const OK: Self = Self(0);
}

/// `nv_pci_info_t`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(in crate::driver) struct Pci {
    pub(super) domain: u32,
    pub(super) bus: u8,
    pub(super) slot: u8,
    pub(super) function: u8,
    pub(super) vendor: u16,
    pub(super) device: u16,
}

impl Pci {
    pub(super) fn is(&self, id: PciBusId) -> bool {
        (self.domain, self.bus, self.slot, self.function)
            == (id.domain, id.bus, id.device, id.function)
    }
}

/// `nv_ioctl_card_info_t`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(in crate::driver) struct Card {
    pub(super) valid: u8,
    pub(super) pci: Pci,
    pub(super) gpu_id: u32,
    pub(super) interrupt_line: u16,
    pub(super) registers: u64,
    pub(super) registers_size: u64,
    pub(super) framebuffer: u64,
    pub(super) framebuffer_size: u64,
    /// The number in `/dev/nvidiaN`.
    pub(super) minor: u32,
    pub(super) device_name: [u8; 10],
}

/// `nv_ioctl_register_fd_t`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(in crate::driver) struct RegisterFile {
    pub(super) control: i32,
}

/// `NVOS21_PARAMETERS`.
///
/// `size_or_status` is `paramsSize` from driver 535 on; before, `status` stood there and `status`
/// did not exist. Zero is accepted as a size, and then whichever of the two is not zero afterwards
/// is the status.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(in crate::driver) struct Allocation {
    pub(super) client: u32,
    pub(super) parent: u32,
    /// The new object's handle, which the driver chooses when this is zero.
    pub(super) object: u32,
    pub(super) class: u32,
    pub(super) parameters: u64,
    pub(super) size_or_status: Status,
    pub(super) status: Status,
}

impl Allocation {
    pub(super) fn new(client: u32, parent: u32, class: u32) -> Self {
        Self {
            client,
            parent,
            class,
            ..Self::default()
        }
    }

    pub(super) fn status(&self) -> Status {
        match self.size_or_status {
            Status::OK => self.status,
            before_535 => before_535,
        }
    }
}

/// `NV0080_ALLOC_PARAMETERS`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(in crate::driver) struct DeviceParameters {
    /// The device instance.
    pub(super) device: u32,
    /// The client whose address spaces it may use: our own, which has none.
    pub(super) share: u32,
    pub(super) target_client: u32,
    pub(super) target_device: u32,
    pub(super) flags: u32,
    pub(super) address_space_size: u64,
    pub(super) address_space_start: u64,
    pub(super) address_space_limit: u64,
    pub(super) address_space_mode: u32,
}

/// `NVOS54_PARAMETERS`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(in crate::driver) struct Control {
    pub(super) client: u32,
    pub(super) object: u32,
    pub(super) command: u32,
    pub(super) flags: u32,
    pub(super) parameters: u64,
    pub(super) size: u32,
    pub(super) status: Status,
}

impl Control {
    pub(super) fn new(client: u32, object: u32, command: u32) -> Self {
        Self {
            client,
            object,
            command,
            ..Self::default()
        }
    }
}

/// `NV0000_CTRL_GPU_GET_ID_INFO_V2_PARAMS`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(in crate::driver) struct IdInfo {
    pub(super) gpu_id: u32,
    pub(super) flags: u32,
    /// The device instance.
    pub(super) device: u32,
    /// The subdevice instance.
    pub(super) subdevice: u32,
    pub(super) sli_status: u32,
    pub(super) board: u32,
    pub(super) instance: u32,
    pub(super) numa: i32,
}

/// `NV2080_CTRL_PERF_BOOST_PARAMS`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(in crate::driver) struct BoostParameters {
    pub(super) flags: u32,
    pub(super) duration_s: u32,
}

/// `NVOS00_PARAMETERS`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(in crate::driver) struct Free {
    pub(super) client: u32,
    pub(super) parent: u32,
    pub(super) object: u32,
    pub(super) status: Status,
}

impl Free {
    /// The client itself, and everything below it.
    pub(super) fn new(client: u32) -> Self {
        Self {
            client,
            object: client,
            ..Self::default()
        }
    }
}
