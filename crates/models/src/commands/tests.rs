use super::*;
use crate::{Catalogue, Format};

fn commands(name: &str, change: impl FnOnce(&mut Served<'_>)) -> String {
    let mut served = Served {
        model: Catalogue::embedded().find(name).expect("there"),
        format: Format::Q4KM,
        context_tokens: 32_768,
        kv_cache: KvCache::F16,
        placement: Placement::Gpu,
        layers_on_gpu: 40,
        cpu_expert_layers: 0,
        vision: true,
        shell: Shell::Posix,
    };
    change(&mut served);
    let lines = served.commands().into_iter().map(|commands| {
        format!(
            "{:?}: {}\n    {}",
            commands.runtime, commands.fetch, commands.run
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn context_and_cache_are_set_for_every_program() {
    let on_card = commands("Qwen3.8 27B", |_| {});
    let quantised = commands("Qwen3.8 27B", |served| served.kv_cache = KvCache::Q80);
    let windows = commands("Qwen3.8 27B", |served| {
        served.kv_cache = KvCache::Q40;
        served.shell = Shell::PowerShell;
    });
    let experts = commands("Qwen3.6 35B A3B", |served| {
        served.placement = Placement::ExpertsOnCpu;
        served.cpu_expert_layers = 25;
        served.vision = false;
    });
    let partial = commands("Qwen3.8 27B", |served| {
        served.placement = Placement::Partial;
        served.format = Format::Q6K;
    });
    let embedding = commands("Qwen3 Embedding 4B", |_| {});
    insta::assert_snapshot!(
        [on_card, quantised, windows, experts, partial, embedding].join("\n\n")
    );
}
