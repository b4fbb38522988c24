//! Opening the driver's device files, and nothing that only has their name.

#![allow(
    clippy::disallowed_methods,
    reason = "in the hold process, device files"
)]

use std::{fs, io, os::fd::OwnedFd};

use rustix::fs::{CWD, FileType, Mode, OFlags, fstat, major, minor, openat};

use super::Node;

/// The minor number of `/dev/nvidiactl`.
const CONTROL_MINOR: u32 = 255;

/// Names of the driver's major number in `/proc/devices`; `nvidia-frontend` is that of older drivers.
const NAMES: [&str; 3] = ["nvidia", "nvidiactl", "nvidia-frontend"];

/// Opens it for this process alone. A file that is missing stays so: nvidia-modprobe, which would
/// make it, is set-uid root and is never started.
pub(super) fn open(node: Node) -> io::Result<OwnedFd> {
    let devices = fs::read_to_string("/proc/devices")?;
    let majors = majors(&devices);
    if majors.is_empty() {
        let message = "the kernel has no driver of that name (/proc/devices)";
        return Err(io::Error::new(io::ErrorKind::NotFound, message));
    }
    open_verified(&node.to_string(), node, &majors)
}

pub(super) fn open_verified(path: &str, node: Node, majors: &[u32]) -> io::Result<OwnedFd> {
    let flags = OFlags::RDWR | OFlags::CLOEXEC | OFlags::NOCTTY;
    let file = openat(CWD, path, flags, Mode::empty())?;
    let status = fstat(&file)?;
    let expected = match node {
        Node::Control => CONTROL_MINOR,
        Node::Card(minor) => minor,
    };
    let is_device = FileType::from_raw_mode(status.st_mode) == FileType::CharacterDevice;
    if !is_device || !majors.contains(&major(status.st_rdev)) || minor(status.st_rdev) != expected {
        return Err(io::Error::other("the file is not a device of the driver"));
    }
    Ok(file)
}

/// The driver's major numbers among the character devices.
pub(super) fn majors(devices: &str) -> Vec<u32> {
    devices
        .lines()
        .take_while(|line| !line.starts_with("Block"))
        .filter_map(|line| {
            let (major, name) = line.trim().split_once(' ')?;
            NAMES.contains(&name.trim()).then(|| major.parse().ok())?
        })
        .collect()
}
