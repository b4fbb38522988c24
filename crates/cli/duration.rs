use std::time::Duration;

use gpu_keepalive_core::protocol::MAX_TIMER;

/// Units from large to small, in seconds.
const UNITS: [(&str, f64); 4] = [("d", 86_400.0), ("h", 3_600.0), ("m", 60.0), ("s", 1.0)];

/// Reads a duration such as `90s`, `30m`, `1.5h` or `1h30m`, up to a week.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("a time is needed, such as 90s, 30m or 1h30m".to_owned());
    }
    if text.parse::<f64>().is_ok_and(f64::is_finite) {
        let number = text.trim_start_matches(['+', '-']);
        return Err(format!(
            "“{text}” has no unit; write {number}s for seconds, {number}m for minutes or \
             {number}h for hours"
        ));
    }
    let seconds = sum_of_parts(text)
        .ok_or_else(|| format!("“{text}” is not a time; write 90s, 30m or 1h30m, for example"))?;
    if seconds <= 0.0 {
        return Err(format!(
            "“{text}” is no time at all; write 90s, 30m or 1h30m, for example"
        ));
    }
    if seconds > MAX_TIMER.as_secs_f64() {
        return Err(format!("“{text}” is too long; at most 7d is possible"));
    }
    Ok(Duration::from_secs_f64(seconds))
}

/// Seconds; each unit at most once, from large to small.
fn sum_of_parts(mut text: &str) -> Option<f64> {
    let mut units = UNITS.iter();
    let mut seconds = 0.0;
    while !text.is_empty() {
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, rest) = text.split_at(digits);
        let (unit, rest) = rest.split_at_checked(1)?;
        let (_, factor) = units.find(|(name, _)| *name == unit)?;
        seconds += number.parse::<f64>().ok()? * factor;
        text = rest;
    }
    Some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        for (text, seconds) in [
            ("90s", 90.0),
            ("30m", 1800.0),
            ("1h30m", 5400.0),
            ("1.5h", 5400.0),
            ("0.5s", 0.5),
            ("1d2h3m4s", 93_784.0),
            (" 2h ", 7200.0),
            ("7d", 604_800.0),
        ] {
            let expected = Duration::from_secs_f64(seconds);
            assert_eq!(parse_duration(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused_with_what_would_be_right() {
        let mut answers = String::new();
        for text in [
            "",
            "30",
            "1.5",
            "-30",
            "0s",
            "0m0s",
            "soon",
            "m",
            "30x",
            "30 m",
            "30m1h",
            "1h1h",
            "-30m",
            "1e3s",
            "..5h",
            "inf",
            "NaNs",
            "8d",
            "99999999999999999999h",
            "30ｍ",
            "½h",
        ] {
            let error = parse_duration(text).expect_err(text);
            answers += &format!("{text:24} {error}\n");
        }
        insta::assert_snapshot!(answers);
    }
}
