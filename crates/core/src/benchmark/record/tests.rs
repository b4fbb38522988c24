use super::*;

const SMALLEST: &str = r#"{"schema": 1, "source": "bench", "date": "2026-11-28",
    "gpu": "NVIDIA GeForce RTX 4070 Ti SUPER", "driver": "580.95.05"}"#;

/// The smallest record with more fields.
fn with(more: &str) -> Result<Record, Refused> {
    let text = SMALLEST.trim_end_matches('}');
    read_record(&format!("{text}, {more}}}"))
}

#[test]
fn a_record_is_read_and_stays_the_same_when_it_is_written() {
    let record = read_record(SMALLEST).expect("a record");
    let json = record.to_json();
    let written: Value = serde_json::from_str(SMALLEST).expect("JSON");
    assert_eq!(json, written, "what was not recorded is left out");
    with(
        r#""card": {"vbios": "95.03.45.00.9F"}, "platform": {"os": "Windows",
        "os_version": "11 (26100)", "kernel": "26100", "architecture": "x86_64"}"#,
    )
    .expect("a record");
}

#[test]
fn what_is_private_is_refused_wherever_it_stands() {
    let platform = |os: &str| {
        let os = Value::String(os.to_owned());
        format!(r#""platform": {{"os": {os}, "architecture": "x86_64"}}"#)
    };
    for private in [
        "GPU-5e2c1a34-77aa-4bcd-9f11-0123456789ab",
        "5e2c1a34-77aa-4bcd-9f11-0123456789ab",
        "/home/ada/llama.cpp",
        "/srv/models",
        "C:\\Users\\ada",
        "~ada",
        "ada@lovelace",
        "ada@example.org",
        "192.168.1.20",
        "fe80::1c2d:3e4f",
        "00:1a:2b:3c:4d:5e",
        "0000:01:00.0",
        "00000000:01:00.0",
        "1321021034567",
        "hf_0123456789abcdef",
        "http://lovelace.local",
    ] {
        let refused = with(&platform(private)).expect_err(private);
        assert!(
            refused
                .0
                .iter()
                .any(|why| why.starts_with("platform.os holds")),
            "{private}: {refused}"
        );
    }
    with(&platform("Debian")).expect("a record");
}

#[test]
fn a_field_that_no_record_has_is_refused_at_every_depth() {
    for more in [
        r#""uuid": "x""#,
        r#""hostname": "x""#,
        r#""note": "x""#,
        r#""card": {"serial": 1}"#,
        r#""platform": {"os": "Debian", "architecture": "x86_64", "user": "x"}"#,
        r#""after_work": [{"s": 0, "pid": 7}]"#,
        r#""strategies": [{"strategy": "boost", "works": true, "label": "x"}]"#,
    ] {
        assert!(with(more).is_err(), "{more}");
    }
    with(r#""strategies": [{"strategy": "boost", "works": true}]"#).expect("a record");
}

#[test]
fn a_simulated_gpu_is_no_record() {
    let refused = with(r#""simulated": true"#).expect_err("refused");
    assert_eq!(refused.0, ["the GPU is simulated"]);
}

#[test]
fn a_record_of_another_form_is_refused() {
    for (field, instead) in [
        (r#""schema": 1"#, r#""schema": 2"#),
        (r#""source": "bench""#, r#""source": "ada""#),
        (r#""2026-11-28""#, r#""yesterday""#),
        (r#""NVIDIA GeForce RTX 4070 Ti SUPER""#, r#""ada's card""#),
        (r#""580.95.05""#, r#""580-ada""#),
    ] {
        assert!(SMALLEST.contains(field));
        let text = SMALLEST.replace(field, instead);
        assert!(read_record(&text).is_err(), "{instead}");
    }
    assert!(with(r#""card": {"vbios": "ada"}"#).is_err());
    assert!(read_record("[]").is_err() && read_record("").is_err());
}
