use anyhow::bail;
use gpu_keepalive_core::{
    gpu::{GpuError, GpuErrorKind, GpuInfo},
    protocol::{Reply, Request},
    units::Bytes,
};
use gpu_keepalive_engine::{
    clock::Clock,
    gpu::{
        GpuSource,
        nvidia::{Backend, NvidiaSource},
        simulated::{load_scenario, simulated},
    },
};
use serde_json::json;

use crate::{output, reach};

/// Lists the GPUs of the running engine, or without one those that are found now.
pub(crate) async fn gpus(as_json: bool, simulate: Option<String>) -> anyhow::Result<()> {
    let found = match reach::engine_if_any().await? {
        Some(client) => ask(client).await?,
        None => discover(simulate).await?,
    };
    if found.gpus.is_empty() {
        return Err(GpuError::new(GpuErrorKind::NoGpu, "there is no NVIDIA GPU").into());
    }
    if as_json {
        let object = json!({"simulated": found.simulated.is_some(), "gpus": found.gpus});
        output::write_json(&object)?;
    } else {
        output::write(render(&found).as_bytes())?;
    }
    Ok(())
}

struct Found {
    gpus: Vec<GpuInfo>,
    /// What is simulated, when something is.
    simulated: Option<String>,
}

async fn ask(mut client: gpu_keepalive_engine::socket::Client) -> anyhow::Result<Found> {
    let status = reach::status(&mut client).await?;
    match client.ask(&Request::Gpus).await? {
        Reply::Gpus(gpus) => Ok(Found {
            gpus,
            simulated: status
                .engine
                .simulated
                .then(|| "by the running engine".to_owned()),
        }),
        other => bail!("asked for the GPUs and got {other:?}"),
    }
}

async fn discover(simulate: Option<String>) -> anyhow::Result<Found> {
    match simulate {
        Some(name) => {
            let (mut source, _) = simulated(load_scenario(&name)?, Clock::Boot);
            Ok(Found {
                gpus: source.discover().await?,
                simulated: Some(name),
            })
        }
        None => {
            let program = std::env::current_exe()?;
            let mut source = NvidiaSource::new(Backend::Process { program });
            Ok(Found {
                gpus: source.discover().await?,
                simulated: None,
            })
        }
    }
}

fn render(found: &Found) -> String {
    let title = match &found.simulated {
        Some(how) => format!("Simulated GPUs ({how})\n"),
        None => String::new(),
    };
    let gpus = found.gpus.iter().map(|gpu| {
        let capability = gpu
            .compute_capability
            .map(|version| format!(", compute capability {version}"))
            .unwrap_or_default();
        let vram = match gpu.vram_total {
            Bytes(0) => "VRAM unknown".to_owned(),
            total => format!("{:.1} GiB VRAM", total.gib()),
        };
        format!(
            "{} {}\n  {}\n  {vram}{capability}, driver {}, PCI {}\n",
            gpu.index, gpu.name, gpu.uuid, gpu.driver_version, gpu.pci_bus_id,
        )
    });
    title + &gpus.collect::<String>()
}
