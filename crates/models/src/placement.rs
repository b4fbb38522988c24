//! Where the parts of a model are kept: on the card, or in main memory.

use serde::{Deserialize, Serialize};

use super::{
    bytes::{GIB, gib},
    memory::{Load, Memory},
    model::Model,
    tensors::Weights,
};

/// Main memory that the system and other programs are assumed to hold, in GiB.
pub(crate) const SYSTEM_RAM_GIB: f64 = 8.0;

/// Where a model is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Placement {
    /// All of it is on the card.
    Gpu,
    /// The card holds everything but experts of a mixture, which the processor computes
    /// (llama.cpp's `--n-cpu-moe`).
    ExpertsOnCpu,
    /// Some layers are on the card, the processor computes the others.
    Partial,
}

/// A model on one machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Placed {
    pub(crate) placement: Placement,
    /// What the card holds.
    pub(crate) memory: Memory,
    /// Main memory that the rest takes, in GiB.
    pub(crate) ram_gib: f64,
    /// Layers on the card; with experts on the CPU all of them.
    pub(crate) layers_on_gpu: u32,
    /// Layers whose experts the processor computes.
    pub(crate) cpu_expert_layers: u32,
    /// Bytes read for one token, from the card.
    pub(crate) gpu_bytes_per_token: f64,
    /// Bytes read for one token, from main memory.
    pub(crate) cpu_bytes_per_token: f64,
}

/// The best placement in so much free VRAM and main memory, if there is one.
pub(crate) fn place(model: &Model, load: &Load, free_gib: f64, ram_gib: f64) -> Option<Placed> {
    let weights = weights(model, load);
    let whole = on_gpu(model, load, &weights);
    Some(whole)
        .filter(|whole| whole.memory.fits(free_gib))
        .or_else(|| experts_on_cpu(model, load, &weights, free_gib))
        .or_else(|| partial(model, load, &weights, free_gib))
        .filter(|placed| placed.ram_gib <= (ram_gib - SYSTEM_RAM_GIB).max(0.0))
}

/// Everything on the card, whether it fits or not.
pub(crate) fn whole(model: &Model, load: &Load) -> Placed {
    on_gpu(model, load, &weights(model, load))
}

fn weights(model: &Model, load: &Load) -> Weights {
    let mut weights = model.weights(load.format);
    if !load.vision {
        weights.vision = 0.0;
    }
    weights
}

fn on_gpu(model: &Model, load: &Load, weights: &Weights) -> Placed {
    Placed {
        placement: Placement::Gpu,
        memory: Memory::of_weights(model, load, weights),
        ram_gib: gib(weights.resident()),
        layers_on_gpu: model.layers,
        cpu_expert_layers: 0,
        gpu_bytes_per_token: weights.layers + weights.output + active_experts(model, weights),
        cpu_bytes_per_token: 0.0,
    }
}

/// Bytes of the experts that one token goes through.
fn active_experts(model: &Model, weights: &Weights) -> f64 {
    let share = |count: u32, active: u32| f64::from(active) / f64::from(count);
    let experts = model
        .experts
        .map_or(0.0, |experts| share(experts.count, experts.active));
    weights.experts * experts
}

/// As few layers' experts on the CPU as needed.
fn experts_on_cpu(model: &Model, load: &Load, weights: &Weights, free_gib: f64) -> Option<Placed> {
    let layers = model.experts?.layers;
    let placed = |on_cpu: u32| {
        let moved = weights.experts * f64::from(on_cpu) / f64::from(layers);
        let left = Weights {
            experts: weights.experts - moved,
            ..*weights
        };
        let active = active_experts(model, weights);
        let active_on_cpu = active * f64::from(on_cpu) / f64::from(layers);
        Placed {
            placement: Placement::ExpertsOnCpu,
            memory: Memory::of_weights(model, load, &left),
            ram_gib: (moved + weights.resident()) / GIB,
            layers_on_gpu: model.layers,
            cpu_expert_layers: on_cpu,
            gpu_bytes_per_token: weights.layers + weights.output + active - active_on_cpu,
            cpu_bytes_per_token: active_on_cpu,
        }
    };
    (1..=layers)
        .map(placed)
        .find(|placed| placed.memory.fits(free_gib))
}

/// As many layers on the card as fit; none when fewer than half do, which is hardly faster than
/// the processor alone.
///
/// llama.cpp offloads the output layer last, so output and vision take nothing from it.
fn partial(model: &Model, load: &Load, weights: &Weights, free_gib: f64) -> Option<Placed> {
    let layers = f64::from(model.layers);
    let in_layers = weights.layers + weights.experts;
    let all = Memory::of_weights(model, load, weights);
    let a_layer = (gib(in_layers) + all.kv_cache) / layers;
    let for_layers = free_gib - all.compute - all.context - all.error();
    let fitting = (for_layers / a_layer).floor().clamp(0.0, layers - 1.0);
    if fitting * 2.0 < layers {
        return None;
    }
    let share = fitting / layers;
    let per_token = weights.layers + active_experts(model, weights);
    Some(Placed {
        placement: Placement::Partial,
        memory: all,
        ram_gib: gib(in_layers * (1.0 - share) + weights.output + weights.resident())
            + all.kv_cache * (1.0 - share),
        layers_on_gpu: fitting as u32,
        cpu_expert_layers: 0,
        gpu_bytes_per_token: per_token * share,
        cpu_bytes_per_token: per_token * (1.0 - share) + weights.output,
    })
}

#[cfg(test)]
mod tests;
