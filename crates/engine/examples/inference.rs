//! A program that keeps its GPU ready between requests and out of its own way during them.
//!
//! ```text
//! cargo run -p gpu-keepalive-engine --example inference                      # your GPU
//! cargo run -p gpu-keepalive-engine --example inference -- rtx-3070-laptop   # a simulated one
//! ```

use std::{error::Error, io::Write, time::Duration};

use gpu_keepalive_core::units::Celsius;
use gpu_keepalive_engine::Keepalive;

fn main() -> Result<(), Box<dyn Error>> {
    let simulate = std::env::args().nth(1);
    infer(simulate, &mut std::io::stdout())
}

/// Answers three requests, on a simulated machine when one is named.
pub(crate) fn infer(simulate: Option<String>, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let mut builder = Keepalive::builder().device(0).max_temperature(Celsius(80));
    if let Some(machine) = simulate {
        builder = builder.simulate(machine);
    }
    // Fails when there is no driver or no such GPU, with advice.
    let keepalive = builder.start()?;

    // A status is a snapshot; the handle also gives every change, to those who can await it.
    let gpu = &keepalive.status().gpus[0];
    writeln!(out, "{}: {}", gpu.name, gpu.phase_text)?;

    for request in 1..=3 {
        // While the lease lives no pulse is sent: the GPU is yours alone.
        let lease = keepalive.inference();
        writeln!(out, "answer {request}: {}", model(request))?;
        // From here on the GPU is kept ready for the next request.
        drop(lease);
    }

    // For a pause between two batches: nothing is held, no VRAM taken.
    keepalive.pause();
    keepalive.resume();
    // Ask for a ready GPU ahead of time; with the mode `always` it is ready anyway.
    keepalive.warm(Duration::from_secs(60));

    // Releases the GPU, as dropping does.
    keepalive.stop();
    writeln!(out, "let go of the GPU")?;
    Ok(())
}

/// The place where your model runs.
fn model(request: u64) -> u64 {
    (1..=request).product()
}
