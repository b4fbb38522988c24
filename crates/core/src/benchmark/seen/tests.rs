use super::*;

#[test]
fn every_record_that_is_carried_is_read() {
    let lines = include_str!("../records.jsonl").lines().count();
    assert_eq!((RECORDS.len(), lines > 0), (lines, true));
}

#[test]
fn a_card_that_was_measured_has_a_sentence_and_others_have_none() {
    assert!(seen_elsewhere("NVIDIA H200").is_some());
    assert_eq!(seen_elsewhere("NVIDIA H20"), None);
    assert_eq!(seen_elsewhere("NVIDIA GeForce RTX 4070"), None);
}

#[test]
fn it_says_what_is_known() {
    assert_in_every_language!("it_says_what_is_known", sentences());
}

fn sentences() -> String {
    let record = |strategies: &str| {
        let text = format!(
            r#"{{"schema": 1, "source": "bench", "date": "2026-11-28", "gpu": "NVIDIA H200",
                "driver": "580.159.04", {strategies}}}"#
        );
        let record = crate::benchmark::read_record(&text).expect("a record");
        sentence(&record).unwrap_or_else(|| "nothing".to_owned())
    };
    let rows = [
        record(
            r#""alone": {"later_ms": 18}, "strategies": [
                {"strategy": "standby", "works": true, "more_watts": 0, "later_ms": 7}]"#,
        ),
        record(
            r#""strategies": [{"strategy": "standby", "works": false, "obstacle": "not_sensed"},
                {"strategy": "boost", "works": true, "watts_at_rest": 71.3, "ratio": 1.009}]"#,
        ),
        record(r#""strategies": [{"strategy": "boost", "works": true}]"#),
        record(r#""strategies": []"#),
    ];
    rows.join("\n")
}
