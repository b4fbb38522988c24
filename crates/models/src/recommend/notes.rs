//! The sentences of a reply: why a model is suggested, and what its sizes include.

use std::fmt;

use gpu_keepalive_text::{decimal, grouped, text};

use crate::{
    catalogue::Catalogue,
    choose::{Choice, Wish, formats, recommendable, smallest},
    format::Format,
    memory::CONTEXT_STEP,
    placement::Placement,
    published,
    ranking::Ranking,
};

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
                let (percent, longest) = (decimal(*percent, 0), grouped(*longest));
                f.write_str(&match whole {
                    true => text!("model-on-card-whole", percent = percent, longest = longest),
                    false => text!("model-on-card", percent = percent, longest = longest),
                })?;
                let ranking = |why| write!(f, " {}", text!("model-ranking", why = why));
                why.map_or(Ok(()), ranking)
            }
            Self::ExpertsInMemory {
                layers,
                of,
                ram_gib,
                longest,
            } => f.write_str(&text!(
                "model-experts",
                layers = *layers,
                of = *of,
                ram = decimal(*ram_gib, 1),
                longest = grouped(*longest)
            )),
            Self::InPart {
                lacking_gib,
                layers,
                of,
            } => f.write_str(&text!(
                "model-in-part",
                lacking = decimal(*lacking_gib, 1),
                layers = *layers,
                of = *of
            )),
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
        f.write_str(&match self {
            Self::NotInThisFormat => text!("note-not-in-this-format"),
            Self::NoneReadsSoMuch {
                tokens,
                model,
                longest,
            } => text!(
                "note-context-too-long",
                tokens = grouped(*tokens),
                longest = grouped(*longest),
                model = model
            ),
            Self::NothingFits {
                free_gib,
                tokens,
                model,
                format,
                need_gib,
            } => text!(
                "note-nothing-fits",
                free = decimal(*free_gib, 2),
                tokens = grouped(*tokens),
                model = model,
                format = format.to_string(),
                need = decimal(*need_gib, 2)
            ),
            Self::FitsWithShortestContext {
                model,
                format,
                need_gib,
            } => text!(
                "note-shortest-context",
                tokens = CONTEXT_STEP,
                model = model,
                format = format.to_string(),
                need = decimal(*need_gib, 2)
            ),
            Self::ErrorBar {
                measured,
                within,
                above,
                above_of_whole_card,
            } if above_of_whole_card == above => text!(
                "note-error-bar-all",
                measured = *measured,
                within = *within,
                above = *above
            ),
            Self::ErrorBar {
                measured,
                within,
                above,
                above_of_whole_card,
            } => text!(
                "note-error-bar",
                measured = *measured,
                within = *within,
                above = *above,
                whole_card = *above_of_whole_card
            ),
            Self::WhatIsAssumed => text!("note-assumed"),
            Self::VisionLeftOut => text!("note-vision-left-out"),
            Self::SpeedOfMainMemory => text!("note-speed-of-main-memory"),
            Self::SpeedOfEmbedding => text!("note-speed-of-embedding"),
        })
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
