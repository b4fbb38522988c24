//! Numbers in the language of the sentence that they stand in.

use crate::text;

/// Returns the number with that many decimals: `1.5`, in German `1,5`.
pub fn decimal(value: f64, decimals: usize) -> String {
    with_mark(format!("{value:.decimals$}"))
}

/// Returns the number with as many decimals as it has.
pub fn number(value: f64) -> String {
    with_mark(value.to_string())
}

/// Returns the whole number with a mark after every three digits: `8,192`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mark = text!("group-mark");
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped += &mark;
        }
        grouped.push(digit);
    }
    grouped
}

fn with_mark(number: String) -> String {
    if number.contains('.') {
        number.replace('.', &text!("decimal-mark"))
    } else {
        number
    }
}
