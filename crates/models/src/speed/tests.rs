use super::*;

#[test]
fn a_card_is_found_by_the_drivers_name_and_its_size() {
    let gbps = |name, vram| Card::find(name, vram).map(|card| card.gbps);
    assert_eq!(gbps("NVIDIA GeForce RTX 4090", 24.0), Some(1008));
    assert_eq!(gbps("NVIDIA GeForce RTX 4090 Laptop GPU", 16.0), Some(576));
    assert_eq!(gbps("NVIDIA GeForce RTX 3080", 10.0), Some(760));
    assert_eq!(gbps("NVIDIA GeForce RTX 3080", 12.0), Some(912));
    assert_eq!(gbps("NVIDIA GeForce RTX 3080 Ti", 12.0), Some(912));
    assert_eq!(gbps("NVIDIA GeForce RTX 5070 Ti", 16.0), Some(896));
    assert_eq!(gbps("NVIDIA H200", 141.0), Some(4800));
    assert_eq!(gbps("NVIDIA RTX 40900", 24.0), None);
}

#[test]
fn an_unknown_card_has_the_range_of_its_size() {
    let of = |vram| Bandwidth::of(None, vram);
    assert_eq!((of(24.0).low, of(24.0).high), (300.0, 1008.0));
    // The driver of a card of 24 GB reports a little less.
    assert_eq!(of(23.6), of(24.0));
    // No card has so much: the nearest.
    assert_eq!((of(300.0).low, of(300.0).high), (4800.0, 4800.0));
    assert_eq!(
        Bandwidth::of(Some("NVIDIA GeForce RTX 5090"), 31.8).low,
        1792.0
    );
}
