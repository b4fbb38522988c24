//! Everything the engine decides, for all GPUs and the machine around them.
//!
//! A [`Keeper`] performs nothing and waits for nothing: [`Keeper::handle`] takes in an input and
//! its time, [`Keeper::next_action`] yields what is to be done, and [`Keeper::wake_at`] is the
//! latest time to call again. The engine's shell, the simulated machine of the tests and the
//! benchmarks all run this same code, in real or in virtual time.
//!
//! It is level-triggered: with every input, everything known is judged again. Errors are inputs.

mod action;
mod benchmark;
mod discovery;
mod holds;
mod housekeeping;
mod input;
mod lane;
mod leases;
mod recent;
mod requests;
mod saving;
mod served;
mod status;
mod suspend;
mod workers;

use gpu_keepalive_text::text;
use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use jiff::civil::Date;

pub use action::{Action, LogLevel, LogLine, Lookup, StoreAction};
pub use input::{ClientId, GpuId, Input, Ticket, Worker};
pub use saving::{Kept, LearnedGpu};

use benchmark::Benchmark;
use discovery::Discovery;
use holds::{Holds, WarmUp};
use housekeeping::SETTINGS_POLL;
use lane::Lane;
use leases::Leases;
use served::ServedTrees;
use suspend::Suspend;

use crate::{
    Moment,
    gpu::{GpuInfo, GpuUuid, holder::HolderReport},
    host::HostSample,
    policy::{Decision, GpuPolicy, Observations, Pause, Switches},
    protocol::{DesktopStatus, Status},
    settings::{AiProgram, Mode, Settings, SettingsFile},
};

/// The longest time between two decisions about GPUs of which nothing changes, for the times in
/// their sentences: a wake later than that decides anew.
const DECIDE_AGAIN: Duration = Duration::from_secs(30);
/// The delay that these allow, so that one wake-up serves them and a GPU.
const HOUSEKEEPING_SLACK: Duration = Duration::from_secs(1);

/// The options of a keeper, which do not change.
#[derive(Clone, Debug, Default)]
pub struct KeeperOptions {
    /// True if the GPUs are simulated, which every status states.
    pub simulated: bool,
    /// Instead of the mode in the settings, for this run only.
    pub mode: Option<Mode>,
    /// The engine's process id.
    pub pid: u32,
    /// The path of the settings file, for people.
    pub settings_path: String,
}

/// The state machine of the engine.
#[derive(Clone, Debug)]
pub struct Keeper {
    options: KeeperOptions,
    started: Moment,
    today: Date,
    file: SettingsFile,
    /// Those of the settings, shared with the worker that searches for them.
    ai_programs: Arc<[AiProgram]>,
    /// The reason why something is not kept.
    not_saved: Option<String>,
    /// The notices about files that were set aside in this run.
    set_aside: Vec<String>,
    switches: Switches,
    kept: Kept,
    unsaved_since: Option<Moment>,
    discovery: Discovery,
    found: Vec<GpuInfo>,
    gpus: Vec<Lane>,
    generations: u32,
    host: HostSample,
    host_sample_at: Moment,
    settings_poll_at: Moment,
    suspend: Suspend,
    stopping: bool,
    leases: Leases,
    holds: Holds,
    /// Leases that are answered once the clocks are raised, and until when.
    waiting: Vec<(Ticket, Moment)>,
    warm: Option<WarmUp>,
    /// Process trees that clients announced.
    served: ServedTrees,
    /// Clients that follow every change.
    subscribers: BTreeSet<ClientId>,
    /// The client that it is, or `None` for the application around this engine; and its state.
    desktop: Option<(Option<ClientId>, DesktopStatus)>,
    benchmark: Option<Benchmark>,
    outbox: VecDeque<Action>,
    wake_at: Moment,
    /// The time when a GPU decides again even if nothing changes.
    gpus_at: Option<Moment>,
    decided_at: Moment,
    decided_wh: f64,
    published: Option<Status>,
}

impl Keeper {
    /// A keeper that resumes from the state of an earlier run. The first [`Self::handle`] sets it
    /// in motion.
    pub fn new(
        options: KeeperOptions,
        file: SettingsFile,
        kept: Kept,
        today: Date,
        now: Moment,
    ) -> Self {
        Self {
            switches: Switches {
                enabled: kept.enabled,
                mode: options.mode.unwrap_or(file.settings().mode),
                pause: Pause::No,
            },
            ai_programs: file.settings().ai_programs.as_slice().into(),
            options,
            started: now,
            today,
            file,
            not_saved: None,
            set_aside: Vec::new(),
            kept,
            unsaved_since: None,
            discovery: Discovery::default(),
            found: Vec::new(),
            gpus: Vec::new(),
            generations: 0,
            host: HostSample::default(),
            host_sample_at: now,
            settings_poll_at: now + SETTINGS_POLL,
            suspend: Suspend::No,
            stopping: false,
            leases: Leases::default(),
            holds: Holds::default(),
            waiting: Vec::new(),
            warm: None,
            served: ServedTrees::default(),
            subscribers: BTreeSet::new(),
            desktop: None,
            benchmark: None,
            outbox: VecDeque::new(),
            wake_at: now,
            gpus_at: Some(now),
            decided_at: now,
            decided_wh: 0.0,
            published: None,
        }
    }

    /// Takes in what happened and decides again.
    pub fn handle(&mut self, input: Input, now: Moment) {
        self.notice_a_stop(now);
        let changed = self.take(input, now);
        self.advance(changed, now);
    }

    /// Takes in what happened. Returns false if nothing that a decision rests on has changed.
    fn take(&mut self, input: Input, now: Moment) -> bool {
        match input {
            Input::Woke => return false,
            Input::Today(today) => self.today = today,
            Input::Request {
                client,
                ticket,
                request,
            } => {
                self.debug(format!("client {} requests {request:?}", client.0));
                self.request(client, ticket, request, now);
            }
            Input::Subscribed(client) => {
                self.subscribers.insert(client);
            }
            Input::ClientGone(client) => {
                self.subscribers.remove(&client);
                self.leases.client_gone(client, now);
                self.holds.client_gone(client);
                self.served.client_gone(client);
                self.desktop
                    .take_if(|(follower, _)| *follower == Some(client));
                self.stop_benchmark_of(client);
            }
            Input::Desktop(desktop) => {
                let desktop = DesktopStatus {
                    hosts_engine: true,
                    ..desktop
                };
                self.desktop = Some((None, desktop));
            }
            Input::Discovered(result) => self.discovered(result, now),
            Input::HostSampled(host) => {
                self.served_followed(host.served_round, now);
                if host == self.host {
                    return false;
                }
                self.host = host;
            }
            Input::HostEvent(event, ticket) => self.host_event(event, ticket, now),
            Input::Performed {
                gpu,
                action,
                result,
            } => {
                let mut log = Vec::new();
                if let Some(lane) = self.gpus.iter_mut().find(|lane| lane.id == gpu) {
                    if lane.performed(action, result, now, &mut log) {
                        self.host_sample_at = now;
                    }
                    self.unsaved_since.get_or_insert(now);
                }
                self.log(log);
            }
            Input::ProcessEnded(gpu, error) => {
                let mut log = Vec::new();
                if let Some(lane) = self.gpus.iter_mut().find(|lane| lane.id == gpu) {
                    lane.process_ended(error, now, &mut log);
                }
                self.log(log);
            }
            Input::Holder { gpu, report } => {
                let gone = matches!(report, HolderReport::Gone { .. });
                if let Some(lane) = self.gpus.iter_mut().find(|lane| lane.id == gpu) {
                    lane.policy.holder_reported(report, now);
                }
                if gone {
                    self.host_sample_at = now;
                }
            }
            Input::HolderEnded(gpu, error) => {
                self.debug(format!("hold process of GPU {}: {error}", gpu.index));
                if let Some(lane) = self.gpus.iter_mut().find(|lane| lane.id == gpu) {
                    lane.policy.holder_ended(&error, now);
                }
            }
            Input::SettingsChanged(file) => self.adopt(*file, now),
            Input::SettingSet {
                ticket,
                key,
                result,
            } => self.setting_set(ticket, &key, result, now),
            Input::Stored { notices, error } => return self.stored(notices, error),
            Input::BenchmarkProgress(progress) => self.benchmark_progress(progress, now),
            Input::BenchmarkEnded(result) => self.benchmark_ended(result),
            Input::WorkerEnded(worker, message) => self.worker_ended(worker, &message, now),
            Input::Stop => {
                self.stopping = true;
                self.save();
                self.stop_benchmark(text!("measure-stopping"));
            }
        }
        true
    }

    /// The next thing to do, in order; `None` when everything has been handed out.
    pub fn next_action(&mut self) -> Option<Action> {
        self.outbox.pop_front()
    }

    /// The latest time to call [`Self::handle`] again.
    pub fn wake_at(&self) -> Moment {
        self.wake_at
    }

    /// Returns true if nothing of ours is open any more after [`Input::Stop`].
    pub fn is_stopped(&self) -> bool {
        self.stopping && self.everything_is_closed()
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        self.file.settings()
    }

    /// The switches in force.
    pub fn switches(&self) -> Switches {
        self.switches
    }

    /// The machine as it was last sampled.
    pub fn host(&self) -> &HostSample {
        &self.host
    }

    /// Watt-hours of today before the newest decision, as far as they are known: what that
    /// decision's own sample cost is only known after it.
    pub fn decided_wh(&self) -> f64 {
        self.decided_wh
    }

    /// Returns true if nothing may be done to that GPU but to close it: the machine is about to
    /// suspend, the engine stops, or the GPU is being benchmarked.
    pub fn leaves_alone(&self, gpu: &GpuUuid) -> bool {
        let measured = self.benchmark.as_ref().map(Benchmark::gpu);
        self.stopping || self.suspend.is_on() || measured == Some(gpu)
    }

    /// The generations in force, in the order of [`Self::gpus`].
    pub fn gpu_ids(&self) -> impl Iterator<Item = GpuId> {
        self.gpus.iter().map(|lane| lane.id)
    }

    /// The GPUs that are kept: the properties of each, its policy, and its newest decision.
    pub fn gpus(&self) -> impl Iterator<Item = (&GpuInfo, &GpuPolicy, Option<&Decision>)> {
        self.gpus
            .iter()
            .map(|lane| (&*lane.info, &lane.policy, lane.decision.as_ref()))
    }

    /// Decides what is due whatever the GPUs do, and for every GPU unless each of them would decide
    /// the same as last time.
    fn advance(&mut self, mut changed: bool, now: Moment) {
        let housekeeping_at = self.keep_house(&mut changed, now);
        let due = self.gpus_at.is_some_and(|at| now >= at);
        if changed || due || now.since(self.decided_at) >= DECIDE_AGAIN {
            self.gpus_at = self.advance_gpus(now);
            self.decided_at = now;
            self.advance_benchmark();
            self.let_the_machine_sleep();
        }
        let answer_at = self.answer_leases(now);
        self.give_up_serving(now);
        let wake_at = match self.gpus_at {
            Some(at) if at <= housekeeping_at + HOUSEKEEPING_SLACK => at,
            _ => housekeeping_at,
        };
        // A client waits for this one: no slack.
        self.wake_at = answer_at.map_or(wake_at, |at| at.min(wake_at));
    }

    fn advance_gpus(&mut self, now: Moment) -> Option<Moment> {
        let budget = self.settings().energy.daily_budget_wh;
        if budget.is_some() {
            self.decided_wh = self.kept.ledger.watt_hours(self.today).unwrap_or(0.0);
        }
        let budget_spent = budget.is_some_and(|wh| self.decided_wh >= wh);
        let suspended = self.stopping || self.suspend.is_on();
        let leases = self.leases.count();
        let mut wake_at: Option<Moment> = None;
        for lane in &mut self.gpus {
            let measured = self.benchmark.as_ref().map(Benchmark::gpu);
            let info = Arc::clone(&lane.info);
            let seen = Observations {
                gpu: &info,
                settings: self.file.settings(),
                switches: self.switches,
                leases,
                lease_ended: self.leases.ended(),
                warm_until: self.warm.map(|warm| warm.until),
                held_for: self.holds.of(&info),
                host: &self.host,
                suspended,
                budget_spent,
                watched: !self.subscribers.is_empty(),
                measuring: measured == Some(&lane.info.uuid),
            };
            let stepped = lane.advance(&seen, &mut self.kept.ledger, self.today, now);
            if let Some(action) = stepped.action {
                self.outbox.push_back(Action::Perform(lane.id, action));
            }
            if let Some(command) = stepped.command {
                self.outbox.push_back(Action::Hold(lane.id, command));
            }
            self.outbox.extend(stepped.log.into_iter().map(Action::Log));
            wake_at = wake_at.into_iter().chain(stepped.wake_at).min();
            if stepped.learned {
                self.unsaved_since.get_or_insert(now);
            }
        }
        wake_at
    }
}
