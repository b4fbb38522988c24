use proptest::prelude::*;

use super::*;
use crate::{Catalogue, Format, KvCache};

fn placed(name: &str, format: Format, free: f64, ram: f64) -> Option<Placed> {
    let model = Catalogue::embedded().find(name).expect("in the catalogue");
    let load = Load {
        vision: false,
        ..Load::new(format, 8192, KvCache::F16)
    };
    place(model, &load, free, ram)
}

#[test]
fn all_on_the_card_comes_first() {
    let on_card = placed("Qwen3.6 35B A3B", Format::Q4KM, 24.0, 64.0).expect("fits");
    assert_eq!(
        (on_card.placement, on_card.cpu_expert_layers),
        (Placement::Gpu, 0)
    );
    assert_eq!(on_card.cpu_bytes_per_token, 0.0);
}

/// People run gpt-oss 20b on 12 GB: with all experts in main memory about 4.3 GiB stay, with as
/// many as fit it is full.
#[test]
fn as_few_experts_as_needed_go_to_main_memory() {
    let on_12 = placed("gpt-oss 20b", Format::Mxfp4, 11.5, 32.0).expect("fits");
    let on_6 = placed("gpt-oss 20b", Format::Mxfp4, 5.5, 32.0).expect("fits");
    for placed in [&on_12, &on_6] {
        assert_eq!(placed.placement, Placement::ExpertsOnCpu);
        assert_eq!(placed.layers_on_gpu, 24);
    }
    assert!(on_12.cpu_expert_layers < on_6.cpu_expert_layers);
    assert!(on_12.ram_gib < on_6.ram_gib && on_6.ram_gib < 12.0);
    // One layer's experts less would not fit.
    let layer = on_6.memory.weights - on_12.memory.weights;
    let layer = -layer / f64::from(on_6.cpu_expert_layers - on_12.cpu_expert_layers);
    assert!(on_6.memory.total() + on_6.memory.error() + layer > 5.5);
}

#[test]
fn main_memory_must_hold_the_experts_beside_the_system() {
    assert!(placed("Qwen3.6 35B A3B", Format::Q4KM, 7.5, 32.0).is_some());
    assert_eq!(placed("Qwen3.6 35B A3B", Format::Q4KM, 7.5, 16.0), None);
}

#[test]
fn in_part_only_with_half_of_the_layers_on_the_card() {
    let some = placed("Llama 3.1 8B Instruct", Format::Q4KM, 4.5, 32.0).expect("some layers");
    assert_eq!(some.placement, Placement::Partial);
    assert!(some.layers_on_gpu >= 16 && some.layers_on_gpu < 32);
    assert_eq!(
        placed("Llama 3.1 8B Instruct", Format::Q4KM, 2.0, 32.0),
        None
    );
}

proptest! {
    #[test]
    fn what_fits_keeps_its_promise(
        index in 0..Catalogue::embedded().models.len(), format in 0..Format::ALL.len(),
        tokens in 256_u64..300_000, free in 0.0..128.0, ram in 0.0..512.0, more in 0.0..64.0,
    ) {
        let model = &Catalogue::embedded().models[index];
        let load = Load::new(Format::ALL[format].1, tokens, KvCache::F16);
        let Some(placed) = place(model, &load, free, ram) else { return Ok(()) };
        if placed.placement != Placement::Partial {
            prop_assert!(placed.memory.fits(free));
            prop_assert_eq!(placed.layers_on_gpu, model.layers);
        }
        if placed.placement != Placement::Gpu {
            prop_assert!(placed.ram_gib <= ram);
        }
        prop_assert!(placed.gpu_bytes_per_token >= 0.0 && placed.cpu_bytes_per_token >= 0.0);
        let roomier = place(model, &load, free + more, ram).expect("still fits");
        prop_assert!(roomier.placement <= placed.placement);
    }
}
