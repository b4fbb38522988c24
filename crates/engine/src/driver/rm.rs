//! The boost request: asking NVIDIA's kernel driver on Linux to raise the clocks, without libcuda
//! and NVML.
//!
//! A client of the driver's resource manager that owns nothing but the request: no context, no
//! VRAM, and the clocks fall when it is freed, when its files are closed, or when its process ends
//! in any way. Every call is one of [`Call`], so nothing else can be asked.
//!
//! Layouts and numbers are those of NVIDIA's open kernel modules (MIT): `nv-ioctl.h`,
//! `nv-ioctl-numbers.h`, `nv_escape.h`, `nvos.h`, `cl0080.h`, `cl2080.h`, `ctrl0000gpu.h` and
//! `ctrl2080perf.h`. NVIDIA does not promise them, so every error means that the boost request is
//! not available on this machine.
//!
//! Tried on an H200 and an H100 with driver 580.159.04.

use std::time::Duration;

use gpu_keepalive_core::gpu::{GpuError, GpuErrorKind, PciBusId};

mod device;
mod kernel;
mod layout;
mod resident;

#[cfg(test)]
pub(super) mod fake;
#[cfg(test)]
mod tests;

pub(super) use kernel::{Kernel, LinuxKernel, Node};
pub(super) use resident::unmap_what_the_start_needed;

use kernel::{Call, Object, Query};
use layout::{
    Allocation, BoostParameters, Card, Control, DeviceParameters, Free, IdInfo, MOST_CARDS, Status,
};

/// Raise to the highest P-state for CUDA: what libcuda sends for a context.
const BOOST_TO_MAX: u32 = 0x12;
/// Clear what this client asked for.
const CLEAR: u32 = 0x10;

/// A client that can ask for the boost of one GPU. Dropping it frees it, which ends the boost.
#[derive(Debug)]
pub(super) struct BoostClient<K: Kernel> {
    kernel: K,
    control: K::Device,
    /// Registered with the client, and open for as long as it lives.
    _card: K::Device,
    client: u32,
    subdevice: u32,
}

impl<K: Kernel> BoostClient<K> {
    /// Opens the driver and the GPU at that PCI address, and asks for nothing yet.
    ///
    /// # Errors
    /// [`GpuErrorKind::NoPermission`] where the device files are not this user's to open, else
    /// [`GpuErrorKind::NotSupported`]; the message has the step and the driver's status or the
    /// system's error.
    pub(super) fn open(kernel: K, gpu: PciBusId) -> Result<Self, GpuError> {
        let control = open(&kernel, Node::Control)?;
        let card = find(&kernel, &control, gpu)?;
        let file = open(&kernel, Node::Card(card.minor))?;
        let register = Call::Register {
            control: &control,
            parameters: &mut Default::default(),
        };
        step("register the GPU's file", kernel.call(&file, register))?;
        let client = allocate(&kernel, &control, 0, 0, Object::Client)?;
        // From here on dropping it frees the client, and with it what is below.
        let mut open = Self {
            kernel,
            control,
            _card: file,
            client,
            subdevice: 0,
        };
        open.subdevice = open.allocate_subdevice(card.gpu_id)?;
        Ok(open)
    }

    /// Raises the clocks, or renews that, for this long. The first call takes 5 to 22 ms.
    pub(super) fn boost(&self, lasting: Duration) -> Result<(), GpuError> {
        let seconds = lasting.as_secs().max(1);
        self.ask(BOOST_TO_MAX, seconds.try_into().unwrap_or(u32::MAX))
    }

    /// Ends what was asked for.
    pub(super) fn clear(&self) -> Result<(), GpuError> {
        self.ask(CLEAR, 0)
    }

    fn ask(&self, flags: u32, duration_s: u32) -> Result<(), GpuError> {
        let mut boost = BoostParameters { flags, duration_s };
        self.control(
            "request the boost",
            self.subdevice,
            Query::Boost(&mut boost),
        )
    }

    fn allocate_subdevice(&self, gpu_id: u32) -> Result<u32, GpuError> {
        let mut info = IdInfo {
            gpu_id,
            ..IdInfo::default()
        };
        self.control(
            "read the GPU's instance",
            self.client,
            Query::IdInfo(&mut info),
        )?;
        let mut parameters = DeviceParameters {
            device: info.device,
            share: self.client,
            ..DeviceParameters::default()
        };
        let object = Object::Device(&mut parameters);
        let device = allocate(
            &self.kernel,
            &self.control,
            self.client,
            self.client,
            object,
        )?;
        let object = Object::Subdevice(&mut info.subdevice);
        allocate(&self.kernel, &self.control, self.client, device, object)
    }

    fn control(&self, what: &str, object: u32, query: Query<'_>) -> Result<(), GpuError> {
        let mut header = Control::new(self.client, object, query.command());
        let call = Call::Control {
            header: &mut header,
            query,
        };
        step(what, self.kernel.call(&self.control, call))?;
        header.status.check(what)
    }
}

impl<K: Kernel> Drop for BoostClient<K> {
    fn drop(&mut self) {
        let mut free = Free::new(self.client);
        let freed = self.kernel.call(&self.control, Call::Free(&mut free));
        // Closing the files, which follows, frees it too.
        if let Err(error) = step("free the client", freed).and(free.status.check("free the client"))
        {
            tracing::debug!("{error}");
        }
    }
}

fn open<K: Kernel>(kernel: &K, node: Node) -> Result<K::Device, GpuError> {
    step(&format!("open {node}"), kernel.open(node))
}

/// The card at that address, among those that the driver has.
fn find<K: Kernel>(kernel: &K, control: &K::Device, gpu: PciBusId) -> Result<Card, GpuError> {
    let mut cards = Box::new([Card::default(); MOST_CARDS]);
    step(
        "list the GPUs",
        kernel.call(control, Call::Cards(&mut cards)),
    )?;
    let found = cards
        .iter()
        .find(|card| card.valid != 0 && card.pci.is(gpu));
    found
        .copied()
        .ok_or_else(|| unavailable(GpuErrorKind::NotSupported, format!("find the GPU at {gpu}")))
}

fn allocate<K: Kernel>(
    kernel: &K,
    control: &K::Device,
    client: u32,
    parent: u32,
    object: Object<'_>,
) -> Result<u32, GpuError> {
    let what = object.what();
    let mut header = Allocation::new(client, parent, object.class());
    let call = Call::Allocate {
        header: &mut header,
        object,
    };
    step(what, kernel.call(control, call))?;
    header.status().check(what)?;
    Ok(header.object)
}

fn step<T>(what: &str, result: std::io::Result<T>) -> Result<T, GpuError> {
    result.map_err(|error| {
        let kind = match error.kind() {
            std::io::ErrorKind::PermissionDenied => GpuErrorKind::NoPermission,
            _ => GpuErrorKind::NotSupported,
        };
        unavailable(kind, format!("{what}: {error}"))
    })
}

impl Status {
    fn check(self, what: &str) -> Result<(), GpuError> {
        match self {
            Self::OK => Ok(()),
            Self(status) => Err(unavailable(
                GpuErrorKind::NotSupported,
                format!("{what}: the driver's status is {status:#x}"),
            )),
        }
    }
}

fn unavailable(kind: GpuErrorKind, why: String) -> GpuError {
    GpuError::new(kind, format!("cannot {why}"))
}
