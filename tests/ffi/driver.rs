//! A driver without a GPU, and a view of what was done to it.

use std::{
    env, fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    time::Duration,
};

use gpu_keepalive_core::{
    gpu::{Action, GpuError, GpuErrorKind, GpuInfo, GpuList, Outcome, Sample},
    settings::Strategy,
};
use gpu_keepalive_engine::gpu::{
    Gpu, GpuSource,
    nvidia::{Backend, NvidiaGpu, NvidiaSource},
};
use tempfile::TempDir;

use crate::support::soon;

const LIBRARIES: [&str; 2] = ["libnvidia-ml.so.1", "libcuda.so.1"];

/// Everything a GPU can report.
pub(crate) const VALUES: &str = include_str!("../fakes/values.txt");

/// A fake driver in a folder of its own. Each test has one.
pub(crate) struct FakeDriver {
    folder: TempDir,
}

impl FakeDriver {
    /// A driver that works, with one GPU that reports everything.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("lib")).expect("a folder for libraries");
        fs::create_dir(at("fail")).expect("a folder for orders");
        for library in LIBRARIES {
            // Copies, so that the loader and /proc distinguish the two.
            fs::copy(built_library(), at("lib").join(library)).expect("a copy");
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fakes/driver-process.sh");
        symlink(script, at("driver-process")).expect("a link");
        symlink(env!("CARGO_BIN_EXE_gpu-keepalive"), at("program")).expect("a link");
        let driver = Self { folder };
        driver.set_values(VALUES);
        driver
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The program that the engine starts: the real one, with the fakes on the loader's path.
    pub(crate) fn program(&self) -> PathBuf {
        self.path().join("driver-process")
    }

    pub(crate) fn source(&self) -> NvidiaSource {
        NvidiaSource::new(Backend::Process {
            program: self.program(),
        })
    }

    pub(crate) async fn list(&self) -> Result<Vec<GpuInfo>, GpuError> {
        Ok(self.whole_list().await?.gpus)
    }

    /// With the GPUs that are left out.
    pub(crate) async fn whole_list(&self) -> Result<GpuList, GpuError> {
        soon("a list", self.source().discover()).await
    }

    /// The first GPU, opened.
    pub(crate) async fn gpu(&self) -> NvidiaGpu {
        let listed = self.list().await.expect("a list");
        self.source().open(&listed[0])
    }

    /// Replaces what there is to read.
    pub(crate) fn set_values(&self, values: &str) {
        // Whole or not at all: the driver may be reading.
        let new = self.path().join("values.new");
        fs::write(&new, values).expect("values are written");
        fs::rename(new, self.path().join("values")).expect("values are replaced");
    }

    /// Replaces some of what there is to read.
    pub(crate) fn change(&self, changes: &str) {
        // The first of two lines with the same key counts.
        self.set_values(&format!("{changes}\n{VALUES}"));
    }

    /// From now on `function` returns that number.
    pub(crate) fn fail(&self, function: &str, code: i32) {
        self.order(function, &code.to_string());
    }

    /// From now on `function` never returns.
    pub(crate) fn block(&self, function: &str) {
        self.order(function, "block");
    }

    pub(crate) fn work_again(&self, function: &str) {
        fs::remove_file(self.path().join("fail").join(function)).expect("it was failing");
    }

    fn order(&self, function: &str, order: &str) {
        fs::write(self.path().join("fail").join(function), order).expect("an order is written");
    }

    /// Takes one of the two libraries away.
    pub(crate) fn without_library(&self, library: &str) {
        fs::remove_file(self.path().join("lib").join(library)).expect("it was there");
    }

    /// Takes one function away, as in a driver that is too old for it.
    pub(crate) fn without_function(&self, library: &str, function: &str) {
        let mut bytes = fs::read(built_library()).expect("the library is read");
        let name = [b"\0", function.as_bytes(), b"\0"].concat();
        let found: Vec<_> = bytes
            .windows(name.len())
            .enumerate()
            .filter_map(|(at, window)| (window == name).then_some(at + 1))
            .collect();
        assert!(!found.is_empty(), "{function} is among the symbols");
        // The loader finds symbols by hash and then compares names, so another name hides one.
        found.iter().for_each(|at| bytes[*at] = b'_');
        self.without_library(library);
        fs::write(self.path().join("lib").join(library), bytes).expect("the library is written");
    }

    /// Everything that was done to the driver, as (process, event).
    pub(crate) fn log(&self) -> Vec<(u32, String)> {
        let log = fs::read_to_string(self.path().join("log")).unwrap_or_default();
        log.lines()
            .map(|line| {
                let (pid, event) = line.split_once(' ').expect("a pid and an event");
                (pid.parse().expect("a pid"), event.to_owned())
            })
            .collect()
    }

    /// Events that begin like this, without the process.
    pub(crate) fn events(&self, beginning: &str) -> Vec<String> {
        let events = self.log().into_iter().map(|(_, event)| event);
        events.filter(|e| e.starts_with(beginning)).collect()
    }

    /// The open resources, as (process, kind), in the order of opening, whether or not the process
    /// lives.
    pub(crate) fn left_open(&self) -> Vec<(u32, String)> {
        let mut open: Vec<(u32, String, String)> = Vec::new();
        for (pid, event) in self.log() {
            let words: Vec<_> = event.split(' ').collect();
            match words[..] {
                ["open", kind, handle, _] => open.push((pid, kind.to_owned(), handle.to_owned())),
                ["close", kind, handle] => {
                    open.retain(|(p, k, h)| (*p, k.as_str(), h.as_str()) != (pid, kind, handle));
                }
                ["misuse", ..] => panic!("process {pid}: {event}"),
                _ => {}
            }
        }
        open.into_iter().map(|(pid, kind, _)| (pid, kind)).collect()
    }

    /// The driver process that did the latest thing.
    pub(crate) fn latest_process(&self) -> u32 {
        self.log().last().expect("something was done").0
    }

    /// Every process that ever touched the driver and still lives.
    pub(crate) fn living_processes(&self) -> Vec<u32> {
        let mut pids: Vec<_> = self.log().into_iter().map(|(pid, _)| pid).collect();
        pids.sort_unstable();
        pids.dedup();
        pids.retain(|pid| is_alive(*pid));
        pids
    }

    pub(crate) async fn until_no_process_lives(&self) {
        until("every driver process is gone", || {
            self.living_processes().is_empty()
        })
        .await;
    }
}

pub(crate) fn hold(strategy: Strategy) -> Action {
    Action::Hold {
        strategy,
        matrix_size: 256,
    }
}

/// Does something that must succeed.
pub(crate) async fn done(gpu: &mut NvidiaGpu, action: Action) -> Outcome {
    let result = soon("an answer", gpu.perform(action)).await;
    result.unwrap_or_else(|error| panic!("{action:?}: {error}"))
}

/// Does something that must fail, and returns the kind and the driver's message.
pub(crate) async fn refused(gpu: &mut NvidiaGpu, action: Action) -> (GpuErrorKind, String) {
    match soon("an answer", gpu.perform(action)).await {
        Ok(outcome) => panic!("{action:?} succeeded: {outcome:?}"),
        Err(error) => (error.kind, error.message),
    }
}

pub(crate) async fn sample(gpu: &mut NvidiaGpu) -> Sample {
    match done(gpu, Action::Sample).await {
        Outcome::Sampled(sample) => *sample,
        other => panic!("{other:?} is no sample"),
    }
}

/// Returns true if a living process has a file of that name mapped.
pub(crate) fn has_mapped(pid: u32, file: &str) -> bool {
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).expect("it lives");
    maps.lines().any(|line| line.contains(file))
}

/// Not a zombie either.
pub(crate) fn is_alive(pid: u32) -> bool {
    state(pid).is_some_and(|state| state != 'Z')
}

/// The kernel's letter for what a process does; `None` when there is none of that number.
pub(crate) fn state(pid: u32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit(')').next()?.trim_start().chars().next()
}

/// Waits until something is so.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    soon(what, async {
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        while !is_so() {
            ticks.tick().await;
        }
    })
    .await;
}

/// The fakes, which cargo builds beside this test.
fn built_library() -> PathBuf {
    let test = env::current_exe().expect("this test has a path");
    test.with_file_name("libfake_driver.so")
}
