use std::time::Duration;

use gpu_keepalive_core::{
    Moment,
    benchmark::{BenchmarkResult, BenchmarkWatts, Plan, Platform, RestResult, Workload},
    simulation::{Scenario, SimulatedMachine},
    units::{Bytes, Watts},
};
use gpu_keepalive_text::Language;

use crate::{About, Measurements};

pub(super) fn millis(all: &[u64]) -> Vec<Duration> {
    all.iter().copied().map(Duration::from_millis).collect()
}

/// A page of sentences, made in each language: snapshots to be read aloud.
pub(super) fn assert_in_every_language(name: &str, page: fn() -> String) {
    for language in Language::all() {
        let name = match language.code() {
            "en" => name.to_owned(),
            code => format!("{name}.{code}"),
        };
        insta::assert_snapshot!(name, language.within(page));
    }
}

pub(super) fn about(simulated: bool) -> About {
    let scenario = Scenario::preset("rtx-3070-laptop").expect("a preset");
    let mut machine = SimulatedMachine::new(scenario, Moment::ORIGIN);
    About {
        gpu: machine
            .discover(Moment::ORIGIN)
            .expect("a GPU")
            .gpus
            .remove(0),
        date: "2026-11-23".to_owned(),
        simulated,
        platform: Some(Platform::new(
            "Debian GNU/Linux",
            "13",
            "6.12.48-ada",
            "x86_64",
        )),
        plan: Plan::new(false, Some(3)),
        kept_by: "a pulse every 100 ms".to_owned(),
        max_wake: Duration::from_millis(50),
    }
}

fn measurements() -> Measurements {
    let mut all = Measurements {
        hold_time: Some(Duration::from_secs(18)),
        cold_watts: vec![Watts(9.0), Watts(10.0), Watts(30.0)],
        warm_watts: vec![Watts(31.0), Watts(33.0)],
        rates: vec![[100.0, 99.0], [100.0, 101.0], [50.0, 49.9]],
        vram: Some(Bytes(5)),
        ..Measurements::default()
    };
    all.back_to_back.insert(Workload::Decode, millis(&[20, 22]));
    for (rest, cold) in [(1, [20, 21, 22]), (20, [60, 50, 40])] {
        all.cold.insert((Workload::Decode, rest), millis(&cold));
        all.warm
            .insert((Workload::Decode, rest), millis(&[19, 20, 25]));
    }
    all.cold.insert((Workload::Prefill, 20), millis(&[20]));
    all.warm.insert((Workload::Prefill, 20), millis(&[20]));
    all
}

#[test]
fn numbers_are_medians_with_their_spread_and_what_is_missing_is_null() {
    let benchmark = measurements().benchmark(about(false));
    let decode = &benchmark.workloads[0];
    assert_eq!(
        (decode.back_to_back_ms, decode.back_to_back_spread_ms),
        (Some(21.0), Some(2.0))
    );
    assert_eq!(
        decode.rests[1],
        RestResult {
            rest_s: 20,
            cold_ms: Some(50.0),
            cold_spread_ms: Some(20.0),
            warm_ms: Some(20.0),
            warm_spread_ms: Some(6.0),
            ratio: Some(2.5),
        }
    );
    assert_eq!(benchmark.workloads[1].back_to_back_ms, None);
    let watts = BenchmarkWatts {
        asleep: None,
        cold: Some(10.0),
        warm: Some(32.0),
    };
    assert_eq!(benchmark.watts, watts);
    let slowdown = benchmark.slowdown_percent.expect("it was measured");
    assert!((slowdown - 0.2).abs() < 1e-9, "{slowdown}");
    let empty = Measurements::default().benchmark(about(false));
    assert_eq!((empty.slowdown_percent, empty.vram_bytes), (None, None));
}

#[test]
fn json_has_the_contract_s_names() {
    let benchmark = measurements().benchmark(about(true));
    let json = serde_json::to_value(&benchmark).expect("JSON");
    for field in [
        "gpu",
        "driver",
        "simulated",
        "hold_time_s",
        "vram_bytes",
        "slowdown_percent",
        "verdict",
    ] {
        assert!(!json[field].is_null(), "{field}");
    }
    assert_eq!(json["workloads"][0]["name"], "decode");
    assert_eq!(json["workloads"][0]["rests"][1]["rest_s"], 20);
    assert_eq!(json["watts"]["asleep"], serde_json::Value::Null);
    assert_eq!(
        serde_json::from_value::<BenchmarkResult>(json).expect("the same"),
        benchmark
    );
}

#[test]
fn the_verdict_is_a_sentence_for_every_case() {
    assert_in_every_language("the_verdict_is_a_sentence_for_every_case", verdicts);
}

fn verdicts() -> String {
    let verdict = |change: fn(&mut Measurements), simulated| {
        let mut all = measurements();
        change(&mut all);
        all.benchmark(about(simulated)).verdict
    };
    let same: fn(&mut Measurements) = |all| all.cold.clone_from(&all.warm);
    let sentences = [
        verdict(|_| {}, false),
        verdict(|all| all.boost_disabled = true, true),
        verdict(|all| all.warm_watts.clear(), false),
        verdict(same, false),
        verdict(
            |all| {
                all.cold.clone_from(&all.warm);
                all.hold_time = Some(Duration::from_secs(45));
            },
            false,
        ),
        verdict(
            |all| {
                all.cold.clone_from(&all.warm);
                all.hold_time = None;
            },
            false,
        ),
        verdict(|all| all.warm.clear(), false),
        verdict(|all| all.disturbed = true, false),
        verdict(
            |all| {
                all.warm.clear();
                all.cold.clear();
            },
            true,
        ),
    ];
    sentences.join("\n\n")
}
