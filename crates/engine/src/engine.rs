//! The loop: step, act, publish, wait.
//!
//! One task owns all state. Everything that can be slow (a GPU, the process table, D-Bus) has a
//! task of its own and reports back through one channel, so the loop answers within microseconds
//! even while a driver hangs.

mod doctor;
mod gpus;
mod lane;
mod measuring;
mod requests;
mod state;
mod status;
#[cfg(test)]
mod tests;
mod workers;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use gpu_keepalive_core::{
    Moment,
    energy::Ledger,
    gpu::{GpuError, GpuErrorKind, GpuInfo},
    host::{HostEvent, HostSample},
    policy::{Pause, Switches},
    protocol::{DesktopStatus, Event, Status},
    settings::{Mode, Settings},
};
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use crate::{
    clock::{Alarm, Clock},
    gpu::GpuSource,
    handle::{ClientId, Control, EngineHandle},
    host::Host,
    log_tail::LogTail,
    proof::KeptProofs,
    settings_store::SettingsStore,
};

use lane::Lane;
pub use state::StateFolder;
use workers::{News, Workers};

/// Time after a resume in which the driver is not to be trusted (see `ollama#5464`: contexts are
/// dead and calls fail for about two seconds).
const RESUME_SETTLE: Duration = Duration::from_secs(2);
/// The settings file is looked at this often.
const SETTINGS_LOOK: Duration = Duration::from_secs(5);
/// The machine is looked at this often where the driver tells which processes have a GPU open: a
/// change of these is followed up at once.
const HOST_LOOK: Duration = Duration::from_secs(30);
/// The same where a GPU can suspend: then the process table and the GPU's power state are all that
/// tells of demand.
const HOST_LOOK_ALONE: Duration = Duration::from_secs(2);
/// How much later these may come, so that one wake-up serves them and a GPU.
const HOUSEKEEPING_SLACK: Duration = Duration::from_secs(1);
/// What was learned and spent is written at most this often.
const SAVE_EVERY: Duration = Duration::from_secs(60);
/// Time the GPUs get to be let go of when the engine stops; then their processes are killed.
const STOP_WITHIN: Duration = Duration::from_secs(3);

/// What an engine is made of besides GPUs and machine.
#[derive(Debug)]
pub struct EngineOptions {
    /// Where moments and dates come from.
    pub clock: Clock,
    /// What the user set, and where it is kept.
    pub settings: SettingsStore,
    /// Where state is kept between runs; nowhere when `None`.
    pub state: Option<StateFolder>,
    /// Whether the GPUs are simulated: said in every status.
    pub simulated: bool,
    /// Instead of the mode in the settings, for this run only.
    pub mode: Option<Mode>,
    /// The log's newest lines, for diagnostics.
    pub log: LogTail,
}

/// An engine that is set up and not running yet.
#[derive(Debug)]
pub struct Engine<S, H> {
    options: EngineOptions,
    source: S,
    host: H,
    found: Option<Vec<GpuInfo>>,
    handle: EngineHandle,
    controls: mpsc::Receiver<Control>,
    status: watch::Sender<Arc<Status>>,
    settings_in_force: watch::Sender<Arc<Settings>>,
}

impl<S: GpuSource, H: Host> Engine<S, H> {
    /// Sets an engine up. Touches no GPU yet.
    pub fn new(options: EngineOptions, source: S, host: H) -> Self {
        let (requests, controls) = mpsc::channel(64);
        let (events, _) = broadcast::channel(16);
        let (status, watch) = watch::channel(Arc::new(status::empty(&options)));
        let in_force = Arc::new(options.settings.settings().clone());
        let (settings_in_force, settings) = watch::channel(in_force);
        let handle = EngineHandle::new(requests, watch, settings, events);
        Self {
            options,
            source,
            host,
            found: None,
            handle,
            controls,
            status,
            settings_in_force,
        }
    }

    /// A way to talk to it.
    pub fn handle(&self) -> EngineHandle {
        self.handle.clone()
    }

    /// Finds the GPUs, so that a caller can give up when there are none. Without this call
    /// [`Self::run`] does it, and keeps trying.
    pub async fn discover(&mut self) -> Result<&[GpuInfo], GpuError> {
        // For the power state of the GPUs alone: reading the process table takes longer than all
        // else at the start, and the loop asks for it while the driver is being opened.
        let looked = self.host.look(&[]).await;
        let remembered = self
            .options
            .state
            .as_ref()
            .and_then(|s| s.sleeping_gpus(&looked));
        let found = match remembered {
            Some(gpus) => gpus,
            None => self.source.discover().await?,
        };
        if found.is_empty() {
            let message = "the driver works, and it lists no GPU";
            return Err(GpuError::new(GpuErrorKind::NoGpu, message));
        }
        Ok(self.found.insert(found))
    }

    /// Finds the GPUs and makes sure that at least one of them was chosen.
    pub async fn require_gpus(&mut self) -> Result<(), GpuError> {
        self.discover().await?;
        let found = self.found.as_deref().unwrap_or_default();
        let Some(chosen) = &self.options.settings.settings().gpus else {
            return Ok(());
        };
        if found
            .iter()
            .any(|gpu| chosen.iter().any(|selector| selector.matches(gpu)))
        {
            return Ok(());
        }
        let list = |names: Vec<String>| names.join(", ");
        let message = format!(
            "no GPU is called {}; there is {}",
            list(chosen.iter().map(ToString::to_string).collect()),
            list(
                found
                    .iter()
                    .map(|gpu| format!("{} ({})", gpu.index, gpu.uuid))
                    .collect()
            ),
        );
        Err(GpuError::new(GpuErrorKind::GpuNotFound, message))
    }

    /// Runs until `stop` resolves, then lets go of every GPU.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Self {
            options,
            source,
            host,
            found,
            handle,
            controls,
            status,
            settings_in_force,
        } = self;
        let (news_in, news) = mpsc::channel(64);
        let now = options.clock.now();
        let mut core = Core {
            switches: Switches {
                enabled: options.state.as_ref().is_none_or(StateFolder::enabled),
                mode: options.mode.unwrap_or(options.settings.settings().mode),
                pause: Pause::No,
            },
            ledger: options
                .state
                .as_ref()
                .map(StateFolder::ledger)
                .unwrap_or_default(),
            workers: Workers::start(source, host, news_in, options.clock.clone()),
            options,
            started: now,
            lanes: Vec::new(),
            found: Vec::new(),
            discovery: Discovery::Running,
            host: HostSample::default(),
            host_look_at: now,
            settings_look_at: now,
            watchers: BTreeSet::new(),
            suspend: Suspend::No,
            leases: requests::Leases::default(),
            lease_ended: None,
            warm_until: None,
            unsaved_since: None,
            desktop: None,
            measurement: None,
            proofs: KeptProofs::default(),
            settings_in_force,
            status,
            events: handle.event_sender(),
        };
        match found {
            Some(gpus) => core.discovered(Ok(gpus)),
            None => core.workers.discover(),
        }
        core.run(controls, news, stop).await;
    }
}

#[derive(Debug)]
enum Discovery {
    Running,
    Failed { error: GpuError, retry_at: Moment },
    Done,
}

#[derive(Debug)]
enum Suspend {
    No,
    /// Everything is being let go of; the acknowledgement lets the machine sleep.
    Going(Option<oneshot::Sender<()>>),
    /// Back, but not to be trusted before that moment.
    Settling(Moment),
}

/// All state of a running engine.
struct Core {
    options: EngineOptions,
    started: Moment,
    switches: Switches,
    workers: Workers,
    lanes: Vec<Lane>,
    found: Vec<GpuInfo>,
    discovery: Discovery,
    host: HostSample,
    host_look_at: Moment,
    settings_look_at: Moment,
    /// Clients that follow every change.
    watchers: BTreeSet<ClientId>,
    suspend: Suspend,
    leases: requests::Leases,
    lease_ended: Option<Moment>,
    warm_until: Option<Moment>,
    ledger: Ledger,
    unsaved_since: Option<Moment>,
    desktop: Option<DesktopStatus>,
    measurement: Option<measuring::Measurement>,
    /// What was measured, where nothing is kept between runs.
    proofs: KeptProofs,
    settings_in_force: watch::Sender<Arc<Settings>>,
    status: watch::Sender<Arc<Status>>,
    events: broadcast::Sender<Event>,
}

impl Core {
    async fn run(
        mut self,
        mut controls: mpsc::Receiver<Control>,
        mut news: mpsc::Receiver<News>,
        stop: impl Future<Output = ()>,
    ) {
        tokio::pin!(stop);
        let mut alarm = Alarm::new(self.options.clock.clone());
        loop {
            let wake_at = self.advance();
            tokio::select! {
                biased;
                () = &mut stop => break,
                Some(control) = controls.recv() => self.control(control),
                Some(news) = news.recv() => self.news(news),
                () = alarm.at(wake_at) => {}
            }
        }
        self.stop(&mut news).await;
    }

    /// Decides for every GPU, publishes, and says when to do it again.
    fn advance(&mut self) -> Moment {
        let now = self.options.clock.now();
        let housekeeping_at = self.housekeeping(now);
        let budget = self.options.settings.settings().energy.daily_budget_wh;
        let today = self.options.clock.today();
        let budget_spent = budget.is_some_and(|wh| self.ledger.budget_spent(today, wh));
        let measured = self.measured_gpu();
        let lookout = lane::Lookout {
            settings: self.options.settings.settings(),
            switches: self.switches,
            leases: self.leases.count(),
            lease_ended: self.lease_ended,
            warm_until: self.warm_until,
            host: &self.host,
            suspended: !matches!(self.suspend, Suspend::No),
            budget_spent,
            watched: !self.watchers.is_empty(),
            measured: measured.as_ref(),
            today,
        };
        let mut lanes_at: Option<Moment> = None;
        for lane in &mut self.lanes {
            let stepped = lane.advance(&lookout, &mut self.ledger, &self.workers, now);
            lanes_at = lanes_at.into_iter().chain(stepped.wake_at).min();
            if stepped.learned {
                self.unsaved_since.get_or_insert(now);
            }
        }
        self.advance_measurement();
        self.let_the_machine_sleep();
        self.publish(now);
        match lanes_at {
            Some(at) if at <= housekeeping_at + HOUSEKEEPING_SLACK => at,
            _ => housekeeping_at,
        }
    }

    /// What has to be done now and then, whatever the GPUs do; when next.
    fn housekeeping(&mut self, now: Moment) -> Moment {
        if now >= self.settings_look_at {
            if self.options.settings.reload_if_changed() {
                self.settings_changed();
            }
            self.settings_look_at = now + SETTINGS_LOOK;
        }
        if now >= self.host_look_at {
            self.workers
                .look(self.options.settings.settings().ai_programs.clone());
            self.host_look_at = now
                + if self.can_suspend() {
                    HOST_LOOK_ALONE
                } else {
                    HOST_LOOK
                };
        }
        if let Discovery::Failed { retry_at, .. } = self.discovery
            && now >= retry_at
        {
            self.discovery = Discovery::Running;
            self.workers.discover();
        }
        if let Suspend::Settling(until) = self.suspend
            && now >= until
        {
            self.suspend = Suspend::No;
        }
        if self.warm_until.is_some_and(|until| now >= until) {
            self.warm_until = None;
        }
        if !self.switches.pause.is_on(now) {
            self.switches.pause = Pause::No;
        }
        if self
            .unsaved_since
            .is_some_and(|since| now.since(since) >= SAVE_EVERY)
        {
            self.save();
        }
        let retry = match &self.discovery {
            Discovery::Failed { retry_at, .. } => Some(*retry_at),
            _ => None,
        };
        let settled = match self.suspend {
            Suspend::Settling(until) => Some(until),
            _ => None,
        };
        let looks = self.host_look_at.min(self.settings_look_at);
        [retry, settled]
            .into_iter()
            .flatten()
            .fold(looks, Moment::min)
    }

    fn news(&mut self, news: News) {
        let now = self.options.clock.now();
        match news {
            News::Done {
                gpu,
                action,
                result,
            } => {
                if let Some(lane) = self.lanes.iter_mut().find(|lane| lane.info.uuid == gpu) {
                    let others_changed = lane.done(action, result, now);
                    if others_changed {
                        self.host_look_at = now;
                    }
                    self.unsaved_since.get_or_insert(now);
                }
            }
            News::Looked(host) => self.host = host,
            News::Measuring(progress) => self.measuring(progress),
            News::Measured(result) => self.measured(result),
            News::Discovered(result) => self.discovered(result),
            News::Happened(event, handled) => self.happened(event, handled, now),
        }
    }

    fn happened(&mut self, event: HostEvent, handled: oneshot::Sender<()>, now: Moment) {
        tracing::debug!(?event, "the machine says");
        match event {
            HostEvent::Suspending => {
                self.ledger.interrupt();
                self.save();
                self.end_measurement("The computer went to sleep; measure again.".to_owned());
                self.suspend = Suspend::Going(Some(handled));
            }
            HostEvent::Resumed => {
                self.ledger.interrupt();
                self.suspend = Suspend::Settling(now + RESUME_SETTLE);
                self.host_look_at = now;
            }
            HostEvent::PowerSourceChanged => self.host_look_at = now,
        }
    }

    /// Acknowledges a suspend once nothing of ours is open any more.
    fn let_the_machine_sleep(&mut self) {
        if let Suspend::Going(handled) = &mut self.suspend
            && self.measurement.is_none()
            && self.lanes.iter().all(Lane::is_closed)
            && let Some(handled) = handled.take()
        {
            // The machine may have given up waiting; then nobody listens, and that is fine.
            let _ = handled.send(());
        }
    }

    fn save(&mut self) {
        self.unsaved_since = None;
        if let Some(state) = &mut self.options.state {
            state.save(&self.ledger, &self.lanes, self.switches.enabled);
        }
    }

    async fn stop(mut self, news: &mut mpsc::Receiver<News>) {
        tracing::info!("stopping: letting go of every GPU");
        self.save();
        let everything_closed = async {
            self.suspend = Suspend::Going(None);
            self.end_measurement("GPU Keepalive is stopping.".to_owned());
            while self.measurement.is_some() || !self.lanes.iter().all(Lane::is_closed) {
                self.advance();
                let Some(news) = news.recv().await else { break };
                self.news(news);
            }
        };
        if tokio::time::timeout(STOP_WITHIN, everything_closed)
            .await
            .is_err()
        {
            tracing::warn!("a driver did not answer in time; its process is killed");
        }
        self.publish(self.options.clock.now());
        self.workers.abort().await;
    }
}
