use gpu_keepalive_core::{gpu::GpuInfo, status_text::left_out};
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
    for message in &found.left_out {
        output::note(message);
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
    /// A sentence for each GPU that is listed and cannot be used.
    left_out: Vec<String>,
    /// The note about simulated GPUs, if there are any.
    simulated: Option<String>,
}

async fn ask(mut client: gpu_keepalive_engine::socket::Client) -> anyhow::Result<Found> {
    let status = reach::status(&mut client).await?;
    let notices = status.notices.iter();
    let left_out = notices.filter(|notice| notice.id.starts_with("gpu-left-out-"));
    let simulated = status.engine.simulated;
    Ok(Found {
        gpus: reach::gpus(&mut client).await?,
        left_out: left_out.map(|notice| notice.message.clone()).collect(),
        simulated: simulated.then(|| "by the running engine".to_owned()),
    })
}

async fn discover(simulate: Option<String>) -> anyhow::Result<Found> {
    let list = match &simulate {
        Some(name) => {
            let (mut source, _) = simulated(load_scenario(name)?, Clock::Boot);
            source.discover().await?
        }
        None => {
            let program = std::env::current_exe()?;
            let mut source = NvidiaSource::new(Backend::Process { program });
            source.discover().await?
        }
    };
    Ok(Found {
        gpus: list.gpus,
        left_out: list.left_out.iter().map(left_out).collect(),
        simulated: simulate,
    })
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
            None => "VRAM not known".to_owned(),
            Some(total) => format!("{:.1} GiB VRAM", total.gib()),
        };
        format!(
            "{} {}\n  {}\n  {vram}{capability}, driver {}, PCI {}\n",
            gpu.index, gpu.name, gpu.uuid, gpu.driver_version, gpu.pci_bus_id,
        )
    });
    title + &gpus.collect::<String>()
}
