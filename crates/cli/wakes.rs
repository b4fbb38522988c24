use gpu_keepalive_core::{
    protocol::{Request, WakeReport},
    sensor::Verdict,
};
use gpu_keepalive_engine::clock::Clock;
use serde_json::json;

use crate::{
    output,
    reach::{self, ask},
};

/// The last wakes of the running engine.
pub(crate) async fn wakes(as_json: bool) -> anyhow::Result<()> {
    let mut client = reach::engine().await?;
    let wakes = ask!(client, Request::Wakes, Wakes);
    if as_json {
        let wakes: Vec<_> = wakes.iter().map(object).collect();
        output::write_json(&json!({"wakes": wakes}))?;
    } else {
        output::write(render(&wakes).as_bytes())?;
    }
    Ok(())
}

fn object(wake: &WakeReport) -> serde_json::Value {
    json!({
        "time": time(wake, "%Y-%m-%dT%H:%M:%S%.3f%:z"),
        "gpu": wake.gpu,
        "pid": wake.pid,
        "process": wake.program,
        "verdict": wake.verdict,
        "ms": wake.ms,
        "processor_ms": wake.processor_ms,
    })
}

fn time(wake: &WakeReport, format: &str) -> String {
    let ago = std::time::Duration::try_from_secs_f64(wake.ago_s).unwrap_or_default();
    Clock::Boot.so_long_ago(ago).strftime(format).to_string()
}

fn render(wakes: &[WakeReport]) -> String {
    if wakes.is_empty() {
        return "No request has been sensed yet.\n".to_owned();
    }
    wakes
        .iter()
        .map(|wake| {
            let verdict = match wake.verdict {
                Verdict::Useful => "useful",
                Verdict::False => "false: no GPU work followed",
                Verdict::Missed => "missed: the GPU worked before it was woken",
                Verdict::Undecided => "not judged",
            };
            let ms = wake
                .ms
                .map_or_else(String::new, |ms| format!("{ms:.1} ms  "));
            let time = time(wake, "%H:%M:%S");
            format!(
                "{time}  GPU {}  {}  {ms}{verdict}\n",
                wake.gpu, wake.program
            )
        })
        .collect()
}
