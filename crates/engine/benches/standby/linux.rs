use std::{
    env,
    hint::black_box,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdout, Command, Stdio},
    thread,
    time::Duration,
};

use gpu_keepalive_core::gpu::holder::{HolderAction, HolderCommand, SensedProcess, Sensing};
use gpu_keepalive_engine::driver::{process_started, serve};
use nix::{
    time::{clock_getcpuclockid, clock_gettime},
    unistd::Pid,
};
use rustix::{
    event::{Timespec, poll},
    time::ClockId,
};
use serde_json::json;

/// Threads of llama.cpp's server on a machine with 64 processors, and of a small server.
const THREADS: [usize; 2] = [1, 70];
const WINDOW: Duration = Duration::from_secs(5);
/// Odd, for a median.
const WINDOWS: usize = 5;
/// The sensing periods, from `Sensing::default()`: after a request, and a minute later.
const PERIODS: [&str; 2] = ["busy", "idle"];

pub(super) fn main() {
    // The `hold` process, if the arguments ask for it.
    if serve(env::args().skip(1)).is_some() {
        return;
    }
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["loop", period] => empty_loop(Duration::from_millis(period.parse().expect("a number"))),
        ["server", threads] => server(threads.parse().expect("a number")),
        _ => {
            let rows: Vec<_> = PERIODS
                .iter()
                .flat_map(|period| THREADS.map(|threads| (*period, threads)))
                .map(|(period, threads)| compare(period, threads))
                .collect();
            println!("{}", json!(rows));
        }
    }
}

fn empty_loop(period: Duration) {
    let timeout = Timespec {
        tv_sec: 0,
        tv_nsec: period.subsec_nanos().into(),
    };
    loop {
        let _ = poll(&mut [], Some(&timeout));
        black_box(rustix::time::clock_gettime(ClockId::Monotonic));
    }
}

/// A process with so many threads, all of which wait.
fn server(threads: usize) {
    for _ in 1..threads {
        thread::spawn(thread::park);
    }
    println!("ready");
    let _ = std::io::stdin().read_line(&mut String::new());
}

fn compare(period: &str, threads: usize) -> serde_json::Value {
    let (server, _) = start(&["server", &threads.to_string()]);
    let pid = server.0.id();
    let sensing = Sensing::default();
    let every = match period {
        "busy" => sensing.busy_period,
        _ => sensing.idle_period,
    };
    let process = SensedProcess {
        pid,
        started: process_started(pid).expect("it lives"),
        threshold: Duration::from_secs(1),
    };
    let (hold, _) = hold(Sensing {
        processes: vec![process],
        boosts: false,
        busy_period: every,
        idle_period: every,
        ..sensing
    });
    let empty = Running(
        command(&["loop", &every.as_millis().to_string()])
            .spawn()
            .expect("it starts"),
    );
    thread::sleep(Duration::from_millis(500));
    let mut windows: Vec<[f64; 2]> = (0..WINDOWS)
        .map(|_| {
            let before = [hold.used(), empty.used()];
            thread::sleep(WINDOW);
            let checks = WINDOW.as_secs_f64() / every.as_secs_f64();
            let us = |index: usize, after: Duration| {
                (after - before[index]).as_secs_f64() * 1e6 / checks
            };
            [us(0, hold.used()), us(1, empty.used())]
        })
        .collect();
    windows.sort_by(|a, b| (a[0] / a[1]).total_cmp(&(b[0] / b[1])));
    let [hold_us, loop_us] = windows[WINDOWS / 2];
    json!({
        "period_ms": every.as_millis() as u64,
        "threads": threads,
        "hold_us": hold_us,
        "loop_us": loop_us,
        "ratio": hold_us / loop_us,
    })
}

/// The `hold` process, once it senses the requests of those.
fn hold(sensing: Sensing) -> (Running, BufReader<ChildStdout>) {
    let mut child = command(&["driver-hold", "0000:01:00.0"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let action = HolderAction::Arm(sensing);
    let line = serde_json::to_string(&HolderCommand { id: 1, action }).expect("JSON");
    writeln!(child.stdin.as_mut().expect("piped"), "{line}").expect("it reads");
    let mut output = BufReader::new(child.stdout.take().expect("piped"));
    let mut answer = String::new();
    output.read_line(&mut answer).expect("an answer");
    assert!(answer.contains("\"Ok\""), "{answer}");
    (Running(child), output)
}

fn start(role: &[&str]) -> (Running, BufReader<ChildStdout>) {
    let mut child = command(role)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut output = BufReader::new(child.stdout.take().expect("piped"));
    output.read_line(&mut String::new()).expect("it is ready");
    (Running(child), output)
}

fn command(role: &[&str]) -> Command {
    let mut command = Command::new(env::current_exe().expect("this program"));
    command.args(role);
    command
}

struct Running(Child);

impl Running {
    fn used(&self) -> Duration {
        let pid = Pid::from_raw(self.0.id().try_into().expect("an id"));
        let clock = clock_getcpuclockid(pid).expect("it lives");
        clock_gettime(clock).expect("it lives").into()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
