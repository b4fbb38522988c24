//! The engine as a library: a GPU kept ready by a program of one's own.

use std::{future::pending, sync::Arc, sync::mpsc, thread::JoinHandle, time::Duration};

use gpu_keepalive_core::{
    gpu::{GpuError, GpuUuid},
    protocol::{Request, Status},
    settings::{
        GpuSelector, MAX_PULSE_INTERVAL, MIN_PULSE_INTERVAL, Mode, PulseInterval, Settings,
        StrategyChoice,
    },
    units::Celsius,
};
use thiserror::Error;
use tokio::sync::oneshot;

use crate::{
    clock::Clock,
    engine::{Engine, EngineOptions},
    gpu::{
        GpuSource,
        nvidia::{Backend, NvidiaSource},
        simulated,
    },
    handle::{ClientId, EngineHandle},
    host::Host,
    log_tail::LogTail,
    machine::Machine,
    settings_store::SettingsStore,
};

/// Keeps GPUs ready for as long as it lives.
///
/// It runs the same engine as the command-line tool on a thread of its own, in this process: a
/// program that uses CUDA already shares its primary context with it, so holding costs no further
/// VRAM. Dropping it releases everything.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use gpu_keepalive_engine::Keepalive;
///
/// let keepalive = Keepalive::builder()
///     .device(0)
/// #   .simulate("rtx-4090")
///     .start()?;
/// {
///     let _inference = keepalive.inference(); // no pulses while this lives
///     // … run the model …
/// }
/// println!("{:?}", keepalive.status().gpus[0].pstate);
/// keepalive.stop();
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Keepalive {
    handle: EngineHandle,
    client: ClientId,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// The reason why a keepalive could not be started.
#[derive(Debug, Error)]
pub enum StartError {
    /// A value is out of its range.
    #[error("{0}")]
    InvalidValue(String),
    /// The driver is missing, there is no GPU, or not the one asked for.
    #[error("{meaning}. {advice} ({0})", meaning = .0.meaning(), advice = .0.advice())]
    Gpu(#[from] GpuError),
    /// The thread could not be started.
    #[error("cannot start the keepalive's thread: {0}")]
    Thread(#[from] std::io::Error),
}

/// Sets a [`Keepalive`] up. Without any call it keeps every GPU ready, always, at the interval the
/// governor finds.
#[derive(Clone, Debug)]
#[must_use = "nothing happens before start()"]
pub struct Builder {
    settings: Settings,
    simulate: Option<String>,
}

impl Builder {
    /// Only the GPU with this index in the driver's list; may be called for several.
    pub fn device(self, index: u32) -> Self {
        self.select(GpuSelector::Index(index))
    }

    /// Only the GPU with this UUID, or one that begins so; may be called for several.
    pub fn uuid(self, uuid: impl Into<String>) -> Self {
        self.select(GpuSelector::Uuid(GpuUuid(uuid.into())))
    }

    /// Time between pulses, 100 ms to 60 s, instead of the longest that holds.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.settings.pulse.interval = PulseInterval::Fixed(interval);
        self
    }

    /// Pauses from this temperature on, 50 to 95 °C; 83 °C without this call.
    pub fn max_temperature(mut self, limit: Celsius) -> Self {
        self.settings.thermal.max_temperature = limit;
        self
    }

    /// The pulse's working set is this squared half-precision values, 16 to 4096.
    pub fn matrix_size(mut self, size: u32) -> Self {
        self.settings.pulse.matrix_size = size;
        self
    }

    /// Sets the strategy that holds the clocks, instead of the cheapest that works.
    pub fn strategy(mut self, strategy: StrategyChoice) -> Self {
        self.settings.strategy = strategy;
        self
    }

    /// Sets the mode, instead of always.
    pub fn mode(mut self, mode: Mode) -> Self {
        self.settings.mode = mode;
        self
    }

    /// Simulated GPUs instead of real ones: a preset's name or a scenario file.
    pub fn simulate(mut self, preset_or_path: impl Into<String>) -> Self {
        self.simulate = Some(preset_or_path.into());
        self
    }

    /// Starts, once the GPUs were found.
    ///
    /// # Errors
    /// A value out of range, a missing driver, a GPU that does not exist.
    pub fn start(self) -> Result<Keepalive, StartError> {
        self.check()?;
        let options = EngineOptions {
            clock: Clock::Boot,
            settings: SettingsStore::in_memory(&self.settings),
            state: None,
            simulated: self.simulate.is_some(),
            mode: None,
            log: LogTail::default(),
        };
        let (started_in, started) = mpsc::sync_channel(1);
        let (stop, stopped) = oneshot::channel();
        let simulate = self.simulate;
        let thread = std::thread::Builder::new()
            .name("gpu-keepalive".to_owned())
            .spawn(move || {
                let runtime = match tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                {
                    Ok(runtime) => runtime,
                    Err(error) => return drop(started_in.send(Err(error.into()))),
                };
                runtime.block_on(host_engine(options, simulate, started_in, stopped));
                // A thread that hangs at a file must not keep the caller waiting.
                runtime.shutdown_background();
            })?;
        let handle = started.recv().unwrap_or_else(|_| {
            Err(std::io::Error::other("it ended before it was ready").into())
        })?;
        Ok(Keepalive {
            handle,
            client: ClientId::next(),
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    fn select(mut self, gpu: GpuSelector) -> Self {
        self.settings.gpus.get_or_insert_default().push(gpu);
        self
    }

    fn check(&self) -> Result<(), StartError> {
        let refused = |message: String| Err(StartError::InvalidValue(message));
        for selector in self.settings.gpus.iter().flatten() {
            let GpuSelector::Uuid(uuid) = selector else {
                continue;
            };
            match uuid.0.parse() {
                Ok(GpuSelector::Uuid(_)) => {}
                Ok(GpuSelector::Index(index)) => {
                    return refused(format!(
                        "“{uuid}” is not a UUID; use device({index}) for the number of a GPU"
                    ));
                }
                Err(message) => return refused(message),
            }
        }
        let out_of_range =
            |what: String, range| refused(format!("{what} is out of range; use {range}"));
        let limit = self.settings.thermal.max_temperature;
        let size = self.settings.pulse.matrix_size;
        match self.settings.pulse.interval {
            PulseInterval::Fixed(interval)
                if !(MIN_PULSE_INTERVAL..=MAX_PULSE_INTERVAL).contains(&interval) =>
            {
                out_of_range(format!("an interval of {interval:?}"), "100 ms to 60 s")
            }
            _ if !(50..=95).contains(&limit.0) => {
                out_of_range(format!("a maximum temperature of {limit}"), "50 to 95 °C")
            }
            _ if !(16..=4096).contains(&size) => {
                out_of_range(format!("a matrix size of {size}"), "16 to 4096")
            }
            _ => Ok(()),
        }
    }
}

type Started = mpsc::SyncSender<Result<EngineHandle, StartError>>;

async fn host_engine(
    options: EngineOptions,
    simulate: Option<String>,
    started: Started,
    stopped: oneshot::Receiver<()>,
) {
    match simulate {
        Some(name) => match simulated::load_scenario(&name) {
            Ok(scenario) => {
                let (source, host) = simulated::simulated(scenario, options.clock.clone());
                run_engine(Engine::new(options, source, host), started, stopped).await;
            }
            Err(error) => {
                let _ = started.send(Err(StartError::InvalidValue(error.to_string())));
            }
        },
        None => {
            let machine = Machine::new(options.clock.clone());
            let source = NvidiaSource::new(Backend::Thread);
            run_engine(Engine::new(options, source, machine), started, stopped).await;
        }
    }
}

async fn run_engine<S: GpuSource, H: Host>(
    mut engine: Engine<S, H>,
    started: Started,
    stopped: oneshot::Receiver<()>,
) {
    if let Err(error) = engine.require_gpus().await {
        let _ = started.send(Err(error.into()));
        return;
    }
    let handle = engine.handle();
    let first_status = async {
        let mut status = handle.status();
        // The status before the first step has no GPUs.
        let _ = status.wait_for(|status| !status.gpus.is_empty()).await;
        let _ = started.send(Ok(handle.clone()));
        pending::<()>().await;
    };
    tokio::select! {
        () = engine.run(async { let _ = stopped.await; }) => {}
        () = first_status => {}
    }
}

impl Keepalive {
    /// Sets one up.
    pub fn builder() -> Builder {
        let settings = Settings {
            mode: Mode::Always,
            ..Settings::default()
        };
        Builder {
            settings,
            simulate: None,
        }
    }

    /// Announces that inference begins: no pulses are sent until the guard is dropped.
    pub fn inference(&self) -> Lease {
        let lease = Lease {
            handle: self.handle.clone(),
            client: ClientId::next(),
        };
        lease
            .handle
            .send(lease.client, Request::BeginLease { wait: false });
        lease
    }

    /// Holds nothing until [`Self::resume`].
    pub fn pause(&self) {
        self.handle
            .send(self.client, Request::Pause { for_s: None });
    }

    /// Ends a pause.
    pub fn resume(&self) {
        self.handle.send(self.client, Request::Resume);
    }

    /// Asks for a ready GPU now, for that long; matters in the modes other than always.
    pub fn warm(&self, for_how_long: Duration) {
        let for_s = Some(for_how_long.as_secs_f64());
        self.handle.send(self.client, Request::Warm { for_s });
    }

    /// Its status: the phase of each GPU, its clocks, pulses sent and energy spent.
    pub fn status(&self) -> Arc<Status> {
        self.handle.status().borrow().clone()
    }

    /// For asynchronous programs: every request of the protocol, and every change of the status.
    pub fn handle(&self) -> &EngineHandle {
        &self.handle
    }

    /// Releases every GPU and waits until that is done.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the keepalive's thread panicked");
        }
    }
}

impl Drop for Keepalive {
    fn drop(&mut self) {
        self.end();
    }
}

/// While it lives, inference runs and no pulses are sent. See [`Keepalive::inference`].
#[derive(Debug)]
#[must_use = "the lease ends when this is dropped"]
pub struct Lease {
    handle: EngineHandle,
    client: ClientId,
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.handle.send_client_gone(self.client);
    }
}
