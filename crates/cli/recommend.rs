use anyhow::Context;
use gpu_keepalive_core::{
    gpu::{Action, GpuError, GpuErrorKind, GpuInfo, Outcome},
    models::{self, Query, QueryError},
    protocol::Recommendation,
    units::Bytes,
};
use gpu_keepalive_engine::{
    clock::Clock,
    gpu::{
        Gpu, GpuSource,
        nvidia::{Backend, NvidiaSource},
        simulated::{load_scenario, simulated},
    },
    own_models,
    paths::Paths,
    socket::Client,
};
use serde_json::json;

use crate::{args::RecommendArgs, exit::WrongUsage, output, reach};

mod render;

/// Suggests models for the stated VRAM, or else for the GPU with the most free.
pub(crate) async fn recommend(args: RecommendArgs, simulate: Option<String>) -> anyhow::Result<()> {
    let card = match args.vram {
        Some(_) => None,
        None => {
            let cards = cards(simulate)
                .await
                .context("cannot ask a GPU for its VRAM (you can state it: --vram 24)")?;
            Some(most_free(cards)?)
        }
    };
    let query = Query {
        vram_total_gib: args
            .vram
            .or(card
                .as_ref()
                .and_then(|card| Some(card.gpu.vram_total?.gib())))
            .unwrap_or(0.0),
        vram_free_gib: card.as_ref().and_then(|card| card.free).map(Bytes::gib),
        // A stated size, like a simulated card, is another machine's.
        ram_gib: card
            .as_ref()
            .filter(|card| !card.simulated)
            .and_then(|_| own_models::ram_gib()),
        card: card.as_ref().map(|card| card.gpu.name.clone()),
        bandwidth_gbps: card
            .as_ref()
            .and_then(|card| card.gpu.memory_bandwidth_gbps),
        context_tokens: args.context,
        kv_cache: args.kv_cache,
        purpose: args.purpose,
        format: args.format,
        installed: own_models::installed_in_ollama(),
        shell: own_models::shell(),
    };
    let own = own_models::catalogue(&Paths::of_user()?.settings);
    let answer = models::recommend(&own.catalogue, &query)
        .map_err(|error: QueryError| WrongUsage(error.to_string()))?;
    let answer = own.with_problems(answer);
    if args.json {
        write_json(&answer, card.as_ref())?;
    } else {
        let title = card.map_or_else(String::new, |card| card.title());
        output::write((title + &render::render(&answer)).as_bytes())?;
    }
    Ok(())
}

/// One GPU.
struct Card {
    gpu: GpuInfo,
    /// Not known while the engine leaves the GPU alone.
    free: Option<Bytes>,
    simulated: bool,
}

impl Card {
    fn title(&self) -> String {
        let simulated = if self.simulated { " (simulated)" } else { "" };
        format!("{}{simulated}\n", self.gpu.name)
    }
}

/// A GPU that does not report its memory cannot be calculated for.
fn most_free(cards: Vec<Card>) -> anyhow::Result<Card> {
    let none = || GpuError::new(GpuErrorKind::NoGpu, "there is no NVIDIA GPU");
    let any = cards
        .first()
        .map(|card| card.gpu.name.clone())
        .ok_or_else(none)?;
    cards
        .into_iter()
        .filter(|card| card.gpu.vram_total.is_some())
        .max_by_key(|card| card.free.or(card.gpu.vram_total))
        .ok_or_else(|| {
            WrongUsage(format!(
                "{any} does not report its memory; state it, as in --vram 24"
            ))
            .into()
        })
}

async fn cards(simulate: Option<String>) -> anyhow::Result<Vec<Card>> {
    if let Some(client) = reach::engine_if_any().await? {
        return cards_of_engine(client).await;
    }
    match simulate {
        Some(name) => {
            let (source, _) = simulated(load_scenario(&name)?, Clock::Boot);
            Ok(discover(source, true).await?)
        }
        None => {
            let program = std::env::current_exe()?;
            Ok(discover(NvidiaSource::new(Backend::Process { program }), false).await?)
        }
    }
}

/// The cards that the running engine knows: a GPU that it leaves asleep is not woken for this.
async fn cards_of_engine(mut client: Client) -> anyhow::Result<Vec<Card>> {
    let status = reach::status(&mut client).await?;
    let gpus = reach::gpus(&mut client).await?;
    let free = |gpu: &GpuInfo| {
        let known = status.gpus.iter().find(|known| known.uuid == gpu.uuid);
        known.and_then(|known| known.vram.free_bytes)
    };
    let cards = gpus.into_iter().map(|gpu| Card {
        free: free(&gpu),
        gpu,
        simulated: status.engine.simulated,
    });
    Ok(cards.collect())
}

async fn discover(mut source: impl GpuSource, simulated: bool) -> Result<Vec<Card>, GpuError> {
    let mut cards = Vec::new();
    for gpu in source.discover().await?.gpus {
        let free = match source.open(&gpu).perform(Action::Sample).await? {
            Outcome::Sampled(sample) => sample.vram_free,
            _ => None,
        };
        cards.push(Card {
            gpu,
            free,
            simulated,
        });
    }
    Ok(cards)
}

fn write_json(answer: &Recommendation, card: Option<&Card>) -> anyhow::Result<()> {
    let mut object = serde_json::to_value(answer)?;
    object["gpu"] = json!(card.map(|card| &card.gpu.name));
    object["simulated"] = json!(card.is_some_and(|card| card.simulated));
    output::write_json(&object)?;
    Ok(())
}
