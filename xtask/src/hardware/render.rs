//! The records for people.

use std::{fmt::Write, fs, path::Path};

use anyhow::{Context, Result};
use serde_json::Value;

mod beside;

/// The marks where the tables of the side-by-side begin and end in the README.
const BEGIN: &str = "<!-- side by side: `cargo xtask hardware --readme FILE` writes this -->\n";
const END: &str = "<!-- end of side by side -->\n";

/// Writes the tables of a side-by-side into that README, from the results of one or more calls.
pub(super) fn into_readme(readme: &Path, results: &[Value]) -> Result<()> {
    let text = fs::read_to_string(readme).with_context(|| format!("no {}", readme.display()))?;
    let tables = beside::tables(results)?;
    fs::write(readme, replaced(&text, &tables)?)?;
    Ok(())
}

/// The text with what stands between the two marks replaced.
fn replaced(text: &str, tables: &str) -> Result<String> {
    let marks = || format!("the README has to have the lines {BEGIN:?} and {END:?}, in this order");
    let (before, rest) = text.split_once(BEGIN).with_context(marks)?;
    let (_, after) = rest.split_once(END).with_context(marks)?;
    Ok(format!("{before}{BEGIN}\n{tables}{END}{after}"))
}

/// The whole record; parts that were not run are left out.
pub(super) fn text(record: &Value) -> String {
    let mut text = String::new();
    heading(&mut text, record);
    if let Some(tests) = record["tests"].as_object() {
        text += "\nHardware tests\n";
        for (name, test) in tests {
            let verdict = if test["passed"] == true {
                "passed"
            } else {
                "FAILED"
            };
            line(&mut text, &format!("{verdict}  {name}"));
            if test["passed"] != true {
                let why = ["error", "said", "status"].map(|key| test[key].as_str().unwrap_or(""));
                why.iter()
                    .flat_map(|why| why.lines())
                    .for_each(|why| line(&mut text, &format!("        {why}")));
            }
        }
    }
    if record["bench"] != Value::Null {
        text += "\nBench\n";
        let verdict = record["bench"]["verdict"].as_str();
        line(&mut text, verdict.unwrap_or("it failed; see record.json"));
    }
    let beside = &record["beside"]["notes"];
    if let Some(table) = beside["table"].as_str() {
        text += "\nSide by side\n";
        table.lines().for_each(|row| line(&mut text, row));
        text += "\nBars\n";
        for bar in beside["bars"].as_array().into_iter().flatten() {
            line(&mut text, &bar_line(bar));
        }
    } else if record["beside"] != Value::Null {
        text += "\nSide by side\n";
        line(
            &mut text,
            record["beside"]["error"].as_str().unwrap_or("it failed"),
        );
    }
    text
}

fn heading(text: &mut String, record: &Value) {
    let text_of = |value: &Value| value.as_str().unwrap_or("unknown").to_owned();
    for (title, value) in [
        ("Date", &record["date"]),
        ("GPU", &record["gpu"]["name"]),
        ("Driver", &record["gpu"]["driver_version"]),
        ("System", &record["kernel"]),
    ] {
        writeln!(text, "{title:<8}{}", text_of(value)).expect("text");
    }
}

fn bar_line(bar: &Value) -> String {
    let verdict = match bar["met"].as_bool() {
        Some(true) => "met",
        Some(false) => "MISSED",
        None => "not measured",
    };
    let measured = bar["measured"]
        .as_f64()
        .map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"));
    format!(
        "{:<54} {measured:>10}, at most {:<6} {verdict}",
        bar["what"].as_str().unwrap_or(""),
        bar["at_most"]
    )
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "  {line}").expect("text");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let text = format!("before\n{BEGIN}old\n{END}after\n");
        let new = replaced(&text, "new\n").unwrap();
        assert_eq!(new, format!("before\n{BEGIN}\nnew\n{END}after\n"));
        for without in ["", BEGIN, &format!("{END}{BEGIN}")] {
            assert!(replaced(without, "new\n").is_err(), "{without:?}");
        }
    }
}
