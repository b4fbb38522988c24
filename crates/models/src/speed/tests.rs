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
    let of = |vram| Bandwidth::of(None, None, vram);
    assert_eq!((of(24.0).low, of(24.0).high), (300.0, 1008.0));
    // The driver of a card of 24 GB reports a little less.
    assert_eq!(of(23.6), of(24.0));
    // No card has so much: the nearest.
    assert_eq!((of(300.0).low, of(300.0).high), (4800.0, 4800.0));
    assert_eq!(
        Bandwidth::of(None, Some("NVIDIA GeForce RTX 5090"), 31.8).low,
        1792.0
    );
}

/// The highest memory clock and the width of the bus. The H100's were read on a card (driver
/// 580.159); the other clocks are half the data rate of the manufacturer's specification, which is
/// the unit that drivers report, and were not read on a card.
const REPORTED: [(&str, f64, u32, u32); 12] = [
    ("NVIDIA GeForce GTX 1650", 4.0, 4001, 128),
    ("NVIDIA GeForce GTX 1080 Ti", 11.0, 5505, 352),
    ("NVIDIA GeForce RTX 2080 Ti", 11.0, 7000, 352),
    ("NVIDIA GeForce RTX 3060", 12.0, 7501, 192),
    ("NVIDIA GeForce RTX 3090", 24.0, 9751, 384),
    ("NVIDIA GeForce RTX 4060", 8.0, 8501, 128),
    ("NVIDIA GeForce RTX 4090", 24.0, 10_501, 384),
    ("NVIDIA GeForce RTX 5090", 32.0, 14_001, 512),
    ("Tesla T4", 16.0, 5001, 256),
    ("NVIDIA A100-SXM4-80GB A100", 80.0, 1593, 5120),
    ("NVIDIA H100 80GB HBM3", 80.0, 2619, 5120),
    ("NVIDIA H200", 141.0, 3201, 6144),
];

#[test]
fn what_the_driver_reports_is_the_specification() {
    for (name, vram, clock, bus) in REPORTED {
        let card = Card::find(name, vram).expect(name);
        let gbps = gbps_of_memory(clock, bus).expect(name);
        let off = f64::from(gbps) / f64::from(card.gbps) - 1.0;
        assert!(
            off.abs() < 0.03,
            "{name}: {gbps}, {} in the table",
            card.gbps
        );
    }
}

#[test]
fn what_no_card_has_is_not_believed() {
    for (clock, bus) in [
        (0, 384),
        (10_501, 0),
        (1, 1),
        (u32::MAX, u32::MAX),
        (10_501, 40_000),
    ] {
        assert_eq!(gbps_of_memory(clock, bus), None, "{clock} MHz, {bus} bits");
    }
}

#[test]
fn the_drivers_own_comes_before_the_table() {
    let slower = Bandwidth::of(Some(500), Some("NVIDIA GeForce RTX 4090"), 24.0);
    assert_eq!((slower.low, slower.high), (500.0, 500.0));
}
