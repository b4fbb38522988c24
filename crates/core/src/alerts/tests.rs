use proptest::{prelude::*, sample::select};

use super::*;
use crate::{
    protocol::{Cause, FaultStatus, Message, Notice, State},
    status_text::{capitalised, present},
    units::Celsius,
    variants::variants,
};

fn laptop() -> Status {
    let text = include_str!("../../../../tests/fixtures/status.json");
    let mut status: Status = serde_json::from_str(text).expect("a status");
    status.engine.simulated = false;
    status
}

/// The state of a GPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is {
    Warm,
    Asleep,
    OnBattery,
    Hot,
    Fault(GpuErrorKind),
}

fn set(gpu: &mut GpuStatus, is: Is) {
    let (phase, state, reasons, cause) = match is {
        Is::Warm => (Phase::Warm, State::Ready { always: true }, vec![], None),
        Is::Asleep => {
            let cause = Cause::NothingUsesIt;
            (Phase::Asleep, State::Asleep, vec![], Some(cause))
        }
        Is::OnBattery => {
            let reasons = vec![PauseReason::Battery];
            (
                Phase::Paused,
                State::Paused,
                reasons,
                Some(Cause::OnBattery),
            )
        }
        Is::Hot => {
            let cause = Cause::Hot {
                now_c: Some(Celsius(84)),
                limit_c: Celsius(83),
                resume_c: Celsius(78),
                own_limit: true,
                slowed: false,
            };
            (
                Phase::Paused,
                State::Paused,
                vec![PauseReason::Thermal],
                Some(cause),
            )
        }
        Is::Fault(kind) => {
            let cause = Cause::Fault { kind };
            (Phase::Fault, State::Fault, vec![], Some(cause))
        }
    };
    gpu.phase = phase;
    gpu.reasons = reasons;
    gpu.message = Message {
        state,
        causes: cause.into_iter().collect(),
    };
    gpu.fault = match is {
        Is::Fault(kind) => Some(FaultStatus {
            kind,
            message: "nvmlDeviceGetPowerUsage: the driver's words".to_owned(),
            advice: kind.advice(),
            retry_in_s: 4.0,
        }),
        _ => None,
    };
}

/// Laptop GPUs that are so, all of one name.
fn gpus(all: &[Is]) -> Status {
    let mut status = laptop();
    let one = status.gpus.remove(0);
    for (index, is) in (0..).zip(all) {
        let mut gpu = one.clone();
        gpu.index = index;
        gpu.uuid.0 = format!("GPU-{index}");
        set(&mut gpu, *is);
        status.gpus.push(gpu);
    }
    if all.is_empty() {
        status.notices.push(Notice {
            id: "no-gpu".to_owned(),
            severity: Severity::Error,
            message: "The NVIDIA driver is not installed. Install the NVIDIA driver.".to_owned(),
        });
    }
    present(&mut status);
    status
}

const FAULT: Is = Is::Fault(GpuErrorKind::GpuLost);

/// A user in virtual time.
struct User {
    alerts: Alerts,
    now: Moment,
    wanted: Notifications,
    status: Status,
    /// Everything delivered, with its second.
    shown: Vec<(u64, Notification)>,
}

impl User {
    fn with_setting(wanted: Notifications) -> Self {
        Self {
            alerts: Alerts::default(),
            now: Moment::ORIGIN,
            wanted,
            status: gpus(&[Is::Warm]),
            shown: Vec::new(),
        }
    }

    fn observe(&mut self) {
        let seconds = self.now.since(Moment::ORIGIN).as_secs();
        let new = self.alerts.observe(&self.status, self.wanted, self.now);
        self.shown.extend(new.into_iter().map(|new| (seconds, new)));
    }

    /// Lets time pass; asks when that is due.
    fn wait(&mut self, seconds: u64) {
        let end = self.now + Duration::from_secs(seconds);
        while let Some(at) = self.alerts.wake_at().filter(|at| *at <= end) {
            assert!(at > self.now, "woken for nothing");
            self.now = at;
            self.observe();
        }
        self.now = end;
    }

    /// The notifications in the seconds before that status, and about it.
    fn after(&mut self, seconds: u64, status: Status) -> Vec<String> {
        let before = self.shown.len();
        self.wait(seconds);
        self.status = status;
        self.observe();
        let new = self.shown[before..].iter();
        new.map(|(_, n)| format!("{}\n{}", n.title, n.body))
            .collect()
    }

    /// The second and title of every notification.
    fn all(&self) -> Vec<(u64, &str)> {
        let shown = self.shown.iter();
        shown.map(|(at, n)| (*at, n.title.as_str())).collect()
    }
}

fn anyone() -> User {
    User::with_setting(Notifications::Important)
}

#[test]
fn a_thermal_pause_and_its_end_are_reported_once_each() {
    let mut user = anyone();
    assert!(user.after(0, gpus(&[Is::Warm])).is_empty());
    assert_eq!(
        user.after(1, gpus(&[Is::Hot])),
        [
            "RTX 3070 Laptop is too hot\nPaused: 84\u{a0}°C is above your limit of 83\u{a0}°C. \
          Resumes at 78\u{a0}°C."
        ]
    );
    for _ in 0..30 {
        assert!(user.after(1, gpus(&[Is::Hot])).is_empty());
    }
    assert_eq!(
        user.after(1, gpus(&[Is::Warm])),
        ["RTX 3070 Laptop has cooled down\nReady (always on)"]
    );
    assert!(user.after(1, gpus(&[Is::Asleep])).is_empty());
}

#[test]
fn a_held_back_notification_is_shown_when_due_if_it_still_holds() {
    let mut user = anyone();
    user.after(0, gpus(&[FAULT]));
    user.after(100, gpus(&[Is::Warm]));
    // The fault that was never shown: within ten minutes of the one before.
    assert!(user.after(100, gpus(&[FAULT])).is_empty());
    assert_eq!(user.alerts.wake_at(), Some(Moment::ORIGIN + QUIET));
    user.wait(1000);
    user.after(0, gpus(&[Is::Warm]));
    let name = |words| format!("RTX 3070 Laptop {words}");
    let expected = [
        (0, name("cannot be kept ready")),
        (100, name("works again")),
        (600, name("cannot be kept ready")),
        (1200, name("works again")),
    ];
    let expected = expected.each_ref().map(|(at, title)| (*at, title.as_str()));
    assert_eq!(user.all(), expected);
}

#[test]
fn a_held_back_notification_that_no_longer_holds_is_not_shown() {
    let mut user = anyone();
    assert_eq!(user.after(0, gpus(&[Is::Hot])).len(), 1);
    assert_eq!(user.after(9, gpus(&[Is::Warm])).len(), 1);
    assert!(user.after(9, gpus(&[Is::Hot])).is_empty());
    assert!(user.after(9, gpus(&[Is::Warm])).is_empty());
    assert_eq!(user.alerts.wake_at(), None);
    user.wait(5000);
    assert_eq!(user.shown.len(), 2);
}

#[test]
fn a_gpu_that_is_hot_again_and_again_is_reported_every_ten_minutes() {
    let mut user = anyone();
    for second in 0..3600 {
        let is = if second % 40 < 20 { Is::Hot } else { Is::Warm };
        user.after(u64::from(second > 0), gpus(&[is]));
    }
    let at: Vec<_> = user.shown.iter().map(|(at, _)| *at).collect();
    let expected = [
        0, 20, 600, 620, 1200, 1220, 1800, 1820, 2400, 2420, 3000, 3020,
    ];
    assert_eq!(at, expected);
}

#[test]
fn every_fault_is_a_plain_sentence_with_advice() {
    for kind in variants::<GpuErrorKind>() {
        let mut user = anyone();
        assert!(user.after(0, gpus(&[Is::Warm])).is_empty());
        let new = user.after(1, gpus(&[Is::Fault(kind)]));
        let [one] = new.as_slice() else {
            panic!("{kind:?}: {new:?}");
        };
        assert!(one.contains(&capitalised(&kind.meaning())), "{one}");
        assert!(!one.contains("the driver's words"), "{one}");
        assert!(one.contains(&kind.advice()), "{one}");
        assert!(user.shown[0].1.urgent);
        let over = user.after(1, gpus(&[Is::Warm]));
        assert_eq!(over, ["RTX 3070 Laptop works again\nReady (always on)"]);
    }
}

#[test]
fn another_fault_is_another_word_and_heat_that_ends_in_one_too() {
    let mut user = anyone();
    user.after(0, gpus(&[Is::Hot]));
    let new = user.after(5, gpus(&[FAULT]));
    assert_eq!(new.len(), 1, "{new:?}");
    assert!(new[0].contains("cannot be kept ready"), "{new:?}");
    user.after(5, gpus(&[Is::Fault(GpuErrorKind::VersionMismatch)]));
    user.wait(2000);
    let (at, last) = user.shown.last().expect("a notification");
    assert_eq!(*at, 605, "ten minutes after the first fault");
    assert!(last.body.contains("Restart the computer"), "{last:?}");
    let new = user.after(5, gpus(&[Is::Warm]));
    assert_eq!(new, ["RTX 3070 Laptop works again\nReady (always on)"]);
}

#[test]
fn a_machine_without_a_gpu_is_reported_until_there_is_one() {
    let mut user = anyone();
    let mut starting = gpus(&[]);
    starting.notices.clear();
    assert!(user.after(0, starting.clone()).is_empty());
    let new = user.after(1, gpus(&[]));
    assert_eq!(
        new,
        [
            "GPU Keepalive has no GPU\nThe NVIDIA driver is not installed. Install the NVIDIA driver."
        ]
    );
    assert!(user.after(30, starting).is_empty(), "nothing is known anew");
    assert!(user.after(700, gpus(&[])).is_empty());
    let found = user.after(30, gpus(&[Is::Warm]));
    assert_eq!(found, ["RTX 3070 Laptop was found\nReady (always on)"]);
}

#[test]
fn each_gpu_has_its_own_text_by_number_where_names_repeat() {
    let mut user = anyone();
    user.after(0, gpus(&[Is::Warm, Is::Warm]));
    user.after(1, gpus(&[Is::Hot, Is::Hot]));
    user.after(30, gpus(&[Is::Warm, FAULT]));
    let mut two = gpus(&[Is::Hot, Is::Warm]);
    two.gpus[1].name = "NVIDIA H200".to_owned();
    user.after(3000, two);
    let expected = [
        (1, "GPU 0 (RTX 3070 Laptop) is too hot"),
        (1, "GPU 1 (RTX 3070 Laptop) is too hot"),
        (31, "GPU 0 (RTX 3070 Laptop) has cooled down"),
        (31, "GPU 1 (RTX 3070 Laptop) cannot be kept ready"),
        (3031, "RTX 3070 Laptop is too hot"),
        (3031, "H200 works again"),
    ];
    assert_eq!(user.all(), expected);
}

#[test]
fn other_phases_are_shown_only_with_all_notifications() {
    let course = [Is::Warm, Is::Asleep, Is::OnBattery, Is::Warm];
    for (wanted, expected) in [
        (Notifications::Off, 0),
        (Notifications::Important, 0),
        (Notifications::All, 3),
    ] {
        let mut user = User::with_setting(wanted);
        for is in course {
            user.after(1, gpus(&[is]));
        }
        assert_eq!(user.shown.len(), expected, "{wanted}: {:?}", user.all());
        // Each once in ten minutes, and the last one is true.
        for is in [Is::Asleep, Is::OnBattery] {
            assert!(user.after(1, gpus(&[is])).is_empty(), "{wanted}");
        }
        user.wait(2000);
        let last = user.shown.last().map(|(_, shown)| shown.kind);
        let expected = (expected > 0).then_some(Kind::Phase(Phase::Paused));
        assert_eq!(last, expected, "{wanted}");
    }
}

#[test]
fn notifications_switched_on_again_show_what_still_holds() {
    let mut user = User::with_setting(Notifications::Off);
    for is in [Is::Warm, Is::Hot, Is::Warm, FAULT] {
        assert!(user.after(1, gpus(&[is])).is_empty());
    }
    assert!(user.after(1, gpus(&[])).is_empty());
    assert_eq!(user.alerts.wake_at(), None);
    user.wanted = Notifications::Important;
    assert_eq!(user.after(1, gpus(&[FAULT])).len(), 1);
}

#[test]
fn simulated_gpus_are_called_so() {
    let mut user = anyone();
    let mut status = gpus(&[Is::Hot]);
    status.engine.simulated = true;
    let new = user.after(0, status);
    assert!(
        new[0].starts_with("Simulated: RTX 3070 Laptop is too hot"),
        "{new:?}"
    );
}

fn condition() -> impl Strategy<Value = Is> {
    let faults = vec![
        GpuErrorKind::GpuLost,
        GpuErrorKind::VersionMismatch,
        GpuErrorKind::Other,
    ];
    prop_oneof![
        2 => Just(Is::Warm),
        1 => Just(Is::Asleep),
        1 => Just(Is::OnBattery),
        2 => Just(Is::Hot),
        2 => select(faults).prop_map(Is::Fault),
    ]
}

/// Returns true if the last notification states how it is.
fn is_true(last: Option<&Notification>, is: Is, wanted: Notifications) -> bool {
    let phase = |phase| match last.map(|last| last.kind) {
        // At first all is well, which is not shown.
        None | Some(Kind::CooledDown | Kind::Recovered) => true,
        Some(Kind::Phase(shown)) => wanted == Notifications::Important || shown == phase,
        Some(_) => false,
    };
    match is {
        Is::Hot => last.is_some_and(|last| last.kind == Kind::TooHot),
        Is::Fault(kind) => {
            last.is_some_and(|last| last.kind == Kind::Fault && last.body.contains(&kind.advice()))
        }
        Is::Warm => phase(Phase::Warm),
        Is::Asleep => phase(Phase::Asleep),
        Is::OnBattery => phase(Phase::Paused),
    }
}

proptest! {
    #[test]
    fn the_last_word_is_true_in_the_end_and_none_comes_too_often(
        steps in proptest::collection::vec((0..900u64, [condition(), condition()], 0..12u8), 1..40),
        all in any::<bool>(),
    ) {
        let wanted = if all { Notifications::All } else { Notifications::Important };
        let mut user = User::with_setting(wanted);
        let mut last = [Is::Warm; 2];
        for (seconds, conditions, oddity) in steps {
            // Now and then none is wanted for a while, or a GPU is not there.
            user.wanted = if oddity == 0 { Notifications::Off } else { wanted };
            let there = if oddity == 1 { &conditions[..1] } else { &conditions[..] };
            user.after(seconds, gpus(there));
            last = conditions;
        }
        user.wanted = wanted;
        user.after(1, gpus(&last));
        user.wait(2 * QUIET.as_secs());
        prop_assert_eq!(user.alerts.wake_at(), None);
        for (index, is) in last.iter().enumerate() {
            let now = user.status.gpus[index].phase_text.replace(" °C", "\u{a0}°C");
            let gpu = Some(GpuUuid(format!("GPU-{index}")));
            let shown: Vec<_> = user.shown.iter().filter(|(_, n)| n.gpu == gpu).collect();
            let newest = shown.last().map(|(_, newest)| newest);
            prop_assert!(is_true(newest, *is, wanted), "{is:?} after {newest:?}");
            let up_to_date = newest.is_none_or(|n| n.kind == Kind::Fault || n.body == now);
            prop_assert!(up_to_date || !all, "{now} after {newest:?}");
            for (at, word) in &shown {
                let again = shown.iter().filter(|(other, n)| n.kind == word.kind && other > at);
                for (other, _) in again {
                    prop_assert!(other - at >= QUIET.as_secs(), "{word:?} at {at} and {other}");
                }
            }
        }
    }
}
