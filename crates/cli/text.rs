//! Small pieces of text that several commands share.

use std::time::Duration;

use gpu_keepalive_core::protocol::{GpuStatus, Hold, Status};
use gpu_keepalive_text::Language;

/// A duration in English, as the sentences of the command line are.
pub(crate) fn duration_text(duration: Duration) -> String {
    Language::ENGLISH.within(|| gpu_keepalive_core::duration_text(duration))
}

/// The same for seconds from a status.
pub(crate) fn seconds_text(seconds: f64) -> String {
    Duration::try_from_secs_f64(seconds.round()).map_or_else(
        |_| "–".to_owned(),
        |duration| {
            if duration.is_zero() {
                "a moment".to_owned()
            } else {
                duration_text(duration)
            }
        },
    )
}

/// A short name that distinguishes a GPU from the others on this machine: `RTX 3070 Laptop`, or `0
/// RTX 4090` where two have the same name.
pub(crate) fn short_name(gpu: &GpuStatus, status: &Status) -> String {
    let name = gpu.short_name();
    let of_that_name = status.gpus.iter().filter(|other| other.name == gpu.name);
    match of_that_name.count() {
        0 | 1 => name.to_owned(),
        _ => format!("{} {name}", gpu.index),
    }
}

/// P-state and SM clock, as far as they are known.
pub(crate) fn speed(gpu: &GpuStatus) -> impl Iterator<Item = String> {
    let pstate = gpu.pstate.map(|pstate| pstate.to_string());
    let clock = gpu.sm_clock_mhz.map(|clock| clock.to_string());
    pstate.into_iter().chain(clock)
}

/// Describes how the clocks are held; `None` when nothing is.
pub(crate) fn hold(gpu: &GpuStatus) -> Option<&str> {
    (gpu.hold != Hold::Nothing).then_some(gpu.text.hold.as_str())
}

/// The text in lines of at most `width` characters; a longer word has a line of its own.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The limit that keeps the clocks where they are, by NVML's name for it; `None` for a GPU at rest,
/// which the P-state shows already.
pub(crate) fn clock_limit(name: &str) -> Option<&str> {
    Some(match name {
        "gpu_idle" => return None,
        "applications_clocks_setting" => "clocks set by hand",
        "sw_power_cap" => "held down by the power limit",
        "hw_slowdown" => "slowed down by the hardware",
        "sync_boost" => "in step with other GPUs",
        "sw_thermal_slowdown" => "slowed down for heat",
        "hw_thermal_slowdown" => "slowed down by the hardware for heat",
        "hw_power_brake_slowdown" => "slowed down by the power supply",
        "display_clock_setting" => "clocks set for the display",
        unknown => unknown,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A simulated laptop, held by pulses.
    pub(crate) fn laptop() -> Status {
        serde_json::from_str(include_str!("../../tests/fixtures/status.json")).expect("a status")
    }

    #[test]
    fn seconds_of_a_status_are_rounded() {
        assert_eq!(seconds_text(12.4), "12 s");
        assert_eq!(seconds_text(0.2), "a moment");
        assert_eq!(seconds_text(-3.0), "–");
    }

    #[test]
    fn long_text_is_wrapped_between_words() {
        assert_eq!(wrapped("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrapped("a-very-long-word b", 4), ["a-very-long-word", "b"]);
        assert_eq!(wrapped("°C °C", 5), ["°C °C"]);
        assert!(wrapped(" ", 5).is_empty());
    }

    #[test]
    fn names_are_short_but_distinguish_gpus() {
        let mut status = laptop();
        assert_eq!(short_name(&status.gpus[0], &status), "RTX 3070 Laptop");
        let mut second = status.gpus[0].clone();
        second.index = 1;
        status.gpus.push(second);
        assert_eq!(short_name(&status.gpus[1], &status), "1 RTX 3070 Laptop");
        status.gpus[1].name = "NVIDIA H200".to_owned();
        assert_eq!(short_name(&status.gpus[1], &status), "H200");
    }
}
