//! The boost request where no way to it is known.

use std::time::Duration;

use gpu_keepalive_core::gpu::{GpuError, GpuErrorKind};

use crate::driver::hold::Boost;

/// Refuses every boost. Where none is asked for there is nothing to do.
#[derive(Debug)]
pub(super) struct NoBoost {
    asked: bool,
}

impl Default for NoBoost {
    fn default() -> Self {
        Self { asked: true }
    }
}

impl Boost for NoBoost {
    fn use_driver(&mut self, in_use: bool) {
        self.asked = in_use;
    }

    fn open(&mut self) -> Result<Option<Duration>, GpuError> {
        self.request(Duration::ZERO).map(|_| None)
    }

    fn request(&mut self, _lasting: Duration) -> Result<Duration, GpuError> {
        if self.asked {
            let message = "the boost request is known on Linux alone";
            return Err(GpuError::new(GpuErrorKind::NotSupported, message));
        }
        Ok(Duration::ZERO)
    }

    fn clear(&mut self) -> Duration {
        Duration::ZERO
    }

    fn close(&mut self) {}
}
