//! The folder that a test and the fake libraries share.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    process,
    sync::{Mutex, MutexGuard},
    thread,
};

/// The memory of a fake context.
pub(crate) const CONTEXT_BYTES: u64 = 267 << 20;

/// Runs a function of the driver, unless the test wants it to fail or to hang.
pub(crate) fn call(function: &str, body: impl FnOnce() -> i32) -> i32 {
    match fs::read_to_string(folder().join("fail").join(function)) {
        Err(_) => body(),
        Ok(order) if order.trim() == "block" => {
            note(&format!("block {function}"));
            loop {
                thread::park();
            }
        }
        Ok(code) => code.trim().parse().expect("a return code"),
    }
}

/// The values that the test gives to read.
pub(crate) fn text(key: &str) -> Option<String> {
    let values = fs::read_to_string(folder().join("values")).unwrap_or_default();
    values
        .lines()
        .filter_map(|line| line.split_once('='))
        .find(|(name, _)| *name == key)
        .map(|(_, value)| value.to_owned())
}

/// A number; −1 is the highest there is.
pub(crate) fn number(key: &str) -> Option<u64> {
    text(key).map(|value| match value.as_str() {
        "-1" => u64::MAX,
        value => value.parse().expect("a number"),
    })
}

/// A text, in which `\xff` stands for any byte.
pub(crate) fn bytes(key: &str) -> Option<Vec<u8>> {
    let text = text(key)?;
    let mut parts = text.split("\\x");
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (hex, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(hex, 16).expect("two hexadecimal digits"));
        bytes.extend(rest.as_bytes());
    }
    Some(bytes)
}

/// Writes one line, whole, whatever other process writes.
pub(crate) fn note(event: &str) {
    let line = format!("{} {event}\n", process::id());
    let mut options = OpenOptions::new();
    let mut log = options
        .create(true)
        .append(true)
        .open(folder().join("log"))
        .expect("the log opens");
    log.write_all(line.as_bytes()).expect("the log is written");
}

/// The resources that this process has open, as (kind, handle). The log has the same, but grows.
static OPEN: Mutex<BTreeSet<(String, usize)>> = Mutex::new(BTreeSet::new());

pub(crate) fn opened(kind: &str, handle: usize, bytes: u64) {
    open_things_here().insert((kind.to_owned(), handle));
    note(&format!("open {kind} {handle} {bytes}"));
}

/// False when there is no such thing, which the test sees as misuse.
pub(crate) fn closed(kind: &str, handle: usize) -> bool {
    let known = open_things_here().remove(&(kind.to_owned(), handle));
    note(&if known {
        format!("close {kind} {handle}")
    } else {
        format!("misuse close {kind} {handle}")
    });
    known
}

pub(crate) fn open_here(kind: &str, handle: usize) -> bool {
    open_things_here().contains(&(kind.to_owned(), handle))
}

fn open_things_here() -> MutexGuard<'static, BTreeSet<(String, usize)>> {
    OPEN.lock().expect("no panic while it is held")
}

/// VRAM of every living process that has a context.
pub(crate) fn holders() -> BTreeMap<u32, u64> {
    let things = open_things();
    let holds = |pid: u32| {
        things
            .keys()
            .any(|(p, kind, _)| *p == pid && kind == "context")
    };
    let mut holders = BTreeMap::new();
    for ((pid, ..), bytes) in things.iter().filter(|((pid, ..), _)| holds(*pid)) {
        *holders.entry(*pid).or_default() += bytes;
    }
    holders
}

/// Everything open in a living process, with its VRAM. The driver takes back what the dead held.
fn open_things() -> BTreeMap<(u32, String, usize), u64> {
    let log = fs::read_to_string(folder().join("log")).unwrap_or_default();
    let mut things = BTreeMap::new();
    for line in log.lines() {
        let words: Vec<_> = line.split(' ').collect();
        let (Some(pid), [verb @ ("open" | "close"), kind, handle, rest @ ..]) =
            (words[0].parse().ok(), &words[1..])
        else {
            continue;
        };
        let key = (pid, (*kind).to_owned(), handle.parse().expect("a handle"));
        match *verb {
            "open" => things.insert(key, rest[0].parse().expect("bytes")),
            _ => things.remove(&key),
        };
    }
    things.retain(|(pid, ..), _| Path::new(&format!("/proc/{pid}")).exists());
    things
}

fn folder() -> PathBuf {
    env::var_os("FAKE_GPU_DIR")
        .expect("FAKE_GPU_DIR names the test's folder")
        .into()
}

/// The UUID of the fake GPU at that position.
pub(crate) fn uuid(index: usize) -> String {
    format!("GPU-0fa4e000-0000-4000-8000-0000000000{index:02x}")
}

pub(crate) fn gpu_count() -> usize {
    number("gpus").unwrap_or(1) as usize
}
