use std::time::Duration;

use anyhow::bail;
use gpu_keepalive_core::protocol::Request;

use crate::{output, reach};

/// The time within which the engine has to release the GPUs and end: it gives the GPUs 3 s and the
/// files 2 s.
const END_WITHIN: Duration = Duration::from_secs(10);

/// Ends the running app or engine, and waits until the GPUs are released.
pub(crate) async fn quit() -> anyhow::Result<()> {
    let mut client = reach::engine().await?;
    client.ask(&Request::Quit).await?;
    if tokio::time::timeout(END_WITHIN, client.ended())
        .await
        .is_err()
    {
        bail!("GPU Keepalive was asked to end and still runs; end its process");
    }
    output::write(b"GPU Keepalive has ended\n")?;
    Ok(())
}
