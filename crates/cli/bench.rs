use std::time::Duration;

use anyhow::bail;
use gpu_keepalive_benchmark::{
    MeasureError, NvidiaWorkloads, POST_TO, SimulatedWorkloads, Workloads, measure, share,
};
use gpu_keepalive_core::{
    benchmark::{BenchmarkResult, Job, Progress, Record, Terms, seen_elsewhere},
    gpu::{GpuError, GpuErrorKind, GpuInfo},
    policy::thermal_limit,
};
use gpu_keepalive_engine::{
    benchmark::KeptBenchmarks,
    clock::Clock,
    gpu::{
        GpuSource,
        nvidia::{Backend, NvidiaSource},
        simulated::{Simulation, load_scenario},
    },
    paths::Paths,
    signals::Signals,
};

use gpu_keepalive_text::text;

use crate::{args::BenchArgs, exit::WrongUsage, output, reach, settings};

mod by_engine;
mod render;

/// Measures cold against ready on one GPU: by the running engine, which then holds nothing
/// meanwhile, otherwise by itself.
pub(crate) async fn bench(args: BenchArgs, simulate: Option<String>) -> anyhow::Result<()> {
    let benchmark = match simulate {
        Some(name) => on_simulated_machine(&args, &name).await?,
        None => on_this_machine(&args).await?,
    };
    match (args.share, args.json) {
        (false, false) => output::write(render::text(&benchmark).as_bytes())?,
        (false, true) => output::write_json(&serde_json::to_value(&benchmark)?)?,
        (true, false) => output::write(share(&benchmark).as_bytes())?,
        (true, true) => output::write_json(&Record::from(&benchmark).to_json())?,
    }
    if args.share {
        output::note(match benchmark.simulated {
            true => text!("bench-not-to-post"),
            false => text!("bench-post", address = POST_TO),
        });
    }
    Ok(())
}

async fn on_this_machine(args: &BenchArgs) -> anyhow::Result<BenchmarkResult> {
    if let Some(mut engine) = reach::engine_if_any().await? {
        // One on simulated GPUs has nothing to do with the real ones.
        if !reach::status(&mut engine).await?.engine.simulated {
            return by_engine::bench(engine, args).await;
        }
    }
    let program = std::env::current_exe()?;
    let workloads = NvidiaWorkloads {
        program: program.clone(),
    };
    let source = NvidiaSource::new(Backend::Process { program });
    let benchmark = with(source, workloads, args, Clock::Boot, false).await?;
    let state = Paths::of_user()?.state;
    match KeptBenchmarks::keep(&state, benchmark.clone()) {
        Ok(None) => {}
        Ok(Some(notice)) => output::note(notice),
        Err(error) => output::note(format_args!("The result cannot be kept: {error}")),
    }
    Ok(benchmark)
}

/// In virtual time, which jumps to the next moment at which something happens.
async fn on_simulated_machine(args: &BenchArgs, name: &str) -> anyhow::Result<BenchmarkResult> {
    let scenario = load_scenario(name)?;
    tokio::time::pause();
    let clock = Clock::tokio();
    let simulation = Simulation::new(scenario, clock.clone());
    let source = simulation.source();
    with(source, SimulatedWorkloads { simulation }, args, clock, true).await
}

/// Measures, with progress on standard error, until it is done or interrupted; either way nothing
/// is held afterwards.
async fn with(
    mut source: impl GpuSource,
    workloads: impl Workloads,
    args: &BenchArgs,
    clock: Clock,
    simulated: bool,
) -> anyhow::Result<BenchmarkResult> {
    let info = choose(source.discover().await?.gpus, args.gpu)?;
    let settings = settings::load()?;
    let mut gpu = source.open(&info);
    let holder = source.holder(&info);
    let job = Job {
        limit: thermal_limit(settings.settings(), &info),
        gpu: info,
        simulated,
        plan: args.plan(),
        terms: Terms::of(settings.settings()),
    };
    announce(&job.gpu, job.simulated, job.plan.longest());
    let mut signals = Signals::new()?;
    let print_progress = |progress: Progress| output::note(format_args!("  {}", progress.text));
    let measured = measure(&job, &mut gpu, holder, &workloads, &clock, print_progress);
    tokio::select! {
        benchmark = measured => benchmark.map_err(|error| match error {
            // Its exit code depends on the kind.
            MeasureError::Gpu(error) => error.into(),
            error => error.into(),
        }),
        _ = signals.next() => bail!("interrupted: nothing is held any more, and nothing was kept"),
    }
}

fn announce(gpu: &GpuInfo, simulated: bool, longest: Duration) {
    let minutes = longest.as_secs().div_ceil(60);
    let how = if simulated { " (simulated)" } else { "" };
    output::note(format_args!("{}{how}: at most {minutes} minutes", gpu.name));
    if let Some(seen) = seen_elsewhere(&gpu.name) {
        output::note(seen);
    }
}

fn choose(gpus: Vec<GpuInfo>, index: Option<u32>) -> anyhow::Result<GpuInfo> {
    let count = gpus.len();
    let wanted = index.unwrap_or(0);
    let found = gpus.into_iter().find(|gpu| gpu.index == wanted);
    match found {
        Some(gpu) => Ok(gpu),
        None if count == 0 => {
            Err(GpuError::new(GpuErrorKind::NoGpu, "there is no NVIDIA GPU").into())
        }
        None => {
            let message = format!("there is no GPU {wanted}; “gpu-keepalive gpus” lists them");
            Err(WrongUsage(message).into())
        }
    }
}
