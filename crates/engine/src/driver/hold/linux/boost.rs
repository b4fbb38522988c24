//! The boost request on Linux: a client of the kernel's driver.

use std::time::Duration;

use gpu_keepalive_core::gpu::{GpuError, PciBusId};

use crate::{
    clock,
    driver::{
        hold::Boost,
        rm::{BoostClient, Kernel},
    },
};

/// A client of the driver that is opened on demand and times its calls.
pub(super) struct DriverBoost<K: Kernel> {
    gpu: PciBusId,
    kernel: K,
    /// True if anything is asked of the driver at all.
    in_use: bool,
    /// `None` before it is needed, and after the driver refused something: a client that was refused
    /// is not used again.
    client: Option<BoostClient<K>>,
}

impl<K: Kernel + Clone> DriverBoost<K> {
    pub(super) fn new(gpu: PciBusId, kernel: K) -> Self {
        Self {
            gpu,
            kernel,
            in_use: true,
            client: None,
        }
    }
}

impl<K: Kernel + Clone> Boost for DriverBoost<K> {
    fn use_driver(&mut self, in_use: bool) {
        self.in_use = in_use;
        if !in_use {
            self.client = None;
        }
    }

    fn open(&mut self) -> Result<Option<Duration>, GpuError> {
        if self.client.is_some() || !self.in_use {
            return Ok(None);
        }
        let began = clock::now();
        self.client = Some(BoostClient::open(self.kernel.clone(), self.gpu)?);
        Ok(Some(clock::now().since(began)))
    }

    fn request(&mut self, lasting: Duration) -> Result<Duration, GpuError> {
        self.open()?;
        let began = clock::now();
        let requested = self
            .client
            .as_ref()
            .map_or(Ok(()), |client| client.boost(lasting));
        if requested.is_err() {
            self.client = None;
        }
        requested.map(|()| clock::now().since(began))
    }

    fn clear(&mut self) -> Duration {
        let began = clock::now();
        let cleared = self.client.as_ref().map(BoostClient::clear);
        if let Some(Err(error)) = cleared {
            tracing::debug!("the client is closed instead: {error}");
            self.client = None;
        }
        clock::now().since(began)
    }

    fn close(&mut self) {
        self.client = None;
    }
}
