use std::{fs, mem::offset_of, time::Duration};

use gpu_keepalive_core::gpu::{GpuErrorKind, PciBusId};
use rustix::fs::{major, minor, stat};

use super::{
    BoostClient, Node,
    device::{majors, open_verified},
    fake::{Event, Failure, FakeKernel, Form, Step},
    layout::{
        Allocation, BoostParameters, Card, Control, DeviceParameters, Free, IdInfo, MOST_CARDS,
        Pci, RegisterFile,
    },
};

fn address(text: &str) -> PciBusId {
    text.parse().expect("a PCI address")
}

/// Sizes and offsets of NVIDIA's headers on 64-bit Linux.
#[test]
fn the_structures_are_laid_out_as_in_the_drivers_headers() {
    assert_eq!(size_of::<Pci>(), 12);
    assert_eq!(offset_of!(Pci, domain), 0);
    assert_eq!(offset_of!(Pci, bus), 4);
    assert_eq!(offset_of!(Pci, slot), 5);
    assert_eq!(offset_of!(Pci, function), 6);
    assert_eq!(offset_of!(Pci, vendor), 8);

    assert_eq!(size_of::<Card>(), 72);
    assert_eq!(size_of::<[Card; MOST_CARDS]>(), 4608);
    assert_eq!(offset_of!(Card, valid), 0);
    assert_eq!(offset_of!(Card, pci), 4);
    assert_eq!(offset_of!(Card, gpu_id), 16);
    assert_eq!(offset_of!(Card, interrupt_line), 20);
    assert_eq!(offset_of!(Card, registers), 24);
    assert_eq!(offset_of!(Card, framebuffer_size), 48);
    assert_eq!(offset_of!(Card, minor), 56);
    assert_eq!(offset_of!(Card, device_name), 60);

    assert_eq!(size_of::<RegisterFile>(), 4);

    assert_eq!(size_of::<Allocation>(), 32);
    assert_eq!(offset_of!(Allocation, client), 0);
    assert_eq!(offset_of!(Allocation, parent), 4);
    assert_eq!(offset_of!(Allocation, object), 8);
    assert_eq!(offset_of!(Allocation, class), 12);
    assert_eq!(offset_of!(Allocation, parameters), 16);
    assert_eq!(offset_of!(Allocation, size_or_status), 24);
    assert_eq!(offset_of!(Allocation, status), 28);

    assert_eq!(size_of::<DeviceParameters>(), 56);
    assert_eq!(offset_of!(DeviceParameters, device), 0);
    assert_eq!(offset_of!(DeviceParameters, share), 4);
    assert_eq!(offset_of!(DeviceParameters, flags), 16);
    assert_eq!(offset_of!(DeviceParameters, address_space_size), 24);
    assert_eq!(offset_of!(DeviceParameters, address_space_mode), 48);

    assert_eq!(size_of::<Control>(), 32);
    assert_eq!(offset_of!(Control, client), 0);
    assert_eq!(offset_of!(Control, object), 4);
    assert_eq!(offset_of!(Control, command), 8);
    assert_eq!(offset_of!(Control, flags), 12);
    assert_eq!(offset_of!(Control, parameters), 16);
    assert_eq!(offset_of!(Control, size), 24);
    assert_eq!(offset_of!(Control, status), 28);

    assert_eq!(size_of::<IdInfo>(), 32);
    assert_eq!(offset_of!(IdInfo, gpu_id), 0);
    assert_eq!(offset_of!(IdInfo, device), 8);
    assert_eq!(offset_of!(IdInfo, subdevice), 12);

    assert_eq!(size_of::<BoostParameters>(), 8);
    assert_eq!(offset_of!(BoostParameters, flags), 0);
    assert_eq!(offset_of!(BoostParameters, duration_s), 4);

    assert_eq!(size_of::<Free>(), 16);
    assert_eq!(offset_of!(Free, client), 0);
    assert_eq!(offset_of!(Free, object), 8);
    assert_eq!(offset_of!(Free, status), 12);
}

#[test]
fn a_boost_is_asked_for_renewed_cleared_and_freed_with_every_driver() {
    for form in [Form::Before535, Form::Since535] {
        let kernel = FakeKernel::new(form);
        let client = BoostClient::open(kernel.clone(), address("00000000:01:00.0")).expect("open");
        client.boost(Duration::from_secs(30)).expect("raised");
        client.boost(Duration::from_secs(30)).expect("renewed");
        client.clear().expect("cleared");
        drop(client);
        let (control, card) = (Node::Control, Node::Card(1));
        assert_eq!(
            kernel.events(),
            [
                Event::Opened(control),
                Event::Opened(card),
                Event::Boost(30),
                Event::Boost(30),
                Event::Cleared,
                Event::Freed,
                Event::Closed(control),
                Event::Closed(card),
            ],
            "{form:?}"
        );
    }
}

#[test]
fn the_card_is_found_by_its_whole_address() {
    let kernel = FakeKernel::new(Form::Since535);
    drop(BoostClient::open(kernel.clone(), address("0001:41:00.0")).expect("open"));
    assert!(kernel.events().contains(&Event::Opened(Node::Card(0))));

    for absent in [
        "0000:41:00.0",
        "0000:02:00.0",
        "0000:01:01.0",
        "0000:01:00.1",
    ] {
        let kernel = FakeKernel::new(Form::Since535);
        let error = BoostClient::open(kernel.clone(), address(absent)).expect_err("no such card");
        assert_eq!(error.kind, GpuErrorKind::NotSupported);
        assert_eq!(error.message, format!("cannot find the GPU at {absent}"));
        let opened = kernel.events();
        assert_eq!(
            opened[1],
            Event::Closed(Node::Control),
            "nothing stays open"
        );
    }
}

#[test]
fn a_boost_always_ends() {
    let kernel = FakeKernel::new(Form::Since535);
    let client = BoostClient::open(kernel.clone(), address("0000:01:00.0")).expect("open");
    client.boost(Duration::from_millis(1)).expect("raised");
    assert_eq!(kernel.events().last(), Some(&Event::Boost(1)));
}

/// The place and form of each step's failure, and the log it then leaves.
#[test]
fn every_refusal_names_its_step_and_the_drivers_answer() {
    use Failure::{Errno, Status};
    let (denied, absent) = (
        rustix::io::Errno::ACCESS.raw_os_error(),
        rustix::io::Errno::NOENT.raw_os_error(),
    );
    let cases = [
        (
            Step::OpenControl,
            Errno(absent),
            "open /dev/nvidiactl: No such file or directory (os error 2)",
        ),
        (
            Step::OpenControl,
            Errno(denied),
            "open /dev/nvidiactl: Permission denied (os error 13)",
        ),
        (
            Step::OpenCard,
            Errno(denied),
            "open /dev/nvidia1: Permission denied (os error 13)",
        ),
        (
            Step::Cards,
            Errno(22),
            "list the GPUs: Invalid argument (os error 22)",
        ),
        (
            Step::Register,
            Errno(22),
            "register the GPU's file: Invalid argument (os error 22)",
        ),
        (
            Step::Client,
            Status(0x1a),
            "become a client: the driver's status is 0x1a",
        ),
        (
            Step::IdInfo,
            Status(0x1f),
            "read the GPU's instance: the driver's status is 0x1f",
        ),
        (
            Step::Device,
            Status(0xffff),
            "allocate the device: the driver's status is 0xffff",
        ),
        (
            Step::Subdevice,
            Errno(25),
            "allocate the subdevice: Inappropriate ioctl for device (os error 25)",
        ),
    ];
    for form in [Form::Before535, Form::Since535] {
        for (step, failure, text) in cases {
            let kernel = FakeKernel::new(form);
            kernel.fail(Some((step, failure)));
            let error = BoostClient::open(kernel.clone(), address("0000:01:00.0"));
            let error = error.expect_err("it fails");
            let kind = match failure {
                Errno(errno) if errno == denied => GpuErrorKind::NoPermission,
                _ => GpuErrorKind::NotSupported,
            };
            assert_eq!(error.kind, kind, "{step:?}");
            assert_eq!(error.message, format!("cannot {text}"));
            let events = kernel.events();
            let count = |wanted: fn(&Event) -> bool| events.iter().filter(|e| wanted(e)).count();
            assert_eq!(
                count(|e| matches!(e, Event::Opened(_))),
                count(|e| matches!(e, Event::Closed(_))),
                "{step:?}: nothing stays open"
            );
        }
    }
}

#[test]
fn a_refused_boost_leaves_a_client_that_can_be_asked_again() {
    let kernel = FakeKernel::new(Form::Since535);
    let client = BoostClient::open(kernel.clone(), address("0000:01:00.0")).expect("open");
    kernel.fail(Some((Step::Boost, Failure::Status(0x1f))));
    let error = client.boost(Duration::from_secs(30)).expect_err("refused");
    assert!(
        error
            .message
            .ends_with("request the boost: the driver's status is 0x1f"),
        "{error}"
    );
    kernel.fail(None);
    client.boost(Duration::from_secs(30)).expect("raised");
}

#[test]
fn the_drivers_major_numbers_are_those_of_its_character_devices() {
    let devices = "Character devices:\n  1 mem\n195 nvidia\n195 nvidia-modeset\n195 nvidiactl\n\
                   236 nvidia-uvm\n508 nvidia-caps\n\nBlock devices:\n  7 loop\n196 nvidia\n";
    assert_eq!(majors(devices), [195, 195]);
    assert_eq!(majors("Character devices:\n195 nvidia-frontend\n"), [195]);
    assert!(majors("Character devices:\n  1 mem\n 10 misc\n").is_empty());
}

#[test]
fn only_a_device_of_the_driver_is_opened() {
    let null = stat("/dev/null").expect("it is there");
    let (of_null, minor) = (major(null.st_rdev), minor(null.st_rdev));
    let opened = open_verified("/dev/null", Node::Card(minor), &[of_null]).expect("as expected");
    let flags = rustix::io::fcntl_getfd(&opened).expect("flags");
    assert!(flags.contains(rustix::io::FdFlags::CLOEXEC));

    let refused = |path: &str, node, majors: &[u32]| {
        let error = open_verified(path, node, majors).expect_err("refused");
        assert_eq!(error.to_string(), "the file is not a device of the driver");
    };
    refused("/dev/null", Node::Card(minor), &[of_null + 1]);
    refused("/dev/null", Node::Card(minor + 1), &[of_null]);
    refused("/dev/null", Node::Control, &[of_null]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("nvidia0");
    fs::write(&file, "").expect("a file");
    refused(file.to_str().expect("text"), Node::Card(0), &[0, of_null]);
    fs::remove_file(&file).expect("gone");
    let absent = open_verified(file.to_str().expect("text"), Node::Card(0), &[of_null]);
    assert_eq!(
        absent.expect_err("absent").kind(),
        std::io::ErrorKind::NotFound
    );
}
