use std::time::Duration;

use gpu_keepalive_core::protocol::MAX_TIMER;
use jiff::{Span, SpanRelativeTo};

/// Reads a duration such as `90s`, `30m`, `1.5h`, `1h30m` or `2 days`, up to a week.
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
    let example = "write 90s, 30m or 1h30m, for example";
    // A day has 24 hours here: a timer does not know of summer time.
    let time = text.parse::<Span>();
    let time = time.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()));
    let time = time.ok().and_then(|time| Duration::try_from(time).ok());
    match time {
        None => Err(format!("“{text}” is not a time; {example}")),
        Some(Duration::ZERO) => Err(format!("“{text}” is no time at all; {example}")),
        Some(time) if time > MAX_TIMER => {
            Err(format!("“{text}” is too long; at most 7d is possible"))
        }
        Some(time) => Ok(time),
    }
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
            ("30 m", 1800.0),
            ("2 hours 30 min", 9000.0),
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
            "30m1h",
            "1h1h",
            "1.5d",
            "1 month",
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
