use std::{collections::BTreeMap, sync::Arc, time::Duration};

use gpu_keepalive_core::{
    Moment,
    models::{self, Catalogue, DEFAULT_CONTEXT_TOKENS, Query},
    policy::Pause,
    proof::{Plan, quick_in_words},
    protocol::{Answer, ApiError, ErrorCode, Event, ProofReport, Reply, Request},
    settings::Mode,
    units::Bytes,
};
use serde_json::Value;

use super::Core;
use crate::catalogue_file::catalogue;
use crate::handle::{Call, ClientId, Control};
use crate::proof::KeptProofs;

/// Leases by the client that holds them; a client can hold several, as a program can run several
/// inferences at once.
#[derive(Debug, Default)]
pub(super) struct Leases(BTreeMap<ClientId, u32>);

impl Leases {
    pub(super) fn count(&self) -> u32 {
        self.0.values().sum()
    }

    fn begin(&mut self, client: ClientId) {
        *self.0.entry(client).or_default() += 1;
    }

    /// Whether there was one to end.
    fn end(&mut self, client: ClientId) -> bool {
        let Some(held) = self.0.get_mut(&client) else {
            return false;
        };
        *held -= 1;
        if *held == 0 {
            self.0.remove(&client);
        }
        true
    }
}

/// One card, as far as its memory goes.
struct Card {
    total_gib: f64,
    free_gib: Option<f64>,
}

impl Core {
    pub(super) fn control(&mut self, control: Control) {
        let now = self.options.clock.now();
        match control {
            Control::Call(Call {
                client,
                request,
                answer,
            }) => {
                tracing::debug!(?client, ?request, "asked");
                if matches!(request, Request::Doctor | Request::Report) {
                    return self.examine(&request, answer);
                }
                if let Request::Bench { gpu, quick, rounds } = request {
                    return self.bench(client, gpu, Plan::new(quick, rounds), answer);
                }
                let reply = self.request(client, request, now);
                // A client that is gone no longer wants its answer.
                let _ = answer.send(match reply {
                    Ok(reply) => Answer::Ok(reply),
                    Err(error) => Answer::Error(error),
                });
            }
            Control::Desktop(desktop) => self.desktop = Some(desktop),
            Control::Watches(client) => {
                self.watchers.insert(client);
            }
            Control::ClientGone(client) => {
                self.watchers.remove(&client);
                if self.leases.0.remove(&client).is_some() {
                    self.lease_ended = Some(now);
                }
                self.end_measurement_of(client);
            }
        }
    }

    fn request(
        &mut self,
        client: ClientId,
        request: Request,
        now: Moment,
    ) -> Result<Reply, ApiError> {
        match request {
            // The socket follows the status itself once it has this answer.
            Request::Subscribe => {}
            // Answered later, by `examine` and `bench`.
            Request::Doctor | Request::Report | Request::Bench { .. } => {}
            Request::CancelBench => {
                self.end_measurement("The measurement was cancelled.".to_owned());
            }
            Request::Status => return Ok(Reply::Status(Box::new(self.build_status(now)))),
            Request::Gpus => return Ok(Reply::Gpus(self.found.clone())),
            Request::Settings => return Ok(Reply::Settings(self.options.settings.report())),
            Request::Energy { days } => return Ok(Reply::Energy(self.energy_report(days))),
            Request::Proof => return Ok(Reply::Proof(self.proofs())),
            Request::Log => return Ok(Reply::Log(self.options.log.lines())),
            Request::Recommend {
                gpu,
                vram_gib,
                context_tokens,
                kv_cache,
                format,
            } => {
                let card = match vram_gib {
                    Some(gib) => Card {
                        total_gib: gib,
                        free_gib: None,
                    },
                    None => self.card(gpu)?,
                };
                let query = Query {
                    vram_total_gib: card.total_gib,
                    vram_free_gib: card.free_gib,
                    context_tokens: context_tokens.unwrap_or(DEFAULT_CONTEXT_TOKENS),
                    kv_cache,
                    format,
                };
                return self.recommend(&query);
            }
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
                let window = self.options.settings.settings().warm_window;
                let wanted = for_s.map_or(window, Duration::from_secs_f64);
                self.warm_until = self.warm_until.max(Some(now + wanted));
            }
            Request::BeginLease => self.leases.begin(client),
            Request::EndLease => {
                if !self.leases.end(client) {
                    let message = "this connection holds no lease; begin one with begin_lease";
                    return Err(ApiError::new(ErrorCode::Lease, message));
                }
                self.lease_ended = Some(now);
            }
            Request::Mode { mode } => {
                self.set("mode", Some(&mode.to_string().into()), Some(mode))?;
            }
            Request::Set { key, value } => self.set(&key, value.as_ref(), None)?,
            Request::ShowWindow => {
                // Whoever else listens cannot show it.
                if self.desktop.is_none() || self.events.send(Event::ShowWindow).is_err() {
                    let message = "this engine runs without a desktop, so there is no window; \
                                   start the GPU Keepalive app for one";
                    return Err(ApiError::new(ErrorCode::NoWindow, message));
                }
            }
        }
        Ok(Reply::Done)
    }

    /// What was measured of the GPUs there are; read anew, as “bench” without an engine writes it.
    fn proofs(&self) -> ProofReport {
        let state = self.options.state.as_ref();
        let loaded = state.map(|state| KeptProofs::load(state.path()));
        let kept = loaded.as_ref().unwrap_or(&self.proofs);
        let of = |gpu| kept.of(gpu).cloned();
        ProofReport {
            quick: quick_in_words(),
            proofs: self.found.iter().filter_map(of).collect(),
        }
    }

    /// The GPU of that index, or else the one with the most free VRAM.
    fn card(&self, gpu: Option<u32>) -> Result<Card, ApiError> {
        let candidates = self
            .found
            .iter()
            .filter(|info| gpu.is_none_or(|i| i == info.index));
        let cards = candidates.map(|info| {
            let lane = self.lanes.iter().find(|lane| lane.info.uuid == info.uuid);
            let sample = lane.and_then(|lane| lane.policy.record().sample());
            Card {
                total_gib: info.vram_total.gib(),
                free_gib: sample.and_then(|sample| sample.vram_free).map(Bytes::gib),
            }
        });
        let free = |card: &Card| card.free_gib.unwrap_or(card.total_gib);
        cards
            .max_by(|a, b| free(a).total_cmp(&free(b)))
            .ok_or_else(|| {
                let message = "there is no such GPU; state the VRAM with vram_gib instead";
                ApiError::new(ErrorCode::InvalidArgument, message)
            })
    }

    fn recommend(&self, query: &Query) -> Result<Reply, ApiError> {
        let refused = |error: String| ApiError::new(ErrorCode::InvalidArgument, error);
        let own;
        let catalogue = match self.options.settings.path() {
            Some(path) => {
                own = catalogue(path).map_err(|error| refused(error.to_string()))?;
                &own
            }
            None => Catalogue::embedded(),
        };
        let answer = models::recommend(catalogue, query).map_err(|e| refused(e.to_string()))?;
        Ok(Reply::Recommend(Box::new(answer)))
    }

    fn enable(&mut self, enabled: bool) {
        self.switches.enabled = enabled;
        self.save();
    }

    /// Changes one setting, and what follows from it. A mode asked for by name takes effect even
    /// where the file cannot be written; the answer then says so.
    fn set(
        &mut self,
        key: &str,
        value: Option<&Value>,
        mode: Option<Mode>,
    ) -> Result<(), ApiError> {
        if let Some(mode) = mode {
            self.switches.mode = mode;
        }
        let changed = self.options.settings.set(key, value)?;
        if key == "mode" {
            self.switches.mode = self.options.settings.settings().mode;
        }
        if changed {
            self.settings_changed();
        }
        Ok(())
    }

    /// Takes over what the settings say now. The mode of this run stays what it is unless the
    /// settings have another one than before.
    pub(super) fn settings_changed(&mut self) {
        let settings = Arc::new(self.options.settings.settings().clone());
        let before = self.settings_in_force.send_replace(settings.clone());
        if before.mode != settings.mode {
            self.switches.mode = settings.mode;
        }
        let report = Box::new(self.options.settings.report());
        // Without a subscriber there is nobody to tell.
        let _ = self.events.send(Event::Settings(report));
        self.choose_lanes();
        // A new list of programs shows at the next look.
        self.host_look_at = self.options.clock.now();
    }

    /// Tells of the status when it is another one. The passing of time alone is no news: whoever
    /// answers to a status must not be told of a new one for that.
    pub(super) fn publish(&mut self, now: Moment) {
        let status = self.build_status(now);
        self.status.send_if_modified(|before| {
            let changed = before.without_times() != status.without_times();
            if changed {
                *before = Arc::new(status);
            }
            changed
        });
    }
}
