//! The sentences of a reply: why a model is suggested, and what its sizes include.

use std::fmt;

use crate::{
    catalogue::Catalogue,
    choose::{Choice, Wish, formats, recommendable, smallest},
    format::Format,
    memory::CONTEXT_STEP,
    placement::Placement,
    published,
    ranking::Ranking,
};

use super::thousands;

/// Why a model is suggested.
pub(super) enum Reason {
    /// Everything is on the card.
    OnCard {
        /// Share of the free VRAM, in percent.
        percent: f64,
        /// The longest context that fits.
        longest: u64,
        /// Whether that is all the model was made for.
        whole: bool,
        /// Why the ranking has it where it is.
        why: Option<&'static str>,
    },
    /// Some layers' experts are in main memory.
    ExpertsInMemory {
        layers: u32,
        of: u32,
        ram_gib: f64,
        longest: u64,
    },
    /// Only some layers are on the card.
    InPart {
        lacking_gib: f64,
        layers: u32,
        of: u32,
    },
}

impl Reason {
    pub(super) fn of(choice: &Choice<'_>, wish: &Wish<'_>, longest: u64) -> Self {
        let Choice { model, placed, .. } = choice;
        let memory = &placed.memory;
        match placed.placement {
            Placement::Gpu => Self::OnCard {
                percent: 100.0 * memory.total() / wish.free_gib,
                longest,
                whole: longest == model.context,
                why: Ranking::embedded()
                    .why(wish.purpose, model)
                    .map(|entry| entry.why.as_str()),
            },
            Placement::ExpertsOnCpu => Self::ExpertsInMemory {
                layers: placed.cpu_expert_layers,
                of: model.experts.map_or(model.layers, |experts| experts.layers),
                ram_gib: placed.ram_gib,
                longest,
            },
            Placement::Partial => Self::InPart {
                lacking_gib: memory.total() + memory.error() - wish.free_gib,
                layers: placed.layers_on_gpu,
                of: model.layers,
            },
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnCard {
                percent,
                longest,
                whole,
                why,
            } => {
                let longest = thousands(*longest);
                write!(f, "Takes {percent:.0} % of the free VRAM; ")?;
                if *whole {
                    write!(f, "its full context of {longest} tokens fits.")?;
                } else {
                    write!(f, "up to {longest} tokens of context fit.")?;
                }
                why.map_or(Ok(()), |why| write!(f, " Ranking: {why}."))
            }
            Self::ExpertsInMemory {
                layers,
                of,
                ram_gib,
                longest,
            } => write!(
                f,
                "The experts of {layers} of {of} layers stay in main memory ({ram_gib:.1} GiB of RAM); up to {} tokens of context fit.",
                thousands(*longest)
            ),
            Self::InPart {
                lacking_gib,
                layers,
                of,
            } => write!(
                f,
                "Does not fit: it needs {lacking_gib:.1} GiB more. {layers} of {of} layers fit on the card; the CPU computes the others, which is much slower."
            ),
        }
    }
}

/// What the sizes include and how exact they are, or what would fit when nothing does.
pub(super) enum Note {
    NotInThisFormat,
    NoneReadsSoMuch {
        tokens: u64,
        model: String,
        longest: u64,
    },
    NothingFits {
        free_gib: f64,
        tokens: u64,
        model: String,
        format: Format,
        need_gib: f64,
    },
    FitsWithShortestContext {
        model: String,
        format: Format,
        need_gib: f64,
    },
    ErrorBar {
        measured: usize,
        within: usize,
        above: usize,
        above_of_whole_card: usize,
    },
    WhatIsAssumed,
    VisionLeftOut,
    SpeedOfMainMemory,
    SpeedOfEmbedding,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInThisFormat => {
                f.write_str("No recommended model is available in this format for this use.")
            }
            Self::NoneReadsSoMuch {
                tokens,
                model,
                longest,
            } => write!(
                f,
                "No recommended model has a context of {} tokens; the longest is {}, of {model}.",
                thousands(*tokens),
                thousands(*longest)
            ),
            Self::NothingFits {
                free_gib,
                tokens,
                model,
                format,
                need_gib,
            } => write!(
                f,
                "No model fits in {free_gib:.2} GiB with a context of {} tokens. The smallest that is recommended, {model} in {format}, needs {need_gib:.2} GiB of free VRAM.",
                thousands(*tokens)
            ),
            Self::FitsWithShortestContext {
                model,
                format,
                need_gib,
            } => write!(
                f,
                "With a context of {CONTEXT_STEP} tokens, {model} in {format} fits: it needs {need_gib:.2} GiB."
            ),
            Self::ErrorBar {
                measured,
                within,
                above,
                above_of_whole_card,
            } => {
                write!(
                    f,
                    "{within} of {measured} published measurements lie within the error bar and {above} above it; "
                )?;
                if above_of_whole_card == above {
                    f.write_str("all of those")?;
                } else {
                    write!(f, "{above_of_whole_card} of those")?;
                }
                f.write_str(" are readings of a whole card, including whatever else was running on it.")
            }
            Self::WhatIsAssumed => f.write_str(
                "Sizes assume flash attention, which llama.cpp and Ollama enable by default on these cards, and one conversation at a time. Multi-token prediction heads are counted only where Ollama's file includes them.",
            ),
            Self::VisionLeftOut => f.write_str(
                "Commands with --no-mmproj leave out the part that reads images, and its size is not counted.",
            ),
            Self::SpeedOfMainMemory => f.write_str(
                "With experts in main memory, the speed depends on that memory: the range covers two channels, from DDR4-3200 to DDR5-6400.",
            ),
            Self::SpeedOfEmbedding => f.write_str(
                "Embedding models produce vectors, not text. The speed is that of one token after another; the tokens of a text are processed together, several times as fast.",
            ),
        }
    }
}

pub(super) fn notes(catalogue: &Catalogue, wish: &Wish<'_>, choices: &[Choice<'_>]) -> Vec<Note> {
    if choices.iter().any(Choice::fits) {
        return what_is_counted(choices);
    }
    let mut notes = Vec::new();
    match smallest(catalogue, wish, wish.context_tokens) {
        Some((need_gib, model, format)) => notes.push(Note::NothingFits {
            free_gib: wish.free_gib,
            tokens: wish.context_tokens,
            model: model.name.clone(),
            format,
            need_gib,
        }),
        None => {
            let available = recommendable(catalogue, wish)
                .into_iter()
                .filter(|model| !formats(model, wish).is_empty());
            let Some(longest) = available.max_by_key(|model| model.context) else {
                return vec![Note::NotInThisFormat];
            };
            notes.push(Note::NoneReadsSoMuch {
                tokens: wish.context_tokens,
                model: longest.name.clone(),
                longest: longest.context,
            });
        }
    }
    let shorter = smallest(catalogue, wish, CONTEXT_STEP);
    if let Some((need_gib, model, format)) = shorter.filter(|(need, ..)| *need <= wish.free_gib) {
        notes.push(Note::FitsWithShortestContext {
            model: model.name.clone(),
            format,
            need_gib,
        });
    }
    notes
}

fn what_is_counted(choices: &[Choice<'_>]) -> Vec<Note> {
    let loads = published::loads();
    let measured = loads.iter().filter(|load| load.measured);
    let above = measured
        .clone()
        .filter(|load| !load.within() && load.off() < 0.0);
    let vision_left_out = |choice: &Choice<'_>| choice.model.vision_b > 0.0 && !choice.vision;
    let experts_on_cpu = |choice: &Choice<'_>| choice.placed.placement == Placement::ExpertsOnCpu;
    let embedding = |choice: &Choice<'_>| choice.model.is_embedding();
    let mut notes = vec![
        Note::ErrorBar {
            measured: measured.clone().count(),
            within: measured.filter(|load| load.within()).count(),
            above: above.clone().count(),
            above_of_whole_card: above.filter(|load| load.whole_card).count(),
        },
        Note::WhatIsAssumed,
    ];
    if choices.iter().any(vision_left_out) {
        notes.push(Note::VisionLeftOut);
    }
    if choices.iter().any(experts_on_cpu) {
        notes.push(Note::SpeedOfMainMemory);
    }
    if choices.iter().any(embedding) {
        notes.push(Note::SpeedOfEmbedding);
    }
    notes
}
