//! Files of earlier versions, brought to the current one.

use toml_edit::{DocumentMut, Item, value};

/// The version of the settings file this program writes.
pub const VERSION: i64 = STEPS.len() as i64;

/// The key that holds a file's version.
pub(super) const VERSION_KEY: &str = "version";

/// `STEPS[n]` brings a file from version `n` to `n + 1`. A step that was released is never
/// changed.
const STEPS: &[fn(&mut DocumentMut)] = &[
    // A file written by hand without a version has the keys of version 1.
    |_| {},
];

/// Brings a document to [`VERSION`]. Returns the version it was.
///
/// A version that is not a whole number from 1 is left in place, for the reader to report, and
/// read as the current one; so is a newer one.
pub(super) fn migrate(document: &mut DocumentMut) -> i64 {
    let found = match document.get(VERSION_KEY) {
        None => 0,
        Some(item) => match item.as_integer() {
            Some(version) if version >= 1 => version,
            _ => return VERSION,
        },
    };
    if found < VERSION {
        for step in &STEPS[found as usize..] {
            step(document);
        }
        write_version(document);
    }
    found
}

fn write_version(document: &mut DocumentMut) {
    match document.get_mut(VERSION_KEY).and_then(Item::as_value_mut) {
        Some(old) => {
            let decor = old.decor().clone();
            *old = VERSION.into();
            *old.decor_mut() = decor;
        }
        None => {
            document.insert(VERSION_KEY, value(VERSION));
        }
    }
}
