//! The engine: a [`Keeper`] that decides, a thin shell around it, and workers for all that is slow.

#[cfg(test)]
mod tests;

use std::{convert::Infallible, sync::Arc};

use gpu_keepalive_core::{
    gpu::{GpuError, GpuErrorKind, GpuInfo, GpuList},
    keeper::{Input, Keeper, KeeperOptions, Kept},
    settings::Mode,
};
use tokio::sync::{broadcast, mpsc, watch};

use crate::{
    benchmark::{KeptBenchmarks, Measure},
    clock::Clock,
    gpu::GpuSource,
    handle::{Control, EngineHandle},
    host::Host,
    log_tail::LogTail,
    settings_store::SettingsStore,
    shell::{Faces, Shell},
    socket::Server,
    workers::{Files, Workers},
};

pub use crate::state::StateFolder;

/// Requests waiting to be handled; a client waits when there are more.
const CONTROLS: usize = 64;
/// Events that a slow subscriber may miss none of.
const EVENTS: usize = 16;

/// The parts of an engine besides GPUs and machine.
#[derive(Debug)]
pub struct EngineOptions {
    /// The source of moments and dates.
    pub clock: Clock,
    /// The user's settings, and the place where they are kept.
    pub settings: SettingsStore,
    /// The folder for state between runs; nowhere when `None`.
    pub state: Option<StateFolder>,
    /// True if the GPUs are simulated, which every status states.
    pub simulated: bool,
    /// Instead of the mode in the settings, for this run only.
    pub mode: Option<Mode>,
    /// The log's newest lines, for diagnostics.
    pub log: LogTail,
}

/// An engine that is set up and not running yet.
pub struct Engine<S, H> {
    options: EngineOptions,
    source: S,
    host: H,
    benchmark: Option<Arc<dyn Measure<S>>>,
    found: Option<GpuList>,
    handle: EngineHandle,
    controls: mpsc::Receiver<Control>,
    faces: Faces,
}

impl<S: GpuSource, H: Host> Engine<S, H> {
    /// Sets an engine up. Touches no GPU yet.
    pub fn new(options: EngineOptions, source: S, host: H) -> Self {
        let (requests, controls) = mpsc::channel(CONTROLS);
        let keeper = keeper(&options);
        let faces = Faces {
            status: watch::Sender::new(Arc::new(keeper.status(options.clock.now()))),
            settings: watch::Sender::new(Arc::new(keeper.settings().clone())),
            events: broadcast::Sender::new(EVENTS),
        };
        let (status, settings) = (faces.status.subscribe(), faces.settings.subscribe());
        let handle = EngineHandle::new(requests, status, settings, faces.events.clone());
        Self {
            options,
            source,
            host,
            benchmark: None,
            found: None,
            handle,
            controls,
            faces,
        }
    }

    /// Has it measure GPUs on request; without this call it refuses to.
    #[must_use]
    pub fn with_benchmark(mut self, benchmark: impl Measure<S>) -> Self {
        self.benchmark = Some(Arc::new(benchmark));
        self
    }

    /// A handle to it.
    pub fn handle(&self) -> EngineHandle {
        self.handle.clone()
    }

    /// Finds the GPUs, so that a caller can give up when there are none. Without this call
    /// [`Self::run`] does it, and keeps trying.
    pub async fn discover(&mut self) -> Result<&[GpuInfo], GpuError> {
        // For the power state of the GPUs alone: reading the process table takes longer than all
        // else at the start, and the keeper asks for it while the driver is being opened.
        let sample = self.host.sample(&[]).await;
        let state = self.options.state.as_ref();
        let found = match state.and_then(|state| state.kept().sleeping_gpus(&sample)) {
            Some(gpus) => gpus.into(),
            None => self.source.discover().await?,
        };
        Ok(&self.found.insert(found.usable()?).gpus)
    }

    /// Finds the GPUs and makes sure that at least one of them was chosen.
    pub async fn require_gpus(&mut self) -> Result<(), GpuError> {
        self.discover().await?;
        let found = self.found.as_ref().map_or(&[][..], |list| &list.gpus);
        let Some(chosen) = &self.options.settings.settings().gpus else {
            return Ok(());
        };
        let is_chosen = |gpu: &GpuInfo| chosen.iter().any(|selector| selector.matches(gpu));
        if found.iter().any(is_chosen) {
            return Ok(());
        }
        let chosen: Vec<_> = chosen.iter().map(ToString::to_string).collect();
        let there = found
            .iter()
            .map(|gpu| format!("{} ({})", gpu.index, gpu.uuid));
        let there: Vec<_> = there.collect();
        let message = format!(
            "no GPU is called {}; there is {}",
            chosen.join(", "),
            there.join(", ")
        );
        Err(GpuError::new(GpuErrorKind::GpuNotFound, message))
    }

    /// Runs as [`Self::run`] and serves the other programs of this user meanwhile: on the control
    /// socket and, on Linux, on the session bus.
    ///
    /// The socket is kept until every GPU is released: no other engine may start before.
    pub async fn serve(self, server: Server, stop: impl Future<Output = ()>) {
        let handle = self.handle();
        tokio::select! {
            () = self.run(stop) => {}
            never = serve_faces(server, handle) => match never {},
        }
    }

    /// Runs until `stop` resolves, then releases every GPU.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Self {
            options,
            source,
            host,
            benchmark,
            found,
            handle: _,
            controls,
            faces,
        } = self;
        let mut keeper = keeper(&options);
        if let Some(list) = found {
            keeper.handle(Input::Discovered(Ok(list)), options.clock.now());
        }
        let clock = options.clock;
        let files = Files {
            settings: options.settings,
            state: options.state,
            benchmarks: KeptBenchmarks::default(),
        };
        let (workers, reports) = Workers::start(
            source,
            host,
            benchmark,
            files,
            clock.clone(),
            options.log,
            options.simulated,
        );
        let shell = Shell::new(keeper, workers, clock, faces);
        shell.run(controls, reports, stop).await;
    }
}

async fn serve_faces(server: Server, engine: EngineHandle) -> Infallible {
    #[cfg(target_os = "linux")]
    return tokio::select! {
        never = server.serve(engine.clone()) => never,
        never = crate::session_bus::serve(engine) => never,
    };
    #[cfg(windows)]
    return tokio::select! {
        never = server.serve(engine.clone()) => never,
        never = crate::efficiency::follow(&engine) => never,
    };
    #[cfg(not(any(target_os = "linux", windows)))]
    return server.serve(engine).await;
}

fn keeper(options: &EngineOptions) -> Keeper {
    let path = options.settings.path();
    let keeper_options = KeeperOptions {
        simulated: options.simulated,
        mode: options.mode,
        pid: std::process::id(),
        settings_path: path
            .map(|path| path.display().to_string())
            .unwrap_or_default(),
    };
    let file = options.settings.file().clone();
    let kept = options.state.as_ref().map(StateFolder::kept).cloned();
    let (clock, kept) = (&options.clock, kept.unwrap_or_else(Kept::default));
    Keeper::new(keeper_options, file, kept, clock.today(), clock.now())
}
