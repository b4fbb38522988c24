//! Twenty minutes of a real engine on the fake libraries, with faults at random: it stays level, and
//! nothing is left.
//!
//! `.ci/scheduled soak` runs it. `SOAK_SECONDS` is its length, `SOAK_SEED` the faults and their order.

use std::{
    env,
    hash::{BuildHasher, Hasher, RandomState},
    thread,
    time::Duration,
};

use gpu_keepalive_core::{
    protocol::{GpuStatus, Phase, Request, Status},
    settings::Mode,
};
use tokio::time::{Instant, sleep, timeout};

use super::engine::{Engine, on_fakes};
use crate::{ffi::driver::FakeDriver, user::User};
use faults::{Fault, Faults};
use resources::{Resources, children, descendants_of_a_user};

mod faults;
mod resources;

/// Faults begin for so long, then everything calms down and is measured.
const ROUND: Duration = Duration::from_secs(40);
/// Rounds before the level is taken: caches, arenas and the log's tail are full by then.
const WARM_UP: usize = 2;
/// Resident memory of the engine may grow by so much from the level on. A debug build rests at 25 MiB, and grew
/// by 0.3 MiB in three rounds.
const GROWTH_KIB: u64 = 4 * 1024;
/// The longest wait for a fault that is over to be forgotten: the slowest retry is 30 s.
const CALM_WITHIN: Duration = Duration::from_secs(120);

/// Numbers that look random (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

/// Says how to have the same faults again, should the test fail.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("the same faults again: SOAK_SEED={}", self.0);
        }
    }
}

fn number(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(text.parse().expect("a number"))
}

#[tokio::test]
#[ignore = "twenty minutes, or SOAK_SECONDS; .ci/scheduled soak"]
async fn an_engine_to_which_everything_happens_stays_level_and_leaves_nothing() {
    let length = Duration::from_secs(number("SOAK_SECONDS").unwrap_or(20 * 60));
    let random = || RandomState::new().build_hasher().finish();
    let seed = Seed(number("SOAK_SEED").unwrap_or_else(random));
    let mut random = Random(seed.0);
    let (user, driver) = (User::new(), FakeDriver::new());
    user.sets(faults::SETTINGS);
    let run = on_fakes(&user, &driver, &["run", "--mode", "always"]);
    let engine = Engine::start(&user, run).await;
    until_normal(&engine).await;

    let ends = Instant::now() + length;
    let round = ROUND.min(length / 4);
    let mut levels: Vec<Resources> = Vec::new();
    while Instant::now() < ends || levels.len() <= WARM_UP {
        let mut faults = Faults::new(&user, &driver, &engine);
        let round_ends = Instant::now() + round;
        let mut began = Vec::new();
        while Instant::now() < round_ends {
            let fault = Fault::ALL[random.below(Fault::ALL.len() as u64) as usize];
            began.push(fault);
            faults.begin(fault, &mut random).await;
            sleep(Duration::from_millis(50 + random.below(1500))).await;
        }
        faults.end().await;
        let status = until_normal(&engine).await;
        assert_eq!((status.engine.leases, status.measuring), (0, None));
        let resources = until_level(&engine, &levels, &began).await;
        println!("{:>2} faults, then {resources}", began.len());
        levels.push(resources);
    }
    let (level, last) = (levels[WARM_UP - 1], levels[levels.len() - 1]);
    let grown = last.resident_kib.saturating_sub(level.resident_kib);
    assert!(
        grown <= GROWTH_KIB,
        "{grown} KiB more: {level}, then {last}"
    );

    let pid = engine.pid();
    let ended = engine.interrupted().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!ended.err.contains("panicked"), "{}", ended.err);
    assert_eq!(children(pid), [0; 0]);
    assert_eq!(driver.living_processes(), [0; 0]);
    assert_eq!(descendants_of_a_user(user.home()), [""; 0]);
    assert!(!user.socket().exists());
}

fn is_normal(gpu: &GpuStatus) -> bool {
    gpu.phase == Phase::Warm && gpu.ready == Some(true) && gpu.fault.is_none()
}

/// Waits until the GPU is held as it was before the first fault.
async fn until_normal(engine: &Engine) -> Status {
    let mut newest = None;
    let awaited = async {
        loop {
            let status = engine.status().await;
            if status.gpus.len() == 1 && status.gpus.iter().all(is_normal) {
                return status;
            }
            newest = Some(status);
            sleep(Duration::from_millis(200)).await;
        }
    };
    match timeout(CALM_WITHIN, awaited).await {
        Ok(status) => status,
        Err(_) => panic!("it does not become normal again: {newest:#?}"),
    }
}

/// What it takes at rest: switched off, so that nothing is held and the GPU is only looked at. Waits until
/// that is as in an earlier round with as many children.
///
/// They are the driver process, and the `hold` process from the first time that it was needed.
async fn until_level(engine: &Engine, levels: &[Resources], began: &[Fault]) -> Resources {
    engine.ask(Request::Off).await;
    engine.until_phase(Phase::Off).await;
    let deadline = Instant::now() + CALM_WITHIN;
    let mut last: Option<(Instant, Resources)> = None;
    let resources = loop {
        let now = Resources::of(engine.pid());
        let unchanged = match (&last, now) {
            (Some((since, before)), Some(now)) if before.is_level(&now) => since.elapsed(),
            _ => {
                last = now.map(|now| (Instant::now(), now));
                Duration::ZERO
            }
        };
        // Threads that waited for a file end after 10 s without one.
        let is_level = |now: &Resources| {
            let mut known = levels.iter().skip(WARM_UP - 1);
            let level = known.find(|level| level.children() == now.children());
            let settled = unchanged >= Duration::from_secs(12) && now.children() <= 2;
            level.map_or(settled, |level| level.is_level(now))
        };
        if let Some(now) = now.filter(is_level) {
            break now;
        }
        assert!(
            Instant::now() < deadline,
            "not level after {began:?}: {levels:?}, now {now:?}, open {:#?}",
            resources::open_files(engine.pid()),
        );
        sleep(Duration::from_millis(250)).await;
    };
    engine.ask(Request::On).await;
    engine.ask(Request::Mode { mode: Mode::Always }).await;
    until_normal(engine).await;
    resources
}
