use std::io::IsTerminal;

use gpu_keepalive_core::protocol::Event;
use gpu_keepalive_engine::socket::Subscription;

use crate::{
    args::StatusArgs,
    output, reach,
    render::{line, render},
};

/// Shows what the engine is doing, once or as it changes.
pub(crate) async fn status(args: StatusArgs) -> anyhow::Result<()> {
    let mut client = reach::engine().await?;
    if args.watch {
        let subscription = client.subscribe().await?;
        return tokio::select! {
            biased;
            signal = tokio::signal::ctrl_c() => {
                signal?;
                end_line(args.json)
            }
            result = watch(subscription, args.json) => result,
        };
    }
    let status = reach::status(&mut client).await?;
    if args.json {
        output::write_json(&serde_json::to_value(&status)?)?;
    } else {
        output::write(render(&status).as_bytes())?;
    }
    Ok(())
}

async fn watch(mut subscription: Subscription, json: bool) -> anyhow::Result<()> {
    let mut shown = String::new();
    loop {
        let status = match subscription.next().await {
            Ok(Event::Status(status)) => status,
            Ok(Event::Settings(_) | Event::History(_) | Event::ShowWindow) => continue,
            Err(error) => {
                end_line(json)?;
                return Err(error.into());
            }
        };
        let text = if json {
            serde_json::to_string(&status)?
        } else {
            line(&status)
        };
        if text != shown {
            output::write(as_shown(&text, redraws(json)).as_bytes())?;
            shown = text;
        }
    }
}

/// Returns true if the line is drawn over the last one.
fn redraws(json: bool) -> bool {
    !json && std::io::stdout().is_terminal()
}

fn as_shown(text: &str, redraw: bool) -> String {
    const TO_START_AND_CLEAR: &str = "\r\u{1b}[2K";
    if !redraw {
        return format!("{text}\n");
    }
    let width = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0));
    format!("{TO_START_AND_CLEAR}{}", fit(text, width))
}

/// The text within a width; without its colours where it has to be cut.
fn fit(text: &str, width: usize) -> String {
    let plain = anstream::adapter::strip_str(text).to_string();
    if plain.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = plain.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}…")
}

fn end_line(json: bool) -> anyhow::Result<()> {
    if redraws(json) {
        output::write(b"\n")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_never_wraps() {
        assert_eq!(fit("\u{1b}[32mwarm\u{1b}[0m", 4), "\u{1b}[32mwarm\u{1b}[0m");
        assert_eq!(fit("\u{1b}[32mwarm\u{1b}[0m, P0", 5), "warm…");
        assert_eq!(fit("54 °C", 5), "54 °C");
        assert_eq!(fit("warm", 0), "…");
    }

    #[test]
    fn where_nothing_is_redrawn_every_change_is_a_line() {
        assert_eq!(as_shown("warm", false), "warm\n");
    }
}
