use gpu_keepalive_text::text;
use std::time::Duration;

use serde_json::Value;

use super::{
    Action, ClientId, Keeper, Lookup, StoreAction, Ticket,
    holds::{Hold, WarmUp},
    lane::Lane,
    status::seconds,
};
use crate::{
    Moment,
    benchmark::Plan,
    gpu::GpuUuid,
    models::{DEFAULT_CONTEXT_TOKENS, Query},
    policy::{HeldFor, Pause},
    protocol::{ApiError, DesktopStatus, ErrorCode, Event, Reply, Request, WakeReport},
    sensor::Wake,
    settings::SettingsFile,
    units::Bytes,
};

/// A lease that waits for the clocks is answered at most so much later than `readiness.max_wake_ms`:
/// the time in which raised clocks have to be seen.
const LEASE_GRACE: Duration = Duration::from_millis(250);

/// The memory of one card.
struct Card {
    /// As the driver reports it; `None` for a stated size, which is another machine's.
    name: Option<String>,
    bandwidth_gbps: Option<u32>,
    total_gib: f64,
    free_gib: Option<f64>,
}

impl Keeper {
    /// Answers now, or has it answered later.
    pub(super) fn request(
        &mut self,
        client: ClientId,
        ticket: Ticket,
        request: Request,
        now: Moment,
    ) {
        let reply = match request {
            Request::Doctor => return self.examine(ticket, false, now),
            Request::Report => return self.examine(ticket, true, now),
            Request::Bench { gpu, quick, rounds } => {
                let plan = Plan::new(quick, rounds);
                return self.start_benchmark(client, ticket, gpu, plan, now);
            }
            Request::Set { key, value } => return self.set(ticket, key, value),
            Request::Mode { mode } => {
                // It takes effect even where the file cannot be written; the reply then states
                // that.
                self.switches.mode = mode;
                return self.set(ticket, "mode".to_owned(), Some(mode.to_string().into()));
            }
            Request::Benchmarks => {
                return self.look_up(ticket, Lookup::Benchmarks(self.found.clone()));
            }
            Request::Log => return self.look_up(ticket, Lookup::Log),
            Request::Recommend {
                gpu,
                vram_gib,
                context_tokens,
                kv_cache,
                purpose,
                format,
            } => {
                let card = match vram_gib {
                    Some(total_gib) => Ok(Card {
                        name: None,
                        bandwidth_gbps: None,
                        total_gib,
                        free_gib: None,
                    }),
                    None => self.card(gpu),
                };
                match card {
                    Ok(card) => {
                        let query = Query {
                            vram_free_gib: card.free_gib,
                            card: card.name,
                            bandwidth_gbps: card.bandwidth_gbps,
                            context_tokens: context_tokens.unwrap_or(DEFAULT_CONTEXT_TOKENS),
                            kv_cache,
                            purpose,
                            format,
                            // The values that only the machine knows are added there.
                            ..Query::for_vram(card.total_gib)
                        };
                        return self.look_up(ticket, Lookup::Recommend(Box::new(query)));
                    }
                    Err(error) => Err(error),
                }
            }
            // The socket follows the status itself once it has this reply, and announces the end.
            Request::Subscribe | Request::Quit => Ok(Reply::Done),
            Request::Status => Ok(Reply::Status(Box::new(self.status(now)))),
            Request::Gpus => Ok(Reply::Gpus(self.found.clone())),
            Request::Settings => Ok(Reply::Settings(self.settings_report())),
            Request::Energy { days } => Ok(Reply::Energy(self.energy_report(days))),
            Request::History => Ok(Reply::History(self.history(now))),
            Request::Wakes => Ok(Reply::Wakes(self.wakes(now))),
            Request::BeginLease { wait } => {
                self.leases.begin(client, now);
                if wait {
                    let limit = self.settings().readiness.max_wake + LEASE_GRACE;
                    self.waiting.push((ticket, now + limit));
                    return;
                }
                Ok(Reply::Done)
            }
            Request::Serve { pid } => return self.serve(client, ticket, pid, now),
            switch => self.switch(client, switch, now).map(|()| Reply::Done),
        };
        self.reply(ticket, reply);
    }

    fn switch(&mut self, client: ClientId, request: Request, now: Moment) -> Result<(), ApiError> {
        match request {
            Request::On => self.enable(true),
            Request::Off => self.enable(false),
            Request::Pause { for_s } => {
                self.switches.pause = match for_s {
                    Some(seconds) => Pause::Until(now + Duration::from_secs_f64(seconds)),
                    None => Pause::Indefinitely,
                };
            }
            Request::Resume => self.switches.pause = Pause::No,
            Request::Warm { for_s } => {
                let window = self.settings().warm_window;
                let wanted = for_s.map_or(window, Duration::from_secs_f64);
                self.warm = Some(WarmUp::extended(self.warm, wanted, now));
            }
            Request::EndLease => {
                if !self.leases.end(client, now) {
                    let message = "this connection holds no lease; begin one with begin_lease";
                    return Err(ApiError::new(ErrorCode::Lease, message));
                }
            }
            Request::Hold {
                application,
                reason,
                gpu,
                kind,
            } => {
                if let Some(unknown) = gpu.as_ref().filter(|uuid| !self.has(uuid)) {
                    let message = format!("there is no GPU {unknown}, or it is not kept ready");
                    return Err(ApiError::new(ErrorCode::InvalidArgument, message));
                }
                let held_for = HeldFor {
                    application,
                    reason,
                };
                let hold = Hold {
                    gpu,
                    held_for,
                    kind,
                    since: now,
                };
                self.holds.hold(client, hold);
            }
            Request::Release => {
                self.holds.release(client);
            }
            Request::EndHold { id } => {
                if !self.holds.release(ClientId(id)) {
                    let message =
                        format!("there is no hold {id}; the status lists those there are");
                    return Err(ApiError::new(ErrorCode::InvalidArgument, message));
                }
                let ended = Event::HoldEnded { id };
                self.outbox.push_back(Action::Announce(ended));
            }
            Request::CancelBench => self.stop_benchmark(text!("measure-cancelled")),
            Request::ShowWindow => {
                if self.desktop.is_none() {
                    let message = "this engine runs without a desktop, so there is no window; \
                                   start the GPU Keepalive app for one";
                    return Err(ApiError::new(ErrorCode::NoWindow, message));
                }
                self.outbox.push_back(Action::Announce(Event::ShowWindow));
            }
            Request::Desktop(desktop) => {
                let other = self.desktop.is_some_and(|(owner, _)| owner != Some(client));
                if other {
                    let message = "another GPU Keepalive app belongs to this engine already";
                    return Err(ApiError::new(ErrorCode::AnotherDesktop, message));
                }
                let desktop = DesktopStatus {
                    hosts_engine: false,
                    ..desktop
                };
                self.desktop = Some((Some(client), desktop));
            }
            _ => unreachable!("answered by request"),
        }
        Ok(())
    }

    /// Returns true if that GPU is one of those that are kept ready.
    fn has(&self, uuid: &GpuUuid) -> bool {
        self.gpus.iter().any(|lane| lane.info.uuid == *uuid)
    }

    fn enable(&mut self, enabled: bool) {
        self.switches.enabled = enabled;
        self.save();
    }

    fn set(&mut self, ticket: Ticket, key: String, value: Option<Value>) {
        let set = StoreAction::Set { ticket, key, value };
        self.outbox.push_back(Action::Store(set));
    }

    /// Takes over the settings file as it is now.
    pub(super) fn adopt(&mut self, file: SettingsFile, now: Moment) {
        let same = file.settings() == self.settings() && file.problems() == self.file.problems();
        if same {
            self.file = file;
            return;
        }
        // A mode that was asked for on the command line outlives a change of any other key.
        if file.settings().mode != self.settings().mode {
            self.switches.mode = file.settings().mode;
        }
        self.ai_programs = file.settings().ai_programs.as_slice().into();
        self.file = file;
        self.choose_gpus(now);
        // A new list of programs shows in the next host sample.
        self.host_sample_at = now;
        let report = Box::new(self.settings_report());
        self.outbox
            .push_back(Action::Announce(Event::Settings(report)));
    }

    pub(super) fn setting_set(
        &mut self,
        ticket: Ticket,
        key: &str,
        result: Result<Box<SettingsFile>, ApiError>,
        now: Moment,
    ) {
        let reply = result.map(|file| {
            self.adopt(*file, now);
            if key == "app.start_at_login" {
                let on = self.settings().app.start_at_login;
                self.outbox
                    .push_back(Action::Announce(Event::StartAtLogin(on)));
            }
            if key == "mode" {
                self.switches.mode = self.settings().mode;
            }
            Reply::Done
        });
        self.reply(ticket, reply);
    }

    /// Answers the leases that wait for the clocks: as soon as they are raised, or once that cannot
    /// happen any more in time. Returns when the next answer is due.
    pub(super) fn answer_leases(&mut self, now: Moment) -> Option<Moment> {
        if self.waiting.is_empty() {
            return None;
        }
        let raised = self.gpus.iter().all(Lane::is_raised);
        let cannot = self.gpus.iter().find(|lane| lane.cannot_raise());
        let pending = self
            .gpus
            .iter()
            .any(|lane| !lane.is_raised() && !lane.cannot_raise());
        let message = match cannot {
            Some(lane) if !pending => format!(
                "nothing raises the clocks of GPU {} now; the lease is held all the same",
                lane.info.index
            ),
            _ => "the clocks were not raised in time; the lease is held all the same".to_owned(),
        };
        for (ticket, until) in std::mem::take(&mut self.waiting) {
            if raised {
                self.reply(ticket, Ok(Reply::Done));
            } else if now >= until || !pending {
                let error = ApiError::new(ErrorCode::NotRaised, message.clone());
                self.reply(ticket, Err(error));
            } else {
                self.waiting.push((ticket, until));
            }
        }
        self.waiting.iter().map(|(_, until)| *until).min()
    }

    fn wakes(&self, now: Moment) -> Vec<WakeReport> {
        let of = |lane: &Lane| {
            let gpu = lane.info.index;
            let report = move |wake: &Wake| WakeReport {
                gpu,
                ago_s: seconds(now.since(wake.at)),
                pid: wake.pid,
                program: wake.program.clone(),
                verdict: wake.verdict,
                ms: wake.took.map(|took| took.as_secs_f64() * 1e3),
                processor_ms: wake.used.map(|used| used.as_secs_f64() * 1e3),
            };
            lane.policy.sensor().wakes().map(report).collect::<Vec<_>>()
        };
        let mut wakes: Vec<_> = self.gpus.iter().flat_map(of).collect();
        wakes.sort_by(|a, b| b.ago_s.total_cmp(&a.ago_s));
        wakes
    }

    /// The GPU of that index, or else the one with the most free VRAM.
    fn card(&self, gpu: Option<u32>) -> Result<Card, ApiError> {
        let candidates = self
            .found
            .iter()
            .filter(|info| gpu.is_none_or(|i| i == info.index));
        let mut unreported = None;
        let cards = candidates.filter_map(|info| {
            let Some(total) = info.vram_total else {
                unreported.get_or_insert(&info.name);
                return None;
            };
            let lane = self.gpus.iter().find(|lane| lane.info.uuid == info.uuid);
            let sample = lane.and_then(|lane| lane.policy.history().sample());
            Some(Card {
                name: Some(info.name.clone()),
                bandwidth_gbps: info.memory_bandwidth_gbps,
                total_gib: total.gib(),
                free_gib: sample.and_then(|sample| sample.vram_free).map(Bytes::gib),
            })
        });
        let free = |card: &Card| card.free_gib.unwrap_or(card.total_gib);
        let most = cards.max_by(|a, b| free(a).total_cmp(&free(b)));
        most.ok_or_else(|| {
            let message = match unreported {
                Some(name) => {
                    format!("{name} does not report its memory; state it with vram_gib, such as 24")
                }
                None => "there is no such GPU; state the VRAM with vram_gib instead".to_owned(),
            };
            ApiError::new(ErrorCode::InvalidArgument, message)
        })
    }

    fn look_up(&mut self, ticket: Ticket, lookup: Lookup) {
        self.outbox.push_back(Action::LookUp(ticket, lookup));
    }

    /// Answers why a GPU is slow: the keeper states what it knows, the shell reads the rest.
    fn examine(&mut self, ticket: Ticket, report: bool, now: Moment) {
        let evidence = Box::new(self.evidence());
        let gpus = self.gpus.iter().map(|lane| lane.id).collect();
        let lookup = if report {
            Lookup::Report(evidence, gpus, Box::new(self.status(now)))
        } else {
            Lookup::Doctor(evidence, gpus)
        };
        self.look_up(ticket, lookup);
    }

    pub(super) fn reply(&mut self, ticket: Ticket, reply: Result<Reply, ApiError>) {
        self.outbox.push_back(Action::Reply(ticket, reply));
    }
}
