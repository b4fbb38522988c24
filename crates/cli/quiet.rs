//! `quiet`: servers that keep a GPU at full speed by themselves, and what makes them quiet.

use std::fs;

use gpu_keepalive_core::{
    protocol::{ClientStatus, GpuStatus, LoudStatus, Status},
    quiet::{Unit, VARIABLE},
};
use serde_json::{Value, json};

use crate::{args::QuietArgs, output, reach};

mod render;
#[cfg(target_os = "linux")]
mod units;

/// Lists the servers of the running engine, or writes or removes a drop-in.
pub(crate) async fn quiet(args: QuietArgs) -> anyhow::Result<()> {
    #[cfg(target_os = "linux")]
    {
        if let Some(unit) = args.write {
            return units::write(unit, args.json);
        }
        if let Some(unit) = args.remove {
            return units::remove(unit, args.json);
        }
    }
    #[cfg(not(target_os = "linux"))]
    if args.write.is_some() || args.remove.is_some() {
        anyhow::bail!("services of systemd are made quiet on Linux alone");
    }
    let mut client = reach::engine().await?;
    let status = reach::status(&mut client).await?;
    let found = found(&status, &cgroup);
    if args.json {
        let servers: Vec<_> = found.iter().map(object).collect();
        output::write_json(&json!({"servers": servers}))?;
    } else {
        output::write(render::render(&found, &status, user()).as_bytes())?;
    }
    Ok(())
}

/// A server that keeps a GPU at full speed.
struct Found<'a> {
    gpu: &'a GpuStatus,
    loud: &'a LoudStatus,
    server: &'a ClientStatus,
    unit: Option<Unit>,
}

impl Found<'_> {
    /// The commands that make it quiet, one after the other.
    fn commands(&self) -> Vec<String> {
        match &self.unit {
            _ if !self.loud.possible => Vec::new(),
            Some(unit) => unit.commands(),
            None => vec![
                "gpu-keepalive serve -- COMMAND".to_owned(),
                format!("{VARIABLE}=1 COMMAND"),
            ],
        }
    }
}

fn found<'a>(status: &'a Status, cgroup: &dyn Fn(u32) -> Option<String>) -> Vec<Found<'a>> {
    let louds = status
        .gpus
        .iter()
        .filter_map(|gpu| Some((gpu, gpu.loud.as_ref()?)));
    louds
        .flat_map(|(gpu, loud)| loud.servers.iter().map(move |server| (gpu, loud, server)))
        .map(|(gpu, loud, server)| Found {
            gpu,
            loud,
            server,
            // The processes of a simulation are none of this machine's.
            unit: (!status.engine.simulated)
                .then(|| Unit::of(&cgroup(server.pid)?))
                .flatten(),
        })
        .collect()
}

#[allow(
    clippy::disallowed_methods,
    reason = "from /proc, in a command, which nobody else waits for"
)]
fn cgroup(pid: u32) -> Option<String> {
    fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()
}

#[cfg(unix)]
fn user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// A user id that systemd does not know.
#[cfg(not(unix))]
fn user() -> u32 {
    u32::MAX
}

fn object(found: &Found<'_>) -> Value {
    let (loud, server) = (found.loud, found.server);
    json!({
        "gpu": found.gpu.index,
        "pid": server.pid,
        "name": server.name,
        "quiet": server.quiet,
        "power_w": loud.power_w,
        "idle_w": loud.idle_w,
        "month_kwh": loud.month_kwh,
        "month_cost": loud.month_cost,
        "unit": found.unit.as_ref().map(|unit| unit.name.as_str()),
        "commands": found.commands(),
    })
}

#[cfg(test)]
mod tests;
