//! The fields of `status --json`, which scripts are written against.

use serde_json::Value;

use super::engine::{Engine, on_fakes};
use crate::{
    ffi::driver::FakeDriver,
    user::{User, ended},
};

/// Pointer, type, and whether the fake driver can leave it unsaid.
const FIELDS: [(&str, &str, bool); 39] = [
    ("/engine/version", "string", false),
    ("/engine/pid", "integer", false),
    ("/engine/simulated", "boolean", false),
    ("/engine/mode", "string", false),
    ("/engine/enabled", "boolean", false),
    ("/engine/uptime_s", "number", false),
    ("/gpus/0/index", "integer", false),
    ("/gpus/0/uuid", "string", false),
    ("/gpus/0/name", "string", false),
    ("/gpus/0/pci_bus_id", "string", false),
    ("/gpus/0/phase", "string", false),
    ("/gpus/0/reasons", "array", false),
    ("/gpus/0/pstate", "integer", true),
    ("/gpus/0/sm_clock_mhz", "integer", true),
    ("/gpus/0/sm_clock_max_mhz", "integer", true),
    ("/gpus/0/memory_clock_mhz", "integer", true),
    ("/gpus/0/clocks_event_reasons", "array", false),
    ("/gpus/0/temperature_c", "integer", true),
    ("/gpus/0/power_w", "number", true),
    ("/gpus/0/utilization_percent", "integer", true),
    ("/gpus/0/ready", "boolean", true),
    ("/gpus/0/vram", "object", false),
    ("/gpus/0/vram/total_bytes", "integer", true),
    ("/gpus/0/vram/free_bytes", "integer", true),
    ("/gpus/0/vram/ours_bytes", "integer", false),
    ("/gpus/0/strategy", "string", false),
    ("/gpus/0/pulse_interval_ms", "integer", false),
    ("/gpus/0/pulses", "integer", false),
    ("/gpus/0/fault", "null", false),
    ("/gpus/0/attempts", "array", false),
    ("/gpus/0/phase_text", "string", false),
    ("/gpus/0/phase_s", "number", false),
    ("/energy", "object", false),
    // Known until something is held, and again once the GPU was seen at rest.
    ("/energy/today_wh", "null or number", false),
    ("/energy/today_cost", "null", false),
    ("/energy/cold_starts_avoided_today", "integer", false),
    ("/energy/saved_today_wh", "null or number", false),
    ("/notices", "array", false),
    ("/desktop", "null", false),
];

/// The settings that let a GPU that reports nothing be held: its temperature is not known.
const HELD_ANYWAY: &str = "strategy = \"pulse\"\n[thermal]\nenabled = false\n";

#[tokio::test]
async fn every_field_has_its_type() {
    let (user, driver) = (User::new(), FakeDriver::new());
    user.sets(HELD_ANYWAY);
    let engine = Engine::start(
        &user,
        on_fakes(&user, &driver, &["run", "--mode", "always"]),
    )
    .await;
    engine.until_gpu("a pulse", |gpu| gpu.pulses > 0).await;
    let status = status_json(&user).await;
    for (field, kind, _) in FIELDS {
        let value = status.pointer(field).unwrap_or_else(|| panic!("{field}"));
        let is = type_of(value, kind);
        assert!(kind.split(" or ").any(|k| k == is), "{field}: {value}");
    }
    assert_eq!(status["engine"]["pid"], engine.pid());
    assert_eq!(status["engine"]["simulated"], false);
}

#[tokio::test]
async fn values_that_the_driver_does_not_report_are_null() {
    let (user, driver) = (User::new(), FakeDriver::new());
    user.sets(HELD_ANYWAY);
    driver.set_values("");
    let engine = Engine::start(
        &user,
        on_fakes(&user, &driver, &["run", "--mode", "always"]),
    )
    .await;
    engine.until_gpu("a pulse", |gpu| gpu.pulses > 0).await;
    let status = status_json(&user).await;
    for (field, _, may_be_unsaid) in FIELDS {
        let value = status.pointer(field).unwrap_or_else(|| panic!("{field}"));
        if may_be_unsaid {
            assert_eq!(*value, Value::Null, "{field} is made up");
        }
    }
    // For people, what is not known is left out.
    let text = user.run(&["status"]).await.out;
    for label in ["Speed", "Temperature", "Power", "VRAM  "] {
        assert!(!text.contains(label), "{text}");
    }
}

async fn status_json(user: &User) -> Value {
    let answer = ended(user.command(&["status", "--json"])).await;
    assert_eq!(
        (answer.code, answer.err.as_str()),
        (Some(0), ""),
        "{answer:?}"
    );
    serde_json::from_str(&answer.out).expect("one JSON object")
}

/// An integer is a number as well.
fn type_of(value: &Value, expected: &str) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() || expected.ends_with("number") => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
