//! The GPU of this machine, and what our processes have open.

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use gpu_keepalive_core::{
    Moment,
    benchmark::{WorkloadAction, WorkloadOutcome},
    gpu::{Action, GpuInfo, Outcome, Sample},
    settings::Strategy,
};
use gpu_keepalive_engine::{
    clock::Clock,
    driver::{PerfBoost, WorkloadProcess},
    gpu::{
        Gpu, GpuSource,
        nvidia::{Backend, NvidiaGpu, NvidiaSource},
    },
};
use serde_json::{Value, json};

/// Longer than any GPU known keeps its clocks after the last work.
pub(super) const FALLS_WITHIN: Duration = Duration::from_secs(60);
/// Clocks that are down for that long are no gap between two samples of work: NVML shows raised
/// clocks up to 0.11 s late.
const DOWN_FOR: Duration = Duration::from_millis(500);
/// Loading CUDA and raising the clocks takes a second or two.
pub(super) const RISES_WITHIN: Duration = Duration::from_secs(20);

/// The first GPU.
pub(super) struct Card {
    pub(super) info: GpuInfo,
    pub(super) program: PathBuf,
}

impl Card {
    pub(super) async fn find() -> Self {
        let program = program();
        let gpus = source(&program)
            .discover()
            .await
            .expect("GPUs are listed")
            .gpus;
        let info = gpus.into_iter().next().expect("there is a GPU");
        Self { info, program }
    }

    pub(super) fn open(&self) -> NvidiaGpu {
        source(&self.program).open(&self.info)
    }

    /// Samples with NVML alone.
    pub(super) fn observer(&self) -> Observer<'_> {
        Observer {
            card: self,
            gpu: self.open(),
        }
    }

    pub(super) fn workload(&self, boost: PerfBoost) -> WorkloadProcess {
        WorkloadProcess::start(&self.program, &self.info.uuid, boost).expect("it starts")
    }
}

/// The program under test: named by the environment, beside this test, or as cargo built it.
fn program() -> PathBuf {
    let beside = env::current_exe().expect("this test has a path");
    let beside = beside.with_file_name("gpu-keepalive");
    match env::var_os("GPU_KEEPALIVE_PROGRAM") {
        Some(named) => named.into(),
        None if beside.is_file() => beside,
        None => env!("CARGO_BIN_EXE_gpu-keepalive").into(),
    }
}

fn source(program: &Path) -> NvidiaSource {
    NvidiaSource::new(Backend::Process {
        program: program.to_owned(),
    })
}

/// A sample of the GPU from outside.
pub(super) struct Observer<'a> {
    card: &'a Card,
    gpu: NvidiaGpu,
}

impl Observer<'_> {
    pub(super) async fn sample(&mut self) -> Sample {
        sample(&mut self.gpu).await
    }

    pub(super) async fn is_ready(&mut self) -> bool {
        let sample = self.sample().await;
        sample.ready(self.card.info.sm_clock_max) == Some(true)
    }

    /// Waits until the clocks are up (or down); the seconds it took.
    pub(super) async fn until_ready(&mut self, ready: bool) -> f64 {
        match self.wait_for_ready(ready).await {
            Some(waited) => waited,
            None => panic!("ready did not become {ready}: {}", self.holds().await),
        }
    }

    /// Waits until the clocks are down and stay down: what another test left has ended.
    pub(super) async fn at_rest(&mut self) {
        let mut settling = Settling::begin();
        while !settling.is_over(self).await {
            pause(Duration::from_millis(20)).await;
        }
    }

    /// The possible holders of the clocks: the sample, and every process that has the GPU open.
    pub(super) async fn holds(&mut self) -> Value {
        let processes = fs::read_dir("/proc").expect("Linux");
        let open: Vec<_> = processes
            .flatten()
            .filter_map(|entry| {
                let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
                let files = device_files(pid);
                let name = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
                let is_open = files.as_object().is_some_and(|files| !files.is_empty());
                is_open.then(|| json!({ "pid": pid, "name": name.trim_end(), "files": files }))
            })
            .collect();
        json!({ "sample": self.sample().await, "open_by": open })
    }

    /// The same; `None` when it took too long.
    pub(super) async fn wait_for_ready(&mut self, ready: bool) -> Option<f64> {
        let limit = if ready { RISES_WITHIN } else { FALLS_WITHIN };
        let began = Clock::Boot.now();
        loop {
            let is_ready = self.is_ready().await;
            let waited = Clock::Boot.now().since(began);
            if is_ready == ready {
                return Some(waited.as_secs_f64());
            }
            if waited >= limit {
                return None;
            }
            pause(Duration::from_millis(20)).await;
        }
    }
}

/// The wait for clocks that are down and stay down.
pub(super) struct Settling {
    began: Moment,
    down_since: Option<Moment>,
}

impl Settling {
    pub(super) fn begin() -> Self {
        Self {
            began: Clock::Boot.now(),
            down_since: None,
        }
    }

    /// Returns true if they have been down long enough. Fails with what may hold them when they
    /// stay up for longer than any GPU keeps its clocks.
    pub(super) async fn is_over(&mut self, observer: &mut Observer<'_>) -> bool {
        let (ready, now) = (observer.is_ready().await, Clock::Boot.now());
        let down_since = (!ready).then(|| self.down_since.unwrap_or(now));
        self.down_since = down_since;
        let waited = now.since(self.began);
        assert!(
            waited < FALLS_WITHIN,
            "the clocks do not stay down for {waited:?}: {}",
            observer.holds().await
        );
        down_since.is_some_and(|since| now.since(since) >= DOWN_FOR)
    }
}

pub(super) async fn sample(gpu: &mut NvidiaGpu) -> Sample {
    match done(gpu, Action::Sample).await {
        Outcome::Sampled(sample) => *sample,
        other => panic!("{other:?} is no sample"),
    }
}

pub(super) async fn done(gpu: &mut NvidiaGpu, action: Action) -> Outcome {
    let result = gpu.perform(action).await;
    result.unwrap_or_else(|error| panic!("{action:?}: {error}"))
}

pub(super) fn hold(strategy: Strategy) -> Action {
    Action::Hold {
        strategy,
        matrix_size: 256,
    }
}

/// Lets the program that plays the user's AI do something that must succeed.
pub(super) async fn work(program: &mut WorkloadProcess, action: WorkloadAction) -> WorkloadOutcome {
    let result = program.perform(action).await;
    result.unwrap_or_else(|error| panic!("{action:?}: {error}"))
}

/// Time passes; what is measured here takes time.
pub(super) async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}

/// Waits until something is so.
pub(super) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Clock::Boot.now();
    while !is_so() {
        let waited = Clock::Boot.now().since(began);
        assert!(waited < RISES_WITHIN, "in vain for {waited:?}: {what}");
        pause(Duration::from_millis(10)).await;
    }
}

/// Adds to the record what was found out.
pub(super) fn note(what: &str, found: impl serde::Serialize) {
    let line = json!({ what: found });
    match env::var_os("HARDWARE_NOTES") {
        None => eprintln!("{line}"),
        Some(path) => {
            let mut notes = fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(path)
                .expect("the notes open");
            writeln!(notes, "{line}").expect("the notes are written");
        }
    }
}

/// Every process below that one, itself left out.
pub(super) fn descendants(pid: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").expect("Linux");
    let parents: Vec<_> = processes
        .flatten()
        .filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let [state, parent] = status_fields(pid)?;
            let parent: u32 = parent.parse().ok()?;
            (state != "Z").then_some((pid, parent))
        })
        .collect();
    let mut found = vec![pid];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        found.extend(parents.iter().filter(|(_, p)| *p == parent).map(|(c, _)| c));
        next += 1;
    }
    found.remove(0);
    found
}

/// Our own driver processes.
pub(super) fn children() -> Vec<u32> {
    descendants(std::process::id())
}

/// Not a zombie either.
pub(super) fn is_alive(pid: u32) -> bool {
    status_fields(pid).is_some_and(|[state, _]| state != "Z")
}

/// State and parent.
fn status_fields(pid: u32) -> Option<[String; 2]> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit(')').next()?.split_whitespace();
    Some([fields.next()?.to_owned(), fields.next()?.to_owned()])
}

/// Returns true if a living process has a library of that name mapped.
pub(super) fn has_mapped(pid: u32, library: &str) -> bool {
    fs::read_to_string(format!("/proc/{pid}/maps")).is_ok_and(|maps| maps.contains(library))
}

/// The NVIDIA device files that a process has open, each with how often.
pub(super) fn device_files(pid: u32) -> Value {
    let mut files = std::collections::BTreeMap::new();
    let open = fs::read_dir(format!("/proc/{pid}/fd"));
    for entry in open.into_iter().flatten().flatten() {
        if let Ok(target) = fs::read_link(entry.path())
            && let Some(name) = target.to_str().filter(|t| t.starts_with("/dev/nvidia"))
        {
            *files.entry(name.to_owned()).or_insert(0) += 1;
        }
    }
    json!(files)
}
