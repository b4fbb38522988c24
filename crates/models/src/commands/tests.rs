use std::collections::BTreeMap;

use serde::Deserialize;

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

/// What a program accepts, as `published/options.toml` records it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Program {
    source: String,
    subcommands: Vec<String>,
    options: Vec<String>,
    /// The options that take no value.
    flags: Vec<String>,
    variables: Vec<String>,
    /// The values of options and variables that take only some.
    values: BTreeMap<String, Vec<String>>,
}

impl Program {
    fn check_value(&self, of: &str, value: &str) -> Result<(), String> {
        let values = self.values.get(of);
        let right = values.is_none_or(|values| values.iter().any(|known| known == value));
        right
            .then_some(())
            .ok_or_else(|| format!("{of} takes no {value}"))
    }
}

/// What is wrong with a command as a shell would read it; our values have no spaces.
fn check(line: &str, programs: &BTreeMap<String, Program>) -> Result<(), String> {
    let mut variables = Vec::new();
    let mut words = line.split_whitespace().peekable();
    while let Some((name, value)) = words.peek().and_then(|word| word.split_once('=')) {
        let name = name.trim_start_matches("$env:");
        variables.push((name, value.trim_end_matches(';').trim_matches('\'')));
        words.next();
    }
    let name = words.next().ok_or("no program")?;
    let program = programs.get(name).ok_or(format!("no program {name}"))?;
    for (variable, value) in variables {
        let known = program.variables.iter().any(|known| known == variable);
        known
            .then_some(())
            .ok_or(format!("{name} reads no {variable}"))?;
        program.check_value(variable, value)?;
    }
    if !program.subcommands.is_empty() {
        let subcommand = words.next().ok_or("no subcommand")?;
        let known = program.subcommands.iter().any(|known| known == subcommand);
        known
            .then_some(())
            .ok_or(format!("{name} has no {subcommand}"))?;
    }
    while let Some(word) = words.next() {
        if !word.starts_with('-') {
            continue;
        }
        let known = program.options.iter().any(|known| known == word);
        known
            .then_some(())
            .ok_or(format!("{name} has no option {word}"))?;
        if !program.flags.iter().any(|flag| flag == word) {
            let value = words.next().ok_or(format!("{word} without a value"))?;
            program.check_value(word, value)?;
        }
    }
    Ok(())
}

fn programs() -> BTreeMap<String, Program> {
    toml::from_str(include_str!("../../published/options.toml")).expect("a table")
}

#[test]
fn every_option_that_we_print_is_one_of_the_programs() {
    let programs = programs();
    assert!(programs.values().all(|program| program.source.len() > 10));
    let mut checked = 0;
    for model in &Catalogue::embedded().models {
        for format in model.formats() {
            for (_, kv_cache) in KvCache::ALL {
                for placement in [Placement::Gpu, Placement::ExpertsOnCpu, Placement::Partial] {
                    for (vision, shell) in [(true, Shell::Posix), (false, Shell::PowerShell)] {
                        let served = Served {
                            model,
                            format,
                            context_tokens: 8192,
                            kv_cache,
                            placement,
                            layers_on_gpu: model.layers / 2,
                            cpu_expert_layers: 1,
                            vision,
                            shell,
                        };
                        for commands in served.commands() {
                            for line in [&commands.fetch, &commands.run] {
                                assert_eq!(check(line, &programs), Ok(()), "{line}");
                                checked += 1;
                            }
                        }
                    }
                }
            }
        }
    }
    assert!(checked > 1000, "{checked}");
}

#[test]
fn an_option_that_does_not_exist_is_found() {
    let programs = programs();
    let wrong = [
        ("llama-server -hf a/b:Q4_K_M --context 8192", "--context"),
        ("llama-server -fa yes", "yes"),
        ("llama-server -ngl", "-ngl"),
        ("ollama fetch qwen3:8b", "fetch"),
        ("OLLAMA_CONTEXT=8192 ollama serve", "OLLAMA_CONTEXT"),
        ("$env:OLLAMA_KV_CACHE_TYPE='q5_0'; ollama serve", "q5_0"),
        ("lms load qwen --kv-cache q8_0", "--kv-cache"),
        ("hf get a/b", "get"),
        ("lmstudio load qwen", "lmstudio"),
    ];
    for (line, named) in wrong {
        let error = check(line, &programs).expect_err(line);
        assert!(error.contains(named), "{line}: {error}");
    }
}
