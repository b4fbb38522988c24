//! The sentences of a reply: why a model is suggested, and what its sizes include.

use gpu_keepalive_text::{decimal, grouped, text};

use crate::{
    catalogue::Catalogue,
    choose::{Choice, Wish, formats, recommendable, smallest},
    memory::CONTEXT_STEP,
    placement::Placement,
    published,
    ranking::Ranking,
};

/// Why a model is suggested; `longest` is the longest context that fits.
pub(super) fn reason(choice: &Choice<'_>, wish: &Wish<'_>, longest: u64) -> String {
    let Choice { model, placed, .. } = choice;
    let memory = &placed.memory;
    match placed.placement {
        Placement::Gpu => {
            let percent = decimal(100.0 * memory.total() / wish.free_gib, 0);
            let is_whole = longest == model.context;
            let longest = grouped(longest);
            let fits = match is_whole {
                true => text!("model-on-card-whole", percent = percent, longest = longest),
                false => text!("model-on-card", percent = percent, longest = longest),
            };
            match Ranking::embedded().why(wish.purpose, model) {
                Some(entry) => {
                    let why = entry.why.as_str();
                    format!("{fits} {}", text!("model-ranking", why = why))
                }
                None => fits,
            }
        }
        Placement::ExpertsOnCpu => text!(
            "model-experts",
            layers = placed.cpu_expert_layers,
            of = model.experts.map_or(model.layers, |experts| experts.layers),
            ram = decimal(placed.ram_gib, 1),
            longest = grouped(longest)
        ),
        Placement::Partial => text!(
            "model-in-part",
            lacking = decimal(memory.total() + memory.error() - wish.free_gib, 1),
            layers = placed.layers_on_gpu,
            of = model.layers
        ),
    }
}

/// What the sizes include and how exact they are, or what would fit when nothing does.
pub(super) fn notes(catalogue: &Catalogue, wish: &Wish<'_>, choices: &[Choice<'_>]) -> Vec<String> {
    if choices.iter().any(Choice::fits) {
        return what_is_counted(choices);
    }
    let mut notes = Vec::new();
    match smallest(catalogue, wish, wish.context_tokens) {
        Some((need_gib, model, format)) => notes.push(text!(
            "note-nothing-fits",
            free = decimal(wish.free_gib, 2),
            tokens = grouped(wish.context_tokens),
            model = &model.name,
            format = format.to_string(),
            need = decimal(need_gib, 2)
        )),
        None => {
            let available = recommendable(catalogue, wish)
                .into_iter()
                .filter(|model| !formats(model, wish).is_empty());
            let Some(longest) = available.max_by_key(|model| model.context) else {
                return vec![text!("note-not-in-this-format")];
            };
            notes.push(text!(
                "note-context-too-long",
                tokens = grouped(wish.context_tokens),
                longest = grouped(longest.context),
                model = &longest.name
            ));
        }
    }
    let shorter = smallest(catalogue, wish, CONTEXT_STEP);
    if let Some((need_gib, model, format)) = shorter.filter(|(need, ..)| *need <= wish.free_gib) {
        notes.push(text!(
            "note-shortest-context",
            tokens = CONTEXT_STEP,
            model = &model.name,
            format = format.to_string(),
            need = decimal(need_gib, 2)
        ));
    }
    notes
}

fn what_is_counted(choices: &[Choice<'_>]) -> Vec<String> {
    let any = |is: fn(&Choice<'_>) -> bool| choices.iter().any(is);
    let mut notes = vec![error_bar(), text!("note-assumed")];
    if any(|choice| choice.model.vision_b > 0.0 && !choice.vision) {
        notes.push(text!("note-vision-left-out"));
    }
    if any(|choice| choice.placed.placement == Placement::ExpertsOnCpu) {
        notes.push(text!("note-speed-of-main-memory"));
    }
    if any(|choice| choice.model.is_embedding()) {
        notes.push(text!("note-speed-of-embedding"));
    }
    notes
}

/// How many of the published loads are within the error that is given.
fn error_bar() -> String {
    let loads = published::loads();
    let measured = || loads.iter().filter(|load| load.measured);
    let above = || measured().filter(|load| !load.within() && load.off() < 0.0);
    let count = measured().count();
    let within = measured().filter(|load| load.within()).count();
    let (above, whole_card) = (
        above().count(),
        above().filter(|load| load.whole_card).count(),
    );
    match whole_card {
        all if all == above => {
            text!(
                "note-error-bar-all",
                measured = count,
                within = within,
                above = above
            )
        }
        whole_card => text!(
            "note-error-bar",
            measured = count,
            within = within,
            above = above,
            whole_card = whole_card
        ),
    }
}
