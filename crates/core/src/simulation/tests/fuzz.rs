//! Damaged scenario files: a mistake has a line and a key, and what is accepted can be simulated.

use fuzzing::{assert_shows, config, damaged, slow};
use proptest::prelude::{prop_assert, proptest};

use super::*;

/// Every preset, and a day with everything in it.
fn corpus() -> Vec<&'static str> {
    vec![
        include_str!("../presets/rtx-3070-laptop.toml"),
        include_str!("../presets/rtx-4090.toml"),
        include_str!("../presets/h200-quiet.toml"),
        include_str!("../presets/hot-laptop.toml"),
        include_str!("../presets/two-gpus.toml"),
        include_str!("../presets/gpu-lost.toml"),
        include_str!("../presets/no-driver.toml"),
        include_str!("../../../../../tests/scenarios/laptop-day.toml"),
        include_str!("../../../../../tests/scenarios/sitting.toml"),
        EVERY_KIND,
    ]
}

const EVERY_KIND: &str = r#"
seed = 3
[[gpus]]
like = "rtx-4090"
name = "Mine"
pci_bus_id = "0000:01:00.0"
compute_capability = "8.9"
boost_seen_after_ms = [20, 110]
boost_falls_after_s = 12
unsupported = ["power", "energy"]
[[events]]
kind = "program"
program = "ollama runner"
pid = 77
poll_every_s = 1.5
utilization_percent = 10
[[events]]
at_s = 1
for_s = 2
repeat_every_s = 3
kind = "request"
pid = 77
lead_ms = 20
[[events]]
at_s = 1
for_s = 1
kind = "fault"
error = "gpu_lost"
[[events]]
at_s = 2
until_s = 3
kind = "hang"
gpu = 0
[[events]]
at_s = 1
for_s = 1
kind = "reports"
reading = "temperature"
value = 255
[[events]]
at_s = 2
for_s = 1
kind = "heat"
ambient_c = 60
[[events]]
at_s = 1
for_s = 0.5
repeat_every_s = 1
kind = "suspend"
"#;

fn parsed(bytes: &[u8]) -> Option<Scenario> {
    let text = String::from_utf8_lossy(bytes);
    match Scenario::parse("mine.toml", &text) {
        Ok(scenario) => Some(scenario),
        Err(error) => {
            assert_shows(&error.to_string());
            assert!(error.to_string().starts_with("mine.toml"), "{error}");
            let is_toml = !error.problem.contains("not TOML");
            assert_eq!(error.key.is_empty(), !is_toml, "{error}");
            // The parser does not say where what is nested too deeply begins.
            let lines = text.split('\n').count();
            let within = error.line.map(|line| (1..=lines).contains(&line));
            assert!(within.unwrap_or(!is_toml), "{error}");
            None
        }
    }
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn a_mistake_has_a_line_and_a_key(bytes in damaged(corpus())) {
        parsed(&bytes);
    }
}

proptest! {
    #![proptest_config(slow(100))]

    #[test]
    fn what_is_accepted_can_be_simulated(bytes in damaged(corpus())) {
        let Some(scenario) = parsed(&bytes) else { return Ok(()) };
        let mut machine = SimulatedMachine::new(scenario, Moment::ORIGIN);
        for tenths in 0..40_u32 {
            let now = at(f64::from(tenths) / 10.0);
            let listed = machine.discover(now).map_or(0, |list| list.gpus.len());
            prop_assert!(listed <= 1000);
            machine.host(&[], now);
            while machine.take_host_event().is_some() {}
            for action in [Action::Sample, PULSE] {
                if let Performed::Done(Ok(Outcome::Sampled(sample))) = machine.perform(0, action, now) {
                    prop_assert!(sample.power.is_none_or(|power| power.0.is_finite()));
                }
            }
        }
    }
}
