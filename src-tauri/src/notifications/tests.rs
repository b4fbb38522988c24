use gpu_keepalive_core::{gpu::GpuErrorKind, protocol::Cause, status_text::capitalised};

use super::*;
use crate::samples;

/// A notifier in virtual time.
struct TestNotifier {
    notifier: Notifier,
    now: Moment,
    wanted: Notifications,
}

impl TestNotifier {
    fn new(wanted: Notifications) -> Self {
        Self {
            notifier: Notifier::default(),
            now: Moment::ORIGIN,
            wanted,
        }
    }

    /// What is told about that status so many seconds later.
    fn after(&mut self, seconds: u64, status: &Status) -> Vec<String> {
        self.now = self.now + Duration::from_secs(seconds);
        let new = self.notifier.look(status, self.wanted, self.now);
        new.into_iter()
            .map(|n| format!("{}\n{}", n.title, n.body))
            .collect()
    }
}

#[test]
fn a_thermal_pause_and_its_end_are_told_once_each() {
    let mut told = TestNotifier::new(Notifications::Important);
    assert!(told.after(0, &samples::warm()).is_empty());
    insta::assert_snapshot!(told.after(1, &samples::hot()).join("\n\n"), @"
    RTX 3070 Laptop is too hot
    Paused: 84\u{a0}°C is above your limit of 83\u{a0}°C. Resumes at 78\u{a0}°C.
    ");
    for _ in 0..30 {
        assert!(told.after(1, &samples::hot()).is_empty());
    }
    insta::assert_snapshot!(told.after(1, &samples::warm()).join("\n\n"), @r"
    RTX 3070 Laptop has cooled down
    Ready (always on)
    ");
    assert!(told.after(1, &samples::asleep(Some(8))).is_empty());
}

#[test]
fn a_gpu_that_is_hot_again_and_again_is_told_of_every_ten_minutes() {
    let mut told = TestNotifier::new(Notifications::Important);
    let mut at = Vec::new();
    for second in 0..3600 {
        let hot = second % 40 < 20;
        let status = if hot { samples::hot() } else { samples::warm() };
        let new = told.after(1, &status);
        at.extend(new.iter().map(|_| second));
    }
    assert_eq!(
        at,
        [
            0, 20, 600, 620, 1200, 1220, 1800, 1820, 2400, 2420, 3000, 3020
        ]
    );
}

#[test]
fn a_recovery_from_what_nobody_heard_of_is_not_told() {
    let mut told = TestNotifier::new(Notifications::Important);
    assert_eq!(told.after(0, &samples::hot()).len(), 1);
    assert_eq!(told.after(9, &samples::warm()).len(), 1);
    assert!(told.after(9, &samples::hot()).is_empty());
    assert!(told.after(9, &samples::warm()).is_empty());
}

#[test]
fn every_fault_is_told_in_plain_words_with_advice() {
    for kind in GpuErrorKind::ALL {
        let mut told = TestNotifier::new(Notifications::Important);
        assert!(told.after(0, &samples::warm()).is_empty());
        let new = told.after(1, &samples::fault(kind));
        let [one] = new.as_slice() else {
            panic!("{kind:?}: {new:?}");
        };
        assert!(one.contains(&capitalised(kind.meaning())), "{one}");
        assert!(!one.contains("the driver's words"), "{one}");
        assert!(one.contains(kind.advice()), "{one}");
        assert_eq!(
            told.after(1, &samples::warm()),
            ["RTX 3070 Laptop works again\nReady (always on)"]
        );
    }
}

#[test]
fn heat_that_ends_in_a_fault_is_told_as_the_fault() {
    let mut told = TestNotifier::new(Notifications::Important);
    told.after(0, &samples::hot());
    let new = told.after(5, &samples::fault(GpuErrorKind::GpuLost));
    assert_eq!(new.len(), 1, "{new:?}");
    assert!(new[0].contains("cannot be kept ready"), "{new:?}");
    let new = told.after(5, &samples::warm());
    assert_eq!(new.len(), 1, "{new:?}");
    assert!(new[0].contains("works again"), "{new:?}");
}

#[test]
fn a_machine_without_a_gpu_is_told_of_until_there_is_one() {
    let mut told = TestNotifier::new(Notifications::Important);
    let mut starting = samples::no_gpu();
    starting.notices.clear();
    assert!(told.after(0, &starting).is_empty());
    insta::assert_snapshot!(told.after(1, &samples::no_gpu()).join("\n\n"), @r"
    GPU Keepalive has no GPU
    No NVIDIA GPU: libnvidia-ml.so.1 is not installed. Install the NVIDIA driver.
    ");
    assert!(told.after(30, &samples::no_gpu()).is_empty());
    assert!(told.after(700, &samples::no_gpu()).is_empty());
    assert_eq!(
        told.after(30, &samples::warm()),
        ["RTX 3070 Laptop was found\nReady (always on)"]
    );
}

#[test]
fn two_hot_gpus_are_one_notification() {
    let mut told = TestNotifier::new(Notifications::Important);
    told.after(0, &samples::together([samples::warm(), samples::warm()]));
    let new = told.after(1, &samples::together([samples::hot(), samples::hot()]));
    assert_eq!(new.len(), 1, "{new:?}");
    let new = told.after(30, &samples::together([samples::warm(), samples::warm()]));
    assert_eq!(new.len(), 1, "{new:?}");
}

#[test]
fn other_phases_are_for_those_who_want_all() {
    let battery = samples::paused(PauseReason::Battery, Cause::OnBattery);
    let course = [
        samples::warm(),
        samples::asleep(Some(8)),
        battery,
        samples::warm(),
    ];
    for (wanted, expected) in [
        (Notifications::Off, 0),
        (Notifications::Important, 0),
        (Notifications::All, 3),
    ] {
        let mut told = TestNotifier::new(wanted);
        let new: Vec<_> = course
            .iter()
            .flat_map(|status| told.after(1, status))
            .collect();
        assert_eq!(new.len(), expected, "{wanted}: {new:?}");
        // Each once in ten minutes.
        let again: Vec<_> = course
            .iter()
            .flat_map(|status| told.after(1, status))
            .collect();
        assert!(again.is_empty(), "{wanted}: {again:?}");
    }
}

#[test]
fn nothing_is_told_to_those_who_want_nothing() {
    let mut told = TestNotifier::new(Notifications::Off);
    for status in [
        samples::warm(),
        samples::hot(),
        samples::warm(),
        samples::fault(GpuErrorKind::GpuLost),
        samples::warm(),
        samples::no_gpu(),
        samples::warm(),
    ] {
        assert!(told.after(1, &status).is_empty());
    }
}
