//! Suspend and resume, as logind announces them.

use futures_util::StreamExt;
use gpu_keepalive_core::host::HostEvent;
use tokio::sync::mpsc;
use zbus::{Connection, OwnedFd};

use crate::machine::HostNotice;

#[zbus::proxy(
    interface = "org.freedesktop.login1.Manager",
    default_service = "org.freedesktop.login1",
    default_path = "/org/freedesktop/login1"
)]
trait Logind {
    fn inhibit(&self, what: &str, who: &str, why: &str, mode: &str) -> zbus::Result<OwnedFd>;

    #[zbus(signal)]
    fn prepare_for_sleep(&self, start: bool) -> zbus::Result<()>;
}

/// Reports each suspend and resume; returns when the bus is gone or has no logind.
///
/// logind waits with the suspend for as long as our delay lock is open (at most its
/// `InhibitDelayMaxSec`, 5 s by default). The lock travels with [`HostEvent::Suspending`]: the
/// handler of that event drops it. A new one is taken after each resume.
pub(crate) async fn follow(bus: Connection, events: mpsc::Sender<HostNotice>) -> zbus::Result<()> {
    let logind = LogindProxy::new(&bus).await?;
    let mut signals = logind.receive_prepare_for_sleep().await?;
    let mut lock = Some(delay_sleep(&logind).await?);
    while let Some(signal) = signals.next().await {
        let notice = if signal.args()?.start {
            HostNotice {
                event: HostEvent::Suspending,
                sleep_lock: lock.take(),
            }
        } else {
            lock = delay_sleep(&logind)
                .await
                .inspect_err(|error| tracing::warn!("the next suspend cannot be delayed: {error}"))
                .ok();
            HostEvent::Resumed.into()
        };
        if events.send(notice).await.is_err() {
            break;
        }
    }
    Ok(())
}

async fn delay_sleep(logind: &LogindProxy<'_>) -> zbus::Result<OwnedFd> {
    let why = "Let go of the GPU before the machine sleeps";
    logind.inhibit("sleep", "GPU Keepalive", why, "delay").await
}
