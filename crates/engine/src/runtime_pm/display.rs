//! The power state of NVIDIA's display adapters, as Windows keeps it.
//!
//! Windows documents no way to ask whether a GPU will power down by itself, so it is inferred: an
//! adapter that was ever seen in D3 does, and so is one expected to in a machine with a battery
//! whose screen another maker's adapter can drive.

use std::collections::BTreeSet;

use gpu_keepalive_core::{gpu::PciBusId, host::RuntimePm};

/// A display adapter in the records of the plug and play manager.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DisplayDevice {
    /// Its instance id, such as `PCI\VEN_10DE&DEV_28E0&SUBSYS_…`.
    pub(crate) id: String,
    /// `DEVPKEY_Device_BusNumber`.
    pub(crate) bus: Option<u32>,
    /// `DEVPKEY_Device_Address`.
    pub(crate) address: Option<u32>,
    /// `DEVPKEY_Device_PowerData`, a `CM_POWER_DATA`.
    pub(crate) power: Vec<u8>,
}

/// `PD_MostRecentPowerState` of a `CM_POWER_DATA` stands after its size: a `DEVICE_POWER_STATE`.
const MOST_RECENT_STATE: std::ops::Range<usize> = 4..8;
const D0: u32 = 1;

impl DisplayDevice {
    /// Its place, if it is NVIDIA's.
    pub(crate) fn as_nvidia(&self) -> Option<PciBusId> {
        self.pci_bus_id().filter(|_| self.is_nvidia())
    }

    fn is_nvidia(&self) -> bool {
        self.id.to_ascii_uppercase().starts_with(r"PCI\VEN_10DE&")
    }

    /// Returns true if it is another maker's on the PCI bus: not a remote session's adapter, nor
    /// one that a program emulates.
    fn is_other_makers(&self) -> bool {
        self.id.to_ascii_uppercase().starts_with(r"PCI\") && !self.is_nvidia()
    }

    /// Its place: of the address the upper half is the device and the lower half the function, and
    /// of the bus number the lowest 8 bits are the bus, the next 16 the segment
    /// (`PCI_SEGMENT_BUS_NUMBER` of wdm.h).
    fn pci_bus_id(&self) -> Option<PciBusId> {
        let (bus, address) = (self.bus?, self.address?);
        Some(PciBusId {
            domain: (bus >> 8) & 0xFFFF,
            bus: (bus & 0xFF) as u8,
            device: u8::try_from(address >> 16).ok().filter(|n| *n < 32)?,
            function: u8::try_from(address & 0xFFFF).ok().filter(|n| *n < 8)?,
        })
    }

    /// Returns whether it is powered down (D1 to D3); `None` where Windows does not say.
    fn is_down(&self) -> Option<bool> {
        let state = self.power.get(MOST_RECENT_STATE)?;
        match u32::from_le_bytes(state.try_into().ok()?) {
            0 => None,
            state => Some(state > D0),
        }
    }
}

/// NVIDIA's display adapters of this machine.
#[derive(Debug, Default)]
pub(crate) struct DisplayGpus {
    /// Those that were seen powered down.
    seen_down: BTreeSet<PciBusId>,
}

impl DisplayGpus {
    /// The adapters that power down by themselves, and whether they are down.
    pub(crate) fn states(
        &mut self,
        devices: &[DisplayDevice],
        has_battery: bool,
    ) -> Vec<(PciBusId, RuntimePm)> {
        let expected = has_battery && devices.iter().any(DisplayDevice::is_other_makers);
        let state = |device: &DisplayDevice| {
            let id = device.as_nvidia()?;
            let down = device.is_down()?;
            if down {
                self.seen_down.insert(id);
            }
            let state = if down {
                RuntimePm::Suspended
            } else {
                RuntimePm::Active
            };
            (expected || self.seen_down.contains(&id)).then_some((id, state))
        };
        let mut states: Vec<_> = devices.iter().filter_map(state).collect();
        states.sort_by_key(|(id, _)| *id);
        states
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DGPU: &str = r"PCI\VEN_10DE&DEV_28E0&SUBSYS_10CF1A58&REV_A1\4&2A1B3C4D&0&0009";
    const IGPU: &str = r"PCI\VEN_8086&DEV_A788&SUBSYS_10CF1A58&REV_04\3&11583659&0&10";

    /// At bus 1, device 0, function 0, in that power state.
    fn device(id: &str, state: u32) -> DisplayDevice {
        let mut power = vec![0x38, 0, 0, 0];
        power.extend(state.to_le_bytes());
        power.resize(0x38, 0);
        DisplayDevice {
            id: id.to_owned(),
            bus: Some(1),
            address: Some(0),
            power,
        }
    }

    fn at(text: &str) -> PciBusId {
        text.parse().expect("an address")
    }

    fn states(devices: &[DisplayDevice], has_battery: bool) -> Vec<(PciBusId, RuntimePm)> {
        DisplayGpus::default().states(devices, has_battery)
    }

    #[test]
    fn the_gpu_of_a_hybrid_laptop_is_asleep_in_d3_and_awake_in_d0() {
        for (state, expected) in [
            (1, RuntimePm::Active),
            (2, RuntimePm::Suspended),
            (4, RuntimePm::Suspended),
        ] {
            let devices = [device(DGPU, state), device(IGPU, 1)];
            assert_eq!(states(&devices, true), [(at("0000:01:00.0"), expected)]);
        }
    }

    #[test]
    fn a_card_that_always_runs_cannot_sleep() {
        let alone = [device(DGPU, 1)];
        let beside = [device(DGPU, 1), device(IGPU, 1)];
        let remote = [device(DGPU, 1), device(r"SWD\REMOTEDISPLAYENUM\RDP", 1)];
        assert_eq!(states(&alone, true), [], "a laptop without a second GPU");
        assert_eq!(states(&beside, false), [], "a desktop");
        assert_eq!(states(&remote, true), [], "a remote session");
    }

    #[test]
    fn a_card_that_was_seen_asleep_can_sleep() {
        let mut gpus = DisplayGpus::default();
        let id = at("0000:01:00.0");
        assert_eq!(gpus.states(&[device(DGPU, 1)], false), []);
        let down = gpus.states(&[device(DGPU, 4)], false);
        assert_eq!(down, [(id, RuntimePm::Suspended)]);
        let up = gpus.states(&[device(DGPU, 1)], false);
        assert_eq!(up, [(id, RuntimePm::Active)]);
    }

    #[test]
    fn what_windows_does_not_say_is_not_made_up() {
        let mut unspecified = device(DGPU, 0);
        let mut short = device(DGPU, 4);
        short.power.truncate(6);
        let nowhere = DisplayDevice {
            bus: None,
            ..device(DGPU, 4)
        };
        for device in [&unspecified, &short, &nowhere] {
            assert_eq!(states(std::slice::from_ref(device), true), [], "{device:?}");
        }
        unspecified.address = Some(0xFFFF_FFFF);
        unspecified.power[4] = 4;
        assert_eq!(states(&[unspecified], true), []);
    }

    #[test]
    fn the_place_of_a_card_has_segment_bus_device_and_function() {
        let far = DisplayDevice {
            bus: Some(0x0241),
            address: Some(0x001C_0001),
            ..device(&DGPU.to_lowercase(), 4)
        };
        assert_eq!(
            states(&[far], false),
            [(at("0002:41:1c.1"), RuntimePm::Suspended)]
        );
    }
}
