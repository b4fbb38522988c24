//! The boost of one GPU, opened when it is needed.

use std::time::Duration;

use gpu_keepalive_core::gpu::{GpuError, PciBusId};

use crate::{
    clock,
    driver::rm::{BoostClient, Kernel},
};

/// A client of the driver that is opened on demand and times its calls.
pub(super) struct Boost<K: Kernel> {
    gpu: PciBusId,
    kernel: K,
    /// True if anything is asked of the driver at all.
    in_use: bool,
    /// `None` before it is needed, and after the driver refused something: a client that was refused
    /// is not used again.
    client: Option<BoostClient<K>>,
}

impl<K: Kernel + Clone> Boost<K> {
    pub(super) fn new(gpu: PciBusId, kernel: K) -> Self {
        Self {
            gpu,
            kernel,
            in_use: true,
            client: None,
        }
    }

    /// Asks the driver for nothing from now on, or again for what is to be asked.
    pub(super) fn use_driver(&mut self, in_use: bool) {
        self.in_use = in_use;
        if !in_use {
            self.client = None;
        }
    }

    /// Opens the driver; how long that took, `None` when it was open already.
    pub(super) fn open(&mut self) -> Result<Option<Duration>, GpuError> {
        if self.client.is_some() || !self.in_use {
            return Ok(None);
        }
        let began = clock::now();
        self.client = Some(BoostClient::open(self.kernel.clone(), self.gpu)?);
        Ok(Some(clock::now().since(began)))
    }

    /// Asks for the boost; how long that took.
    pub(super) fn request(&mut self, lasting: Duration) -> Result<Duration, GpuError> {
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

    /// Ends the boost, if need be by closing the client; how long that took.
    pub(super) fn clear(&mut self) -> Duration {
        let began = clock::now();
        let cleared = self.client.as_ref().map(BoostClient::clear);
        if let Some(Err(error)) = cleared {
            tracing::debug!("the client is closed instead: {error}");
            self.client = None;
        }
        clock::now().since(began)
    }

    /// Closes everything, which ends the boost.
    pub(super) fn close(&mut self) {
        self.client = None;
    }
}
