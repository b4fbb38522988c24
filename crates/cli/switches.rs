use std::time::Duration;

use anyhow::bail;
use gpu_keepalive_core::protocol::{Request, Status};

use crate::{args::Switch, output, reach, text::duration_text};

/// The time within which the engine has to release the GPUs and end: it gives the GPUs 3 s and the
/// files 2 s.
const END_WITHIN: Duration = Duration::from_secs(10);

/// Throws one switch of a running engine and confirms it.
pub(crate) async fn switch(switch: Switch) -> anyhow::Result<()> {
    let mut client = reach::engine().await?;
    client.ask(&switch.request()).await?;
    let status = reach::status(&mut client).await?;
    output::write(format!("{}\n", confirmation(&switch, &status)).as_bytes())?;
    Ok(())
}

/// Ends the running app or engine, and waits until the GPUs are released.
pub(crate) async fn quit() -> anyhow::Result<()> {
    let mut client = reach::engine().await?;
    client.ask(&Request::Quit).await?;
    let ended = tokio::time::timeout(END_WITHIN, client.ended()).await;
    if ended.is_err() {
        bail!("GPU Keepalive was asked to end and still runs; end its process");
    }
    output::write(b"GPU Keepalive has ended\n")?;
    Ok(())
}

fn confirmation(switch: &Switch, status: &Status) -> String {
    let done = match switch {
        Switch::On => "The keepalive is on".to_owned(),
        Switch::Off => "The keepalive is off".to_owned(),
        Switch::Pause { time: None } => "Paused until “gpu-keepalive resume”".to_owned(),
        Switch::Pause { time: Some(time) } => format!("Paused for {}", duration_text(*time)),
        Switch::Resume => "Resumed".to_owned(),
        Switch::Mode { mode } => format!("The mode is {mode}"),
        Switch::Warm { time: None } => "Getting ready".to_owned(),
        Switch::Warm { time: Some(time) } => {
            format!("Getting ready for {}", duration_text(*time))
        }
    };
    let but = match switch {
        Switch::On | Switch::Off => "",
        _ if !status.engine.enabled => {
            "; the keepalive is off, so it has no effect until “gpu-keepalive on”"
        }
        _ => "",
    };
    format!("{done}{but}{}", output::simulated_suffix(status))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tests::laptop;

    #[test]
    fn every_switch_is_confirmed() {
        use gpu_keepalive_core::settings::Mode;
        let half_an_hour = Some(Duration::from_secs(1800));
        let mut off = laptop();
        off.engine.enabled = false;
        off.engine.simulated = false;
        let lines: Vec<_> = [
            (Switch::On, laptop()),
            (Switch::Off, off.clone()),
            (Switch::Pause { time: None }, laptop()),
            (Switch::Pause { time: half_an_hour }, laptop()),
            (Switch::Resume, laptop()),
            (
                Switch::Mode {
                    mode: Mode::WhileLoaded,
                },
                laptop(),
            ),
            (Switch::Warm { time: None }, laptop()),
            (Switch::Warm { time: half_an_hour }, off),
        ]
        .iter()
        .map(|(switch, status)| confirmation(switch, status))
        .collect();
        insta::assert_snapshot!(lines.join("\n"));
    }
}
