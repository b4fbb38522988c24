//! One change to the text of a settings file, everything else left as the user wrote it.
//!
//! A value that is there is replaced or cut out in the text itself; only a key that is new goes
//! through the document.

use std::ops::Range;

use toml_edit::{Array, Document, DocumentMut, Item, RawString, Table, TomlError, Value};

use super::{read, schema::Setting};

/// Gives the setting that value.
pub(super) fn replace(text: &str, setting: &Setting, value: Value) -> Result<String, TomlError> {
    let mut document: DocumentMut = text.parse()?;
    let old = read::find(&document, setting)
        .and_then(Item::as_value)
        .cloned();
    let Some(old) = old else {
        insert(&mut document, setting, value);
        return Ok(rendered(&document, text));
    };
    let new = match (&old, value) {
        (Value::Array(old), Value::Array(new)) => Value::Array(merge(old, &new)),
        (_, new) => new,
    };
    Ok(spans(text, setting)?.map_or_else(
        || text.to_owned(),
        |(_, span)| splice(text, span, &with_line_ends_of(text, new.to_string())),
    ))
}

/// Takes the setting out. Comments above it, behind it and in its list stay.
pub(super) fn remove(text: &str, setting: &Setting) -> Result<String, TomlError> {
    let mut document: DocumentMut = text.parse()?;
    let (section, name) = setting.path();
    if let Some(Item::Value(Value::InlineTable(table))) = document.get_mut(section) {
        table.remove(name);
        return Ok(rendered(&document, text));
    }
    let Some((key, value)) = spans(text, setting)? else {
        return Ok(text.to_owned());
    };
    let start = text[..key.start].rfind('\n').map_or(0, |end| end + 1);
    let behind = text[value.end..]
        .split_inclusive('\n')
        .next()
        .unwrap_or_default();
    let end = match behind.trim_start().is_empty() {
        true => value.end + behind.len(),
        false => value.end + behind.len() - behind.trim_start().len(),
    };
    let old = read::find(&document, setting);
    let inside = old
        .and_then(Item::as_array)
        .map_or_else(String::new, all_comments);
    let lines = inside
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let lines: String = lines.map(|line| format!("{line}\n")).collect();
    Ok(splice(text, start..end, &with_line_ends_of(text, lines)))
}

/// The ranges of a name and its value in a text.
type Spans = (Range<usize>, Range<usize>);

fn spans(text: &str, setting: &Setting) -> Result<Option<Spans>, TomlError> {
    let document = Document::parse(text)?;
    let (section, name) = setting.path();
    let table = match section {
        "" => Some(document.as_item()),
        section => document.get(section),
    };
    let entry = table
        .and_then(Item::as_table_like)
        .and_then(|table| table.get_key_value(name));
    Ok(entry.and_then(|(key, item)| Some((key.span()?, item.span()?))))
}

fn insert(document: &mut DocumentMut, setting: &Setting, value: Value) {
    let (section, name) = setting.path();
    let table = match section {
        "" => document.as_item_mut(),
        section => {
            let fresh = || Item::Table(Table::new());
            document.entry(section).or_insert_with(fresh)
        }
    };
    if let Some(table) = table.as_table_like_mut() {
        table.insert(name, Item::Value(value));
    }
}

/// The new list, written like the old one: entries that stay are as they were, with their
/// comments, and the comments of those that go are handed to the next.
fn merge(old: &Array, new: &Array) -> Array {
    let mut kept: Vec<Value> = Vec::new();
    let mut orphans = String::new();
    for entry in old {
        if new.iter().any(|new| is_same(new, entry)) {
            let mut entry = entry.clone();
            let prefix = prefix(&entry);
            entry
                .decor_mut()
                .set_prefix(joined(&std::mem::take(&mut orphans), &prefix));
            kept.push(entry);
        } else {
            orphans.push_str(&comments(entry));
        }
    }
    let indent = old.iter().last().map(prefix).unwrap_or_default();
    let indent = indent.rfind('\n').map_or(" ", |line| &indent[line..]);
    let mut merged = Array::new();
    for entry in new {
        let same = kept.iter().position(|kept| is_same(kept, entry));
        let mut entry =
            same.map_or_else(|| entry.clone().decorated(indent, ""), |i| kept.remove(i));
        // Between the brackets and on one line, only the first has no space before it.
        match (prefix(&entry).trim_matches(' '), merged.is_empty()) {
            ("", true) => entry.decor_mut().set_prefix(""),
            ("", false) => entry.decor_mut().set_prefix(indent),
            _ => {}
        }
        merged.push_formatted(entry);
    }
    orphans.extend(kept.iter().map(comments));
    merged.set_trailing(joined(&orphans, raw(Some(old.trailing()))));
    merged.set_trailing_comma(old.trailing_comma() && !merged.is_empty());
    merged
}

fn is_same(a: &Value, b: &Value) -> bool {
    match (a.as_integer(), a.as_str()) {
        (Some(number), _) => b.as_integer() == Some(number),
        (_, Some(text)) => b.as_str() == Some(text),
        _ => false,
    }
}

fn prefix(value: &Value) -> String {
    raw(value.decor().prefix()).to_owned()
}

/// The comments around an entry, with what is before them on their lines.
fn comments(value: &Value) -> String {
    let around = prefix(value) + raw(value.decor().suffix());
    match around.contains('#') {
        true => around.trim_end().to_owned(),
        false => String::new(),
    }
}

/// Every comment in a list.
fn all_comments(list: &Array) -> String {
    let trailing = raw(Some(list.trailing()));
    list.iter()
        .map(comments)
        .chain([trailing.to_owned()])
        .collect()
}

/// Comments and what follows them, which must not become part of the last one.
fn joined(comments: &str, next: &str) -> String {
    let line_end = if comments.is_empty() || next.contains('\n') {
        ""
    } else {
        "\n"
    };
    format!("{comments}{line_end}{next}")
}

fn raw(text: Option<&RawString>) -> &str {
    text.and_then(RawString::as_str).unwrap_or_default()
}

fn splice(text: &str, range: Range<usize>, new: &str) -> String {
    format!("{}{new}{}", &text[..range.start], &text[range.end..])
}

/// A document as text, with what toml_edit does not keep of the original: a byte order mark and
/// the line ends of Windows.
pub(super) fn rendered(document: &DocumentMut, original: &str) -> String {
    const MARK: char = '\u{feff}';
    let text = with_line_ends_of(original, document.to_string());
    match original.starts_with(MARK) && !text.starts_with(MARK) {
        true => format!("{MARK}{text}"),
        false => text,
    }
}

fn with_line_ends_of(original: &str, text: String) -> String {
    match original.contains("\r\n") {
        true => text.replace("\r\n", "\n").replace('\n', "\r\n"),
        false => text,
    }
}
