//! Numbers with decimals, in the language of the sentence that they stand in.

use crate::text;

/// Returns the number with that many decimals: `1.5`, in German `1,5`.
pub fn decimal(value: f64, decimals: usize) -> String {
    with_mark(format!("{value:.decimals$}"))
}

/// Returns the number with as many decimals as it has.
pub fn number(value: f64) -> String {
    with_mark(value.to_string())
}

fn with_mark(number: String) -> String {
    if number.contains('.') {
        number.replace('.', &text!("decimal-mark"))
    } else {
        number
    }
}
