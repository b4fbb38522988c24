//! The system calls: the only `unsafe` code of the boost request.

#![allow(unsafe_code, reason = "the driver's interface is C")]

use std::{
    fmt, io,
    os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd},
};

use rustix::ioctl::{Opcode, Updater, ioctl, opcode::read_write};

use super::{
    device,
    layout::{
        Allocation, BoostParameters, Card, Control, DeviceParameters, Free, IdInfo, MOST_CARDS,
        RegisterFile,
    },
};

/// `NV_IOCTL_MAGIC`.
const GROUP: u8 = b'F';
/// `NV_ESC_RM_FREE`.
const FREE: Opcode = read_write::<Free>(GROUP, 0x29);
/// `NV_ESC_RM_CONTROL`.
const CONTROL: Opcode = read_write::<Control>(GROUP, 0x2A);
/// `NV_ESC_RM_ALLOC`.
const ALLOCATE: Opcode = read_write::<Allocation>(GROUP, 0x2B);
/// `NV_ESC_CARD_INFO`.
const CARDS: Opcode = read_write::<[Card; MOST_CARDS]>(GROUP, 200);
/// `NV_ESC_REGISTER_FD`.
const REGISTER: Opcode = read_write::<RegisterFile>(GROUP, 201);

/// The kernel's driver, or what stands for it in tests.
pub(in crate::driver) trait Kernel {
    /// An open device file.
    type Device;

    /// Opens a device file of the driver, and nothing else.
    fn open(&self, node: Node) -> io::Result<Self::Device>;

    /// Makes a call. It worked only if the status in it, where there is one, is a success too.
    fn call(&self, device: &Self::Device, call: Call<'_, Self::Device>) -> io::Result<()>;
}

/// A device file of the driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::driver) enum Node {
    /// `/dev/nvidiactl`.
    Control,
    /// `/dev/nvidiaN`.
    Card(u32),
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Control => f.write_str("/dev/nvidiactl"),
            Self::Card(minor) => write!(f, "/dev/nvidia{minor}"),
        }
    }
}

/// Everything that is ever asked of the driver.
#[derive(Debug)]
pub(in crate::driver) enum Call<'a, D> {
    /// Lists the cards.
    Cards(&'a mut [Card; MOST_CARDS]),
    /// Registers a card's file with the control file; called on the former.
    Register {
        control: &'a D,
        parameters: &'a mut RegisterFile,
    },
    /// Allocates an object.
    Allocate {
        header: &'a mut Allocation,
        object: Object<'a>,
    },
    /// Sends a control command to an object.
    Control {
        header: &'a mut Control,
        query: Query<'a>,
    },
    /// Frees an object and all below it.
    Free(&'a mut Free),
}

/// The objects that are allocated, with their parameters.
#[derive(Debug)]
pub(in crate::driver) enum Object<'a> {
    /// `NV01_ROOT_CLIENT`.
    Client,
    /// `NV01_DEVICE_0`.
    Device(&'a mut DeviceParameters),
    /// `NV20_SUBDEVICE_0`, with its instance.
    Subdevice(&'a mut u32),
}

impl Object<'_> {
    pub(super) fn class(&self) -> u32 {
        match self {
            Self::Client => 0x41,
            Self::Device(_) => 0x80,
            Self::Subdevice(_) => 0x2080,
        }
    }

    pub(super) fn what(&self) -> &'static str {
        match self {
            Self::Client => "become a client",
            Self::Device(_) => "allocate the device",
            Self::Subdevice(_) => "allocate the subdevice",
        }
    }
}

/// The control commands, with their parameters. There are no others.
#[derive(Debug)]
pub(in crate::driver) enum Query<'a> {
    /// `NV0000_CTRL_CMD_GPU_GET_ID_INFO_V2` of the client.
    IdInfo(&'a mut IdInfo),
    /// `NV2080_CTRL_CMD_PERF_BOOST` of the subdevice.
    Boost(&'a mut BoostParameters),
}

impl Query<'_> {
    pub(super) fn command(&self) -> u32 {
        match self {
            Self::IdInfo(_) => 0x205,
            Self::Boost(_) => 0x2080_200a,
        }
    }
}

/// The real one.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::driver) struct LinuxKernel;

impl Kernel for LinuxKernel {
    type Device = OwnedFd;

    fn open(&self, node: Node) -> io::Result<OwnedFd> {
        device::open(node)
    }

    fn call(&self, device: &OwnedFd, call: Call<'_, OwnedFd>) -> io::Result<()> {
        let file = device.as_fd();
        match call {
            Call::Cards(cards) => update::<CARDS, _>(file, cards),
            Call::Register {
                control,
                parameters,
            } => {
                parameters.control = control.as_raw_fd();
                update::<REGISTER, _>(file, parameters)
            }
            Call::Allocate { header, object } => {
                header.parameters = match object {
                    Object::Client => 0,
                    Object::Device(parameters) => address(parameters),
                    Object::Subdevice(instance) => address(instance),
                };
                update::<ALLOCATE, _>(file, header)
            }
            Call::Control { header, query } => {
                (header.parameters, header.size) = match query {
                    Query::IdInfo(info) => (address(info), size_of::<IdInfo>() as u32),
                    Query::Boost(boost) => (address(boost), size_of::<BoostParameters>() as u32),
                };
                update::<CONTROL, _>(file, header)
            }
            Call::Free(free) => update::<FREE, _>(file, free),
        }
    }
}

/// The address where the driver reads and writes the parameters that a header points to. The
/// reference lives as long as the [`Call`] it came in.
fn address<T>(parameters: &mut T) -> u64 {
    std::ptr::from_mut(parameters).expose_provenance() as u64
}

/// Makes the call; a signal that interrupts it before it began does not count.
fn update<const OPCODE: Opcode, T>(file: BorrowedFd<'_>, value: &mut T) -> io::Result<()> {
    const { assert!(opcode_fits::<T>(OPCODE), "the code carries the size") };
    loop {
        // SAFETY: the code is one of the driver's, for a structure of this type, laid out as in its
        // interface. Pointers in it are zero or come from `address`, whose target outlives the
        // call and has the type that the class or command names.
        let called = unsafe { ioctl(file, Updater::<OPCODE, T>::new(value)) };
        match called {
            Err(rustix::io::Errno::INTR) => {}
            called => return Ok(called?),
        }
    }
}

/// Returns true if the size in the code is that of the structure.
const fn opcode_fits<T>(opcode: Opcode) -> bool {
    (opcode >> 16) as usize & 0x3fff == size_of::<T>()
}
