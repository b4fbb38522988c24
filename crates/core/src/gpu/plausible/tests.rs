use super::*;

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
/// −1 in 32 bits, as older functions give it.
const NONE_32: u64 = u32::MAX as u64;
/// `NVML_VALUE_NOT_AVAILABLE` in 64 bits.
const NONE_64: u64 = u64::MAX;

/// The accepted part of each raw value, as text.
fn check<T: std::fmt::Debug>(what: &str, gate: fn(u64) -> Option<T>, cases: &[(u64, &str)]) {
    for (raw, expected) in cases {
        let passed = gate(*raw).map_or("–".to_owned(), |value| format!("{value:?}"));
        assert_eq!(passed, *expected, "{what} {raw}");
    }
}

#[test]
fn a_temperature_is_one_that_silicon_survives() {
    let odd = [
        (0, "–"),
        (1, "Celsius(1)"),
        (83, "Celsius(83)"),
        (125, "Celsius(125)"),
        (126, "–"),
        (127, "–"),
        (128, "–"),
        (255, "–"),
        (i32::MAX as u64, "–"),
        (NONE_32, "–"),
        (NONE_32 - 4, "–"),
        (NONE_64, "–"),
    ];
    check("temperature", temperature, &odd);
    let odd = [
        (0, "–"),
        (49, "–"),
        (50, "Celsius(50)"),
        (93, "Celsius(93)"),
        (255, "–"),
        (NONE_32, "–"),
    ];
    check("slowdown", slowdown_temperature, &odd);
}

#[test]
fn power_and_energy_are_those_of_one_card() {
    let odd = [
        (0, "–"),
        (1, "Watts(0.001)"),
        (11_500, "Watts(11.5)"),
        // What Rubin and Rubin Ultra are rated at.
        (2_300_000, "Watts(2300.0)"),
        (3_600_000, "Watts(3600.0)"),
        (7_200_001, "–"),
        (NONE_32, "–"),
        (NONE_64, "–"),
    ];
    check("power", power, &odd);
    let odd = [
        (0, "–"),
        (123_456, "Joules(123.456)"),
        (1 << 62, "–"),
        (NONE_64, "–"),
    ];
    check("energy", energy, &odd);
    for (joules, seconds, expected) in [
        (0.0, 1.0, false),
        (-1.0, 1.0, false),
        (84.0, 1.0, true),
        (7200.0, 1.0, true),
        (7201.0, 1.0, false),
        (1e12, 120.0, false),
        (f64::NAN, 1.0, false),
        (f64::INFINITY, 1.0, false),
    ] {
        let possible = can_have_drawn(Joules(joules), seconds);
        assert_eq!(possible, expected, "{joules} J in {seconds} s");
    }
}

#[test]
fn clocks_states_and_shares_are_in_range() {
    let odd = [
        (0, "–"),
        (15, "Megahertz(15)"),
        (345, "Megahertz(345)"),
        (4095, "Megahertz(4095)"),
        (5001, "–"),
        (99_999, "–"),
        (NONE_32, "–"),
    ];
    check("SM clock", sm_clock, &odd);
    let odd = [
        (0, "–"),
        (15_001, "Megahertz(15001)"),
        (24_001, "–"),
        (NONE_32, "–"),
    ];
    check("memory clock", memory_clock, &odd);
    let odd = [
        (0, "PState(0)"),
        (15, "PState(15)"),
        (16, "–"),
        (32, "–"),
        (256, "–"),
        (NONE_32, "–"),
        (1 << 32, "–"),
    ];
    check("P-state", pstate, &odd);
    let odd = [
        (0, "Percent(0)"),
        (100, "Percent(100)"),
        (101, "–"),
        (NONE_32, "–"),
    ];
    check("utilization", utilization, &odd);
    let odd = [
        (0, "ClocksEventReasons(0)"),
        (1 << 40, "ClocksEventReasons(1099511627776)"),
        (NONE_32, "–"),
        (NONE_64, "–"),
    ];
    check("reasons", clocks_event_reasons, &odd);
}

#[test]
fn memory_counts_where_its_numbers_agree() {
    let full = 8 * GIB;
    for (total, used, free, expected_total, expected_free) in [
        (full, GIB, 7 * GIB, Some(full), Some(7 * GIB)),
        (full, 0, full, Some(full), Some(full)),
        (full, full, 0, Some(full), Some(0)),
        // Some is reserved for the driver and in neither.
        (full, GIB, 6 * GIB, Some(full), Some(6 * GIB)),
        (0, 0, 0, None, None),
        (full, 0, 0, Some(full), None),
        (full, 9 * GIB, 0, Some(full), None),
        (full, 9 * GIB, full.wrapping_sub(9 * GIB), Some(full), None),
        (full, full, full, Some(full), None),
        (full, 0, 9 * GIB, Some(full), None),
        (full, NONE_64, NONE_64, Some(full), None),
        (full, 1, NONE_64, Some(full), None),
        (NONE_64, NONE_64, NONE_64, None, None),
        (NONE_64, GIB, GIB, None, None),
        (1, 1, 0, None, None),
        (512 * MIB, 0, 512 * MIB, Some(512 * MIB), Some(512 * MIB)),
        (1 << 40, 0, 1 << 40, Some(1 << 40), Some(1 << 40)),
        (2 << 40, 0, 2 << 40, None, None),
    ] {
        let memory = RawMemory { total, used, free };
        assert_eq!(memory.total(), expected_total.map(Bytes), "{memory:?}");
        assert_eq!(memory.free(), expected_free.map(Bytes), "{memory:?}");
    }
}

#[test]
fn a_process_has_a_number_and_no_more_memory_than_the_card() {
    let odd = [
        (0, "–"),
        (1, "1"),
        (4_194_304, "4194304"),
        (i32::MAX as u64, "2147483647"),
        (1 << 31, "–"),
        (NONE_32, "–"),
    ];
    check("process", pid, &odd);
    let total = Some(Bytes(8 * GIB));
    for (raw, total, expected) in [
        (0, total, None),
        (1, total, Some(1)),
        (8 * GIB, total, Some(8 * GIB)),
        (8 * GIB + 1, total, None),
        (NONE_64, total, None),
        (9 * GIB, None, Some(9 * GIB)),
        (NONE_64, None, None),
    ] {
        let passed = process_memory(raw, total);
        assert_eq!(passed, expected.map(Bytes), "{raw} of {total:?}");
    }
    let odd = [
        (0, "0"),
        (1_700_000_000_000_000, "1700000000000000"),
        (1 << 62, "–"),
        (NONE_64, "–"),
    ];
    check("time stamp", time_stamp, &odd);
    let percent = |all: &[u32], complete| busiest(all.iter().map(|p| Percent(*p)), complete);
    assert_eq!(percent(&[], true), Some(Percent(0)));
    assert_eq!(percent(&[0], false), None, "the other may have been busy");
    assert_eq!(percent(&[0, 7], false), Some(Percent(7)));
}

#[test]
fn a_card_is_described_by_what_can_be_one() {
    let odd = [(0, "0"), (8, "8"), (255, "255"), (256, "–"), (NONE_32, "–")];
    check("GPUs", gpu_count, &odd);
    for (major, minor, expected) in [
        (8, 9, Some("8.9")),
        (12, 0, Some("12.0")),
        (0, 0, None),
        (NONE_64, NONE_64, None),
        (9, 10, None),
        (9999, 0, None),
    ] {
        let passed = compute_capability(major, minor).map(|version| version.to_string());
        assert_eq!(passed.as_deref(), expected, "{major}.{minor}");
    }
    for (raw, expected) in [
        ("NVIDIA H200", Some("NVIDIA H200")),
        ("  NVIDIA\tH200\n", Some("NVIDIA H200")),
        ("NVIDIA\u{0}\u{1b}[31mH200", Some("NVIDIA [31mH200")),
        ("", None),
        (" \t", None),
        ("\u{7}\u{8}", None),
        ("\u{fffd}\u{fffd}", None),
        ("???", None),
    ] {
        assert_eq!(name(raw).as_deref(), expected, "{raw:?}");
    }
    assert_eq!(name(&"x".repeat(5000)).map(|n| n.len()), Some(96));
    for (raw, expected) in [
        ("GPU-5e2c1a34-0000-4000-8000-000000000001", true),
        ("MIG-GPU-5e2c1a34-0000/1/0", true),
        ("GPU-00000000-0000-0000-0000-000000000000", false),
        ("GPU-", false),
        ("GPU", false),
        ("", false),
        ("-5e2c", false),
        ("GPU-5e2c 1a34", false),
        ("GPU-5e2c\n", false),
        ("GPU-é", false),
        (&format!("GPU-{}", "1".repeat(92)), false),
    ] {
        assert_eq!(uuid(raw).is_some(), expected, "{raw:?}");
    }
    for (raw, expected) in [
        ("00000000:01:00.0", true),
        ("0000:01:00.0", true),
        // As Azure numbers them.
        ("00000001:00:00.0", true),
        ("00000000:00:00.0", false),
        ("", false),
        ("N/A", false),
        ("FFFFFFFF:FF:FF.F", false),
        ("00000000:100:00.0", false),
    ] {
        assert_eq!(pci_bus_id(raw).is_some(), expected, "{raw:?}");
    }
}

#[test]
fn a_link_has_a_generation_and_a_width_that_exist() {
    let odd = [
        (0, "–"),
        (1, "1"),
        (5, "5"),
        (7, "7"),
        (8, "–"),
        (NONE_32, "–"),
    ];
    check("generation", pcie_generation, &odd);
    let odd = [(0, "–"), (1, "1"), (3, "–"), (16, "16"), (NONE_32, "–")];
    check("width", pcie_width, &odd);
}

#[test]
fn a_video_bios_has_five_groups_of_two_digits() {
    assert_eq!(vbios("90.04.96.00.9F").as_deref(), Some("90.04.96.00.9F"));
    for odd in [
        "",
        "N/A",
        "10.0.0.1",
        "90.04.96.00",
        "90.04.96.00.9G",
        "ada",
    ] {
        assert_eq!(vbios(odd), None, "{odd}");
    }
}
