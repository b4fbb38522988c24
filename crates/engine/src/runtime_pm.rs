//! Runtime power management of NVIDIA GPUs, read without waking one.
//!
//! Every file here is served from the kernel's memory: none of the reads reaches the device.

#![allow(clippy::disallowed_methods, reason = "from /sys, which no disk delays")]

#[cfg(not(windows))]
use std::time::Duration;
use std::{
    fs,
    path::{Path, PathBuf},
};

use gpu_keepalive_core::{
    doctor::{PcieLink, RuntimeD3},
    gpu::PciBusId,
    host::RuntimePm,
};

#[cfg(any(windows, test))]
mod display;
#[cfg(test)]
mod tests;

#[cfg(windows)]
pub(crate) use display::{DisplayDevice, DisplayGpus};

/// A GPU that is plugged in, whether or not a driver is loaded for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NvidiaDevice {
    /// Its place on the PCI bus.
    pub pci_bus_id: PciBusId,
    /// Its marketing name, when the driver is loaded and the GPU is not suspended.
    pub name: Option<String>,
}

/// The NVIDIA GPUs in this machine; `None` where only the driver could report them.
///
/// Distinguishes a machine without an NVIDIA GPU from one without a driver.
#[cfg(not(windows))]
pub fn nvidia_devices() -> Option<Vec<NvidiaDevice>> {
    cfg!(target_os = "linux").then(|| PciGpus::default().present())
}

/// The NVIDIA GPUs in this machine, as Windows lists them.
///
/// Distinguishes a machine without an NVIDIA GPU from one without a driver.
#[cfg(windows)]
pub fn nvidia_devices() -> Option<Vec<NvidiaDevice>> {
    let devices = crate::windows_api::display_devices();
    let gpus = devices.iter().filter_map(DisplayDevice::as_nvidia);
    let unnamed = |pci_bus_id| NvidiaDevice {
        pci_bus_id,
        name: None,
    };
    Some(gpus.map(unnamed).collect())
}

/// NVIDIA GPUs as the Linux kernel lists them.
#[derive(Clone, Debug)]
pub struct PciGpus {
    devices: PathBuf,
    driver: PathBuf,
}

impl Default for PciGpus {
    fn default() -> Self {
        Self::under(Path::new("/"))
    }
}

impl PciGpus {
    /// The GPUs of the machine whose `/sys` and `/proc` are below `root`.
    pub fn under(root: &Path) -> Self {
        Self {
            devices: root.join("sys/bus/pci/devices"),
            driver: root.join("proc/driver/nvidia/gpus"),
        }
    }

    /// The devices that can suspend by themselves, and whether they are suspended.
    pub fn runtime_pm(&self) -> Vec<(PciBusId, RuntimePm)> {
        self.bus_ids()
            .map(|id| (id, self.runtime_pm_of(id)))
            .filter(|(_, state)| *state != RuntimePm::Unsupported)
            .collect()
    }

    /// Those that are not suspended.
    #[cfg(target_os = "linux")]
    pub(crate) fn awake(&self) -> impl Iterator<Item = PciBusId> {
        self.bus_ids()
            .filter(|id| self.runtime_pm_of(*id) != RuntimePm::Suspended)
    }

    /// Every GPU that is plugged in.
    pub fn present(&self) -> Vec<NvidiaDevice> {
        self.bus_ids()
            .map(|pci_bus_id| NvidiaDevice {
                pci_bus_id,
                name: self.name(pci_bus_id),
            })
            .collect()
    }

    fn bus_ids(&self) -> impl Iterator<Item = PciBusId> {
        let mut ids: Vec<PciBusId> = fs::read_dir(&self.devices)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| is_nvidia_gpu(&entry.path()))
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .collect();
        ids.sort();
        ids.into_iter()
    }

    fn runtime_pm_of(&self, id: PciBusId) -> RuntimePm {
        let power = self.device(id).join("power");
        if read(&power.join("control")).as_deref() != Some("auto") {
            return RuntimePm::Unsupported;
        }
        match read(&power.join("runtime_status")).as_deref() {
            Some("suspended" | "suspending" | "resuming") => RuntimePm::Suspended,
            Some("active") if self.driver_allows_suspend(id) => RuntimePm::Active,
            _ => RuntimePm::Unsupported,
        }
    }

    /// Returns true if NVIDIA's driver lets this GPU reach D3 at all; without its word, sysfs
    /// decides.
    fn driver_allows_suspend(&self, id: PciBusId) -> bool {
        let status = self.driver_value(id, "power", "Runtime D3 status");
        !status.is_some_and(|status| {
            let status = status.to_ascii_lowercase();
            status.starts_with("disabled") || status.starts_with("not supported")
        })
    }

    fn name(&self, id: PciBusId) -> Option<String> {
        match self.runtime_pm_of(id) {
            RuntimePm::Suspended => None,
            RuntimePm::Active | RuntimePm::Unsupported => {
                self.driver_value(id, "information", "Model")
            }
        }
    }

    /// Returns whether that device may suspend by itself, as kernel and driver report it.
    pub(crate) fn runtime_d3(&self, id: PciBusId) -> Option<RuntimeD3> {
        Some(RuntimeD3 {
            control: read(&self.device(id).join("power/control"))?,
            driver_status: self.driver_value(id, "power", "Runtime D3 status"),
        })
    }

    /// Its link to the machine; `None` while it is suspended, because newer kernels wake a device
    /// for that.
    pub(crate) fn link(&self, id: PciBusId) -> Option<PcieLink> {
        if self.runtime_pm_of(id) == RuntimePm::Suspended {
            return None;
        }
        let device = self.device(id);
        let number = |name: &str| {
            let text = read(&device.join(name))?;
            text.split_whitespace().next()?.parse::<f64>().ok()
        };
        let lanes = |name| number(name).filter(|n| *n >= 1.0).map(|n| n as u32);
        Some(PcieLink {
            speed_gt: number("current_link_speed")?,
            width: lanes("current_link_width")?,
            max_speed_gt: number("max_link_speed")?,
            max_width: lanes("max_link_width")?,
        })
    }

    /// The number in the name of its device file, `/dev/nvidia0`.
    pub(crate) fn minor(&self, id: PciBusId) -> Option<u32> {
        if self.runtime_pm_of(id) == RuntimePm::Suspended {
            return None;
        }
        self.driver_value(id, "information", "Device Minor")?
            .parse()
            .ok()
    }

    /// The numbers in the names of all device files, of the GPUs that are not suspended.
    #[cfg(target_os = "linux")]
    pub(crate) fn minors(&self) -> Vec<(u32, PciBusId)> {
        self.bus_ids()
            .filter_map(|id| Some((self.minor(id)?, id)))
            .collect()
    }

    /// The time for which that device was suspended in all, since it was found.
    #[cfg(not(windows))]
    fn suspended_for(&self, id: PciBusId) -> Option<Duration> {
        let time = read(&self.device(id).join("power/runtime_suspended_time"))?;
        time.parse().ok().map(Duration::from_millis)
    }

    /// The same for each of these devices, where the kernel reports it.
    #[cfg(not(windows))]
    pub(crate) fn suspend_times(
        &self,
        devices: impl IntoIterator<Item = PciBusId>,
    ) -> Vec<(PciBusId, Duration)> {
        let time = |id| Some((id, self.suspended_for(id)?));
        devices.into_iter().filter_map(time).collect()
    }

    fn device(&self, id: PciBusId) -> PathBuf {
        self.devices.join(id.to_string())
    }

    /// The value of one `key: value` line of the driver's files on a GPU.
    fn driver_value(&self, id: PciBusId, file: &str, key: &str) -> Option<String> {
        let text = read(&self.driver.join(id.to_string()).join(file))?;
        let (_, value) = text
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.trim() == key)?;
        Some(value.trim().to_owned()).filter(|value| !value.is_empty())
    }
}

/// PCI vendor 0x10de with a class of 0x0300 (VGA controller) or 0x0302 (3D controller).
fn is_nvidia_gpu(device: &Path) -> bool {
    read(&device.join("vendor")).as_deref() == Some("0x10de")
        && read(&device.join("class"))
            .is_some_and(|class| class.starts_with("0x0300") || class.starts_with("0x0302"))
}

fn read(path: &Path) -> Option<String> {
    Some(fs::read_to_string(path).ok()?.trim().to_owned())
}
