//! The cost of the engine, on fake driver libraries that do nothing.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::{
    fakes::{self, DRIVER_LIBRARIES, FakeMachine},
    proc::Pid,
    table::{Bar, Row},
};

/// Time until the engine has settled.
const SETTLING: Duration = Duration::from_secs(6);
/// One measurement; a multiple of the samples of a GPU and a machine at rest.
const WINDOW: Duration = Duration::from_secs(10);
/// Odd, for a median.
const WINDOWS: usize = 3;
const STARTS: usize = 11;

const PULSES_100_MS: &str = "strategy = \"pulse\"\npulse.interval_ms = 100\n";
const PULSES_4_S: &str = "strategy = \"pulse\"\npulse.interval_ms = 4000\n";

pub(super) fn engine() -> Result<Vec<Row>> {
    fakes::build()?;
    let fast = steady("always", PULSES_100_MS)?;
    let slow = steady("always", PULSES_4_S)?;
    let asleep = steady("on_demand", "")?;
    let mut rows = vec![
        Row::new(
            "start to first pulse, driver's time nil",
            "ms",
            start_to_first_pulse()?.as_secs_f64() * 1e3,
        )
        .bar(Bar::AtMost(50.0)),
    ];
    for (state, cost) in [
        ("warm, 100 ms", &fast),
        ("warm, 4 s", &slow),
        ("asleep", &asleep),
    ] {
        let row = |what: &str, unit, ours, original| {
            Row::new(format!("{state}: {what}"), unit, ours).against(original)
        };
        rows.extend([
            row("engine's CPU time", "s/h", cost.engine.cpu, fast.engine.cpu),
            row(
                "driver process's CPU time, fakes included",
                "s/h",
                cost.driver.cpu,
                fast.driver.cpu,
            ),
            row("wake-ups of both", "/s", cost.wake_ups(), fast.wake_ups()),
        ]);
    }
    if let Some(asleep_wake_ups) = rows.last_mut() {
        asleep_wake_ups.bar = Some(Bar::AtMost(1.0));
    }
    rows.extend([
        Row::new(
            "warm: engine's resident memory",
            "MiB",
            slow.engine.resident_mib,
        )
        .bar(Bar::AtMost(15.0)),
        Row::new(
            "warm: driver process's, less the driver's libraries",
            "MiB",
            slow.driver.resident_mib,
        ),
        Row::new(
            "asleep: engine's resident memory",
            "MiB",
            asleep.engine.resident_mib,
        )
        .bar(Bar::AtMost(15.0)),
    ]);
    Ok(rows)
}

/// The resources that one of our processes takes.
struct Cost {
    /// Seconds in an hour.
    cpu: f64,
    wake_ups_per_s: f64,
    resident_mib: f64,
}

struct Costs {
    engine: Cost,
    driver: Cost,
}

impl Costs {
    fn wake_ups(&self) -> f64 {
        self.engine.wake_ups_per_s + self.driver.wake_ups_per_s
    }
}

fn steady(mode: &str, settings: &str) -> Result<Costs> {
    let machine = FakeMachine::start(mode, settings)?;
    wait(SETTLING);
    let engine = machine.engine();
    let [driver] = engine.children()?[..] else {
        bail!("the engine has one driver process");
    };
    let mut windows = Vec::new();
    for _ in 0..WINDOWS {
        let before = [counted(engine)?, counted(driver)?];
        let began = stopwatch();
        wait(WINDOW);
        let seconds = began.elapsed().as_secs_f64();
        let after = [counted(engine)?, counted(driver)?];
        windows.push([0, 1].map(|which| {
            let cpu = (after[which].0 - before[which].0).as_secs_f64();
            // A thread that ended meanwhile takes its count with it.
            let waits = after[which].1.saturating_sub(before[which].1);
            (cpu / seconds * 3600.0, waits as f64 / seconds)
        }));
    }
    let cost = |which: usize, pid: Pid| -> Result<Cost> {
        let own = pid.resident_kib()? - pid.resident_kib_of(&DRIVER_LIBRARIES)?;
        Ok(Cost {
            cpu: median(windows.iter().map(|window| window[which].0)),
            wake_ups_per_s: median(windows.iter().map(|window| window[which].1)),
            resident_mib: own as f64 / 1024.0,
        })
    };
    Ok(Costs {
        engine: cost(0, engine)?,
        driver: cost(1, driver)?,
    })
}

fn counted(pid: Pid) -> Result<(Duration, u64)> {
    Ok((pid.cpu_time()?, pid.waits()?))
}

/// From the start of the program to the first pulse that it counts.
fn start_to_first_pulse() -> Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let began = stopwatch();
        let machine = FakeMachine::start("always", PULSES_100_MS)?;
        // The first launch belongs to the preparation.
        while machine.launches() < 2 {
            wait(Duration::from_micros(500));
            if began.elapsed() > Duration::from_secs(10) {
                bail!("no pulse within 10 s of the start");
            }
        }
        times.push(began.elapsed().as_secs_f64());
    }
    Ok(Duration::from_secs_f64(median(times.into_iter())))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn stopwatch() -> Instant {
    Instant::now()
}

fn wait(time: Duration) {
    std::thread::sleep(time);
}
