use serde::{Deserialize, Serialize};

use super::{GpuError, GpuErrorKind, GpuInfo};

/// The GPUs that the driver lists.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GpuList {
    /// Those that can be used, in the driver's order.
    pub gpus: Vec<GpuInfo>,
    /// The GPUs that are left out. They are searched for again.
    pub left_out: Vec<LeftOutGpu>,
}

/// A GPU that the driver lists and that cannot be distinguished from others, or not be opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeftOutGpu {
    /// Position in the driver's list, from 0.
    pub index: u32,
    /// Its name, if the driver gives one.
    pub name: Option<String>,
    /// The property that it lacks.
    pub why: LeftOut,
    /// The call that failed, and how.
    pub error: GpuError,
}

/// The property that a GPU lacks which is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftOut {
    /// It cannot be opened.
    NotOpened,
    /// Its UUID cannot be read.
    NoUuid,
    /// Another GPU has the same UUID.
    SameUuid,
    /// Its PCI address cannot be read.
    NoPciAddress,
}

impl GpuList {
    /// Takes in the next GPU of the driver's list. One with the UUID of an earlier one is left out:
    /// nothing could be asked of the right one.
    pub fn add(&mut self, gpu: Result<GpuInfo, LeftOutGpu>) {
        let twin = |gpu: &GpuInfo| self.gpus.iter().find(|other| other.uuid == gpu.uuid);
        match gpu {
            Ok(gpu) => match twin(&gpu).map(|twin| twin.index) {
                None => self.gpus.push(gpu),
                Some(twin) => self.left_out.push(LeftOutGpu {
                    index: gpu.index,
                    why: LeftOut::SameUuid,
                    error: GpuError::new(
                        GpuErrorKind::Other,
                        format!("nvmlDeviceGetUUID: {} is the UUID of GPU {twin}", gpu.uuid),
                    ),
                    name: Some(gpu.name),
                }),
            },
            Err(left_out) => self.left_out.push(left_out),
        }
    }

    /// The list, if a GPU on it can be used.
    ///
    /// # Errors
    /// That of the first GPU that was left out, or [`GpuErrorKind::NoGpu`] for an empty list.
    pub fn usable(self) -> Result<Self, GpuError> {
        if !self.gpus.is_empty() {
            return Ok(self);
        }
        let mut left_out = self.left_out.into_iter();
        Err(left_out.next().map_or_else(none_listed, |gpu| gpu.error))
    }
}

impl From<Vec<GpuInfo>> for GpuList {
    fn from(gpus: Vec<GpuInfo>) -> Self {
        Self {
            gpus,
            left_out: Vec::new(),
        }
    }
}

/// The error of a driver that works and lists nothing.
pub fn none_listed() -> GpuError {
    GpuError::new(GpuErrorKind::NoGpu, "the driver works, and it lists no GPU")
}
