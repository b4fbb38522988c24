use anyhow::bail;
use gpu_keepalive_core::protocol::{EnergyReport, Reply, Request};
use gpu_keepalive_engine::{clock::Clock, engine::StateFolder, paths::Paths};
use serde_json::json;

use crate::{output, reach, settings};

mod render;

/// Prints what keeping the GPUs ready cost and brought, from the running engine or from its state
/// folder.
pub(crate) async fn energy(days: u32, as_json: bool) -> anyhow::Result<()> {
    let report = report(days).await?;
    if as_json {
        output::write_json(&json!({"days": report.days, "currency": report.currency}))?;
    } else {
        output::write(render::render(&report).as_bytes())?;
    }
    Ok(())
}

async fn report(days: u32) -> anyhow::Result<EnergyReport> {
    if let Some(mut client) = reach::engine_if_any().await? {
        return match client.ask(&Request::Energy { days }).await? {
            Reply::Energy(report) => Ok(report),
            other => bail!("asked for the energy and got {other:?}"),
        };
    }
    let places = Paths::of_user()?;
    let settings = settings::load()?;
    let kept = StateFolder::open(places.state);
    if let Some(why) = kept.energy_unread() {
        output::note(why);
    }
    Ok(kept.energy_report(days, &Clock::Boot, &settings.settings().energy))
}
