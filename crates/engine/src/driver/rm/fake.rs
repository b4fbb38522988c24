//! A driver that exists only in tests.

use std::{
    io,
    sync::{Arc, Mutex},
};

use super::{
    Kernel, Node,
    kernel::{Call, Object, Query},
    layout::{Pci, Status},
};

/// The place of the status in the structure of an allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::driver) enum Form {
    /// Before driver 535.
    Before535,
    /// Since.
    Since535,
}

/// The calls that can be made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::driver) enum Step {
    OpenControl,
    OpenCard,
    Cards,
    Register,
    Client,
    IdInfo,
    Device,
    Subdevice,
    Boost,
    Free,
}

/// The kind of failure of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::driver) enum Failure {
    /// The system refuses it, with that `errno`.
    Errno(i32),
    /// The driver answers with that status.
    Status(u32),
}

/// The calls to the driver, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::driver) enum Event {
    Opened(Node),
    Closed(Node),
    Boost(u32),
    Cleared,
    Freed,
}

#[derive(Debug)]
struct State {
    form: Form,
    failure: Option<(Step, Failure)>,
    events: Vec<Event>,
    handles: u32,
}

/// Two cards: `0000:01:00.0`, with minor number 1, and `0001:41:00.0`, with minor number 0.
#[derive(Clone, Debug)]
pub(in crate::driver) struct FakeKernel(Arc<Mutex<State>>);

/// A device file of it.
#[derive(Debug)]
pub(in crate::driver) struct FakeDevice {
    node: Node,
    kernel: FakeKernel,
}

impl Drop for FakeDevice {
    fn drop(&mut self) {
        self.kernel.note(Event::Closed(self.node));
    }
}

/// `(domain, bus, minor number, gpu id)`.
const CARDS: [(u32, u8, u32, u32); 2] = [(0, 1, 1, 0x100), (1, 0x41, 0, 0x14100)];

impl FakeKernel {
    pub(in crate::driver) fn new(form: Form) -> Self {
        Self(Arc::new(Mutex::new(State {
            form,
            failure: None,
            events: Vec::new(),
            handles: 0xc1d0_0000,
        })))
    }

    /// Makes that call fail from now on, or none.
    pub(in crate::driver) fn fail(&self, failure: Option<(Step, Failure)>) {
        self.0.lock().expect("no panic").failure = failure;
    }

    pub(in crate::driver) fn events(&self) -> Vec<Event> {
        self.0.lock().expect("no panic").events.clone()
    }

    fn note(&self, event: Event) {
        self.0.lock().expect("no panic").events.push(event);
    }

    fn outcome(&self, step: Step) -> io::Result<Status> {
        match self.0.lock().expect("no panic").failure {
            Some((failing, Failure::Errno(errno))) if failing == step => {
                Err(io::Error::from_raw_os_error(errno))
            }
            Some((failing, Failure::Status(status))) if failing == step => Ok(Status(status)),
            _ => Ok(Status::OK),
        }
    }

    fn new_handle(&self) -> u32 {
        let mut state = self.0.lock().expect("no panic");
        state.handles += 1;
        state.handles
    }
}

impl Kernel for FakeKernel {
    type Device = FakeDevice;

    fn open(&self, node: Node) -> io::Result<FakeDevice> {
        self.outcome(match node {
            Node::Control => Step::OpenControl,
            Node::Card(_) => Step::OpenCard,
        })?;
        self.note(Event::Opened(node));
        Ok(FakeDevice {
            node,
            kernel: self.clone(),
        })
    }

    fn call(&self, device: &FakeDevice, call: Call<'_, FakeDevice>) -> io::Result<()> {
        match call {
            Call::Cards(cards) => {
                self.outcome(Step::Cards)?;
                for (card, (domain, bus, minor, gpu_id)) in cards.iter_mut().zip(CARDS) {
                    card.valid = 1;
                    card.pci = Pci {
                        domain,
                        bus,
                        ..Pci::default()
                    };
                    (card.minor, card.gpu_id) = (minor, gpu_id);
                }
            }
            Call::Register { control, .. } => {
                self.outcome(Step::Register)?;
                assert_eq!(control.node, Node::Control);
                assert!(matches!(device.node, Node::Card(_)));
            }
            Call::Allocate { header, object } => {
                assert_eq!(header.size_or_status, Status::OK, "sent as zero");
                let step = match object {
                    Object::Client => {
                        assert_eq!((header.class, header.client, header.parent), (0x41, 0, 0));
                        Step::Client
                    }
                    Object::Device(parameters) => {
                        assert_eq!(header.class, 0x80);
                        assert_eq!(parameters.share, header.client);
                        assert_eq!(parameters.device, 5, "the instance, not the gpu id");
                        Step::Device
                    }
                    Object::Subdevice(instance) => {
                        assert_eq!((header.class, *instance), (0x2080, 0));
                        assert_ne!(header.parent, header.client);
                        Step::Subdevice
                    }
                };
                let status = self.outcome(step)?;
                let form = self.0.lock().expect("no panic").form;
                match form {
                    Form::Before535 => header.size_or_status = status,
                    Form::Since535 => header.status = status,
                }
                header.object = self.new_handle();
            }
            Call::Control { header, query } => match query {
                Query::IdInfo(info) => {
                    header.status = self.outcome(Step::IdInfo)?;
                    assert_eq!((header.command, header.object), (0x205, header.client));
                    assert!(CARDS.iter().any(|card| card.3 == info.gpu_id));
                    (info.device, info.subdevice) = (5, 0);
                }
                Query::Boost(boost) => {
                    header.status = self.outcome(Step::Boost)?;
                    assert_eq!(header.command, 0x2080_200a);
                    assert_ne!(header.object, header.client);
                    if header.status == Status::OK {
                        self.note(match boost.flags {
                            0x12 => Event::Boost(boost.duration_s),
                            0x10 => Event::Cleared,
                            other => panic!("flags {other:#x}"),
                        });
                    }
                }
            },
            Call::Free(free) => {
                free.status = self.outcome(Step::Free)?;
                assert_eq!((free.client, free.parent), (free.object, 0));
                self.note(Event::Freed);
            }
        }
        Ok(())
    }
}
