//! Decides if a command is made quiet.

use gpu_keepalive_core::{
    gpu::GpuInfo,
    protocol::{Request, Status},
    quiet,
};
use gpu_keepalive_engine::socket::Client;

use super::link::Link;
use crate::reach::{self, ask};

/// Decides how to run the command called `name`, and what its user has to know: quiet with a link
/// to the engine that wakes the GPU for it, or unchanged. A quiet server that nothing wakes is
/// slower than one without us.
pub(super) async fn plan(name: &str) -> (Option<Link>, Vec<String>) {
    let reached = match reach::engine_if_any().await {
        Ok(Some(mut client)) => known(&mut client)
            .await
            .map(|(status, gpus)| (client, status, gpus)),
        Ok(None) => {
            let note = format!(
                "GPU Keepalive is not running, so nothing would wake the GPU for {name}: it runs \
                 unchanged. Start the app or “gpu-keepalive run”, then start it again."
            );
            return (None, vec![note]);
        }
        Err(error) => Err(error),
    };
    let (client, status, gpus) = match reached {
        Ok(reached) => reached,
        Err(error) => {
            let note = format!("{name} runs unchanged: {error:#}");
            return (None, vec![note]);
        }
    };
    if !status.engine.enabled {
        let note = format!(
            "GPU Keepalive is switched off, so nothing would wake the GPU for {name}: it runs \
             unchanged. Use “gpu-keepalive on”, then start it again."
        );
        return (None, vec![note]);
    }
    let mut notes = Vec::new();
    notes.extend(simulated(&status, name));
    notes.extend(paused(&status, name));
    notes.extend(old_driver(&gpus, name));
    let link = Link {
        client,
        name: name.to_owned(),
        simulated: status.engine.simulated,
    };
    (Some(link), notes)
}

async fn known(client: &mut Client) -> anyhow::Result<(Status, Vec<GpuInfo>)> {
    let status = reach::status(client).await?;
    Ok((status, ask!(client, Request::Gpus, Gpus)))
}

fn simulated(status: &Status, name: &str) -> Option<String> {
    status.engine.simulated.then(|| {
        format!("These GPUs are simulated: GPU 0 is woken by the processor time of {name}.")
    })
}

fn paused(status: &Status, name: &str) -> Option<String> {
    let paused = status.engine.paused;
    paused.then(|| format!("GPU Keepalive is paused: nothing wakes the GPU for {name} until then."))
}

fn old_driver(gpus: &[GpuInfo], name: &str) -> Option<String> {
    let old = gpus.iter().find(|gpu| !gpu.knows_quiet_programs())?;
    Some(format!(
        "{} changes nothing with your driver {}: that takes {} or later. {name} runs all the same.",
        quiet::VARIABLE,
        old.driver_version,
        quiet::FIRST_DRIVER,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tests::laptop;

    #[test]
    fn information_for_the_user_is_printed() {
        let mut status = laptop();
        status.engine.simulated = false;
        assert_eq!(simulated(&status, "“server”"), None);
        assert_eq!(paused(&status, "“server”"), None);
        status.engine.paused = true;
        let text = paused(&status, "“server”").expect("it is paused");
        assert!(text.contains("paused"), "{text}");
    }
}
