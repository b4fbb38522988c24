//! Days in virtual time with everything that can happen: nothing kept is lost, and in the end the
//! GPUs are as they were.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    hash::{BuildHasher, Hasher, RandomState},
    thread,
};

use jiff::ToSpan;
use proptest::{
    strategy::{Strategy as Generator, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use super::{
    operations::{Operation, PRESETS, apply, check, operation, today},
    settling::{readiness, settle},
    *,
};
use crate::protocol::{EnergyDay, Reply};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// Between two operations the engine is left alone for up to so many seconds: a day has some 80 of them.
const LONGEST_PAUSE: u64 = 1800;

/// What was kept so far, and must not become less.
#[derive(Default)]
struct Record {
    days: BTreeMap<String, EnergyDay>,
    learned: BTreeSet<String>,
    gpus: usize,
    /// Wakes that were sensed by this engine, by GPU.
    sensed: BTreeMap<String, u64>,
}

impl Record {
    /// Compares with what is kept now.
    fn grow(&mut self, harness: &mut Harness) {
        if let Some(saved) = &harness.saved {
            let today = today(harness);
            let report = saved.ledger.report(90, today, None, "").days;
            let days: BTreeMap<_, _> = report
                .into_iter()
                .map(|day| (day.date.clone(), day))
                .collect();
            for day in days.values() {
                let numbers = [
                    Some(day.warm_s),
                    Some(day.standby_s),
                    day.warm_wh,
                    day.saved_wh,
                ];
                let sound = |number: &f64| number.is_finite() && *number >= 0.0;
                assert!(numbers.iter().flatten().all(sound), "{day:?}");
            }
            // A report ends today, and goes back for 90 days.
            let first = today.saturating_sub(89.days()).to_string();
            for (date, before) in self.days.range(first..=today.to_string()) {
                let something = before.warm_s + before.standby_s > 0.0;
                let Some(now) = days.get(date) else {
                    assert!(!something, "{before:?} is lost");
                    continue;
                };
                assert!(
                    now.warm_s >= before.warm_s
                        && now.standby_s >= before.standby_s
                        && now.cold_starts_avoided >= before.cold_starts_avoided,
                    "{before:?} became {now:?}"
                );
            }
            self.days.extend(days);
            let learned: BTreeSet<_> = saved.learned.keys().cloned().collect();
            let lost: Vec<_> = self.learned.difference(&learned).collect();
            assert!(lost.is_empty(), "what was learned of {lost:?} is lost");
            self.learned = learned;
            assert!(saved.gpus.len() >= self.gpus, "a GPU is forgotten");
            self.gpus = saved.gpus.len();
        }
        for (info, policy, _) in harness.keeper.gpus() {
            let sensed = policy.sensor().statistics().sensed;
            let before = self.sensed.insert(info.uuid.0.clone(), sensed).unwrap_or(0);
            assert!(sensed >= before, "{before} wakes became {sensed}");
        }
    }

    /// These begin anew with the engine, and with a GPU that was not chosen.
    fn forget_wakes(&mut self) {
        self.sensed.clear();
    }
}

/// Says how to have the same days again, should the test fail.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("the same days again: SOAK_SEED={}", self.0);
        }
    }
}

/// Lives through so many days.
fn live(preset: &str, seed: u64, days: u32) {
    let seed = Seed(seed);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.0.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let (operations, pauses) = (operation(), 0..LONGEST_PAUSE);
    let mut harness = run(preset, Mode::OnDemand);
    let mut record = Record::default();
    for _ in 0..days {
        let ends = harness.now() + DAY;
        while harness.now() < ends {
            let operation = drawn(&operations, &mut runner);
            let anew = matches!(operation, Operation::Restarted | Operation::Deselected);
            apply(&mut harness, operation);
            if anew {
                record.forget_wakes();
            }
            record.grow(&mut harness);
            let pause = drawn(&pauses, &mut runner);
            harness.run_watched(Duration::from_secs(pause), check);
            record.grow(&mut harness);
        }
        harness.log.clear();
        harness.replies.clear();
        let today = today(&harness);
        harness.handle(Input::Today(today));
    }
    calm_down(&mut harness);
    record.grow(&mut harness);
}

fn drawn<G: Generator>(generator: &G, runner: &mut TestRunner) -> G::Value {
    generator.new_tree(runner).expect("a value").current()
}

/// Everything ends that was let happen; then each GPU does what it did before.
fn calm_down(harness: &mut Harness) {
    harness.machine.end_events();
    settle(harness);
    let ready = readiness(harness);
    assert!(
        ready.iter().all(|share| *share > 0.0),
        "never ready again: {ready:?}"
    );
    harness.change(|settings| *settings = Settings::default());
    harness.request(Request::Mode {
        mode: Mode::OnDemand,
    });
    harness.run_watched(HOUR, check);
    for (info, policy, decision) in harness.keeper.gpus() {
        let decision = decision.expect("decided");
        assert_eq!(
            decision.phase,
            Phase::Asleep,
            "{}: {}",
            info.name,
            decision.message
        );
        let history = policy.history();
        assert_eq!((history.held(), history.needs_release()), (None, false));
        assert_eq!(history.fault(), None);
    }
    let now = harness.now();
    let gpus: Vec<_> = harness.keeper.gpu_ids().collect();
    let listed = harness.machine.discover(now).expect("GPUs").gpus;
    assert_eq!(gpus.len(), listed.len());
    for gpu in gpus {
        let counters = harness.machine.counters(gpu.index, now).expect("a card");
        assert!(
            !counters.context_open && counters.held.is_none(),
            "{counters:?}"
        );
    }
    harness.request(Request::Status);
    let Some((_, Ok(Reply::Status(status)))) = harness.replies.last() else {
        panic!("no status: {:?}", harness.replies.last());
    };
    assert_eq!((status.engine.leases, status.engine.enabled), (0, true));
    assert!(status.measuring.is_none());
    harness.handle(Input::Stop);
    harness.run_for(20 * SECOND);
    assert!(harness.keeper.is_stopped());
}

/// A day of a few seeds and of one at random, each on one machine; with `SOAK_DAYS` so many on each
/// machine. `SOAK_SEED` has that seed alone.
#[test]
fn days_with_everything_that_can_happen_leave_nothing_behind() {
    let number = |name| {
        let text = env::var(name).ok()?;
        Some(text.parse::<u64>().expect("a number"))
    };
    let days = number("SOAK_DAYS").map(|days| u32::try_from(days).expect("days of a life"));
    let random = RandomState::new().build_hasher().finish();
    let seeds = number("SOAK_SEED").map_or_else(|| vec![1, 2, random], |seed| vec![seed]);
    let machines: Vec<_> = PRESETS.into_iter().chain(["h200-quiet"]).collect();
    for seed in seeds {
        let one = machines[(seed % machines.len() as u64) as usize];
        let lived_in = days.map_or_else(|| vec![one], |_| machines.clone());
        for machine in lived_in {
            live(machine, seed, days.unwrap_or(1));
        }
    }
}
