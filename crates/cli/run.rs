use std::{path::Path, process, sync::Arc, time::Duration};

use gpu_keepalive_benchmark::{Benchmark, NvidiaWorkloads, SimulatedWorkloads};
use gpu_keepalive_core::protocol::Status;
#[cfg(unix)]
use gpu_keepalive_engine::host::stoppable::Stoppable;
use gpu_keepalive_engine::{
    benchmark::Measure,
    clock::Clock,
    engine::{Engine, EngineOptions, StateFolder},
    gpu::{
        GpuSource,
        nvidia::{Backend, NvidiaSource},
        simulated::{Simulation, load_scenario},
    },
    handle::EngineHandle,
    host::Host,
    log_tail::LogTail,
    machine::Machine,
    output_queue::OutputQueue,
    paths::{Paths, control_socket},
    settings_store::SettingsStore,
    signals::Signals,
    socket::{BindError, Server},
};
use serde_json::Value;
use tokio::{
    sync::{oneshot, watch},
    time,
};

use crate::{args::RunArgs, changes::ChangeLines, output};

/// Hosts the engine until the first signal or “gpu-keepalive quit”; then releases the GPUs and ends.
pub(crate) async fn run(
    args: RunArgs,
    simulate: Option<String>,
    log: LogTail,
) -> anyhow::Result<()> {
    let scenario = simulate.as_deref().map(load_scenario).transpose()?;
    // Before any GPU is touched: the process that has the socket is the engine.
    let server = match Server::bind(&control_socket()?) {
        Err(running @ BindError::AlreadyRunning(_)) if args.unless_running => {
            output::write(format!("{running}\n").as_bytes())?;
            return Ok(());
        }
        bound => bound?,
    };
    let places = Paths::of_user()?;
    // Learned values and costs of simulated GPUs are not worth keeping.
    let state = scenario.is_none().then(|| StateFolder::open(places.state));
    let options = EngineOptions {
        clock: Clock::Boot,
        settings: settings(&places.settings, &args.set)?,
        state,
        simulated: scenario.is_some(),
        mode: args.mode,
        log,
    };
    match scenario {
        Some(scenario) => {
            let simulation = Simulation::new(scenario, options.clock.clone());
            let (source, machine) = (simulation.source(), simulation.host());
            let benchmark = Benchmark(SimulatedWorkloads { simulation });
            start(
                server,
                options,
                source,
                machine,
                benchmark,
                args.until_unused,
            )
            .await
        }
        None => {
            let program = std::env::current_exe()?;
            let benchmark = Benchmark(NvidiaWorkloads {
                program: program.clone(),
            });
            let source = NvidiaSource::new(Backend::Process { program });
            let machine = Machine::new(options.clock.clone());
            start(
                server,
                options,
                source,
                machine,
                benchmark,
                args.until_unused,
            )
            .await
        }
    }
}

/// The user's settings; with settings for this run, as they are now and with those instead.
fn settings(path: &Path, set: &[(String, Value)]) -> anyhow::Result<SettingsStore> {
    let file = SettingsStore::load(path);
    if set.is_empty() {
        return Ok(file);
    }
    let mut settings = SettingsStore::in_memory(file.settings());
    for (key, value) in set {
        settings.set(key, Some(value))?;
    }
    Ok(settings)
}

async fn start<S: GpuSource, H: Host>(
    server: Server,
    options: EngineOptions,
    source: S,
    machine: H,
    benchmark: impl Measure<S>,
    until_unused: bool,
) -> anyhow::Result<()> {
    let lines = Lines {
        clock: Clock::Boot,
        output: OutputQueue::new("output", anstream::stdout),
    };
    #[cfg(unix)]
    let machine = {
        let lines = lines.clone();
        Stoppable::new(machine, move |stops| {
            lines.print(&[if stops { STOPS } else { RESUMES }.to_owned()]);
            lines.output.flush();
        })?
    };
    let mut engine = Engine::new(options, source, machine).with_benchmark(benchmark);
    engine.discover().await?;
    let (stop, stopped) = oneshot::channel::<()>();
    let handle = engine.handle();
    let engine = engine.serve(server, async {
        let _ = stopped.await;
    });
    host(handle, stop, engine, lines, until_unused).await
}

#[cfg(unix)]
const STOPS: &str = "The GPUs are released while this program is stopped";
#[cfg(unix)]
const RESUMES: &str = "Running again";

/// Prints changes until the engine has to end; then it releases the GPUs.
async fn host(
    handle: EngineHandle,
    stop: oneshot::Sender<()>,
    engine: impl Future<Output = ()>,
    lines: Lines,
    until_unused: bool,
) -> anyhow::Result<()> {
    let status = handle.status();
    let users = handle.status();
    let quit_asked = handle.quit_asked();
    let mut signals = Signals::new()?;
    let until_stopped = async {
        tokio::select! {
            // Changes are printed before the end is.
            biased;
            () = lines.changes(status) => {}
            () = unused(users), if until_unused => lines.print(&[UNUSED.to_owned()]),
            () = quit_asked => lines.print(&[ASKED_TO_QUIT.to_owned()]),
            _ = signals.next() => lines.print(&["Releasing the GPUs".to_owned()]),
        }
        drop(stop);
        let second = async move { process::exit(signals.next().await) };
        tokio::spawn(second).abort_handle()
    };
    let (second, ()) = tokio::join!(until_stopped, engine);
    lines.output.flush();
    second.abort();
    Ok(())
}

/// The time in which the first program has to hold a GPU: that of a start under load.
const FIRST_USE: Duration = Duration::from_secs(20);
/// The time after which the last program that held a GPU is not expected back.
const NEXT_USE: Duration = Duration::from_secs(3);
const UNUSED: &str = "No program holds a GPU any more: releasing the GPUs";
const ASKED_TO_QUIT: &str = "Asked to end by “gpu-keepalive quit”: releasing the GPUs";

/// Returns once no program has held a GPU for a while.
async fn unused(mut status: watch::Receiver<Arc<Status>>) {
    let mut expected = FIRST_USE;
    loop {
        let used = status.wait_for(|status| status.engine.users > 0);
        if time::timeout(expected, used).await.is_err() {
            return;
        }
        expected = NEXT_USE;
        if status
            .wait_for(|status| status.engine.users == 0)
            .await
            .is_err()
        {
            return;
        }
    }
}

/// The queue of lines to print, which never waits for their reader.
#[derive(Clone)]
struct Lines {
    clock: Clock,
    output: OutputQueue,
}

impl Lines {
    /// Prints what changes until the engine ends.
    async fn changes(&self, mut statuses: watch::Receiver<Arc<Status>>) {
        let first = statuses.borrow_and_update().clone();
        let (mut changes, lines) = ChangeLines::new(first);
        self.print(&lines);
        while statuses.changed().await.is_ok() {
            let status = statuses.borrow_and_update().clone();
            self.print(&changes.lines(status));
        }
    }

    fn print(&self, lines: &[String]) {
        let time = self.clock.time_of_day().strftime("%H:%M:%S").to_string();
        for line in lines {
            self.output.push(format!("{time}  {line}\n").into_bytes());
        }
    }
}
