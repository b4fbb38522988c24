//! The strategies side by side, as numbers and as text.

use std::time::Duration;

use gpu_keepalive_core::{
    benchmark::{BenchmarkResult, ClockSample, LADDER, Record, Workload, read_record},
    gpu::{GpuError, GpuErrorKind, Inspection, PcieLink},
    settings::Strategy::{self, *},
    units::{Bytes, Watts},
};
use gpu_keepalive_text::Language;

use super::arithmetic::{about, assert_in_every_language, millis};
use crate::{Measurements, Trial, WhyNot, share};

/// An H200 as it was measured: 84 W left alone, 131 W held, 8 ms at full speed, 37 ms cold.
fn side_by_side() -> Measurements {
    let mut all = Measurements {
        hold_time: Some(Duration::from_millis(700)),
        boost_disabled: true,
        cold_watts: vec![Watts(84.0)],
        ..Measurements::default()
    };
    let decode = (Workload::Decode, 5);
    all.back_to_back.insert(Workload::Decode, millis(&[8]));
    all.cold.insert(decode, millis(&[37]));
    all.warm.insert(decode, millis(&[8]));
    let trial = |watts, first: &[u64], wakes: &[u64]| Trial {
        watts: vec![Watts(watts)],
        first: millis(first),
        wakes: millis(wakes),
        resident: Some(Bytes(1_887_436)),
        ..Trial::default()
    };
    let refused = GpuError::new(GpuErrorKind::NotSupported, "nvmlDeviceSetPowerMizerMode");
    all.trials.extend([
        (Standby, trial(84.4, &[20, 24, 19], &[12, 11, 14])),
        (Boost, trial(131.0, &[8], &[])),
        (
            PowerMizer,
            Trial {
                why_not: Some(WhyNot::Refused(refused)),
                ..Trial::default()
            },
        ),
        (
            Context,
            Trial {
                vram: Some(Bytes::from_mib(266)),
                resident: Some(Bytes::from_mib(118)),
                ..trial(131.0, &[8], &[])
            },
        ),
        (
            Pulse,
            Trial {
                why_not: Some(WhyNot::Excluded),
                ..Trial::default()
            },
        ),
    ]);
    all
}

fn verdict(change: impl FnOnce(&mut Measurements)) -> String {
    let mut all = side_by_side();
    change(&mut all);
    all.benchmark(about(false)).verdict
}

fn fails(all: &mut Measurements, strategy: Strategy, why: WhyNot) {
    all.trials.entry(strategy).or_default().why_not = Some(why);
}

#[test]
fn numbers_are_medians_and_what_was_not_tried_has_none() {
    let benchmark = side_by_side().benchmark(about(false));
    let standby = &benchmark.strategies[0];
    assert_eq!(
        (standby.first_ms, standby.ratio, standby.wake_ms),
        (Some(20.0), Some(2.5), Some(12.0))
    );
    assert_eq!(standby.vram_bytes, Some(0), "by its nature");
    let context = &benchmark.strategies[3];
    assert_eq!(context.vram_bytes, Some(266 << 20));
    let pulse = &benchmark.strategies[4];
    let numbers = [
        pulse.watts_at_rest,
        pulse.first_ms,
        pulse.ratio,
        pulse.wake_ms,
    ];
    assert_eq!(numbers, [None; 4]);
    assert_eq!((pulse.vram_bytes, pulse.resident_bytes), (None, None));
    let alone = benchmark.alone.expect("it was measured");
    assert_eq!(
        (alone.first_ms, alone.watts_at_rest),
        (Some(37.0), Some(84.0))
    );
}

#[test]
fn json_has_the_contract_s_names_for_each_strategy() {
    let benchmark = side_by_side().benchmark(about(false));
    let json = serde_json::to_value(&benchmark).expect("JSON");
    for one in json["strategies"].as_array().expect("a list") {
        for field in [
            "strategy",
            "works",
            "why_not",
            "watts_at_rest",
            "first_ms",
            "ratio",
            "wake_ms",
            "vram_bytes",
            "resident_bytes",
        ] {
            assert!(one.get(field).is_some(), "{field}: {one}");
        }
    }
    assert_eq!(json["chosen"], "standby");
    let back: BenchmarkResult = serde_json::from_value(json).expect("the same");
    assert_eq!(back, benchmark);
}

#[test]
fn each_strategy_is_a_line_of_plain_text() {
    assert_in_every_language("each_strategy_is_a_line_of_plain_text", lines);
}

fn lines() -> String {
    let mut all = side_by_side();
    fails(&mut all, Context, WhyNot::ClocksDown);
    let benchmark = all.benchmark(about(false));
    let alone = benchmark.alone.expect("it was measured").text;
    let lines = benchmark.strategies.iter().map(|one| one.text.clone());
    let lines: Vec<_> = [alone].into_iter().chain(lines).collect();
    lines.join("\n")
}

#[test]
fn the_first_that_keeps_the_promise_is_chosen_and_the_verdict_states_why() {
    assert_in_every_language(
        "the_first_that_keeps_the_promise_is_chosen_and_the_verdict_states_why",
        choices,
    );
}

fn choices() -> String {
    let rows = [
        ("woken", verdict(|_| {})),
        (
            "not sensed",
            verdict(|all| fails(all, Standby, WhyNot::NotSensed)),
        ),
        (
            "slow to wake",
            verdict(|all| {
                let standby = all.trials.entry(Standby).or_default();
                standby.wakes = millis(&[61]);
            }),
        ),
        (
            "late answers",
            verdict(|all| {
                let standby = all.trials.entry(Standby).or_default();
                standby.first = millis(&[90]);
            }),
        ),
        (
            "only a context holds",
            verdict(|all| {
                fails(all, Standby, WhyNot::NotSeenUp);
                fails(all, Boost, WhyNot::ClocksDown);
            }),
        ),
        (
            "nothing works",
            verdict(|all| {
                for strategy in LADDER {
                    fails(all, strategy, WhyNot::ClocksDown);
                }
            }),
        ),
        (
            "no watts",
            verdict(|all| {
                let trials = all.trials.values_mut();
                trials.for_each(|trial| trial.watts.clear());
            }),
        ),
    ];
    let rows = rows.map(|(name, verdict)| format!("{name}\n{verdict}"));
    rows.join("\n\n")
}

#[test]
fn the_holder_is_the_first_that_holds_and_never_standby() {
    let limit = Duration::from_millis(50);
    let mut all = side_by_side();
    assert_eq!(all.holder(limit), Some(Boost));
    fails(&mut all, Boost, WhyNot::ClocksDown);
    assert_eq!(all.holder(limit), Some(Context));
    fails(&mut all, Context, WhyNot::LittleVram);
    assert_eq!(all.holder(limit), None);
}

#[test]
fn a_shared_report_has_the_results_and_nothing_of_their_owner() {
    let mut all = side_by_side();
    let message = "cannot start /home/ada/bin/gpu-keepalive on lovelace for \
                 GPU-51300000-0000-4000-8000-000000000000: no | such file in /srv/secret";
    let error = GpuError::new(GpuErrorKind::ProcessEnded, message);
    fails(&mut all, Boost, WhyNot::Refused(error));
    all.inspection = Inspection {
        power_limit: Some(Watts(600.0)),
        vbios: Some("96.00.99.00.01".to_owned()),
        pcie: PcieLink {
            generation: Some(4),
            width: Some(16),
            max_generation: Some(5),
            max_width: None,
        },
        ..Inspection::default()
    };
    let clocks = |s, sm_mhz| ClockSample {
        s,
        sm_mhz: Some(sm_mhz),
        pstate: Some(0),
        ..ClockSample::default()
    };
    all.after_work = vec![clocks(0.0, 1980), clocks(0.1, 1980), clocks(0.7, 345)];
    let mut about = about(false);
    about.gpu.uuid.0 = "GPU-51300000-0000-4000-8000-000000000000".to_owned();
    let benchmark = all.benchmark(about);
    let text = share(&benchmark);
    insta::assert_snapshot!(text);
    let record = Record::from(&benchmark);
    let json = record.to_json();
    assert_eq!(json["gpu"], benchmark.gpu);
    assert!(json["strategies"][0]["first_ms"].is_number());
    assert_eq!(read_record(&json.to_string()).as_ref(), Ok(&record));
    for text in [text, json.to_string()] {
        for private in [
            "51300000", "ada", "lovelace", "/home", "/srv", "secret", "uuid\"",
        ] {
            assert!(!text.contains(private), "{private}: {text}");
        }
    }
}

#[test]
fn a_report_is_in_english_whatever_the_language_of_the_measurement() {
    let report = |language: Language| {
        language.within(|| {
            let mut all = side_by_side();
            fails(&mut all, Standby, WhyNot::NotSensed);
            share(&all.benchmark(about(false)))
        })
    };
    let english = report(Language::ENGLISH);
    assert!(english.contains("a request was not noticed"), "{english}");
    for language in Language::all() {
        assert_eq!(report(language), english);
    }
}

#[test]
fn a_report_of_a_simulated_gpu_says_so_and_is_no_record() {
    let mut about = about(true);
    about.platform = None;
    let benchmark = side_by_side().benchmark(about);
    let text = share(&benchmark);
    assert!(text.contains("(simulated)") && text.contains("not the numbers of a card"));
    let json = Record::from(&benchmark).to_json();
    assert_eq!(json["simulated"], true);
    let refused = read_record(&json.to_string()).expect_err("refused");
    assert_eq!(refused.0, ["the GPU is simulated"]);
}
