use std::time::Duration;

use anyhow::bail;
use gpu_keepalive_core::{
    gpu::{GpuError, GpuErrorKind, GpuInfo},
    proof::Proof,
    protocol::{PauseReason, Request},
};
use gpu_keepalive_engine::{
    clock::Clock,
    gpu::{
        Gpu, GpuSource,
        nvidia::{Backend, NvidiaSource},
        simulated::{Simulation, load_scenario},
    },
    paths::Paths,
    proof::{KeptProofs, Plan, ProcessPrograms, Programs, SimulatedPrograms, measure},
    signals::Signals,
    socket::Client,
};

use crate::{args::BenchArgs, exit::WrongUsage, output, reach};

mod render;

/// Time for a running engine to let go of its GPUs.
const LETS_GO_WITHIN: Duration = Duration::from_secs(10);

/// Measures cold against warm on one GPU.
pub(crate) async fn bench(args: BenchArgs, simulate: Option<String>) -> anyhow::Result<()> {
    let proof = match simulate {
        Some(name) => on_simulated_machine(&args, &name).await?,
        None => on_this_machine(&args).await?,
    };
    if args.json {
        output::write_json(&serde_json::to_value(&proof)?)?;
    } else {
        output::write(render::text(&proof).as_bytes())?;
    }
    Ok(())
}

async fn on_this_machine(args: &BenchArgs) -> anyhow::Result<Proof> {
    let program = std::env::current_exe()?;
    let mut source = NvidiaSource::new(Backend::Process {
        program: program.clone(),
    });
    let info = choose(source.discover().await?, args.gpu)?;
    let uuid = info.uuid.clone();
    let plan = args.plan();
    let paused = PausedEngine::pause(plan.longest()).await?;
    let gpu = source.open(&info);
    let programs = ProcessPrograms { program, uuid };
    let measured = run(&info, gpu, programs, &plan, Clock::Boot, false).await;
    if let Some(engine) = paused {
        engine.resume().await;
    }
    let proof = measured?;
    let state = Paths::of_user()?.state;
    if let Err(error) = KeptProofs::load(&state).keep(&state, proof.clone()) {
        anstream::eprintln!("the result cannot be kept in {}: {error}", state.display());
    }
    Ok(proof)
}

/// In virtual time, which jumps to the next moment at which something happens.
async fn on_simulated_machine(args: &BenchArgs, name: &str) -> anyhow::Result<Proof> {
    let scenario = load_scenario(name)?;
    tokio::time::pause();
    let clock = Clock::tokio();
    let simulation = Simulation::new(scenario, clock.clone());
    let mut source = simulation.source();
    let info = choose(source.discover().await?, args.gpu)?;
    let gpu = source.open(&info);
    let index = info.index;
    let programs = SimulatedPrograms { simulation, index };
    run(&info, gpu, programs, &args.plan(), clock, true).await
}

/// Measures, with progress on standard error, until it is done or interrupted; either way nothing
/// is held afterwards.
async fn run(
    info: &GpuInfo,
    mut gpu: impl Gpu,
    mut programs: impl Programs,
    plan: &Plan,
    clock: Clock,
    simulated: bool,
) -> anyhow::Result<Proof> {
    let minutes = plan.longest().as_secs().div_ceil(60);
    let how = if simulated { " (simulated)" } else { "" };
    anstream::eprintln!("{}{how}: at most {minutes} minutes", info.name);
    let mut signals = Signals::new()?;
    let tell = |what: &str| anstream::eprintln!("  {what}");
    tokio::select! {
        proof = measure(info, &mut gpu, &mut programs, plan, &clock, simulated, tell) => Ok(proof?),
        _ = signals.next() => bail!("interrupted: nothing is held any more, and nothing was kept"),
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

/// A running engine that was told to let go, so that nobody else keeps the GPU warm.
struct PausedEngine(Client);

impl PausedEngine {
    /// Pauses it, should there be one that holds real GPUs and is not paused already.
    async fn pause(longest: Duration) -> anyhow::Result<Option<Self>> {
        let Some(mut client) = reach::engine_if_any().await? else {
            return Ok(None);
        };
        let status = reach::status(&mut client).await?;
        let by_user = |reasons: &[PauseReason]| reasons.contains(&PauseReason::User);
        if status.engine.simulated || status.gpus.iter().any(|gpu| by_user(&gpu.reasons)) {
            return Ok(None);
        }
        anstream::eprintln!("GPU Keepalive is running; it is paused for the measurement");
        // It ends by itself, should we be killed.
        let for_s = Some((longest + Duration::from_secs(60)).as_secs_f64());
        client.ask(&Request::Pause { for_s }).await?;
        let mut paused = Self(client);
        if let Err(error) = paused.until_nothing_is_held().await {
            paused.resume().await;
            return Err(error);
        }
        Ok(Some(paused))
    }

    async fn until_nothing_is_held(&mut self) -> anyhow::Result<()> {
        let look = async {
            while reach::status(&mut self.0)
                .await?
                .gpus
                .iter()
                .any(|gpu| gpu.strategy.is_some())
            {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Ok(())
        };
        match tokio::time::timeout(LETS_GO_WITHIN, look).await {
            Ok(looked) => looked,
            Err(_) => bail!("the running GPU Keepalive does not let go of its GPU"),
        }
    }

    async fn resume(mut self) {
        match self.0.ask(&Request::Resume).await {
            Ok(_) => anstream::eprintln!("GPU Keepalive goes on"),
            Err(error) => anstream::eprintln!("GPU Keepalive stays paused for a while: {error}"),
        }
    }
}
