//! Metrics in a file, for a program that reads it whenever it likes.

use std::{path::Path, time::Duration};

use anyhow::Context;
use gpu_keepalive_engine::{socket::ConnectError, store};
use tokio::time::{MissedTickBehavior, interval};

use super::prometheus;
use crate::reach;

/// Writes the file once, or every so many seconds until Ctrl-C.
///
/// Without an engine the file has `gpu_keepalive_up 0` alone, and no values that are outdated.
pub(super) async fn write(file: &Path, every: Option<u32>) -> anyhow::Result<()> {
    let Some(seconds) = every else {
        return write_now(file).await?;
    };
    let mut ticks = interval(Duration::from_secs(seconds.into()));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            signal = tokio::signal::ctrl_c() => return Ok(signal?),
            _ = ticks.tick() => {}
        }
        // An engine may come or come back.
        _ = write_now(file).await?;
    }
}

/// Writes it; the inner error is that of an engine that cannot be reached.
async fn write_now(file: &Path) -> anyhow::Result<anyhow::Result<()>> {
    let status = match reach::engine_if_any().await {
        Ok(Some(mut client)) => reach::status(&mut client).await,
        Ok(None) => Err(ConnectError::NotRunning.into()),
        Err(error) => Err(error),
    };
    let text = match &status {
        Ok(status) => prometheus::text(status),
        Err(_) => prometheus::without_engine(),
    };
    // The collector takes no file that does not end in .prom, as a half-written one does not.
    store::replace_text(file, &text).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(status.map(drop))
}
