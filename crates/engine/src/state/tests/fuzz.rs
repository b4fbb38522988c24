//! Damaged records: each is understood and stays so, or is set aside with every byte.

use std::collections::BTreeMap;

use fuzzing::{assert_shows, config, damaged};
use gpu_keepalive_core::{
    benchmark::BenchmarkResult,
    gpu::GpuInfo,
    keeper::LearnedGpu,
    simulation::{Scenario, SimulatedMachine},
};
use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};
use serde_json::json;

use super::*;
use crate::store::parse;

type Learned = BTreeMap<String, LearnedGpu>;
type Benchmarks = BTreeMap<String, BenchmarkResult>;

fn energy() -> Vec<String> {
    let ours = serde_json::to_string(&kept().ledger).expect("JSON");
    let account = json!({"gpu": "GPU-a", "power_source": "ac", "settled_s": 20.0,
        "settled_j": 920.0, "rest_j": 200.0, "open_s": 5.0, "open_j": 50.0});
    let savings = json!({"gpu": "GPU-a", "power_source": "ac", "charged_s": 180.0,
        "charged_j": 3600.0, "open_s": 180.0});
    let day = json!({"warm_s": 20.0, "cold_starts_avoided": 3, "standby_s": 360.0,
        "savings": [savings], "accounts": [account]});
    let baseline = json!({"gpu": "GPU-a", "power_source": "ac", "blocks_w": [10.0, 11.5],
        "first_look": 9.5});
    let held = json!({"gpu": "GPU-a", "power_source": "ac", "driver": "580.159.04",
        "looks_w": [30.0, 30.0]});
    let all = json!({"version": 1, "days": {"2026-11-23": day.clone(), "2026-11-24": day.clone()},
        "undated": day, "baselines": [baseline], "held": [held]});
    vec![ours, all.to_string()]
}

fn learned() -> String {
    json!({"GPU-a 580.159.04": {
        "governors": [["ac", {"boost": "holds", "boost_every": {"secs": 15, "nanos": 0},
            "power_mizer": "fails", "context": "untried",
            "pulse": {"interval": {"secs": 4, "nanos": 0}, "shortest_fall": null}}]],
        "hold_time": {"observations": [{"secs": 18, "nanos": 5}]},
        "thresholds": {"thresholds_us": {"llama-server": 450}}}})
    .to_string()
}

fn gpus() -> String {
    let scenario = Scenario::preset("two-gpus").expect("a preset");
    let list = SimulatedMachine::new(scenario, Moment::ORIGIN).discover(Moment::ORIGIN);
    serde_json::to_string(&list.expect("GPUs").gpus).expect("JSON")
}

fn benchmarks() -> String {
    json!({"GPU-a 580": {"gpu": "H200", "uuid": "GPU-a", "driver": "580", "date": "2026-11-28",
        "simulated": false, "quick": true, "rounds": 2, "disturbed": false, "hold_time_s": 2.0,
        "cold_case": "ordinary", "kept_by": "boost",
        "workloads": [{"name": "decode", "text": "", "back_to_back_ms": 1.5,
            "back_to_back_spread_ms": 0.1, "rests": [{"rest_s": 20, "cold_ms": 9.0,
            "cold_spread_ms": 0.1, "warm_ms": 1.5, "warm_spread_ms": 0.1, "ratio": 6.0}]}],
        "watts": {"asleep": 70.0, "cold": 84.0, "warm": 131.0}, "vram_bytes": 0,
        "strategies": [], "chosen": "boost", "slowdown_percent": null, "verdict": "Fast."}})
    .to_string()
}

/// What is understood; it is written and understood again.
fn understood<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    match parse::<T>(bytes) {
        Ok(value) => {
            stays(&value);
            Some(value)
        }
        Err(why) => {
            assert_shows(&why);
            None
        }
    }
}

fn stays<T: Serialize + DeserializeOwned>(value: &T) {
    let written = serde_json::to_vec(value).expect("JSON");
    let back: T = parse(&written).unwrap_or_else(|why| panic!("what we wrote {why}"));
    let again = serde_json::to_vec(&back).expect("JSON");
    assert!(
        again == written,
        "{} became {}",
        written.escape_ascii(),
        again.escape_ascii()
    );
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn the_energy_record(bytes in damaged(energy())) {
        let Some(mut ledger) = understood::<Ledger>(&bytes) else { return Ok(()) };
        for second in 0..3 {
            held(&mut ledger, DAY, 100 + 20 * second);
        }
        ledger.cold_start_avoided(DAY);
        let written = serde_json::to_vec(&ledger).expect("JSON");
        prop_assert!(parse::<Ledger>(&written).is_ok());
        let report = ledger.report(90, DAY, Some(0.3), "EUR");
        let day = report.days.last().expect("today");
        prop_assert!(day.warm_s >= 30.0, "{day:?}");
        for day in &report.days {
            let numbers = [Some(day.warm_s), Some(day.standby_s), day.warm_wh, day.saved_wh, day.cost];
            let sound = |number: &f64| number.is_finite() && *number >= 0.0;
            prop_assert!(numbers.iter().flatten().all(sound), "{day:?}");
        }
    }

    #[test]
    fn what_was_learned(bytes in damaged([learned()])) {
        understood::<Learned>(&bytes);
    }

    #[test]
    fn the_gpus_of_the_last_run(bytes in damaged([gpus()])) {
        understood::<Vec<GpuInfo>>(&bytes);
    }

    #[test]
    fn the_benchmarks(bytes in damaged([benchmarks()])) {
        understood::<Benchmarks>(&bytes);
    }

    #[test]
    fn the_switches(bytes in damaged([r#"{"enabled":false}"#])) {
        understood::<KeptSwitches>(&bytes);
    }
}

proptest! {
    // Each waits for the disk several times.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn what_is_not_understood_is_set_aside_with_every_byte(bytes in damaged(energy())) {
        let folder = folder();
        let path = folder.path().join("energy.json");
        fs::write(&path, &*bytes).expect("written");
        let mut state = open(&folder);
        let is_strange = parse::<Ledger>(&bytes).is_err();
        let written = state.save(kept());
        prop_assert_eq!(&written.error, &None);
        let aside = folder.path().join("energy.json.set-aside");
        prop_assert_eq!(written.notices.len(), usize::from(is_strange));
        prop_assert_eq!(aside.exists(), is_strange);
        if is_strange {
            assert_shows(&written.notices[0]);
            prop_assert_eq!(fs::read(&aside).expect("it is there"), bytes.0);
        }
        let again = fs::read(&path).expect("it is there");
        prop_assert!(parse::<Ledger>(&again).is_ok());
    }
}
