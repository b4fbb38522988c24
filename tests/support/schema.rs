//! Records against `docs/results/schema.json`.

use regex::Regex;
use serde_json::Value;

/// Fails unless a record has the form of `docs/results/schema.json`.
pub(crate) fn assert_conforms(record: &Value) {
    let wrong = deviations(record);
    assert_eq!(wrong, Vec::<String>::new(), "{record:#}");
}

/// Where a record has another form. Knows the words of JSON Schema that the file uses, and panics
/// at others.
pub(crate) fn deviations(record: &Value) -> Vec<String> {
    let schema = include_str!("../../docs/results/schema.json");
    let schema: Value = serde_json::from_str(schema).expect("JSON");
    let mut wrong = Vec::new();
    compare(record, &schema, &schema, "", &mut wrong);
    wrong
}

fn compare(value: &Value, schema: &Value, all: &Value, at: &str, wrong: &mut Vec<String>) {
    for (word, rule) in schema.as_object().expect("a schema") {
        let text = rule.as_str().unwrap_or_default();
        let holds = match word.as_str() {
            "$schema" | "$defs" | "title" | "description" => true,
            "$ref" => {
                let named = text.strip_prefix('#').expect("a place in this file");
                compare(
                    value,
                    all.pointer(named).expect("it exists"),
                    all,
                    at,
                    wrong,
                );
                true
            }
            "type" => match text {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "boolean" => value.is_boolean(),
                "number" => value.is_number(),
                "integer" => value.is_u64() || value.is_i64(),
                other => panic!("no such type: {other}"),
            },
            "const" => value == rule,
            "enum" => rule.as_array().expect("values").contains(value),
            "pattern" => {
                let pattern = Regex::new(text).expect("a pattern");
                value.as_str().is_some_and(|value| pattern.is_match(value))
            }
            "minimum" => value.as_f64() >= rule.as_f64(),
            "required" => {
                let mut names = rule.as_array().expect("names").iter();
                names.all(|name| value.get(name.as_str().expect("a name")).is_some())
            }
            "properties" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    if let Some(schema) = rule.get(name) {
                        compare(value, schema, all, &format!("{at}/{name}"), wrong);
                    }
                }
                true
            }
            "additionalProperties" => {
                let known = &schema["properties"];
                let mut names = value.as_object().into_iter().flatten();
                names.all(|(name, _)| known.get(name).is_some())
            }
            "items" => {
                for (number, value) in value.as_array().into_iter().flatten().enumerate() {
                    compare(value, rule, all, &format!("{at}/{number}"), wrong);
                }
                true
            }
            other => panic!("no test knows the word {other}"),
        };
        if !holds {
            wrong.push(format!("{at}: {word}"));
        }
    }
}
