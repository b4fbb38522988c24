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

/// What a program accepts, or a subcommand of it, as `published/options.toml` records it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CommandLine {
    source: String,
    /// The values without a name, in their order.
    arguments: Vec<Kind>,
    options: BTreeMap<String, Kind>,
    #[serde(default)]
    variables: BTreeMap<String, Kind>,
}

/// The kind of a value.
#[derive(Deserialize)]
#[serde(untagged)]
enum Kind {
    OneOf(Vec<String>),
    Named(String),
}

impl Kind {
    fn is_flag(&self) -> bool {
        matches!(self, Self::Named(name) if name == "flag")
    }

    fn takes(&self, value: &str) -> bool {
        let repository = |text: &str| text.split('/').count() == 2 && !text.contains(':');
        let name = match self {
            Self::OneOf(values) => return values.iter().any(|one| one == value),
            Self::Named(name) => name.as_str(),
        };
        match name {
            "count" => value.parse::<u64>().is_ok_and(|count| count > 0),
            "share" => {
                let share = value.parse::<f64>();
                value == "max"
                    || value == "off"
                    || share.is_ok_and(|share| (0.0..=1.0).contains(&share))
            }
            "text" => true,
            "pattern" => value.starts_with('\'') && value.ends_with("gguf'"),
            "tag" => value.split(':').count() == 2,
            "repository" => repository(value),
            "repository and format" => value
                .split_once(':')
                .is_some_and(|(name, format)| repository(name) && format.parse::<Format>().is_ok()),
            "address and format" => value
                .strip_prefix("https://huggingface.co/")
                .and_then(|rest| rest.split_once('@'))
                .is_some_and(|(name, format)| repository(name) && format.parse::<Format>().is_ok()),
            other => panic!("options.toml has the kind {other}"),
        }
    }

    fn check(&self, of: &str, value: &str) -> Result<(), String> {
        let right = self.takes(value);
        right
            .then_some(())
            .ok_or_else(|| format!("{of} takes no {value}"))
    }
}

/// What is wrong with a command as a shell would read it; our values have no spaces.
fn check(line: &str, known: &BTreeMap<String, CommandLine>) -> Result<(), String> {
    let mut variables = Vec::new();
    let mut parts = line.split_whitespace().peekable();
    while let Some((name, value)) = parts.peek().and_then(|part| part.split_once('=')) {
        let name = name.trim_start_matches("$env:");
        variables.push((name, value.trim_end_matches(';').trim_matches('\'')));
        parts.next();
    }
    let name = parts.next().ok_or("no such command")?;
    let accepted = match known.get(name) {
        Some(accepted) => accepted,
        None => {
            let subcommand = parts.next().ok_or(format!("no subcommand of {name}"))?;
            let full = format!("{name} {subcommand}");
            known.get(&full).ok_or(format!("no such command {full}"))?
        }
    };
    for (variable, value) in variables {
        let kind = accepted.variables.get(variable);
        kind.ok_or(format!("{name} reads no {variable}"))?
            .check(variable, value)?;
    }
    let mut arguments = accepted.arguments.iter();
    while let Some(part) = parts.next() {
        if !part.starts_with('-') {
            let kind = arguments.next().ok_or(format!("{part} is too much"))?;
            kind.check(name, part)?;
            continue;
        }
        let kind = accepted.options.get(part);
        let kind = kind.ok_or(format!("{name} has no option {part}"))?;
        if !kind.is_flag() {
            let value = parts.next().ok_or(format!("{part} without a value"))?;
            kind.check(part, value)?;
        }
    }
    arguments
        .next()
        .is_none()
        .then_some(())
        .ok_or(format!("{name} lacks an argument"))
}

fn command_lines() -> BTreeMap<String, CommandLine> {
    toml::from_str(include_str!("../../published/options.toml")).expect("a table")
}

/// Where a model can be kept; only a mixture has experts to keep in main memory.
fn placements(model: &Model) -> Vec<Placement> {
    let mut placements = vec![Placement::Gpu, Placement::Partial];
    placements.extend(model.experts.map(|_| Placement::ExpertsOnCpu));
    placements
}

#[test]
fn every_printed_command_is_accepted() {
    let known = command_lines();
    assert!(known.values().all(|accepted| accepted.source.len() > 10));
    let mut checked = 0;
    for model in &Catalogue::embedded().models {
        for format in model.formats() {
            for (_, kv_cache) in KvCache::ALL {
                for placement in placements(model) {
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
                                assert_eq!(check(line, &known), Ok(()), "{line}");
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

/// The files of a public repository, found by llama.cpp's `-hf`, are those that the pattern fetches.
#[test]
fn fetched_are_the_files_of_that_format_alone() {
    let of_six_bits = commands("Qwen3.8 27B", |served| served.format = Format::Q6K);
    assert!(
        of_six_bits.contains("--include '*Q6_K[.-]*gguf'"),
        "{of_six_bits}"
    );
    let in_either_case = commands("gpt-oss 20b", |served| served.format = Format::Mxfp4);
    assert!(
        in_either_case.contains("--include '*[Mm][Xx][Ff][Pp]4[.-]*gguf'"),
        "{in_either_case}"
    );
}

/// `--n-cpu-moe` counts layers from the first, with and without experts.
#[test]
fn layers_without_experts_are_counted() {
    let on_cpu = |name: &str, layers: u32| {
        let line = commands(name, |served| {
            served.placement = Placement::ExpertsOnCpu;
            served.cpu_expert_layers = layers;
            served.format = *served.model.formats().first().expect("offered");
        });
        let (_, count) = line.split_once("--n-cpu-moe ").expect("an option");
        count
            .lines()
            .next()
            .expect("a line")
            .parse::<u32>()
            .expect("a number")
    };
    assert_eq!(on_cpu("Qwen3.6 35B A3B", 25), 25);
    // The first of its 47 layers is dense, all the others have experts.
    assert_eq!(on_cpu("GLM-4.7 Flash 30B A3B", 10), 11);
    assert_eq!(on_cpu("GLM-4.7 Flash 30B A3B", 46), 47);
    // hybrid_override_pattern of Nemotron 3 Nano and 3.5 Lightning: E are experts.
    let pattern = "MEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEMEM*EMEMEMEME";
    let places: Vec<_> = pattern.match_indices('E').map(|(place, _)| place).collect();
    assert_eq!((pattern.len(), places.len()), (52, 23));
    for (index, place) in places.iter().enumerate() {
        let counted = on_cpu("Nemotron 3.5 Lightning 30B A3B", index as u32 + 1) as usize;
        assert!(
            counted > *place && counted <= (place + 4).min(52),
            "{index}: {counted}"
        );
    }
}

#[test]
fn runtimes_that_always_load_vision_are_left_out_where_that_part_is_not_counted() {
    let text_only = commands("Qwen3.8 27B", |served| served.vision = false);
    assert!(
        text_only.starts_with("LlamaCpp") && !text_only.contains("LmStudio"),
        "{text_only}"
    );
    assert!(text_only.contains("--no-mmproj"));
}

/// A repository whose files are assumed is in no command.
#[test]
fn assumed_files_have_no_command() {
    let assumed = commands("GLM-5.3 744B A40B", |served| served.format = Format::Q4KM);
    assert_eq!(assumed, "");
}

#[test]
fn an_option_that_does_not_exist_is_found() {
    let known = command_lines();
    let wrong = [
        ("llama-server -hf a/b:Q4_K_M --context 8192", "--context"),
        ("llama-server -hf a/b:Q4_K_M -c 0", "-c"),
        ("llama-server -hf a:Q4_K_M", "-hf"),
        ("llama-server -hf a/b:four", "four"),
        ("llama-server -fa yes", "yes"),
        ("llama-server -ngl", "-ngl"),
        ("llama-server -m model.gguf", "-m"),
        ("ollama fetch qwen3:8b", "fetch"),
        ("ollama pull", "argument"),
        ("ollama pull qwen3", "qwen3"),
        ("ollama serve qwen3:8b", "qwen3:8b"),
        ("OLLAMA_CONTEXT=8192 ollama serve", "OLLAMA_CONTEXT"),
        ("$env:OLLAMA_KV_CACHE_TYPE='q5_0'; ollama serve", "q5_0"),
        ("lms load qwen --kv-cache q8_0", "--kv-cache"),
        ("lms load qwen --gpu 1.5", "1.5"),
        (
            "lms get https://huggingface.co/a/b@Q4_K_M --context-length 8",
            "--context-length",
        ),
        ("lms get a/b", "a/b"),
        ("hf get a/b", "get"),
        ("hf download a/b --include *.bin", "*.bin"),
        ("lmstudio load qwen", "lmstudio"),
    ];
    for (line, named) in wrong {
        let error = check(line, &known).expect_err(line);
        assert!(error.contains(named), "{line}: {error}");
    }
}
