//! The engine behind the tray: hosted in this process, or followed where `gpu-keepalive run` has
//! it already.

use std::{
    env, io,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, bail};
use gpu_keepalive_benchmark::{Benchmark, NvidiaWorkloads, SimulatedWorkloads};
use gpu_keepalive_core::{
    protocol::{DesktopStatus, ErrorCode, Event, Reply, Request, SettingsReport},
    settings::Settings,
    simulation::Scenario,
};
use gpu_keepalive_engine::{
    clock::Clock,
    engine::{Engine, EngineOptions, StateFolder},
    gpu::{
        GpuSource,
        nvidia::{Backend, NvidiaSource},
        simulated::Simulation,
    },
    handle::{ClientId, EngineHandle},
    host::Host,
    log_tail::LogTail,
    machine::Machine,
    paths::{Paths, control_socket},
    settings_store::SettingsStore,
    socket::{BindError, Client, ClientError, ConnectError, ControlSocket, Server, Subscription},
};
use tokio::sync::{
    mpsc::{Receiver, Sender},
    oneshot,
};

use crate::{commands, controller::Input, tray::EngineAt};

/// The time after a failure to take over until the next attempt.
const TRY_AGAIN: Duration = Duration::from_secs(1);
/// An engine that ends needs up to three seconds for it.
const CLAIM_ATTEMPTS: u32 = 20;
const CLAIM_AGAIN: Duration = Duration::from_millis(200);

/// The requests of the controller to the engine. When no sender is left, the engine stops.
#[derive(Debug)]
pub(crate) enum Ask {
    Request(Request),
    Describe(DesktopStatus),
}

/// The purpose of this start of the app.
pub(crate) enum Claim {
    /// There is no engine: host it.
    Host(Box<Server>),
    /// `gpu-keepalive run` is the engine: follow it. While this connection lasts this is the only
    /// app that does.
    Follow(Box<Client>),
    /// Another app runs; it has been asked for its window, unless this one was to be hidden.
    OtherRuns,
}

/// Finds out who is the engine. Must be called within a tokio runtime.
///
/// # Errors
/// The control socket can be neither taken nor used, also not after a moment.
pub(crate) async fn claim(hidden: bool) -> anyhow::Result<Claim> {
    let socket = control_socket()?;
    let mut attempt = 1;
    loop {
        match Server::bind(&socket) {
            Ok(server) => return Ok(Claim::Host(Box::new(server))),
            Err(BindError::AlreadyRunning(_)) => {}
            Err(error) => return Err(error.into()),
        }
        match beside_another(&socket, hidden).await {
            // An engine that is just ending refuses in many ways.
            Err(error) if attempt < CLAIM_ATTEMPTS => tracing::debug!("not yet: {error:#}"),
            result => return result,
        }
        attempt += 1;
        tokio::time::sleep(CLAIM_AGAIN).await;
    }
}

/// Does what is left to do beside an engine that runs already.
async fn beside_another(socket: &ControlSocket, hidden: bool) -> anyhow::Result<Claim> {
    let mut client = Client::connect(socket).await?;
    let us = Request::Desktop(DesktopStatus::default());
    match client.ask(&us).await {
        Ok(_) => return Ok(Claim::Follow(Box::new(client))),
        Err(ClientError::Refused(refused)) => match refused.code {
            ErrorCode::AnotherDesktop => {}
            ErrorCode::UnknownRequest => bail!(OLD_ENGINE),
            _ => return Err(refused.into()),
        },
        Err(error) => return Err(error.into()),
    }
    if !hidden {
        client.ask(&Request::ShowWindow).await?;
    }
    Ok(Claim::OtherRuns)
}

const OLD_ENGINE: &str = "an older version of GPU Keepalive is running; end it with “gpu-keepalive \
                          quit” or by its process, then start this one again";

/// The parts of an engine of ours.
#[derive(Clone, Debug)]
pub(crate) struct Hosting {
    /// Simulated GPUs instead of the machine's.
    pub(crate) scenario: Option<Scenario>,
    /// `gpu-keepalive`, which talks to the driver; not needed for simulated GPUs.
    pub(crate) driver: Option<PathBuf>,
    pub(crate) log: LogTail,
}

/// Follows or hosts the engine until no sender is left; then the GPUs are released.
pub(crate) async fn run(
    hosting: Hosting,
    mut claimed: Claim,
    mut asks: Receiver<Ask>,
    inputs: Sender<Input>,
) -> anyhow::Result<()> {
    loop {
        match claimed {
            Claim::Host(server) => {
                send(&inputs, Input::Engine(EngineAt::Here)).await;
                return host(hosting, *server, asks, &inputs).await;
            }
            Claim::Follow(client) => match follow(*client, &mut asks, &inputs).await {
                Ok(Ended::Asked) => return Ok(()),
                Ok(Ended::Engine) => {}
                Err(error) => {
                    tracing::warn!("cannot follow the running engine: {error:#}");
                    tokio::time::sleep(TRY_AGAIN).await;
                }
            },
            // Another app was quicker to take over.
            Claim::OtherRuns => {
                send(&inputs, Input::Quit).await;
                while asks.recv().await.is_some() {}
                return Ok(());
            }
        }
        send(&inputs, Input::Engine(EngineAt::Nowhere)).await;
        // What is shown already needs no window.
        claimed = claim(true).await?;
    }
}

async fn host(
    hosting: Hosting,
    server: Server,
    asks: Receiver<Ask>,
    inputs: &Sender<Input>,
) -> anyhow::Result<()> {
    let places = Paths::of_user()?;
    let options = EngineOptions {
        clock: Clock::Boot,
        settings: SettingsStore::load(places.settings),
        // Learned values and costs of simulated GPUs are not worth keeping.
        state: match &hosting.scenario {
            Some(_) => None,
            None => Some(StateFolder::open(places.state)),
        },
        simulated: hosting.scenario.is_some(),
        mode: None,
        log: hosting.log,
    };
    match hosting.scenario {
        Some(scenario) => {
            let simulation = Simulation::new(scenario, options.clock.clone());
            let engine = Engine::new(options, simulation.source(), simulation.host());
            let engine = engine.with_benchmark(Benchmark(SimulatedWorkloads { simulation }));
            serve(server, engine, asks, inputs).await;
        }
        None => {
            let program = hosting.driver.context(NO_DRIVER_PROGRAM)?;
            let benchmark = Benchmark(NvidiaWorkloads {
                program: program.clone(),
            });
            let source = NvidiaSource::new(Backend::Process { program });
            let machine = Machine::new(options.clock.clone());
            let engine = Engine::new(options, source, machine).with_benchmark(benchmark);
            serve(server, engine, asks, inputs).await;
        }
    }
    Ok(())
}

/// Serves until no sender is left, and the GPUs are released.
async fn serve<S: GpuSource, H: Host>(
    server: Server,
    engine: Engine<S, H>,
    asks: Receiver<Ask>,
    inputs: &Sender<Input>,
) {
    let handle = engine.handle();
    // Before any client can take the place of this app.
    handle.describe_desktop(DesktopStatus::default());
    let (stop, stopped) = oneshot::channel::<()>();
    let engine = engine.serve(server, async {
        let _ = stopped.await;
    });
    let relayed = async {
        relay(&handle, asks, inputs).await;
        drop(stop);
    };
    tokio::join!(relayed, engine);
}

/// Connects the controller and an engine in this process, until no sender is left.
async fn relay(engine: &EngineHandle, mut asks: Receiver<Ask>, inputs: &Sender<Input>) {
    let us = ClientId::next();
    let mut settings = engine.settings();
    let mut status = engine.status();
    let mut events = engine.events();
    settings.mark_changed();
    status.mark_changed();
    loop {
        tokio::select! {
            // Settings first: they determine which notifications the first status may bring.
            biased;
            Ok(()) = settings.changed() => {
                send(inputs, Input::Settings(settings.borrow_and_update().clone())).await;
            }
            Ok(()) = status.changed() => {
                send(inputs, Input::Status(status.borrow_and_update().clone())).await;
            }
            Ok(event) = events.recv() => announced(&event, inputs).await,
            ask = asks.recv() => match ask {
                None => return,
                Some(Ask::Describe(desktop)) => engine.describe_desktop(desktop),
                Some(Ask::Request(request)) => {
                    let (engine, inputs) = (engine.clone(), inputs.clone());
                    tokio::spawn(async move {
                        if let Err(error) = engine.ask(us, request).await {
                            send(&inputs, Input::Refused(error.message)).await;
                        }
                    });
                }
            },
        }
    }
}

/// The reason why the following of an engine ended.
enum Ended {
    /// That engine's end.
    Engine,
    /// No sender is left.
    Asked,
}

/// Hands on what a client asked of the app.
async fn announced(event: &Event, inputs: &Sender<Input>) {
    match event {
        Event::ShowWindow => send(inputs, Input::Show).await,
        Event::StartAtLogin(on) => send(inputs, Input::StartAtLogin(*on)).await,
        Event::Quit => send(inputs, Input::Quit).await,
        Event::Status(_) | Event::Settings(_) | Event::History(_) | Event::HoldEnded { .. } => {}
    }
}

/// Between the controller and an engine in another process, of which `desktop` is the connection
/// that makes this app its desktop.
async fn follow(
    mut desktop: Client,
    asks: &mut Receiver<Ask>,
    inputs: &Sender<Input>,
) -> anyhow::Result<Ended> {
    let client = match Client::connect(&control_socket()?).await {
        Ok(client) => client,
        Err(ConnectError::NotRunning) => return Ok(Ended::Engine),
        Err(error) => return Err(error.into()),
    };
    // Settings first: they determine which notifications the first status may bring.
    let settings = desktop.ask(&Request::Settings).await?;
    let mut subscription: Subscription = client.subscribe().await?;
    send(inputs, Input::Engine(EngineAt::CommandLine)).await;
    if let Reply::Settings(report) = settings {
        send(inputs, in_force(&report)).await;
    }
    loop {
        tokio::select! {
            event = subscription.next() => match event {
                Ok(Event::Status(status)) => send(inputs, Input::Status((*status).into())).await,
                Ok(Event::Settings(report)) => send(inputs, in_force(&report)).await,
                Ok(event) => announced(&event, inputs).await,
                Err(error) => {
                    tracing::info!("the followed engine is gone: {error}");
                    return Ok(Ended::Engine);
                }
            },
            ask = asks.recv() => match ask {
                None => return Ok(Ended::Asked),
                Some(Ask::Describe(status)) => {
                    desktop.ask(&Request::Desktop(status)).await?;
                }
                Some(Ask::Request(request)) => {
                    tokio::spawn(ask_other(request, inputs.clone()));
                }
            },
        }
    }
}

/// The settings of an engine in another process.
fn in_force(report: &SettingsReport) -> Input {
    Input::Settings(Settings::from(report).into())
}

async fn ask_other(request: Request, inputs: Sender<Input>) {
    if let Err(error) = commands::ask(request).await {
        send(&inputs, Input::Refused(error.message)).await;
    }
}

async fn send(inputs: &Sender<Input>, input: Input) {
    // Without a controller the app is ending.
    let _ = inputs.send(input).await;
}

const NO_DRIVER_PROGRAM: &str = "the program “gpu-keepalive”, which talks to the NVIDIA driver, is \
                                 neither beside this program nor on the PATH; install it there";

/// `gpu-keepalive` beside this program, else on the `PATH`.
///
/// # Errors
/// It is in neither place.
#[allow(clippy::disallowed_methods, reason = "before this app has an engine")]
pub(crate) fn driver_program() -> anyhow::Result<PathBuf> {
    let name = format!("gpu-keepalive{}", env::consts::EXE_SUFFIX);
    let own = env::current_exe()?;
    let path = env::var_os("PATH").unwrap_or_default();
    let beside = own.parent().map(Path::to_owned);
    beside
        .into_iter()
        .chain(env::split_paths(&path))
        .map(|folder| folder.join(&name))
        .find(|program| program.is_file())
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, NO_DRIVER_PROGRAM).into())
}
