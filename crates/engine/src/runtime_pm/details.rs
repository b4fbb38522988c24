use std::{path::PathBuf, time::Duration};

use gpu_keepalive_core::{
    doctor::{PcieLink, RuntimeD3},
    gpu::PciBusId,
    host::RuntimePm,
};

use super::{PciGpus, read};

impl PciGpus {
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
    fn suspended_for(&self, id: PciBusId) -> Option<Duration> {
        let time = read(&self.device(id).join("power/runtime_suspended_time"))?;
        time.parse().ok().map(Duration::from_millis)
    }

    /// The same for each of these devices, where the kernel reports it.
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
}
