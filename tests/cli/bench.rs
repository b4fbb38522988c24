use gpu_keepalive_core::benchmark::read_record;
use insta::assert_snapshot;
use serde_json::Value;

use super::User;
use crate::support::deviations;

const SIMULATED: [&str; 3] = ["bench", "--simulate", "rtx-3070-laptop"];

/// With the first answer on request left out: the sensing and the request may fall into the same
/// millisecond, and which comes first is left to the runtime. It lies between ready and cold.
fn without_waking(out: &str) -> String {
    let line = |line: &str| {
        if !line.starts_with("* On request") {
            return line.to_owned();
        }
        let mut columns: Vec<_> = line.split_whitespace().collect();
        let first: f64 = columns[4].parse().expect("milliseconds");
        assert!((20.0..29.0).contains(&first), "{line}");
        columns[4] = "[ms]";
        columns.join(" ")
    };
    out.lines().map(|text| line(text) + "\n").collect()
}

#[tokio::test]
async fn a_simulated_gpu_is_measured_at_once_and_reported_as_simulated() {
    let user = User::new();
    let ended = user.run(&SIMULATED).await;
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert_snapshot!(without_waking(&ended.out));
    for progress in [
        "(simulated): at most",
        "round 2 of 2: reading a prompt (prefill) after a rest of 20 s, ready",
    ] {
        assert!(ended.err.contains(progress), "{}", ended.err);
    }
    let kept = user.home().join("state");
    assert!(!kept.exists(), "numbers of a simulation are not kept");
}

#[tokio::test]
async fn json_is_one_object_with_the_contract_s_fields() {
    let user = User::new();
    let arguments = [&SIMULATED[..], &["--json", "--rounds", "1"]].concat();
    let ended = user.run(&arguments).await;
    let benchmark: Value = serde_json::from_str(&ended.out).expect("one JSON object");
    for (field, is_right) in [
        ("gpu", benchmark["gpu"].is_string()),
        ("driver", benchmark["driver"].is_string()),
        ("simulated", benchmark["simulated"] == true),
        ("hold_time_s", benchmark["hold_time_s"].is_number()),
        ("vram_bytes", benchmark["vram_bytes"].is_u64()),
        (
            "slowdown_percent",
            benchmark["slowdown_percent"].is_number(),
        ),
        ("verdict", benchmark["verdict"].is_string()),
    ] {
        assert!(is_right, "{field}: {}", benchmark[field]);
    }
    for watts in ["asleep", "cold", "warm"] {
        assert!(
            benchmark["watts"][watts].is_number(),
            "{watts}: {benchmark:#}"
        );
    }
    let decode = &benchmark["workloads"][0];
    assert_eq!(decode["name"], "decode");
    assert!(decode["back_to_back_ms"].is_number());
    let rests: Vec<_> = decode["rests"].as_array().expect("rests").iter().collect();
    assert_eq!(rests.len(), 3);
    for number in ["rest_s", "cold_ms", "warm_ms", "ratio"] {
        assert!(rests[1][number].is_number(), "{number}");
    }
}

#[tokio::test]
async fn a_record_of_a_simulated_gpu_has_the_form_and_is_refused_as_one() {
    let user = User::new();
    let share = [&SIMULATED[..], &["--quick", "--share", "--json"]].concat();
    let ended = user.run(&share).await;
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let record: Value = serde_json::from_str(&ended.out).expect("one JSON object");
    assert_eq!(deviations(&record), ["/simulated: const"]);
    assert!(record["after_work"].as_array().expect("clocks").len() > 2);
    let refused = read_record(&ended.out).expect_err("refused");
    assert_eq!(refused.0, ["the GPU is simulated"]);
    assert!(
        ended.err.contains("do not give them to others"),
        "{}",
        ended.err
    );
    assert!(!ended.err.contains("issues/new"), "{}", ended.err);

    let share = [&SIMULATED[..], &["--quick", "--share"]].concat();
    let ended = user.run(&share).await;
    let simulated = "### NVIDIA GeForce RTX 3070 Laptop GPU (simulated)\n\n**Simulated:";
    assert!(ended.out.starts_with(simulated), "{}", ended.out);
}

#[tokio::test]
async fn a_card_that_others_measured_is_said_to_be_known() {
    let user = User::new();
    let bench = ["bench", "--quick", "--simulate", "h200"];
    let ended = user.run(&bench).await;
    assert!(
        ended.err.contains("Measured on another NVIDIA H200"),
        "{}",
        ended.err
    );
}

#[tokio::test]
async fn a_short_measurement_is_reported_as_one() {
    let user = User::new();
    let ended = user.run(&[&SIMULATED[..], &["--quick"]].concat()).await;
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert_snapshot!(without_waking(&ended.out));
}

#[tokio::test]
async fn the_gpu_is_chosen_by_its_number() {
    let user = User::new();
    let quick = ["bench", "--simulate", "two-gpus", "--quick", "--gpu"];
    let second = user.run(&[&quick[..], &["1"]].concat()).await;
    let first = user.run(&[&quick[..], &["0"]].concat()).await;
    assert_ne!(first.out, second.out);
    let third = user.run(&[&quick[..], &["2"]].concat()).await;
    assert_eq!((third.code, third.out.as_str()), (Some(2), ""));
    assert!(third.err.contains("gpu-keepalive gpus"), "{}", third.err);
}

#[tokio::test]
async fn without_a_gpu_the_exit_code_is_4_and_a_lost_one_is_a_failure() {
    let user = User::new();
    let none = user.run(&["bench", "--simulate", "no-driver"]).await;
    assert_eq!((none.code, none.out.as_str()), (Some(4), ""), "{none:?}");
    let lost = user.run(&["bench", "--simulate", "gpu-lost"]).await;
    assert_eq!((lost.code, lost.out.as_str()), (Some(1), ""), "{lost:?}");
}
