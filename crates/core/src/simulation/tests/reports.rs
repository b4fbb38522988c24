//! Odd values of a driver, through the gate and up to the keeper's status.

use proptest::{
    prelude::{BoxedStrategy, ProptestConfig, any, prop_oneof, proptest},
    sample::select,
    strategy::Strategy as Generator,
};

use super::*;
use crate::{
    gpu::{GpuInfo, LeftOut, plausible},
    keeper::Kept,
    protocol::{PauseReason, Phase, Status},
    settings::{Mode, Settings},
    units::Bytes,
    variants::variants,
};

const CARD: &str = "[[gpus]]\nlike = \"rtx-4090\"\n[[events]]\nkind = \"program\"\n\
                    program = \"llama-server\"\npid = 4242\nvram_mib = 4096\n\
                    utilization_percent = 30\n";

/// A card whose driver gives that value, and its sample 20 s later.
fn reported(reading: &str, value: &str) -> Sample {
    let text =
        format!("{CARD}[[events]]\nkind = \"reports\"\nreading = \"{reading}\"\nvalue = {value}");
    let mut machine = machine(&text);
    sample(&mut machine, 10.0);
    sample(&mut machine, 20.0)
}

#[test]
fn each_odd_value_is_left_out_and_nothing_else() {
    type Take = fn(&mut Sample);
    let odd: [(&str, &[&str], Take); 12] = [
        (
            "temperature",
            &["0", "255", "4294967295", "2147483647", "-1"],
            |s| s.temperature = None,
        ),
        ("power", &["0", "4294967295", "-1"], |s| s.power = None),
        ("energy", &["0", "-1", "9223372036854775807"], |s| {
            s.energy = None
        }),
        ("sm_clock", &["0", "4294967295", "99999"], |s| {
            s.sm_clock = None
        }),
        ("memory_clock", &["0", "-1", "1000000"], |s| {
            s.memory_clock = None
        }),
        ("pstate", &["16", "32", "4294967295"], |s| s.pstate = None),
        ("utilization", &["101", "-1", "4294967295"], |s| {
            s.utilization = None
        }),
        ("clocks_event_reasons", &["-1", "4294967295"], |s| {
            s.clocks_event_reasons = None
        }),
        ("vram_total", &["0", "1", "-1"], |s| s.vram_free = None),
        ("vram_used", &["-1", "999999999999"], |s| s.vram_free = None),
        ("vram_free", &["-1", "999999999999"], |s| s.vram_free = None),
        ("process_utilization", &["101", "-1"], |s| {
            s.process_utilization = Some(vec![]);
            s.other_utilization = None;
        }),
    ];
    let honest = {
        let mut machine = machine(CARD);
        sample(&mut machine, 10.0);
        sample(&mut machine, 20.0)
    };
    for (reading, values, take) in odd {
        for value in values {
            let mut expected = honest.clone();
            take(&mut expected);
            // A card without a total has processes of any size.
            assert_eq!(reported(reading, value), expected, "{reading} = {value}");
        }
    }
    let processes = reported("process_vram", "-1").compute_processes;
    assert_eq!(processes.expect("listed")[0].vram, None);
    let seen = reported("process_pid", "0");
    assert_eq!(seen.compute_processes, Some(vec![]));
    assert!(!seen.names_processes);
}

#[test]
fn a_value_that_a_card_can_have_is_believed() {
    assert_eq!(
        reported("temperature", "91").temperature.expect("read").0,
        91
    );
    assert_eq!(reported("power", "450000").power.expect("read").0, 450.0);
    assert_eq!(reported("pstate", "5").pstate.expect("read").number(), 5);
}

fn listed(keys: &str) -> Result<GpuInfo, (LeftOut, Option<String>)> {
    let text = format!("[[gpus]]\nlike = \"rtx-4090\"\n[[gpus]]\nlike = \"h200\"\n{keys}");
    let mut list = machine(&text)
        .discover(at(1.0))
        .expect("the other is listed");
    match list.left_out.pop() {
        None => Ok(list.gpus.remove(0)),
        Some(gpu) => {
            assert_eq!((list.gpus.len(), gpu.index), (1, 0));
            Err((gpu.why, gpu.name))
        }
    }
}

#[test]
fn a_gpu_is_used_without_what_it_can_do_without() {
    let gives = |reading: &str, value: &str| {
        listed(&format!(
            "[[events]]\nkind = \"reports\"\ngpu = 0\nreading = \"{reading}\"\nvalue = {value}"
        ))
    };
    let honest = listed("").expect("a GPU");
    let mut expected = honest.clone();
    for value in ["\"\"", "\" \\t\"", "\"\\u0007\"", "\"\\uFFFD\\uFFFD\""] {
        expected.name = "NVIDIA GPU".to_owned();
        assert_eq!(gives("name", value), Ok(expected.clone()), "{value}");
    }
    expected.name = "RTX 4090".to_owned();
    assert_eq!(gives("name", "\"RTX\\n4090\\u0000\""), Ok(expected));
    type Take = fn(&mut GpuInfo);
    let odd: [(&str, &[&str], Take); 4] = [
        ("vram_total", &["0", "-1"], |i| i.vram_total = None),
        ("sm_clock_max", &["0", "-1"], |i| i.sm_clock_max = None),
        ("slowdown_temperature", &["0", "30", "255", "-1"], |i| {
            i.slowdown_temperature = None
        }),
        ("compute_capability", &["0", "-1"], |i| {
            i.compute_capability = None
        }),
    ];
    for (reading, values, take) in odd {
        for value in values {
            let mut expected = honest.clone();
            take(&mut expected);
            assert_eq!(gives(reading, value), Ok(expected), "{reading} = {value}");
        }
    }
    let name = Some("NVIDIA GeForce RTX 4090".to_owned());
    for value in [
        "",
        "GPU-",
        "GPU-00000000-0000-0000-0000-000000000000",
        "GPU 1",
    ] {
        let left_out = gives("uuid", &format!("\"{value}\""));
        assert_eq!(left_out, Err((LeftOut::NoUuid, name.clone())), "{value}");
    }
    for value in ["", "0000:00:00.0", "N/A"] {
        let left_out = gives("pci_bus_id", &format!("\"{value}\""));
        assert_eq!(
            left_out,
            Err((LeftOut::NoPciAddress, name.clone())),
            "{value}"
        );
    }
    let lost = listed("[[events]]\nkind = \"fault\"\nerror = \"gpu_lost\"\ngpu = 0");
    assert_eq!(lost, Err((LeftOut::NotOpened, None)));
}

#[test]
fn two_gpus_with_one_uuid_are_not_mixed_up() {
    let mut machine = machine(
        "[[gpus]]\nlike = \"rtx-4090\"\n[[gpus]]\nlike = \"h200\"\n[[events]]\nkind = \"reports\"\n\
         gpu = 1\nreading = \"uuid\"\nvalue = \"GPU-51300000-0000-4000-8000-000000000000\"",
    );
    let list = machine.discover(at(1.0)).expect("a list");
    assert_eq!((list.gpus.len(), list.gpus[0].index), (1, 0));
    assert_eq!(
        (list.left_out[0].index, list.left_out[0].why),
        (1, LeftOut::SameUuid)
    );
}

fn harness(text: &str) -> Harness {
    let scenario = Scenario::parse("test.toml", text).expect("a scenario");
    let settings = Settings {
        mode: Mode::Always,
        ..Settings::default()
    };
    Harness::new(scenario, &settings, Kept::default())
}

fn run(text: &str, seconds: u64) -> Status {
    let mut harness = harness(text);
    harness.run_for(Duration::from_secs(seconds));
    harness.keeper.status(harness.now())
}

#[test]
fn a_gpu_that_is_left_out_is_reported_and_waited_for() {
    let mut harness = harness(
        "[[gpus]]\nlike = \"rtx-4090\"\n[[gpus]]\nlike = \"h200\"\n[[events]]\nkind = \"reports\"\n\
         gpu = 0\nreading = \"uuid\"\nvalue = \"\"\nuntil_s = 100\n\
         [[events]]\nkind = \"reports\"\ngpu = 1\nreading = \"uuid\"\nvalue = \"\"\nat_s = 95\n\
         until_s = 200",
    );
    let mut seen = |seconds| {
        harness.run_for(Duration::from_secs(seconds));
        let status = harness.keeper.status(harness.now());
        let notices: Vec<_> = status
            .notices
            .into_iter()
            .map(|n| (n.id, n.message))
            .collect();
        let gpus: Vec<_> = status
            .gpus
            .iter()
            .map(|gpu| (gpu.index, gpu.phase))
            .collect();
        (gpus, notices)
    };
    let notice = (
        "gpu-left-out-0".to_owned(),
        "GPU 0 (NVIDIA GeForce RTX 4090) is not used: the driver does not give its UUID. It is \
         tried again by itself."
            .to_owned(),
    );
    assert_eq!(seen(20), (vec![(1, Phase::Warm)], vec![notice]));
    // 30 s, 90 s and 210 s after the start. At 210 s the other is to be reported again.
    assert_eq!(seen(75).0, [(1, Phase::Warm)]);
    let both = vec![(0, Phase::Warm), (1, Phase::Warm)];
    assert_eq!(seen(120), (both, vec![]));
}

#[test]
fn a_gpu_in_use_stays_in_use_when_it_cannot_be_distinguished() {
    let mut harness = harness(
        "[[gpus]]\nlike = \"rtx-4090\"\n[[gpus]]\nlike = \"h200\"\n[[events]]\nkind = \"reports\"\n\
         gpu = 0\nreading = \"uuid\"\nvalue = \"\"\nuntil_s = 40\n\
         [[events]]\nkind = \"reports\"\ngpu = 1\nreading = \"uuid\"\nvalue = \"\"\nat_s = 50",
    );
    harness.run_for(Duration::from_secs(95));
    let status = harness.keeper.status(harness.now());
    let indices: Vec<_> = status.gpus.iter().map(|gpu| gpu.index).collect();
    assert_eq!((indices, status.notices.len()), (vec![0, 1], 0));
}

#[test]
fn no_memory_is_reported_as_unknown_and_not_as_none() {
    let status = run(
        "[[gpus]]\nlike = \"rtx-4090\"\n[[events]]\nkind = \"reports\"\nreading = \"vram_total\"\n\
         value = 0\n[[events]]\nkind = \"reports\"\nreading = \"vram_used\"\nvalue = 0\n\
         [[events]]\nkind = \"reports\"\nreading = \"vram_free\"\nvalue = 0",
        60,
    );
    let gpu = &status.gpus[0];
    assert_eq!(
        (gpu.phase, gpu.reasons.len()),
        (Phase::Warm, 0),
        "{}",
        gpu.phase_text
    );
    assert_eq!((gpu.vram.total_bytes, gpu.vram.free_bytes), (None, None));
}

#[test]
fn a_sensor_that_gives_nonsense_is_a_lost_sensor() {
    for value in ["0", "255", "4294967295", "-1"] {
        let odd = format!(
            "{CARD}[[events]]\nkind = \"reports\"\nreading = \"temperature\"\nvalue = {value}\n\
             at_s = 30\nuntil_s = 90"
        );
        let status = run(&odd, 60);
        let gpu = &status.gpus[0];
        assert_eq!(gpu.reasons, [PauseReason::Sensor], "{value}");
        assert_eq!(gpu.temperature_c, None);
        assert_eq!(
            gpu.phase_text,
            "Paused: the temperature of the GPU cannot be read"
        );
        assert_eq!(run(&odd, 120).gpus[0].reasons, [], "{value}");
    }
}

#[test]
fn a_counter_that_jumps_or_stands_still_charges_nothing_odd() {
    let rest = "[[gpus]]\nlike = \"h200\"\n";
    let honest = run(rest, 600).energy.today_wh.expect("measured");
    for odd in [
        "value = 1\nat_s = 100",
        "value = 880000000000000\nat_s = 100",
        "value = 500000000000\nat_s = 100\nfor_s = 60\nrepeat_every_s = 120",
        "value = -1\nat_s = 100",
        "value = 0\nat_s = 100",
    ] {
        let text = format!("{rest}[[events]]\nkind = \"reports\"\nreading = \"energy\"\n{odd}");
        let counted = run(&text, 600).energy.today_wh.expect("measured");
        assert!(
            (0.0..=honest * 1.1).contains(&counted),
            "{counted} Wh of {honest} with {odd}"
        );
    }
}

fn raw_value(reading: Reading) -> BoxedStrategy<RawValue> {
    if reading.is_text() {
        let odd = [
            "",
            " ",
            "GPU-",
            "\u{7}",
            "GPU-0",
            "N/A",
            "0000:00:00.0",
            "GPU-5e2c",
            "\u{202e}x",
        ];
        return prop_oneof![
            select(odd.to_vec()).prop_map(str::to_owned),
            any::<String>()
        ]
        .prop_map(RawValue::Text)
        .boxed();
    }
    let edges = vec![
        0,
        1,
        2,
        16,
        32,
        101,
        127,
        128,
        255,
        65_535,
        i32::MAX as u64,
        1 << 31,
    ];
    let edges = [
        edges,
        vec![u32::MAX.into(), 1 << 40, 1 << 62, i64::MAX as u64, u64::MAX],
    ]
    .concat();
    prop_oneof![
        select(edges),
        any::<u64>(),
        any::<u32>().prop_map(u64::from),
        0..200u64
    ]
    .prop_map(RawValue::Number)
    .boxed()
}

fn report() -> impl Generator<Value = (EventKind, Duration)> {
    let kind = select(variants::<Reading>())
        .prop_flat_map(|reading| raw_value(reading).prop_map(move |value| (reading, value)));
    let lasts = (1..60u64).prop_map(Duration::from_secs);
    (kind, lasts).prop_map(|((reading, value), lasts)| (EventKind::Reports(reading, value), lasts))
}

/// Checks that every number and text of a status is one that a machine can have.
fn check(status: &Status) {
    for gpu in &status.gpus {
        let within = |what: &str, value: Option<f64>, most: f64| {
            let possible = value.is_none_or(|value| (0.0..=most).contains(&value));
            assert!(possible, "{what}: {value:?}");
        };
        within("temperature", gpu.temperature_c.map(|v| v.0.into()), 125.0);
        within("power", gpu.power_w.map(|v| v.0), 7200.0);
        within("SM clock", gpu.sm_clock_mhz.map(|v| v.0.into()), 5000.0);
        within(
            "its maximum",
            gpu.sm_clock_max_mhz.map(|v| v.0.into()),
            5000.0,
        );
        within(
            "memory clock",
            gpu.memory_clock_mhz.map(|v| v.0.into()),
            24_000.0,
        );
        within(
            "utilization",
            gpu.utilization_percent.map(|v| v.0.into()),
            100.0,
        );
        within("P-state", gpu.pstate.map(|v| v.number().into()), 15.0);
        let total = gpu.vram.total_bytes.map(|v| v.0 as f64);
        within("VRAM", total, (1u64 << 40) as f64);
        within(
            "free VRAM",
            gpu.vram.free_bytes.map(|v| v.0 as f64),
            (1u64 << 40) as f64,
        );
        assert!(
            !gpu.name.is_empty() && !gpu.name.contains(char::is_control),
            "{:?}",
            gpu.name
        );
        assert!(plausible::uuid(&gpu.uuid.0).is_some(), "{}", gpu.uuid);
        let text = format!("{} {:?}", gpu.phase_text, gpu.text);
        let numbers = text
            .split(|c: char| !c.is_ascii_digit())
            .filter(|n| !n.is_empty());
        for number in numbers {
            assert!(number.len() <= 5, "{number} in {text}");
        }
        assert_ne!(gpu.vram.total_bytes, Some(Bytes(0)));
    }
    let wh = status.energy.today_wh.unwrap_or_default();
    // 7,200 W for as long as it has run.
    let most = 7200.0 * status.engine.uptime_s / 3600.0;
    assert!((0.0..=most).contains(&wh), "{wh} Wh");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_reading_makes_the_keeper_report_an_impossible_number(
        preset in select(vec!["rtx-3070-laptop", "rtx-4090", "h200", "h200-quiet", "two-gpus"]),
        steps in proptest::collection::vec((report(), 1..60u64), 1..24),
    ) {
        let scenario = Scenario::preset(preset).expect("a preset");
        let settings = Settings { mode: Mode::Always, ..Settings::default() };
        let mut harness = Harness::new(scenario, &settings, Kept::default());
        for ((kind, lasts), seconds) in steps {
            let now = harness.now();
            harness.machine.happen(None, kind, Some(lasts), now);
            harness.run_watched(Duration::from_secs(seconds), |seen| {
                check(&seen.keeper.status(seen.now()));
            });
        }
    }
}
