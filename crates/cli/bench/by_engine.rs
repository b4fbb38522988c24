use std::future::pending;

use anyhow::bail;
use gpu_keepalive_core::{
    benchmark::BenchmarkResult,
    protocol::{Event, Reply, Request},
};
use gpu_keepalive_engine::{
    signals::Signals,
    socket::{Client, Subscription},
};

use super::{announce, choose};
use crate::{args::BenchArgs, output, reach};

/// Has the running engine measure, which releases the GPU for it. Interrupted, this program is gone
/// from the socket, and the engine ends the measurement.
pub(super) async fn bench(mut engine: Client, args: &BenchArgs) -> anyhow::Result<BenchmarkResult> {
    let gpu = choose(reach::gpus(&mut engine).await?, args.gpu)?;
    announce(&gpu, false, args.plan().longest());
    output::note(format_args!(
        "GPU Keepalive is running; it lets go of this GPU for the measurement"
    ));
    let subscription = reach::engine().await?.subscribe().await?;
    let request = Request::Bench {
        gpu: Some(gpu.index),
        quick: args.quick,
        rounds: args.rounds,
    };
    let mut signals = Signals::new()?;
    let reply = tokio::select! {
        reply = engine.ask(&request) => reply?,
        _ = signals.next() => {
            bail!("interrupted: the running GPU Keepalive ends the measurement, and nothing is kept")
        }
        () = print_progress(subscription) => unreachable!("it listens for ever"),
    };
    match reply {
        Reply::Measured(benchmark) => Ok(*benchmark),
        other => bail!("asked for a measurement and got {other:?}"),
    }
}

/// Prints the progress until it is dropped.
async fn print_progress(mut subscription: Subscription) {
    let mut printed = None;
    while let Ok(event) = subscription.next().await {
        let Event::Status(status) = event else {
            continue;
        };
        let text = status.measuring.map(|measuring| measuring.text);
        if let Some(text) = text.as_ref().filter(|_| text != printed) {
            output::note(format_args!("  {text}"));
        }
        printed = text;
    }
    // The end of the engine is reported by the request.
    pending().await
}
