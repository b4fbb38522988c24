use gpu_keepalive_core::gpu::GpuErrorKind;

use super::{
    super::rm::{
        Node,
        fake::{Event, Failure, FakeKernel, Form, Step},
    },
    *,
};

fn first() -> PciBusId {
    "0000:01:00.0".parse().unwrap()
}

fn second() -> PciBusId {
    "0001:41:00.0".parse().unwrap()
}

fn after(seconds: u64) -> Moment {
    Moment::ORIGIN + Duration::from_secs(seconds)
}

fn boosts(kernel: &FakeKernel) -> usize {
    let events = kernel.events();
    let boosts = events
        .iter()
        .filter(|event| matches!(event, Event::Boost(30)));
    boosts.count()
}

#[test]
fn boosts_are_held_of_the_named_gpus_and_renewed_by_the_same_client() {
    let kernel = FakeKernel::new(Form::Since535);
    let mut held = Boosts::with(kernel.clone());
    assert_eq!(held.hold(&[], after(0)), []);
    assert_eq!(kernel.events(), [], "nothing is opened for nothing");
    assert_eq!(held.hold(&[first()], after(0)), [(first(), Ok(()))]);
    assert_eq!(held.hold(&[first()], after(14)), []);
    assert_eq!(boosts(&kernel), 1);
    assert_eq!(
        held.hold(&[first()], after(15)),
        [],
        "a renewal changes nothing"
    );
    assert_eq!(boosts(&kernel), 2);
    assert!(!kernel.events().contains(&Event::Freed));
    assert_eq!(
        held.hold(&[first(), second()], after(16)),
        [(second(), Ok(()))]
    );
    held.hold(&[second()], after(17));
    let freed = |kernel: &FakeKernel| {
        let events = kernel.events();
        events.iter().filter(|one| **one == Event::Freed).count()
    };
    assert_eq!(freed(&kernel), 1);
    drop(held);
    assert_eq!(freed(&kernel), 2);
    assert!(kernel.events().contains(&Event::Closed(Node::Card(0))));
}

#[test]
fn a_refused_boost_is_reported_and_asked_for_again_later() {
    let kernel = FakeKernel::new(Form::Since535);
    let mut held = Boosts::with(kernel.clone());
    kernel.fail(Some((Step::OpenControl, Failure::Errno(2))));
    let asked = held.hold(&[first()], after(0));
    let error = asked[0].1.as_ref().expect_err("it was refused");
    assert_eq!(error.kind, GpuErrorKind::NotSupported);
    kernel.fail(None);
    assert_eq!(held.hold(&[first()], after(59)), []);
    assert_eq!(held.hold(&[first()], after(60)), [(first(), Ok(()))]);

    kernel.fail(Some((Step::Boost, Failure::Status(0x1f))));
    let asked = held.hold(&[first()], after(75));
    assert!(asked[0].1.is_err(), "a refused renewal is a change");
    assert_eq!(kernel.events().last(), Some(&Event::Closed(Node::Card(1))));
}
