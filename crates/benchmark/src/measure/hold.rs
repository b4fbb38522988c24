//! The `hold` process of the measured GPU, asked one thing after the other.

use std::time::Duration;

use gpu_keepalive_core::{
    Moment,
    gpu::{
        GpuError,
        holder::{HolderAction, HolderReply, HolderReport, Raised},
    },
    units::Bytes,
};
use gpu_keepalive_engine::gpu::Holder;
use tokio::time::timeout;

/// A request that is not noticed within this time is not noticed: fifty readings of its clock.
const NOTICED_WITHIN: Duration = Duration::from_secs(1);

/// The process, or why there is none.
pub(super) struct HoldProcess<H>(Result<H, GpuError>);

impl<H: Holder> HoldProcess<H> {
    pub(super) fn new(holder: Result<H, GpuError>) -> Self {
        Self(holder)
    }

    /// Has it do one thing. After an error of the process itself there is none any more.
    pub(super) async fn ask(&mut self, action: HolderAction) -> Result<HolderReply, GpuError> {
        let holder = self.0.as_mut().map_err(|error| error.clone())?;
        let id = match holder.send(action).await {
            Ok(id) => id,
            Err(error) => return Err(self.failed(error)),
        };
        loop {
            match self.next().await? {
                HolderReport::Reply { id: of, result } if of == id => return result,
                _ => {}
            }
        }
    }

    /// The wake for a request that began then; `None` when it was not noticed.
    pub(super) async fn wake_since(&mut self, began: Moment) -> Result<Option<Raised>, GpuError> {
        let wake = async {
            loop {
                match self.next().await? {
                    HolderReport::Raised(raised) if raised.at >= began => return Ok(raised),
                    HolderReport::Refused(refused) if refused.at >= began => {
                        return Err(refused.error);
                    }
                    _ => {}
                }
            }
        };
        timeout(NOTICED_WITHIN, wake).await.ok().transpose()
    }

    pub(super) fn resident(&self) -> Option<Bytes> {
        self.0.as_ref().ok()?.resident()
    }

    pub(super) async fn end(self) -> Result<(), GpuError> {
        match self.0 {
            Ok(holder) => holder.end().await,
            Err(_) => Ok(()),
        }
    }

    async fn next(&mut self) -> Result<HolderReport, GpuError> {
        let holder = self.0.as_mut().map_err(|error| error.clone())?;
        match holder.next().await {
            Ok(report) => Ok(report),
            Err(error) => Err(self.failed(error)),
        }
    }

    fn failed(&mut self, error: GpuError) -> GpuError {
        self.0 = Err(error.clone());
        error
    }
}
