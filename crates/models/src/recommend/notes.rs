//! The sentences of a reply: why a model is suggested, and what its sizes include.

use crate::{
    catalogue::Catalogue,
    choose::{Choice, Wish, smallest},
    memory::CONTEXT_STEP,
    placement::Placement,
    published,
    ranking::Ranking,
};

use super::thousands;

pub(super) fn reason(choice: &Choice<'_>, wish: &Wish<'_>, longest: u64) -> String {
    let Choice { model, placed, .. } = choice;
    let memory = &placed.memory;
    match placed.placement {
        Placement::Partial => {
            let lacking = memory.total() + memory.error() - wish.free_gib;
            return format!(
                "Does not fit: {lacking:.1} GiB are missing. {} of {} layers fit; the CPU computes the rest, much slower.",
                placed.layers_on_gpu, model.layers
            );
        }
        Placement::ExpertsOnCpu => {
            return format!(
                "The experts of {} of {} layers are kept in main memory ({:.1} GiB of RAM); up to {} tokens of context fit.",
                placed.cpu_expert_layers,
                model.layers,
                placed.ram_gib,
                thousands(longest)
            );
        }
        Placement::Gpu => {}
    }
    let share = 100.0 * memory.total() / wish.free_gib;
    let context = if longest == model.context {
        format!("all of its {} tokens of context fit", thousands(longest))
    } else {
        format!("up to {} tokens of context fit", thousands(longest))
    };
    let why = Ranking::embedded().why(wish.purpose, model);
    let why = why.map_or_else(String::new, |entry| {
        format!(" In the ranking: {}.", entry.why)
    });
    format!("Takes {share:.0} % of the free VRAM; {context}.{why}")
}

pub(super) fn notes(catalogue: &Catalogue, wish: &Wish<'_>, choices: &[Choice<'_>]) -> Vec<String> {
    if choices.iter().any(Choice::fits) {
        return what_is_counted(choices);
    }
    let Some((need, model, format)) = smallest(catalogue, wish, wish.context_tokens) else {
        return vec![
            "No model of the catalogue is offered in this format for this use.".to_owned(),
        ];
    };
    let mut notes = vec![format!(
        "No model fits into {:.2} GiB with {} tokens of context. The smallest, {} in {format}, needs {need:.2} GiB free.",
        wish.free_gib,
        thousands(wish.context_tokens),
        model.name
    )];
    let shorter = smallest(catalogue, wish, CONTEXT_STEP);
    if let Some((need, model, format)) = shorter.filter(|(need, ..)| *need <= wish.free_gib) {
        notes.push(format!(
            "With a shorter context, {} in {format} fits: it needs {need:.2} GiB at {CONTEXT_STEP} tokens.",
            model.name
        ));
    }
    notes
}

fn what_is_counted(choices: &[Choice<'_>]) -> Vec<String> {
    let loads = published::loads();
    let measured = loads.iter().filter(|load| load.measured);
    let within = measured.clone().filter(|load| load.within()).count();
    let above = measured
        .clone()
        .filter(|load| !load.within() && load.off() < 0.0);
    let card = above.clone().filter(|load| load.whole_card).count();
    let mut notes = vec![
        format!(
            "Of {} published loads {within} lie within the error bar and {} above it; {card} of these count the whole card, with whatever else was on it.",
            measured.count(),
            above.count()
        ),
        "Counted with flash attention, which llama.cpp and Ollama switch on by themselves on these cards, and for one conversation at a time. Heads that predict several tokens are counted only where Ollama's file has them.".to_owned(),
    ];
    if choices
        .iter()
        .any(|choice| choice.model.vision_b > 0.0 && !choice.vision)
    {
        notes.push("Where the command has --no-mmproj, the part that reads images is left out and not counted.".to_owned());
    }
    if choices
        .iter()
        .any(|choice| choice.placed.placement == Placement::ExpertsOnCpu)
    {
        notes.push("With experts on the CPU the speed depends on the main memory: the range is from two channels of DDR4-3200 to two of DDR5-6400.".to_owned());
    }
    if choices.iter().any(|choice| choice.model.is_embedding()) {
        notes.push("Embedding models write no text: the speed is for reading one token after another; the tokens of one text are read together, several times as fast.".to_owned());
    }
    notes
}
